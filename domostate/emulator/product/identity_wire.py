"""How `identity/v1/users` words people: a few fields, and attributes by key (portal Users, OAS)."""

from collections.abc import Callable, Mapping
from typing import Any

from domostate.emulator.call import Call
from domostate.emulator.errors import bad_request
from domostate.emulator.store.groups import find_group
from domostate.emulator.store.people import User

PARTS = frozenset({"MINIMAL", "SIMPLE", "DETAILED", "GROUPS", "ROLE"})
"""portal Users."""
PROFILE: Mapping[str, str] = {
    "department": "department",
    "phoneNumber": "phone",
    "deskPhoneNumber": "deskPhoneNumber",
    "title": "title",
    "timeZone": "timezone",
    "hireDate": "hireDate",
    "alternateEmail": "alternateEmail",
    "employeeLocation": "location",
    "employeeNumber": "employeeNumber",
    "employeeId": "employeeId",
    "locale": "locale",
    "reportsTo": "reportsTo",
    "webLandingPage": "webLandingPage",
    "webMobileLandingPage": "webMobileLandingPage",
}
"""Attributes that are kept as a profile, and under which name; several are the Platform plane's."""
FIXED: Mapping[str, Callable[[User], Any]] = {
    "id": lambda one: one.id,
    "displayName": lambda one: one.name,
    "userName": lambda one: one.email,
    "emailAddress": lambda one: one.email,
    "created": lambda one: one.created_ms,
    "modified": lambda one: one.updated_ms,
    "roleId": lambda one: one.role_id,
    "isAnonymous": lambda _: False,
    "isSystemUser": lambda _: False,
    "isPending": lambda _: False,
    "isActive": lambda one: one.active,
    "avatarKey": lambda one: f"/api/content/v1/avatar/USER/{one.id}",
}
"""Attributes that everybody has."""


def checked_parts(asked: list[str]) -> frozenset[str]:
    """The parts of a request, whatever their capitals (portal Groups writes `detailed`)."""
    parts = frozenset(one.upper() for one in asked)
    if not parts <= PARTS:
        raise bad_request(f"parts are {sorted(PARTS)}, not {sorted(parts - PARTS)}.")
    return parts


def user(
    call: Call,
    found: User,
    parts: frozenset[str] = frozenset(),
    attributes: list[str] | None = None,
) -> dict[str, Any]:
    """A user with the attributes that are asked for; of those that are not named all, where the
    parts are left open or hold DETAILED (GUESS). Attributes without a value are left out: clients
    read the first value of each [dl]."""
    body: dict[str, Any] = {
        "attributes": _attributes(found, parts, attributes or []),
        "id": found.id,
        "displayName": found.name,
        "userName": found.email,
        "roleId": found.role_id,
        "emailAddress": found.email,
    }
    if "GROUPS" in parts:
        body["groups"] = _groups(call, found)
    if "ROLE" in parts:
        body["role"] = {"roleId": found.role_id, "roleName": found.role}
    return body


def _attributes(found: User, parts: frozenset[str], asked: list[str]) -> list[dict[str, Any]]:
    if not asked and parts and "DETAILED" not in parts:
        return []
    known: dict[str, list[Any]] = {key: [value(found)] for key, value in FIXED.items()}
    for key, name in PROFILE.items():
        if found.profile.get(name):
            known[key] = [found.profile[name]]
    known |= {key: list(values) for key, values in found.attributes.items() if values}
    keys = dict.fromkeys(asked) if asked else known
    return [{"key": key, "values": known[key]} for key in keys if key in known]


def _groups(call: Call, found: User) -> list[dict[str, Any]]:
    inside = "SELECT group_id FROM group_members WHERE type='USER' AND member_id=? ORDER BY 1"
    groups = [find_group(call.db, row[0]) for row in call.db.all(inside, found.id)]
    return [
        {"id": one.id, "name": one.name, "type": one.type, "default": False}
        for one in groups
        if one is not None
    ]
