"""Access lists on the Product plane: reading, granting, and five ways to revoke (product §2.7)."""

from dataclasses import dataclass
from typing import Any

from domostate.emulator.call import (
    Call,
    Reply,
    as_int,
    as_list,
    as_object,
    as_text,
    json_reply,
)
from domostate.emulator.errors import Problem, bad_request, forbidden, not_found
from domostate.emulator.product import wire
from domostate.emulator.product.reach import reach, reachable, require
from domostate.emulator.routing import Route
from domostate.emulator.store.access import GRANTABLE, Level, visible_to
from domostate.emulator.store.datasets import Dataset, Wanted, list_datasets
from domostate.emulator.store.grants import (
    OTHER_PRINCIPALS,
    PRINCIPALS,
    access_list,
    current_level,
    grant,
    is_owner,
    revoke,
)
from domostate.emulator.store.groups import group_exists
from domostate.emulator.store.people import user_exists


@dataclass(frozen=True, slots=True)
class Entry:
    """What a share call says of one principal; level NONE revokes."""

    type: str
    id: str
    level: str


def read_permissions(call: Call) -> Reply:
    """The access list of one dataset, its owner included (seed 003)."""
    found = access_list(call.db, reach(call, call.params["id"]))
    return json_reply({
        "list": [wire.grant(one) for one in call.shuffled(found)],
        "totalUserCount": sum(one.type == "USER" for one in found),
        "totalGroupCount": sum(one.type == "GROUP" for one in found),
    })  # fmt: skip


def share(call: Call) -> Reply:
    """Adds and changes the listed grants and no others."""
    given = call.json_object()
    entries = entries_of(call, given)
    found = reach(call, call.params["id"])
    mine = require(call, found, Level.CAN_SHARE)
    for entry in entries:
        apply_entry(call, found, mine, entry)
    return json_reply({})


def entries_of(call: Call, given: dict[str, Any]) -> list[Entry]:
    """The entries of a share call; 400 for unknown levels, types, users and groups."""
    entries = [
        _entry(call, as_object(one, "permission"))
        for one in as_list(given.get("permissions"), "permissions")
    ]
    if not entries:
        raise bad_request("permissions must not be empty.")
    return entries


def _entry(call: Call, given: dict[str, Any]) -> Entry:
    level = as_text(given.get("accessLevel"), "accessLevel")
    # OWNER cannot be shared (GUESS): ownership moves by the calls made for it.
    if level not in GRANTABLE and level not in ("NONE", "FEDERATED"):
        raise bad_request(f"{level!r} cannot be granted.")
    kind, principal_id = principal(call, given.get("type"), given.get("id"), level == "NONE")
    return Entry(kind, principal_id, level)


def principal(call: Call, kind: Any, value: Any, gone_too: bool) -> tuple[str, str]:
    """A principal of a request. Users and groups must exist, unless it is about revoking
    (`gone_too`)."""
    kind = as_text(kind, "type").upper()
    if kind in OTHER_PRINCIPALS:
        return kind, str(value)
    if kind not in PRINCIPALS:
        raise bad_request(f"{kind!r} is no type of principal.")
    number = as_int(value, "id")
    exists = user_exists if kind == "USER" else group_exists
    if not gone_too and not exists(call.db, number):
        raise bad_request(f"{kind} {number} does not exist.")
    return kind, str(number)


def apply_entry(call: Call, found: Dataset, mine: Level, entry: Entry) -> None:
    """Carry out one entry. Nobody gives, changes or takes more than they have (GUESS). What the
    owner is granted is pointless and ignored; the owner cannot be revoked (product §2.7: guess)."""
    if is_owner(found, entry.type, entry.id):
        if entry.level == "NONE":
            raise bad_request("The owner cannot be removed; change the owner first.")
        return
    current = current_level(call.db, found, entry.type, entry.id)
    for level in (current, entry.level):
        if level in GRANTABLE and Level[str(level)] > mine:
            raise forbidden(f"You do not have {level} yourself.")
    if entry.level == "NONE":
        revoke(call.db, found.id, entry.type, entry.id)
    else:
        grant(call.db, found.id, entry.type, entry.id, entry.level)


def revoke_one(call: Call) -> Reply:
    """`DELETE .../permissions/{type}/{id}`: documented for USER, declared for GROUP."""
    return _revoke(call, [(call.params["type"], call.params["principal"])])


def revoke_user(call: Call) -> Reply:
    """`DELETE .../USERS/{id}` (seed 003)."""
    return _revoke(call, [("USER", call.params["principal"])])


def revoke_listed(call: Call) -> Reply:
    """`DELETE .../users` with a body `[{id, type}]` (seed 003)."""
    given = [as_object(one, "entry") for one in call.json_list()]
    return _revoke(call, [(one.get("type", "USER"), one.get("id")) for one in given])


def _revoke(call: Call, named: list[tuple[Any, Any]]) -> Reply:
    """All answer 200 {}; of a repetition only a switch knows the answer."""
    found = reach(call, call.params["id"])
    mine: Level | None = None
    for kind, value in named:
        entry = Entry(*principal(call, kind, value, gone_too=True), "NONE")
        missing = current_level(call.db, found, entry.type, entry.id) is None
        if missing and call.db.switches.revoke_repeat_is_404:
            raise not_found(f"{entry.type} {entry.id} has no access to DataSource {found.id}.")
        if not (entry.type == "USER" and entry.id == str(call.caller.id)):  # leaving is free
            mine = mine or require(call, found, Level.CAN_SHARE)
        apply_entry(call, found, mine or Level.OWNER, entry)
    return json_reply({})


def access_map(call: Call) -> Reply:
    """Form (a) of the contested bulk read: ids in, a map out (product §8: scripts+)."""
    _require_form(call, "map", 405)
    ids = [as_text(one, "id") for one in call.json_list()]
    return json_reply({
        dataset_id: [wire.grant(one) for one in call.shuffled(access_list(call.db, found))]
        for dataset_id, found in reachable(call, ids).items()
    })  # fmt: skip


def access_rows(call: Call) -> Reply:
    """Form (b): everything the caller sees, as rows, by page (wip-spec)."""
    _require_form(call, "rows", 404)
    wanted = Wanted(visible_to(call.db, call.caller), hidden_too=True)
    rows = _rows(call, list_datasets(call.db, wanted, "id"))
    return json_reply(call.page(rows, 50))


def access_rows_of(call: Call) -> Reply:
    """Form (c): ids in, rows out (wip-spec)."""
    _require_form(call, "direct", 404)
    ids = [as_text(one, "id") for one in call.json_list()]
    return json_reply(_rows(call, list(reachable(call, ids).values())))


def _require_form(call: Call, form: str, status: int) -> None:
    if form not in call.db.switches.bulk_access_forms:
        raise Problem(status, "This instance has no such call.")


def _rows(call: Call, datasets: list[Dataset]) -> list[dict[str, str]]:
    return [
        {"dataSourceId": found.id, "type": one.type, "id": one.id, "accessLevel": one.level}
        for found in datasets
        for one in access_list(call.db, found)
    ]


ROUTES = (
    Route("GET", "/api/data/v3/datasources/{id}/permissions", read_permissions),
    Route("POST", "/api/data/v3/datasources/{id}/share", share),
    Route("DELETE", "/api/data/v3/datasources/{id}/permissions/{type}/{principal}", revoke_one),
    Route("DELETE", "/api/data/v3/datasources/{id}/USERS/{principal}", revoke_user),
    Route("DELETE", "/api/data/v3/datasources/{id}/users", revoke_listed),
    Route("POST", "/api/data/v3/datasources/bulk/permissions", access_map),
    Route("GET", "/api/data/v3/datasources/bulk/permissions", access_rows),
    Route("POST", "/api/data/v3/datasources/bulk/directpermissions", access_rows_of),
)
