"""Bulk tags, shares and deletions under `/api/data/v1/ui/bulk` (product §2.6 to §2.8)."""

from collections.abc import Callable
from typing import Any

from domostate.emulator.call import Call, Reply, as_list, as_object, as_tag, as_text, json_reply
from domostate.emulator.errors import bad_request
from domostate.emulator.product.owners import failures
from domostate.emulator.product.reach import reachable, require
from domostate.emulator.product.shares import apply_entry, entries_of
from domostate.emulator.routing import Route
from domostate.emulator.store.access import Level
from domostate.emulator.store.cards import cards_of
from domostate.emulator.store.datasets import Dataset, delete_dataset, set_tags


def _ids(given: dict[str, Any]) -> list[str]:
    if given.get("type") != "DATA_SOURCE":
        raise bad_request("type must be DATA_SOURCE.")
    return [as_text(one, "id") for one in as_list(given.get("ids"), "ids")]


def _each(call: Call, ids: list[str], needed: Level, act: Callable[[Dataset], None]) -> Reply:
    mine = reachable(call, ids, needed)
    for found in mine.values():
        act(found)
    return json_reply({"successful": list(mine), "failed": failures(call, ids, mine)})


def add_tags(call: Call) -> Reply:
    """Adds tags, keeps the others."""
    return _tag(call, lambda have, given: [*have, *given])


def remove_tags(call: Call) -> Reply:
    """Removes tags, keeps the others (wip-spec only)."""
    return _tag(call, lambda have, given: [one for one in have if one not in given])


def _tag(call: Call, combine: Callable[[list[str], list[str]], list[str]]) -> Reply:
    given = call.json_object()
    ids = _ids(as_object(given.get("bulkItems"), "bulkItems"))
    tags = [as_tag(one) for one in as_list(given.get("tags"), "tags")]

    def act(found: Dataset) -> None:
        set_tags(call.db, found, combine(found.tags, tags), call.now_ms)

    return _each(call, ids, Level.CAN_EDIT, act)


def share(call: Call) -> Reply:
    """Grants, changes or (NONE) revokes on many datasets; one id that is unknown or out of reach
    refuses them all (product §1.3: scripts+)."""
    given = call.json_object()
    ids = _ids(as_object(given.get("bulkItems"), "bulkItems"))
    entity = as_object(given.get("dataSourceShareEntity"), "dataSourceShareEntity")
    entries = entries_of(call, entity)
    mine = reachable(call, ids)
    if len(mine) < len(set(ids)):
        raise bad_request("Request payload includes invalid ids")
    for found in mine.values():
        mine_level = require(call, found, Level.CAN_SHARE)
        for entry in entries:
            apply_entry(call, found, mine_level, entry)
    return json_reply({"successful": list(mine), "failed": {}})


def delete(call: Call) -> Reply:
    """Deletes many datasets, softly (GUESS: the default of the single call)."""
    ids = _ids(call.json_object())
    return _each(
        call, ids, Level.CO_OWNER,
        lambda found: delete_dataset(call.db, found.id, call.now_ms, "soft"),
    )  # fmt: skip


def check_delete(call: Call) -> Reply:
    """What deleting would do, without doing it; cards depend on a dataset (GUESS)."""
    given = call.json_object()
    return _checked(call, given, Level.CO_OWNER, lambda found: bool(cards_of(call.db, found.id)))


def check_share(call: Call) -> Reply:
    """What sharing would do, without doing it; takes the body of the share (inferred)."""
    given = as_object(call.json_object().get("bulkItems"), "bulkItems")
    return _checked(call, given, Level.CAN_SHARE, lambda _: False)


def _checked(
    call: Call, given: dict[str, Any], needed: Level, depended_on: Callable[[Dataset], bool]
) -> Reply:
    """Which items would succeed, and why the others would not (product §2.7: wip-spec). Things of
    another type are refused one by one (GUESS)."""
    ids = list(dict.fromkeys(as_text(one, "id") for one in as_list(given.get("ids"), "ids")))
    type_valid = as_text(given.get("type"), "type") == "DATA_SOURCE"
    if not type_valid:
        invalid = dict.fromkeys(ids, "WRONG_TYPE")
    else:
        mine = reachable(call, ids, needed)
        invalid = failures(call, ids, mine) | {
            one: "HAS_DEPENDENCIES" for one, found in mine.items() if depended_on(found)
        }
    return json_reply({
        "validItems": [one for one in ids if one not in invalid],
        "invalidItems": invalid,
        "typeValid": type_valid,
    })  # fmt: skip


_UI = "/api/data/v1/ui/bulk"
ROUTES = (
    Route(
        "POST", f"{_UI}/tag", add_tags, source="product §2.6",
        doubt="the reply; 400 for an empty tag",
    ),
    Route("POST", f"{_UI}/tag/delete", remove_tags, source="product §2.6", doubt="the reply"),
    Route(
        "POST", f"{_UI}/share", share, source="product §1.3, §2.7",
        doubt="an id out of sight counts as unknown",
    ),
    Route(
        "POST", f"{_UI}/share/check", check_share, source="product §2.7",
        doubt="the body; only NO_ACCESS, DELETED and WRONG_TYPE occur",
    ),
    Route(
        "POST", f"{_UI}/delete", delete, source="product §2.8",
        doubt="deletes softly; the reasons of failures",
    ),
    Route(
        "POST", f"{_UI}/delete/check", check_delete, source="product §2.8",
        doubt="HAS_DEPENDENCIES means cards; ids that never were are DELETED",
    ),
)  # fmt: skip
