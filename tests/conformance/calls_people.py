"""pydomo's `users` and `groups` clients and their helpers."""

from typing import Any

from pydomo.groups import CreateGroupRequest
from pydomo.users import CreateUserRequest

from tests.conformance.cases import Case, call
from tests.conformance.estate import ADA, BOB, CAT, FINANCE, NOBODY, WES, WEST
from tests.conformance.shapes import NUMBER, TIME, Frame, Number
from tests.conformance.wire import Sent, delete, get, post, put

USERS, GROUPS = "/v1/users/", "/v1/groups/"


def _user(number: int | Number, name: str, role: str, role_id: int) -> dict[str, Any]:
    return {
        "id": number,
        "email": f"{name.lower()}@acme.example",
        "role": role,
        "name": name,
        "roleId": role_id,
        "createdAt": TIME,
        "updatedAt": TIME,
    }


EVERYONE = [
    _user(ADA, "Ada", "Admin", 1),
    _user(BOB, "Bob", "Privileged", 2),
    _user(CAT, "Cat", "Editor", 3),
    _user(WES, "Wes", "Participant", 4),
]
BOB_WHOLE = {
    **EVERYONE[1],
    "deleted": False,
    "groups": [{"id": FINANCE, "name": "Finance"}],
}
ZOE = {"name": "Zoë", "email": "zoe@acme.example", "role": "Participant"}
ZOE_MADE = {
    **_user(NUMBER, "Zoe", "Participant", 4),
    "name": "Zoë",
    "deleted": False,
    "groups": [],
}
PROMOTED = {"name": "Robert", "email": "bob@acme.example", "role": "Admin"}
BOB_PROMOTED = {**BOB_WHOLE, "name": "Robert", "role": "Admin", "roleId": 1}


def new_user() -> CreateUserRequest:
    """`ZOE` in the words of pydomo."""
    request = CreateUserRequest()
    request.name = "Zoë"
    request.email = "zoe@acme.example"
    request.role = "Participant"
    return request


def _pages(base: str, size: int, last: int) -> list[Sent]:
    """Reads of pages up to the empty one, which begins at `last`."""
    return [get(f"{base}?limit={size}&offset={offset}") for offset in range(0, last + 1, size)]


_PEOPLE = (
    Case(
        call("users.create", new_user(), True),
        sends=[post(f"{USERS}?sendInvite=True", ZOE)],
        gives=ZOE_MADE,
        leaves={"/users/{id}": ZOE_MADE},
    ),
    Case(call("users.get", BOB), sends=[get(f"{USERS}{BOB}")], gives=BOB_WHOLE),
    Case(
        call("users.list", 2, 1),
        sends=[get(f"{USERS}?limit=2&offset=1")],
        gives=EVERYONE[1:3],
    ),
    Case(
        call("users.update", BOB, PROMOTED),
        sends=[put(f"{USERS}{BOB}", PROMOTED)],
        gives=BOB_PROMOTED,
        leaves={f"/users/{BOB}": BOB_PROMOTED},
    ),
    Case(
        call("users.list_all"),
        sends=_pages(USERS, 500, 500),
        gives=Frame.of(EVERYONE),
    ),
    Case(
        call("users.list_all", False, 2),
        sends=_pages(USERS, 2, 4),
        gives=EVERYONE,
        how="as a list in pages of two",
    ),
    Case(
        call("users.delete", WES),
        sends=[delete(f"{USERS}{WES}")],
        leaves={f"/users/{WES}": 404, "/users": EVERYONE[:3]},
    ),
    Case(
        call("users_add", "Zoë", "zoe@acme.example", "Participant"),
        sends=[post(f"{USERS}?sendInvite=False", ZOE)],
        gives=ZOE_MADE,
        leaves={"/users/{id}": ZOE_MADE},
    ),
    Case(call("users_get", BOB), sends=[get(f"{USERS}{BOB}")], gives=BOB_WHOLE),
    Case(call("users_list"), sends=_pages(USERS, 500, 500), gives=Frame.of(EVERYONE)),
    Case(
        call("users_list", df_output=False),
        sends=_pages(USERS, 500, 500),
        gives=EVERYONE,
        how="as a list",
    ),
    Case(
        call("users_update", BOB, PROMOTED),
        sends=[put(f"{USERS}{BOB}", PROMOTED)],
        gives=BOB_PROMOTED,
        leaves={f"/users/{BOB}": BOB_PROMOTED},
    ),
    Case(
        call("users_delete", WES),
        sends=[delete(f"{USERS}{WES}")],
        leaves={f"/users/{WES}": 404, "/users": EVERYONE[:3]},
    ),
)


def _listed(number: int, name: str, members: int) -> dict[str, Any]:
    return {"id": number, "name": name, "default": False, "memberCount": members}


EVERY_GROUP = [
    _listed(FINANCE, "Finance", 2),
    _listed(WEST, "West Sales", 1),
    _listed(NOBODY, "Nobody", 0),
]
FINANCE_WHOLE = {**EVERY_GROUP[0], "active": True, "creatorId": str(ADA)}


def _made(name: str, active: bool = True) -> dict[str, Any]:
    return {
        "id": NUMBER,
        "name": name,
        "active": active,
        "creatorId": str(ADA),
        "default": False,
    }


def new_group() -> CreateGroupRequest:
    """A request in the words of pydomo."""
    request = CreateGroupRequest()
    request.name = "Größe"
    request.active = True
    request.default = False
    return request


def _member(method: Any, group: int | str, user: int) -> Sent:
    path = f"{GROUPS}{group}/users/{user}"
    return put(path, {}, 204) if method is put else delete(path)


def _members(group: int) -> list[Sent]:
    return _pages(f"{GROUPS}{group}/users", 500, 500)


_INSIDE = f"/groups/{FINANCE}/users"
_GROUPS = (
    Case(
        call("groups.create", new_group()),
        sends=[post(GROUPS, {"name": "Größe", "active": True, "default": False}, 200)],
        gives=_made("Größe"),
        # Whoever makes a group is in it.
        leaves={
            "/groups/{id}": _made("Größe") | {"memberCount": 1},
            "/groups/{id}/users": [ADA],
        },
    ),
    Case(call("groups.get", FINANCE), sends=[get(f"{GROUPS}{FINANCE}")], gives=FINANCE_WHOLE),
    Case(
        call("groups.list", 2, 1),
        sends=[get(f"{GROUPS}?limit=2&offset=1")],
        gives=EVERY_GROUP[1:],
    ),
    Case(
        call("groups.update", FINANCE, {"name": "Money", "active": False}),
        sends=[put(f"{GROUPS}{FINANCE}", {"name": "Money", "active": False})],
        gives={**FINANCE_WHOLE, "name": "Money", "active": False},
        leaves={f"/groups/{FINANCE}": {**FINANCE_WHOLE, "name": "Money", "active": False}},
    ),
    Case(
        call("groups.delete", NOBODY),
        sends=[delete(f"{GROUPS}{NOBODY}")],
        leaves={f"/groups/{NOBODY}": 404, "/groups": EVERY_GROUP[:2]},
    ),
    Case(
        call("groups.add_user", FINANCE, WES),
        sends=[_member(put, FINANCE, WES)],
        leaves={_INSIDE: [BOB, CAT, WES]},
    ),
    Case(
        call("groups.list_users", FINANCE, 50, 1),
        sends=[get(f"{GROUPS}{FINANCE}/users?limit=50&offset=1")],
        gives=[CAT],
    ),
    Case(
        call("groups.remove_user", FINANCE, BOB),
        sends=[_member(delete, FINANCE, BOB)],
        leaves={_INSIDE: [CAT]},
    ),
    Case(
        call("groups_add_users", FINANCE, [ADA, WES]),
        sends=[_member(put, FINANCE, ADA), _member(put, FINANCE, WES)],
        gives="success",
        leaves={_INSIDE: [ADA, BOB, CAT, WES]},
    ),
    Case(
        call("groups_add_users", FINANCE, WES),
        sends=[_member(put, FINANCE, WES)],
        gives="success",
        leaves={_INSIDE: [BOB, CAT, WES]},
        how="for one",
    ),
    Case(
        call("groups_create", "Größe", [BOB, CAT]),
        sends=[
            post(GROUPS, {"name": "Größe", "active": "true"}, 200),
            _member(put, "{id}", BOB),
            _member(put, "{id}", CAT),
        ],
        gives=_made("Größe"),
        leaves={"/groups/{id}/users": [ADA, BOB, CAT]},
    ),
    Case(
        call("groups_create", "Größe", active="false"),
        sends=[post(GROUPS, {"name": "Größe", "active": "false"}, 200)],
        gives=_made("Größe", active=False),
        leaves={"/groups/{id}/users": [ADA]},
        how="that is not active",
    ),
    Case(
        call("groups_delete", FINANCE),
        sends=[
            *_members(FINANCE),
            _member(delete, FINANCE, BOB),
            _member(delete, FINANCE, CAT),
            delete(f"{GROUPS}{FINANCE}"),
        ],
        leaves={f"/groups/{FINANCE}": 404, "/groups": EVERY_GROUP[1:]},
    ),
    Case(call("groups_get", FINANCE), sends=[get(f"{GROUPS}{FINANCE}")], gives=FINANCE_WHOLE),
    Case(call("groups_list"), sends=_pages(GROUPS, 500, 500), gives=Frame.of(EVERY_GROUP)),
    Case(call("groups_list_users", FINANCE), sends=_members(FINANCE), gives=[BOB, CAT]),
    Case(
        call("groups_remove_users", FINANCE, [CAT, BOB]),
        sends=[_member(delete, FINANCE, CAT), _member(delete, FINANCE, BOB)],
        gives="success",
        leaves={_INSIDE: []},
    ),
    Case(
        call("groups_remove_users", FINANCE, BOB),
        sends=[_member(delete, FINANCE, BOB)],
        gives="success",
        leaves={_INSIDE: [CAT]},
        how="for one",
    ),
)

CASES = (*_PEOPLE, *_GROUPS)
