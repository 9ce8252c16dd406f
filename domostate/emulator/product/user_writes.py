"""Making, changing and deleting users on the Product plane (portal Users; product §1.3)."""

from dataclasses import replace
from typing import Any

from domostate.emulator.call import Call, Reply, as_int, as_list, as_object, as_text, json_reply
from domostate.emulator.errors import bad_request, forbidden, not_found
from domostate.emulator.product import identity_wire
from domostate.emulator.routing import Route
from domostate.emulator.store.attributes import find_key
from domostate.emulator.store.people import (
    User,
    add_user,
    email_taken,
    find_user,
    keep_an_admin,
    update_user,
)
from domostate.emulator.store.removal import remove_user
from domostate.emulator.store.roles import EDIT_USERS, Role, find_role, has_authority


def create(call: Call) -> Reply:
    """A new user; a duplicate e-mail is 400 (product §1.3: nb, dl)."""
    given = call.json_object()
    made = _made(call, given.get("displayName"), given.get("emailAddress"), given.get("roleId"))
    return json_reply(identity_wire.user(call, made))


def create_content(call: Call) -> Reply:
    """The same by the other path, where the e-mail is a detail [dl, OAS]; nobody is invited."""
    given = call.json_object()
    detail = as_object(given.get("detail"), "detail")
    made = _made(call, given.get("displayName"), detail.get("email"), given.get("roleId"))
    return json_reply({
        "id": made.id,
        "displayName": made.name,
        "roleId": made.role_id,
        "invitorUserId": call.caller.id,
        "detail": {"email": made.email},
    })  # fmt: skip


def _made(call: Call, name: Any, email: Any, role_id: Any) -> User:
    _require_editor(call)
    role = _role(call, role_id)
    user = User(
        call.db.next_id("user"), _email(call, email, 0), _name(name), role.name, True, {}, {},
        call.now_ms, call.now_ms, role.id,
    )  # fmt: skip
    add_user(call.db, user)
    return user


def _require_editor(call: Call) -> None:
    if not has_authority(call.db, call.caller, EDIT_USERS):
        raise forbidden()


def _role(call: Call, value: Any) -> Role:
    number = as_int(value, "roleId")
    role = find_role(call.db, number)
    if role is None:
        raise bad_request(f"Role {number} does not exist.")
    return role


def _name(value: Any) -> str:
    name = as_text(value, "displayName")
    if not name:
        raise bad_request("displayName must not be empty.")
    return name


def _email(call: Call, value: Any, but: int) -> str:
    email = as_text(value, "emailAddress")
    if not email:
        raise bad_request("emailAddress must not be empty.")
    if email_taken(call.db, email, but):
        raise bad_request(f"A user with the e-mail {email} exists.")
    return email


def _known(call: Call) -> User:
    number = as_int(call.params["id"], "id")
    user = find_user(call.db, number)
    if user is None:
        raise not_found(f"User {number} was not found.")
    return user


def update(call: Call) -> Reply:
    """Change the fields that are sent, by name (portal) or as attributes (OAS, dl)."""
    _require_editor(call)
    user, given = _known(call), call.json_object()
    for name in _FIELDS:
        if name in given:
            user = _changed(call, user, name, [given[name]])
    for one in as_list(given.get("attributes"), "attributes"):
        entry = as_object(one, "attribute")
        key = as_text(entry.get("key"), "key")
        user = _changed(call, user, key, as_list(entry.get("values"), "values"))
    user = replace(user, updated_ms=call.now_ms)
    update_user(call.db, user)
    keep_an_admin(call.db)
    return json_reply(identity_wire.user(call, user))


_FIELDS = ("displayName", "emailAddress", "roleId")


def _changed(call: Call, user: User, key: str, values: list[Any]) -> User:
    """The user with one attribute set; no values take it away."""
    first = values[0] if values else None
    if key == "displayName":
        return replace(user, name=_name(first))
    if key == "emailAddress":
        return replace(user, email=_email(call, first, user.id))
    if key == "roleId":
        role = _role(call, first)
        return replace(user, role=role.name, role_id=role.id)
    if any(isinstance(one, bool) or not isinstance(one, str | int) for one in values):
        raise bad_request(f"The values of {key} must be texts or numbers.")
    if key in identity_wire.PROFILE:
        name = identity_wire.PROFILE[key]
        return replace(user, profile=_with(user.profile, name, first))
    if key in identity_wire.FIXED or find_key(call.db, key) is None:
        raise bad_request(f"{key!r} is no attribute that can be set.")
    return replace(user, attributes=_with(user.attributes, key, [str(one) for one in values]))


def _with(known: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """`known` with one entry set, or without it where there is nothing to set."""
    rest = {one: kept for one, kept in known.items() if one != name}
    return rest | {name: value} if value else rest


def delete(call: Call) -> Reply:
    """404 for an unknown user (product §1.3: nb). The page shows `1` as the body."""
    _require_editor(call)
    remove_user(call.db, _known(call))
    return json_reply(1)


_USERS = "/api/identity/v1/users"
_RIGHTS = "which authority it takes (user.edit)"
ROUTES = (
    Route("POST", _USERS, create, source="product §1.3; portal Users", doubt=_RIGHTS),
    Route(
        "POST", "/api/content/v3/users", create_content, source="product §1.3",
        doubt=f"path from dl and OAS; the reply; {_RIGHTS}",
    ),
    Route(
        "PATCH", _USERS + "/{id}", update, source="portal Users",
        doubt=f"attributes from OAS; {_RIGHTS}",
    ),
    Route(
        "DELETE", _USERS + "/{id}", delete, source="product §1.3; portal Users",
        doubt=f"refused while the user owns datasets; {_RIGHTS}",
    ),
)  # fmt: skip
