"""Sharing of accounts on the Product plane: the present call and the older one (product §6)."""

from typing import Any

from domostate.emulator.call import Call, Reply, as_int, as_list, as_text, json_reply
from domostate.emulator.errors import Problem, bad_request
from domostate.emulator.product.account_reach import reach_account
from domostate.emulator.routing import Route
from domostate.emulator.store.accounts import (
    LEVELS,
    PRINCIPALS,
    Account,
    Share,
    account_access,
    check_sharing,
    share_account,
    share_level,
)

_PERMISSIONS = {"READ": "CAN_VIEW", "WRITE": "CAN_EDIT", "OWNER": "OWNER"}
"""Permissions of the older call, the lowest first, and the levels that clients take them for
[dl]."""


def read_shares(call: Call) -> Reply:
    """The access list, its owner included. Only lists of users are captured: the count of groups,
    where there are any, is a GUESS from the access lists of datasets."""
    found = account_access(call.db, reach_account(call))
    body: dict[str, Any] = {
        "list": [
            {"type": one.type, "id": one.id, "accessLevel": one.level, "name": one.name}
            for one in call.shuffled(found)
        ],
        "totalUserCount": sum(one.type == "USER" for one in found),
    }
    groups = sum(one.type == "GROUP" for one in found)
    return json_reply(body | {"totalGroupCount": groups} if groups else body)


def share(call: Call) -> Reply:
    """Give, change or, with NONE, take away the access of one principal."""
    account, given = reach_account(call), call.json_object()
    level = as_text(given.get("accessLevel"), "accessLevel")
    if level != "NONE" and level not in LEVELS:
        raise bad_request(f"{level!r} is no access level of accounts.")
    kind = as_text(given.get("type"), "type").upper()
    if kind not in PRINCIPALS:
        raise bad_request(f"An account cannot be shared with a {kind}.")
    return _apply(call, account, Share(kind, _id(kind, given.get("id")), level, ""))


def share_by_permissions(call: Call) -> Reply:
    """The older call: users only, and permissions in the place of a level (product §1.3)."""
    account, given = reach_account(call), call.json_object()
    if as_text(given.get("type"), "type").upper() != "USER":
        raise bad_request("This call shares with users only.")
    asked = as_list(given.get("permissions"), "permissions")
    known = [level for permission, level in _PERMISSIONS.items() if permission in asked]
    if not known or not all(one in list(_PERMISSIONS) for one in asked):
        raise bad_request(f"permissions must be of {', '.join(_PERMISSIONS)}.")
    return _apply(call, account, Share("USER", _id("USER", given.get("id")), known[-1], ""))


def _id(kind: str, value: Any) -> str:
    if kind == "VIRTUAL_USER":
        return as_text(value, "id")
    return str(as_int(value, "id"))


def _apply(call: Call, account: Account, wanted: Share) -> Reply:
    """Sharing with somebody who has that access answers 500, as a client says (product §1.3)."""
    check_sharing(call.db, call.caller, account, wanted)
    current = share_level(call.db, account, wanted.type, wanted.id)
    if current == wanted.level != "NONE" and call.db.switches.account_share_repeat_is_500:
        raise Problem(500)
    share_account(call.db, account, wanted)
    return json_reply({})


_RIGHTS = "GUESS: it takes CAN_SHARE, and nobody gives or takes more than they have; "
_REPEAT = "that only the same level counts as a repeat is a GUESS (account_share_repeat_is_500)"
ROUTES = (
    Route(
        "GET", "/api/data/v2/accounts/share/{id}", read_shares, source="product §6",
        doubt="the count of groups is a GUESS",
    ),
    Route(
        "PUT", "/api/data/v2/accounts/share/{id}", share, source="product §6, §1.3",
        doubt=_RIGHTS + _REPEAT,
    ),
    Route(
        "PUT", "/api/data/v1/accounts/{id}/share", share_by_permissions,
        source="product §6, §1.3", doubt="the body is a client's [dl]; " + _RIGHTS + _REPEAT,
    ),
)  # fmt: skip
