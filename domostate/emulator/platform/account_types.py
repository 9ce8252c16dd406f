"""Types of accounts on the Platform plane (platform §9)."""

from typing import Any

from domostate.emulator.call import Call, Reply, json_reply
from domostate.emulator.errors import not_found
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.account_types import DESCRIBED, AccountType, account_type, prompt
from domostate.emulator.store.accounts import accounts_of

LIST_LIMIT = 500


def list_types(call: Call) -> Reply:
    """Every type, by page."""
    found = call.page(sorted(_known(call)), 50, LIST_LIMIT)
    return json_reply([_head(account_type(one)) for one in found])


def read_type(call: Call) -> Reply:
    """One type, with what making an account of it takes."""
    provider = call.params["type"]
    if provider not in _known(call):
        raise not_found(f"Account type {provider} was not found.")
    return json_reply(_whole(account_type(provider)))


def _known(call: Call) -> frozenset[str]:
    """Those that are described, and those of the accounts that the client's user may use."""
    return DESCRIBED | {one.provider for one in accounts_of(call.db, call.caller)}


def _head(found: AccountType) -> dict[str, Any]:
    return {"id": found.id, "name": found.name}


def _whole(found: AccountType) -> dict[str, Any]:
    template = {
        "title": f"Create {found.name} Account",
        "contentType": "application/json",
        "method": "post",
        "key": "default",
        "properties": [
            {"name": one, "prompt": prompt(one), "required": True} for one in found.properties
        ],
    }
    return _head(found) | {"_templates": {"default": template}}


_DOUBT = "which types there are, and the properties of those that no client describes, are GUESSES"
ROUTES = (
    Route(
        "GET", "/v1/account-types", list_types, "account", source="platform §9", doubt=_DOUBT,
        query=PAGED,
    ),
    Route(
        "GET", "/v1/account-types/{type}", read_type, "account", source="platform §9",
        doubt=_DOUBT,
    ),
    Route(
        "GET", "/v1/accounts/account-types/{type}", read_type, "account", source="platform §9",
        doubt="only the text of the documents has this path; " + _DOUBT,
    ),
)  # fmt: skip
