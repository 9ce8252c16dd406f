"""Users on the Platform plane (platform §7)."""

from dataclasses import replace
from typing import Any

from domostate.emulator.call import NO_CONTENT, Call, Reply, as_int, as_text, json_reply
from domostate.emulator.errors import bad_request, forbidden, not_found
from domostate.emulator.platform import wire
from domostate.emulator.routing import Route
from domostate.emulator.store.access import manages_all
from domostate.emulator.store.groups import forget_principal, touch_reached
from domostate.emulator.store.people import (
    User,
    add_user,
    all_users,
    check_role,
    email_taken,
    find_user,
    update_user,
)

LIST_LIMIT = 500
_PROFILE = (
    "title", "alternateEmail", "phone", "location", "timezone", "locale", "employeeNumber",
    "employeeId", "department",
)  # fmt: skip


def list_users(call: Call) -> Reply:
    """Everyone, by page; a negative limit or offset is 400 (PY-IT)."""
    if call.number("limit", 50) < 0:
        raise bad_request("limit must not be negative.")
    found = sorted(all_users(call.db), key=lambda one: one.id)
    return json_reply([wire.listed_user(one) for one in call.page(found, 50, LIST_LIMIT)])


def read(call: Call) -> Reply:
    """One user; unknown: 404 (PY-IT)."""
    return json_reply(wire.user(call.db, _known(call)))


def _known(call: Call) -> User:
    number = as_int(call.params["id"], "user id")
    user = find_user(call.db, number)
    if user is None:
        raise not_found(f"User {number} was not found.")
    return user


def create(call: Call) -> Reply:
    """A new user; nobody is invited."""
    _require_admin(call)
    given = call.json_object()
    user = User(
        call.db.next_id("user"), _email(call, given, 0), as_text(given.get("name"), "name"),
        check_role(as_text(given.get("role"), "role")), True, {}, _profile(given),
        call.now_ms, call.now_ms,
    )  # fmt: skip
    add_user(call.db, user)
    return json_reply(wire.user(call.db, user), 201)


def update(call: Call) -> Reply:
    """What is left out stays (the documents contradict themselves, platform §7)."""
    _require_admin(call)
    user, given = _known(call), call.json_object()
    changed = replace(
        user,
        email=_email(call, given, user.id) if given.get("email") else user.email,
        name=as_text(given.get("name") or user.name, "name"),
        role=check_role(as_text(given.get("role") or user.role, "role")),
        profile=user.profile | _profile(given),
        updated_ms=call.now_ms,
    )
    update_user(call.db, changed)
    return json_reply(wire.user(call.db, changed))


def delete(call: Call) -> Reply:
    """Refused while the user owns datasets (platform §7, a text that Domo has removed since)."""
    _require_admin(call)
    user = _known(call)
    owned = "SELECT 1 FROM datasets WHERE owner_type='USER' AND owner_id=? AND deleted=0"
    if call.db.one(owned, user.id):
        raise bad_request(f"User {user.id} owns DataSets.")
    touch_reached(call.db, "USER", user.id)
    forget_principal(call.db, "USER", user.id)
    call.db.run("DELETE FROM group_owners WHERE type='USER' AND owner_id=?", user.id)
    for table in ("tokens", "clients"):
        call.db.run(f"DELETE FROM {table} WHERE user_id=?", user.id)
    call.db.run("UPDATE users SET deleted=1, active=0 WHERE id=?", user.id)
    return NO_CONTENT


def _require_admin(call: Call) -> None:
    if not manages_all(call.db, call.caller):
        raise forbidden()


def _email(call: Call, given: dict[str, Any], but: int) -> str:
    email = as_text(given.get("email"), "email")
    if email_taken(call.db, email, but):
        raise bad_request(f"EMAIL_DUPLICATE: {email}")  # the word is recorded (PY-IT)
    return email


def _profile(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in _PROFILE if given.get(name)}


ROUTES = (
    Route("GET", "/v1/users", list_users, "user"),
    Route("POST", "/v1/users", create, "user"),
    Route("GET", "/v1/users/{id}", read, "user"),
    Route("PUT", "/v1/users/{id}", update, "user"),
    Route("DELETE", "/v1/users/{id}", delete, "user"),
)
