"""Roles and their authorities (product §6; portal Roles-Governance)."""

from dataclasses import replace
from typing import Any

from domostate.emulator.call import (
    NO_CONTENT,
    Call,
    Reply,
    as_int,
    as_text,
    json_reply,
)
from domostate.emulator.errors import bad_request, error_body, forbidden, not_found
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.people import (
    User,
    all_users,
    find_user,
    keep_an_admin,
    update_user,
)
from domostate.emulator.store.roles import (
    EDIT_ROLES,
    Role,
    all_roles,
    delete_role,
    find_role,
    has_authority,
    holders,
    role_named,
    save_role,
)

_DONE = {"status": "SUCCESS", "message": ""}
"""portal Roles-Governance."""


def list_roles(call: Call) -> Reply:
    """Every role."""
    return json_reply([_shown(call, one) for one in call.page(all_roles(call.db), -1)])


def read_role(call: Call) -> Reply:
    """One role."""
    return json_reply(_shown(call, _known(call)))


def _shown(call: Call, role: Role) -> dict[str, Any]:
    return {
        "id": role.id,
        "name": role.name,
        "description": role.description,
        "authorityCount": len(role.authorities),
        "userCount": holders(call.db, role),
        "created": role.created_ms,
        "modified": role.modified_ms,
    }


def _known(call: Call) -> Role:
    number = as_int(call.params["id"], "roleId")
    role = find_role(call.db, number)
    if role is None:
        raise not_found(f"Role {number} was not found.")
    return role


def _changeable(call: Call) -> Role:
    """The role of the path, for somebody who may change it; Domo's own five stay as they are."""
    _require_editor(call)
    role = _known(call)
    if role.system:
        raise bad_request(f"{role.name} is a system role and cannot be changed.")
    return role


def _require_editor(call: Call) -> None:
    if not has_authority(call.db, call.caller, EDIT_ROLES):
        raise forbidden()


def create_role(call: Call) -> Reply:
    """A new role with the authorities of another one; without `fromRoleId`, which domolibrary does
    not send, with none."""
    _require_editor(call)
    given = call.json_object()
    authorities: list[str] = []
    if given.get("fromRoleId") is not None:
        number = as_int(given["fromRoleId"], "fromRoleId")
        model = find_role(call.db, number)
        if model is None:
            raise bad_request(f"Role {number} does not exist.")
        authorities = model.authorities
    role = Role(
        call.db.next_id("role"), _name(call, given, None), _description(given), authorities,
        call.now_ms, call.now_ms,
    )  # fmt: skip
    save_role(call.db, role)
    return json_reply({"id": role.id, "name": role.name, "description": role.description})


def update_role(call: Call) -> Reply:
    """Another name or description; what is left out stays."""
    role, given = _changeable(call), call.json_object()
    name = _name(call, given, role) if given.get("name") is not None else role.name
    description = _description(given) if "description" in given else role.description
    save_role(call.db, replace(role, name=name, description=description, modified_ms=call.now_ms))
    return json_reply(_DONE)


def _name(call: Call, given: dict[str, Any], role: Role | None) -> str:
    name = as_text(given.get("name"), "name")
    if not name or role_named(call.db, name) not in (None, role):
        raise bad_request(f"A role cannot be called {name!r}: the name is taken or empty.")
    return name


def _description(given: dict[str, Any]) -> str:
    return as_text(given.get("description") or "", "description")


def remove_role(call: Call) -> Reply:
    """Delete a role that nobody has."""
    role = _changeable(call)
    if holders(call.db, role):
        raise bad_request(f"Users have the role {role.name}; give them another one first.")
    delete_role(call.db, role)
    return NO_CONTENT


def read_authorities(call: Call) -> Reply:
    """What the role may do."""
    return json_reply(call.shuffled(_known(call).authorities))


def replace_authorities(call: Call) -> Reply:
    """The complete list from now on. By the switch `role_grants_400` Domo does it and says 400."""
    role = _changeable(call)
    return _with_authorities(call, role, [as_text(one, "authority") for one in call.json_list()])


def remove_authorities(call: Call) -> Reply:
    """Takes away those in the body, or all without one."""
    role = _changeable(call)
    unwanted = None if call.json() is None else call.json_list()
    kept = [one for one in role.authorities if unwanted is not None and one not in unwanted]
    return _with_authorities(call, role, kept)


def _with_authorities(call: Call, role: Role, authorities: list[str]) -> Reply:
    wanted = list(dict.fromkeys(authorities))
    save_role(call.db, replace(role, authorities=wanted, modified_ms=call.now_ms))
    if call.db.switches.role_grants_400:
        return json_reply(error_body(400, "Bad Request", call.seq), 400)
    return json_reply(_DONE)


def read_holders(call: Call) -> Reply:
    """Who has the role, 50 at a time."""
    role = _known(call)
    users = [one for one in all_users(call.db) if one.role == role.name]
    word = call.query.get("search", "").lower()
    found = [one for one in users if word in one.name.lower() or word in one.email.lower()]
    shown = [_holder(one) for one in call.page(found, 50)]
    counts = {"totalCount": len(users), "totalFilteredCount": len(found)}
    return json_reply(counts | {"users": shown})


def _holder(user: User) -> dict[str, Any]:
    """A holder; what is not known of them is left out (OAS)."""
    details = {
        "department": user.profile.get("department"),
        "jobTitle": user.profile.get("title"),
        "location": user.profile.get("location"),
    }
    known = {name: value for name, value in details.items() if value}
    names = {"userId": user.id, "roleId": user.role_id, "displayName": user.name}
    return {**names, "email": user.email, **known}


def add_holders(call: Call) -> Reply:
    """Give the role to the users of the body; they lose the one that they had."""
    _require_editor(call)
    role = _known(call)
    for one in call.json_list():
        user = find_user(call.db, as_int(one, "userId"))
        if user is None:
            raise bad_request(f"User {one} does not exist.")
        update_user(call.db, replace(user, role=role.name, updated_ms=call.now_ms))
    keep_an_admin(call.db)
    return NO_CONTENT


_ROLES = "/api/authorization/v1/roles"
_ROLE = _ROLES + "/{id}"
_PORTAL = "product §6; portal Roles-Governance"
_RIGHTS = "which authority it takes (authorization.roles); system roles refuse with 400"
ROUTES = (
    Route("GET", _ROLES, list_roles, source=_PORTAL, query=PAGED),
    Route("POST", _ROLES, create_role, source=_PORTAL, doubt=f"names are unique; {_RIGHTS}"),
    Route("GET", _ROLE, read_role, source=_PORTAL, doubt="404 for an unknown role"),
    Route(
        "PUT", _ROLE, update_role, source="product §6",
        doubt=f"method and reply from OAS; {_RIGHTS}",
    ),
    Route(
        "DELETE", _ROLE, remove_role, source=_PORTAL,
        doubt=f"400 while somebody has the role; {_RIGHTS}",
        status=204,
    ),
    Route(
        "GET", f"{_ROLE}/authorities", read_authorities, source="product §6",
        doubt="which authorities a system role has",
    ),
    Route("PATCH", f"{_ROLE}/authorities", replace_authorities, source=_PORTAL, doubt=_RIGHTS),
    Route(
        "PUT", f"{_ROLE}/authorities", replace_authorities, source="product §1.3, §6",
        doubt=_RIGHTS,
    ),
    Route(
        "DELETE", f"{_ROLE}/authorities", remove_authorities, source="product §6",
        doubt=f"body and reply; {_RIGHTS}",
    ),
    Route(
        "GET", f"{_ROLE}/users", read_holders, source="product §6", doubt="shape from OAS",
        query=(*PAGED, "search"),
    ),
    Route(
        "PUT", f"{_ROLE}/users", add_holders, source="product §6",
        doubt="from OAS and dl; which authority it takes (authorization.roles)",
        status=204,
    ),
)  # fmt: skip
