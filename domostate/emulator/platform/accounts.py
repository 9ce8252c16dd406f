"""Accounts on the Platform plane (platform §9): never their properties."""

from typing import Any

from domostate.emulator.call import (
    EMPTY,
    NO_CONTENT,
    Call,
    Reply,
    as_int,
    as_object,
    as_text,
    json_reply,
)
from domostate.emulator.errors import bad_request, forbidden, not_found
from domostate.emulator.platform import wire
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.accounts import (
    Account,
    AccountLevel,
    Share,
    account_level,
    accounts_of,
    change_account,
    check_sharing,
    checked_configuration,
    create_account,
    delete_account,
    find_account,
    share_account,
    share_level,
)
from domostate.emulator.store.people import READ_ONLY_ROLES

LIST_LIMIT = 500
"""As documented; pydomo holds itself to 50."""


def list_accounts(call: Call) -> Reply:
    """The accounts that the client's user owns or that are shared with them, by page."""
    found = call.page(accounts_of(call.db, call.caller), 50, LIST_LIMIT)
    return json_reply([wire.account(one) for one in found])


def read(call: Call) -> Reply:
    """One account."""
    return json_reply(wire.account(_known(call)))


def _known(call: Call, needed: AccountLevel = AccountLevel.CAN_VIEW) -> Account:
    """The account; one that the client's user may not use is not there."""
    number = as_int(call.params["id"], "account id")
    account = find_account(call.db, number)
    level = AccountLevel.NONE
    if account is not None:
        level = account_level(call.db, call.caller, account)
    if account is None or level == AccountLevel.NONE:
        raise not_found(f"Account {number} was not found.")
    if level < needed:
        raise forbidden(f"You do not have {needed.name} on account {number}.")
    return account


def create(call: Call) -> Reply:
    """A new account of the client's user; 200, not 201 (platform §9)."""
    if call.caller.role in READ_ONLY_ROLES:
        raise forbidden("Your role may not create accounts.")
    given = call.json_object()
    kind = as_object(given.get("type"), "type")
    account = create_account(
        call.db, call.caller, call.now_ms, name=as_text(given.get("name"), "name"),
        provider=as_text(kind.get("id"), "type.id"), valid=_valid(given, True),
        configuration=checked_configuration(kind.get("properties"), "type.properties"),
    )  # fmt: skip
    return json_reply(wire.account(account))


def _valid(given: dict[str, Any], default: bool) -> bool:
    valid = given.get("valid", default)
    if not isinstance(valid, bool):
        raise bad_request("valid must be true or false.")
    return valid


def update(call: Call) -> Reply:
    """Change what the body names. Properties that it leaves out stay, since nobody can read them
    to send them back."""
    account, given = _known(call, AccountLevel.CAN_EDIT), call.json_object()
    kind = as_object(given.get("type"), "type")
    if as_text(kind.get("id", account.provider), "type.id") != account.provider:
        raise bad_request(f"Account {account.id} stays of the type {account.provider}.")
    properties = checked_configuration(kind.get("properties"), "type.properties")
    changed = change_account(
        call.db, account, call.caller, call.now_ms,
        name=as_text(given.get("name", account.name), "name"),
        valid=_valid(given, account.valid), configuration=account.configuration | properties,
    )  # fmt: skip
    if call.db.switches.account_replies_documented:
        return json_reply(wire.account(changed))
    return Reply(status=202)


def delete(call: Call) -> Reply:
    """Delete the account, in use or not."""
    delete_account(call.db, _known(call, AccountLevel.OWNER))
    return EMPTY if call.db.switches.account_replies_documented else NO_CONTENT


def share(call: Call) -> Reply:
    """Let a user use the account. Who has more than that keeps it."""
    account = _known(call)
    named = as_object(call.json_object().get("user"), "user")
    wanted = Share("USER", str(as_int(named.get("id"), "user.id")), "CAN_VIEW", "")
    check_sharing(call.db, call.caller, account, wanted)
    if share_level(call.db, account, wanted.type, wanted.id) == "NONE":
        share_account(call.db, account, wanted)
    return EMPTY


_ONE = "/v1/accounts/{id}"
_SHARES = "GUESS: that it gives CAN_VIEW, takes CAN_SHARE and may be repeated"
ROUTES = (
    Route("GET", "/v1/accounts", list_accounts, "account", source="platform §9", query=PAGED),
    Route(
        "POST", "/v1/accounts", create, "account", source="platform §9",
        doubt="that any type is taken and no property is required are GUESSES",
    ),
    Route(
        "GET", _ONE, read, "account", source="platform §9",
        doubt="404 for an account that is not shared with the user is a GUESS",
    ),
    Route(
        "PATCH", _ONE, update, "account", source="platform §9",
        doubt="202 and empty as clients have it, 200 and the account in the documents (switch "
        "account_replies_documented); properties that are left out stay: GUESS", status=202,
    ),
    Route(
        "DELETE", _ONE, delete, "account", source="platform §9",
        doubt="204 as clients have it, 200 in the documents (switch account_replies_documented); "
        "that it takes OWNER is a GUESS", status=204,
    ),
    Route("POST", _ONE + "/shares", share, "account", source="platform §9", doubt=_SHARES),
    Route(
        "GET", _ONE + "/shares", share, "account", source="platform §9",
        doubt="the documents share by a GET with a body, clients by POST: both; " + _SHARES,
    ),
)  # fmt: skip
