"""Which account the caller may reach on the Product plane, and how it is refused there."""

from domostate.emulator.call import Call, as_int
from domostate.emulator.errors import forbidden, not_found
from domostate.emulator.store.accounts import Account, AccountLevel, account_level, find_account


def reach_account(call: Call, needed: AccountLevel = AccountLevel.CAN_VIEW) -> Account:
    """The account that the path names as `id`, if it exists (else 404) and the caller has the
    level that is needed (else 403): clients tell the two apart [dl]."""
    number = as_int(call.params["id"], "id")
    account = find_account(call.db, number)
    if account is None:
        raise not_found(f"Account {number} was not found.")
    if account_level(call.db, call.caller, account) < needed:
        raise forbidden(f"You do not have {needed.name} on account {number}.")
    return account
