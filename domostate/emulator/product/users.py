"""Users on the Product plane (product §6)."""

from typing import Any

from domostate.emulator.call import EMPTY, Call, Reply, as_int, as_list, as_object, json_reply
from domostate.emulator.errors import bad_request
from domostate.emulator.product import wire
from domostate.emulator.routing import Route
from domostate.emulator.store.people import User, all_users, find_user, users_like


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


def search_users(call: Call) -> Reply:
    """Filters narrow one another. A text filter on `emailAddress` finds what contains one of its
    words, so a client must compare exactly itself (product §6)."""
    asked = call.json_object()
    found: list[User] | None = None
    for given in as_list(asked.get("filters"), "filters"):
        matched = _matching(call, as_object(given, "filter"))
        known = {user.id for user in matched}
        found = matched if found is None else [user for user in found if user.id in known]
    if found is None:
        found = all_users(call.db)
    found = _sorted(found, as_object(asked.get("sort"), "sort"))
    limit, offset = call.capped(
        as_int(asked.get("limit", 100), "limit"), as_int(asked.get("offset", 0), "offset")
    )
    page = found[offset:] if limit < 0 else found[offset : offset + limit]
    return json_reply({"count": len(found), "users": [wire.user(one) for one in page]})


def _matching(call: Call, given: dict[str, Any]) -> list[User]:
    field = given.get("field")
    if given.get("filterType") == "text":
        words = str(given.get("text") or "").split()
        if field == "emailAddress":
            return users_like(call.db, words)
        if field == "displayName":
            lowered = [word.lower() for word in words]
            everyone = all_users(call.db)
            return [one for one in everyone if any(word in one.name.lower() for word in lowered)]
    elif given.get("filterType") == "value" and field in ("id", "emailAddress", "role"):
        values = {str(one) for one in as_list(given.get("values"), "values")}
        if given.get("operator", "EQ") != "EQ":
            raise bad_request(f"The operator {given.get('operator')!r} is not supported.")
        if field == "id":
            users = [find_user(call.db, as_int(one, "id")) for one in sorted(values)]
            return [one for one in users if one is not None]
        everyone = all_users(call.db)
        return [one for one in everyone if _value(one, str(field)) in values]
    raise bad_request(f"The filter {given!r} is not supported.")


def _value(user: User, field: str) -> str:
    return user.email if field == "emailAddress" else user.role


def _sorted(users: list[User], sort: dict[str, Any]) -> list[User]:
    keys = {"displayName": "name", "emailAddress": "email", "id": "id", "role": "role"}
    key = keys.get(str(sort.get("field") or "id"), "id")
    ordered = sorted(users, key=lambda user: (getattr(user, key), user.id))
    if str(sort.get("order") or "ASC").upper() == "DESC":
        ordered.reverse()
    return ordered


ROUTES = (
    Route("GET", "/api/content/v2/users/me", read_me),
    Route("GET", "/api/content/v2/users", list_users),
    Route("GET", "/api/content/v2/users/{id}", read_user),
    Route("GET", "/api/content/v3/users", users_by_id),
    Route("POST", "/api/identity/v1/users/search", search_users),
)
