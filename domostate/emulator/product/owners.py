"""Changing who owns datasets (product §2.3): four calls that clients use for it."""

from typing import Any

from domostate.emulator.call import Call, Reply, as_int, as_list, as_object, as_text, json_reply
from domostate.emulator.errors import bad_request
from domostate.emulator.product.reach import reach, reachable
from domostate.emulator.routing import Route
from domostate.emulator.store.access import Level
from domostate.emulator.store.datasets import find_dataset
from domostate.emulator.store.grants import transfer
from domostate.emulator.store.groups import group_exists
from domostate.emulator.store.people import user_exists


def owner_from(call: Call, kind: str, value: Any) -> tuple[str, int]:
    """The owner that a request names, or 400 when there is no such user or group (GUESS)."""
    number = as_int(value, "owner")
    exists = user_exists if kind == "USER" else group_exists
    if not exists(call.db, number):
        raise bad_request(f"{kind} {number} does not exist.")
    return kind, number


def _owner_in(call: Call, given: dict[str, Any], user: str, group: str) -> tuple[str, int]:
    named = [
        (kind, given[key]) for kind, key in (("USER", user), ("GROUP", group)) if given.get(key)
    ]
    if len(named) != 1:
        raise bad_request(f"The body needs either {user} or {group}.")
    return owner_from(call, *named[0])


def set_responsible(call: Call) -> Reply:
    """One dataset, a user or (wip-spec only) a group."""
    owner = _owner_in(call, call.json_object(), "responsibleUserId", "responsibleGroupId")
    found = reach(call, call.params["id"], Level.CO_OWNER)
    transfer(call.db, found, *owner, call.now_ms)
    return json_reply({})


def set_responsible_user(call: Call) -> Reply:
    """Many datasets, the user in the path."""
    owner = owner_from(call, "USER", call.params["user"])
    for one in call.json_list():
        transfer(call.db, reach(call, str(one), Level.CO_OWNER), *owner, call.now_ms)
    return json_reply({})


def set_owned_by(call: Call) -> Reply:
    """Many datasets of many owners."""
    for value in call.json_list():
        given = as_object(value, "entry")
        entity = as_object(given.get("entityIdentifier"), "entityIdentifier")
        kind = as_text(entity.get("type", "USER"), "type").upper()
        if kind not in ("USER", "GROUP"):
            raise bad_request(f"{kind!r} cannot own a DataSet.")
        owner = owner_from(call, kind, entity.get("id"))
        for one in as_list(given.get("dataSourceIds"), "dataSourceIds"):
            transfer(call.db, reach(call, str(one), Level.CO_OWNER), *owner, call.now_ms)
    return json_reply({})


def reassign(call: Call) -> Reply:
    """Many datasets, with a result for each: 200 does not mean that all succeeded."""
    given = call.json_object()
    if given.get("type") != "DATA_SOURCE":
        raise bad_request("type must be DATA_SOURCE.")
    owner = _owner_in(call, given, "userId", "groupId")
    ids = [as_text(one, "id") for one in as_list(given.get("ids"), "ids")]
    mine = reachable(call, ids, Level.CO_OWNER)
    for found in mine.values():
        transfer(call.db, found, *owner, call.now_ms)
    return json_reply({"successful": list(mine), "failed": failures(call, ids, mine)})


def failures(call: Call, ids: list[str], done: Any) -> dict[str, str]:
    """Why the other ids of a bulk call were left out, in the words of the check calls (product
    §2.7)."""
    return {
        one: "NO_ACCESS" if find_dataset(call.db, one) else "DELETED"
        for one in ids
        if one not in done
    }


ROUTES = (
    Route(
        "PUT", "/api/data/v2/datasources/{id}/responsibleUsers", set_responsible,
        source="product §2.3", doubt="groups; what the former owner keeps is a switch",
    ),
    Route(
        "PUT", "/api/data/v2/datasources/responsible-user/{user}", set_responsible_user,
        source="product §2.3", doubt="the reply; all or none",
    ),
    Route(
        "PUT", "/api/data/ui/v3/datasources/ownedBy", set_owned_by, source="product §2.3",
        doubt="groups; the reply; all or none",
    ),
    Route(
        "POST", "/api/data/v1/ui/bulk/reassign", reassign, source="product §2.3",
        doubt="the reasons of failures",
    ),
)  # fmt: skip
