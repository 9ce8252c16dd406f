"""Accounts on the Product plane (product §6): never their secrets."""

from domostate.emulator.call import NO_CONTENT, Call, Reply, as_text, json_reply
from domostate.emulator.errors import bad_request, forbidden, not_found
from domostate.emulator.product import wire
from domostate.emulator.product.account_reach import reach_account
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.account_types import masked
from domostate.emulator.store.accounts import (
    Account,
    AccountLevel,
    accounts_of,
    change_account,
    checked_configuration,
    create_account,
    delete_account,
)
from domostate.emulator.store.people import READ_ONLY_ROLES


def list_accounts(call: Call) -> Reply:
    """The accounts the caller may use; all of them by default (product §1.5)."""
    found = call.page(accounts_of(call.db, call.caller), -1)
    return json_reply([wire.account(one) for one in found])


def read_account(call: Call) -> Reply:
    """One account; `unmask` has nothing to unmask here."""
    return json_reply(wire.account(reach_account(call)))


def create(call: Call) -> Reply:
    """A new account, which belongs to the caller."""
    if call.caller.role in READ_ONLY_ROLES:
        raise forbidden("Your role may not create accounts.")
    given = call.json_object()
    name = as_text(given.get("displayName") or given.get("name"), "displayName")
    account = create_account(
        call.db, call.caller, call.now_ms, name=name,
        original_name=as_text(given.get("name") or name, "name"),
        provider=as_text(given.get("dataProviderType"), "dataProviderType"),
        configuration=checked_configuration(given.get("configurations"), "configurations"),
    )  # fmt: skip
    return json_reply(wire.account(account))


def rename(call: Call) -> Reply:
    """Change `displayName`; the body is the bare name. `name` stays (nb)."""
    account = reach_account(call, AccountLevel.CAN_EDIT)
    try:
        name = call.body.decode()
    except UnicodeDecodeError as error:
        raise bad_request("The body is not UTF-8 text.") from error
    changed = change_account(call.db, account, call.caller, call.now_ms, name=name.strip())
    return json_reply(wire.account(changed))


def delete(call: Call) -> Reply:
    """Delete the account, in use or not."""
    delete_account(call.db, reach_account(call, AccountLevel.OWNER))
    return NO_CONTENT


def read_configuration(call: Call) -> Reply:
    """The credentials, secrets masked. `unmask=true`, with which Domo shows them to those who may,
    changes nothing: the emulator shows secrets to nobody."""
    return json_reply(masked(_of_provider(call, AccountLevel.CAN_VIEW).configuration))


def write_configuration(call: Call) -> Reply:
    """Replace the credentials by those in the body."""
    account = _of_provider(call, AccountLevel.CAN_EDIT)
    configuration = checked_configuration(call.json_object(), "body")
    changed = change_account(
        call.db, account, call.caller, call.now_ms, configuration=configuration
    )
    return json_reply(wire.account(changed))


def _of_provider(call: Call, needed: AccountLevel) -> Account:
    account = reach_account(call, needed)
    if account.provider != call.params["provider"]:
        raise not_found(f"Account {account.id} is not of the type {call.params['provider']}.")
    return account


_ACCOUNTS = "/api/data/v1/accounts"
_CONFIGURATION = "/api/data/v1/providers/{provider}/account/{id}"
_OUTSIDE = "in no seed and no reference: path, body and reply [OAS+, dl]; "
ROUTES = (
    Route(
        "GET", _ACCOUNTS, list_accounts, source="product §6",
        doubt="whether a share through a group counts is a GUESS",
        query=PAGED,
    ),
    Route(
        "POST", _ACCOUNTS, create, source="product §6",
        doubt=_OUTSIDE + "who may create, and that any type is taken, are GUESSES",
    ),
    Route("GET", _ACCOUNTS + "/{id}", read_account, source="product §6", query=("unmask",)),
    Route(
        "PUT", _ACCOUNTS + "/{id}/name", rename, source="product §6",
        doubt=_OUTSIDE + "that it takes CAN_EDIT is a GUESS",
    ),
    Route(
        "DELETE", _ACCOUNTS + "/{id}", delete, source="product §1.3",
        doubt="GUESS: it takes OWNER, and streams that use the account are left without one",
        status=204,
    ),
    Route(
        "GET", _CONFIGURATION, read_configuration, source="product §6",
        doubt="which properties are masked is a GUESS; unmask=true is ignored on purpose",
        query=("unmask",),
    ),
    Route(
        "PUT", _CONFIGURATION, write_configuration, source="product §6",
        doubt="GUESS: it replaces the whole configuration and takes CAN_EDIT",
    ),
)  # fmt: skip
