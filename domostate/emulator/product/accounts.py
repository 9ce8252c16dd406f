"""Accounts on the Product plane (product §6): never their secrets."""

from domostate.emulator.call import Call, Reply, as_int, json_reply
from domostate.emulator.errors import forbidden, not_found
from domostate.emulator.product import wire
from domostate.emulator.routing import Route
from domostate.emulator.store.people import accounts_of, find_account


def list_accounts(call: Call) -> Reply:
    """The accounts the caller may see; all of them by default (product §1.5)."""
    found = call.page(accounts_of(call.db, call.caller), -1)
    return json_reply([wire.account(one) for one in found])


def read_account(call: Call) -> Reply:
    """One account."""
    number = as_int(call.params["id"], "id")
    account = find_account(call.db, number)
    if account is None:
        raise not_found(f"Account {number} was not found.")
    if account not in accounts_of(call.db, call.caller):
        raise forbidden(f"You may not see account {number}.")
    return json_reply(wire.account(account))


ROUTES = (
    Route("GET", "/api/data/v1/accounts", list_accounts),
    Route("GET", "/api/data/v1/accounts/{id}", read_account),
)
