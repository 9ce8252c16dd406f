"""Users on the Product plane (product §6)."""

from domostate.emulator.call import EMPTY, Call, Reply, as_int, json_reply
from domostate.emulator.product import wire
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.people import all_users, find_user


def read_me(call: Call) -> Reply:
    """Who the token acts as: the token check (product §1.1)."""
    return json_reply(wire.user(call.caller))


def list_users(call: Call) -> Reply:
    """Everyone; without paging unless it is asked for."""
    return json_reply([wire.user(one) for one in call.page(all_users(call.db), -1)])


def read_user(call: Call) -> Reply:
    """One user; for an unknown id 200 and nothing (product §1.3, nb)."""
    user = find_user(call.db, as_int(call.params["id"], "id"))
    return EMPTY if user is None else json_reply(wire.user(user))


def users_by_id(call: Call) -> Reply:
    """`id=1,2`, unknown ones left out; `active=true` leaves out the inactive."""
    ids = [as_int(one, "id") for one in call.query.get("id", "").split(",") if one]
    found = [user for one in dict.fromkeys(ids) if (user := find_user(call.db, one)) is not None]
    if call.flag("active"):
        found = [user for user in found if user.active]
    return json_reply([wire.user(user) for user in call.page(found, -1)])


_CONTENT = "role and roleId, which are captured in the list only"
ROUTES = (
    Route("GET", "/api/content/v2/users/me", read_me, source="product §1.1", doubt=_CONTENT),
    Route(
        "GET", "/api/content/v2/users", list_users, source="product §6", doubt=_CONTENT,
        query=PAGED,
    ),
    Route("GET", "/api/content/v2/users/{id}", read_user, source="product §1.3", doubt=_CONTENT),
    Route(
        "GET", "/api/content/v3/users", users_by_id, source="product §6",
        doubt="that it has the fields of v2; limit and offset",
        query=(*PAGED, "id", "active", "includeDetails"),
    ),
)  # fmt: skip
