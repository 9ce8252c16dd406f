"""Users on the Platform plane (platform §7)."""

from dataclasses import replace
from typing import Any

from domostate.emulator.call import NO_CONTENT, Call, Reply, as_int, as_text, json_reply
from domostate.emulator.errors import bad_request, forbidden, not_found
from domostate.emulator.platform import wire
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.access import manages_all
from domostate.emulator.store.people import (
    ROLES,
    User,
    add_user,
    all_users,
    check_role,
    email_taken,
    find_user,
    keep_an_admin,
    update_user,
)
from domostate.emulator.store.removal import remove_user

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
    role = check_role(as_text(given.get("role"), "role"))
    name = as_text(given.get("name"), "name")
    if not name:
        raise bad_request("name must not be empty.")
    user = User(
        call.db.next_id("user"), _email(call, given, 0), name, role, True, {}, _profile(given),
        call.now_ms, call.now_ms, ROLES[role],
    )  # fmt: skip
    add_user(call.db, user)
    return json_reply(wire.user(call.db, user), 201)


def update(call: Call) -> Reply:
    """What is left out stays (the documents contradict themselves, platform §7)."""
    _require_admin(call)
    user, given = _known(call), call.json_object()
    role = user.role
    if given.get("role"):
        role = check_role(as_text(given["role"], "role"))
    changed = replace(
        user,
        role_id=ROLES.get(role, user.role_id),
        email=_email(call, given, user.id) if given.get("email") else user.email,
        name=as_text(given.get("name") or user.name, "name"),
        role=role,
        profile=user.profile | _profile(given),
        updated_ms=call.now_ms,
    )
    update_user(call.db, changed)
    keep_an_admin(call.db)
    return json_reply(wire.user(call.db, changed))


def delete(call: Call) -> Reply:
    """Refused while the user owns datasets (platform §7, a text that Domo has removed since)."""
    _require_admin(call)
    remove_user(call.db, _known(call))
    return NO_CONTENT


def by_emails(call: Call) -> Reply:
    """Those of a list of addresses who exist, in the shape of the list (platform §7: RS)."""
    emails = {as_text(one, "email").lower() for one in call.json_list()}
    found = [one for one in all_users(call.db) if one.email.lower() in emails]
    return json_reply([wire.listed_user(one) for one in sorted(found, key=lambda one: one.id)])


def _require_admin(call: Call) -> None:
    if not manages_all(call.db, call.caller):
        raise forbidden()


def _email(call: Call, given: dict[str, Any], but: int) -> str:
    email = as_text(given.get("email"), "email")
    if not email:
        raise bad_request("email must not be empty.")
    if email_taken(call.db, email, but):
        raise bad_request(f"EMAIL_DUPLICATE: {email}")  # the word is recorded (PY-IT)
    return email


def _profile(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in _PROFILE if given.get(name)}


ROUTES = (
    Route(
        "GET", "/v1/users", list_users, "user", source="platform §7", doubt="limits over 500",
        query=PAGED,
    ),
    Route(
        "POST", "/v1/users", create, "user", source="platform §7",
        doubt="201 (docs: 200); 403 for who is no Admin",
        query=("sendInvite",), status=201,
    ),
    Route(
        "POST", "/v1/users/bulk/emails", by_emails, "user", source="platform §7",
        doubt="undocumented, from an SDK; unknown addresses are left out",
    ),
    Route(
        "GET", "/v1/users/{id}", read, "user", source="platform §7",
        doubt="roleId is a number (docs: text in this reply); 404 for a deleted user",
    ),
    Route(
        "PUT", "/v1/users/{id}", update, "user", source="platform §7",
        doubt="what is left out stays (the documents contradict themselves)",
    ),
    Route(
        "DELETE", "/v1/users/{id}", delete, "user", source="platform §7",
        doubt="refused while the user owns datasets, a text that Domo has removed",
        status=204,
    ),
)  # fmt: skip
