"""Access lists on the Product plane: reading, granting, and five ways to revoke (product §2.7)."""

from dataclasses import dataclass
from typing import Any

from domostate.emulator.call import (
    EMPTY,
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
from domostate.emulator.routing import PAGED, Route
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


def put_permission(call: Call) -> Reply:
    """One grant, as an entry of `share` (product §2.7: wip-spec). The reply is a GUESS."""
    entry = _entry(call, call.json_object())
    found = reach(call, call.params["id"])
    apply_entry(call, found, require(call, found, Level.CAN_SHARE), entry)
    return json_reply({})


def share_content(call: Call) -> Reply:
    """Shares several things with several people, at a level that the call does not name: switch
    `content_share_level` (product §2.7: portal). Who has more already keeps it (GUESS)."""
    given = call.json_object()
    level = call.db.switches.content_share_level
    entries = [Entry(*_recipient(call, one), level) for one in _named(given, "recipients")]
    for resource in _named(given, "resources"):
        if resource.get("type") != "dataset":
            raise bad_request("Only resources of the type dataset can be shared here.")
        found = reach(call, as_text(resource.get("id"), "id"))
        mine = require(call, found, Level.CAN_SHARE)
        for entry in entries:
            current = current_level(call.db, found, entry.type, entry.id)
            if current is None or current == "FEDERATED" or Level[current] < Level[level]:
                apply_entry(call, found, mine, entry)
    return EMPTY


def _named(given: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = [as_object(one, name) for one in as_list(given.get(name), name)]
    if not found:
        raise bad_request(f"{name} must not be empty.")
    return found


def _recipient(call: Call, given: dict[str, Any]) -> tuple[str, str]:
    kind = given.get("type")
    if kind not in ("user", "group"):  # "must be lowercase" (OAS)
        raise bad_request(f"A recipient is a user or a group, not {kind!r}.")
    return principal(call, kind, given.get("id"), gone_too=False)


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


_V3 = "/api/data/v3/datasources"
_ONE = _V3 + "/{id}"
ROUTES = (
    Route("GET", f"{_ONE}/permissions", read_permissions, source="003; product §2.7"),
    Route(
        "PUT", f"{_ONE}/permissions", put_permission, source="product §2.7", doubt="the reply"
    ),
    Route(
        "POST", f"{_ONE}/share", share, source="003; product §2.7",
        doubt="NONE revokes; OWNER cannot be granted; nobody gives more than they have",
    ),
    Route(
        "POST", "/api/content/v1/share", share_content, source="product §2.7",
        doubt="which level it grants is a switch; pages and cards are refused",
        query=("sendEmail",),
    ),
    Route(
        "DELETE", _ONE + "/permissions/{type}/{principal}", revoke_one, source="003; product §2.7",
        doubt="groups are declared, not seen; what a repeat answers is a switch",
    ),
    Route(
        "DELETE", _ONE + "/USERS/{principal}", revoke_user, source="003; product §2.7",
        doubt="what a repeat answers is a switch",
    ),
    Route(
        "DELETE", f"{_ONE}/users", revoke_listed, source="003; product §2.7",
        doubt="groups; what a repeat answers is a switch",
    ),
    Route(
        "POST", f"{_V3}/bulk/permissions", access_map, source="product §8",
        doubt="contested: exists where a switch says so",
    ),
    Route(
        "GET", f"{_V3}/bulk/permissions", access_rows, source="product §8",
        doubt="contested: exists where a switch says so",
        query=PAGED,
    ),
    Route(
        "POST", f"{_V3}/bulk/directpermissions", access_rows_of, source="product §8",
        doubt="contested: exists where a switch says so",
    ),
)  # fmt: skip
