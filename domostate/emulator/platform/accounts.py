"""Accounts on the Platform plane (platform §9): reading only."""

from domostate.emulator.call import Call, Reply, as_int, json_reply
from domostate.emulator.errors import not_found
from domostate.emulator.platform import wire
from domostate.emulator.routing import Route
from domostate.emulator.store.people import accounts_of

LIST_LIMIT = 500
"""As documented; pydomo holds itself to 50."""


def list_accounts(call: Call) -> Reply:
    """The accounts that the client's user may see, by page."""
    found = call.page(accounts_of(call.db, call.caller), 50, LIST_LIMIT)
    return json_reply([wire.account(one) for one in found])


def read(call: Call) -> Reply:
    """One account; one that is not the user's is not there."""
    number = as_int(call.params["id"], "account id")
    for account in accounts_of(call.db, call.caller):
        if account.id == number:
            return json_reply(wire.account(account))
    raise not_found(f"Account {number} was not found.")


ROUTES = (
    Route("GET", "/v1/accounts", list_accounts, "account"),
    Route("GET", "/v1/accounts/{id}", read, "account"),
)
