"""Accounts: the credentials of a data provider, and who may use them."""

import json
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from domostate.emulator.errors import bad_request, forbidden
from domostate.emulator.store.access import groups_of, manages_all
from domostate.emulator.store.database import Database, Row
from domostate.emulator.store.groups import group_exists
from domostate.emulator.store.people import User, user_exists, user_name


@dataclass(frozen=True, slots=True)
class Account:
    """Credentials for a data provider."""

    id: int
    name: str
    """`displayName` of the Product plane: what a rename changes."""
    original_name: str
    """`name` of the Product plane: a rename leaves it (nb)."""
    provider: str
    owner_id: int
    """Whom `userId` names. Others may be OWNER by a share; a deleted user stays the owner."""
    valid: bool
    configuration: dict[str, str]
    """The credentials as they were sent; they leave the store masked only."""
    created_ms: int
    created_by: int
    modified_ms: int
    modified_by: int


class AccountLevel(IntEnum):
    """What somebody may do with one account; a higher level includes the lower ones. The order is
    the one in which clients list the levels [dl]; what each allows is a GUESS."""

    NONE = 0
    CAN_VIEW = 1
    """See it, and use it in streams."""
    CAN_SHARE = 2
    CAN_EDIT = 3
    """Change its name and credentials."""
    OWNER = 4
    """Delete it."""
    MANAGES = 5
    """By role: every account, without a share (product §6 "Manage all accounts")."""


GRANTABLE = frozenset({"CAN_VIEW", "CAN_SHARE", "CAN_EDIT", "OWNER"})
LEVELS = GRANTABLE | {"CAN_WRITE", "CAN_WRITE_ONLY", "FEDERATED"}
"""product §6. What the levels that are not in `GRANTABLE` allow is unknown: they are kept and
listed, and allow nothing (GUESS)."""
PRINCIPALS = frozenset({"USER", "GROUP", "VIRTUAL_USER"})
"""product §6."""


@dataclass(frozen=True, slots=True)
class Share:
    """One entry of an account's access list; ids of users and groups are numbers as text."""

    type: str
    id: str
    level: str
    name: str


_ACCOUNT = """SELECT id, name, original_name, provider, owner_id, valid, configuration, created_ms,
created_by, modified_ms, modified_by FROM accounts"""
_GRANTABLE = ", ".join(f"'{level}'" for level in sorted(GRANTABLE))
_MINE = (
    "(type='USER' AND principal_id=? "
    "OR type='GROUP' AND principal_id IN (SELECT value FROM json_each(?)))"
)
_NAMED = """SELECT type, principal_id, level, CASE type
WHEN 'USER' THEN (SELECT name FROM users WHERE id=CAST(principal_id AS INTEGER))
WHEN 'GROUP' THEN (SELECT name FROM groups WHERE id=CAST(principal_id AS INTEGER))
ELSE principal_id END FROM account_shares WHERE account_id=?"""


def _account(row: Row) -> Account:
    return Account(
        row[0], row[1], row[2], row[3], row[4], bool(row[5]), json.loads(row[6]), row[7], row[8],
        row[9], row[10],
    )  # fmt: skip


def find_account(db: Database, account_id: int) -> Account | None:
    """The account of that id."""
    row = db.one(_ACCOUNT + " WHERE id=?", account_id)
    return None if row is None else _account(row)


def all_accounts(db: Database) -> list[Account]:
    """Every account, by id."""
    return [_account(row) for row in db.all(_ACCOUNT + " ORDER BY id")]


def accounts_of(db: Database, user: User) -> list[Account]:
    """The accounts that `user` may use, by id: their own, those shared with them or a group of
    theirs, or all for a managing role (product §6)."""
    if manages_all(db, user):
        return all_accounts(db)
    shared = f"SELECT account_id FROM account_shares WHERE level IN ({_GRANTABLE}) AND {_MINE}"
    condition = f" WHERE owner_id=? OR id IN ({shared}) ORDER BY id"
    return [_account(row) for row in db.all(_ACCOUNT + condition, user.id, *_who(db, user))]


def _who(db: Database, user: User) -> tuple[str, str]:
    """The values of `_MINE`."""
    return str(user.id), json.dumps([str(one) for one in groups_of(db, user.id)])


def account_level(db: Database, user: User, account: Account) -> AccountLevel:
    """The highest level that the user has, by role, ownership, share or group."""
    if manages_all(db, user):
        return AccountLevel.MANAGES
    if account.owner_id == user.id:
        return AccountLevel.OWNER
    mine = f"SELECT level FROM account_shares WHERE account_id=? AND {_MINE}"
    levels = [row[0] for row in db.all(mine, account.id, *_who(db, user))]
    found = [AccountLevel[level] for level in levels if level in GRANTABLE]
    return max(found, default=AccountLevel.NONE)


def save_account(db: Database, account: Account) -> None:
    """Store an account as it now is."""
    db.run(
        "INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        account.id, account.name, account.original_name, account.provider, account.owner_id,
        account.valid, json.dumps(account.configuration), account.created_ms, account.created_by,
        account.modified_ms, account.modified_by,
    )  # fmt: skip


def create_account(
    db: Database, creator: User, now_ms: int, *, name: str, provider: str, **fields: Any
) -> Account:
    """Store a new account, which belongs to `creator`."""
    if not name or not provider:
        raise bad_request("An account needs a name and a type.")
    account = Account(
        db.next_id("account"), name, fields.get("original_name") or name, provider, creator.id,
        fields.get("valid", True), fields.get("configuration", {}), now_ms, creator.id, now_ms,
        creator.id,
    )  # fmt: skip
    save_account(db, account)
    return account


def change_account(
    db: Database, account: Account, user: User, now_ms: int, **fields: Any
) -> Account:
    """Store `account` with `fields` changed by `user`."""
    changed = replace(account, **fields, modified_ms=now_ms, modified_by=user.id)
    if not changed.name:
        raise bad_request("An account needs a name.")
    save_account(db, changed)
    return changed


def delete_account(db: Database, account: Account) -> None:
    """Delete the account, also one that streams use: they stay, without an account (GUESS; clients
    say that such streams stop until they are given another [scripts])."""
    db.run("DELETE FROM account_shares WHERE account_id=?", account.id)
    db.run("UPDATE streams SET account_id=NULL WHERE account_id=?", account.id)
    db.run("DELETE FROM accounts WHERE id=?", account.id)


def checked_configuration(value: Any, name: str) -> dict[str, str]:
    """A flat object of texts; numbers and booleans become text, null is left out. A refusal does
    not repeat the value, which may be secret."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_request(f"{name} must be an object.")
    found: dict[str, str] = {}
    for key, one in value.items():
        if isinstance(one, dict | list):
            raise bad_request(f"{name}.{key} must be a text.")
        if one is not None:
            found[key] = one if isinstance(one, str) else json.dumps(one)
    return found


def datasets_using(db: Database, account_id: int) -> list[str]:
    """The ids of the datasets whose stream uses the account."""
    using = "SELECT dataset_id FROM streams WHERE account_id=? AND deleted=0"
    return [row[0] for row in db.all(using, account_id)]


def shares_of(db: Database, account_id: int) -> list[Share]:
    """Every share, the owner's own entry excepted."""
    rows = db.all(_NAMED + " ORDER BY type, principal_id", account_id)
    return [Share(row[0], row[1], row[2], row[3] or "") for row in rows]


def account_access(db: Database, account: Account) -> list[Share]:
    """The owner, then everybody whom it is shared with (nb: the owner is in the list)."""
    owner = Share("USER", str(account.owner_id), "OWNER", user_name(db, account.owner_id))
    return [owner, *shares_of(db, account.id)]


def share_level(db: Database, account: Account, kind: str, principal_id: str) -> str:
    """What the access list says of this very principal, groups not followed; NONE if nothing."""
    if _owns(account, kind, principal_id):
        return "OWNER"
    row = db.one(
        "SELECT level FROM account_shares WHERE account_id=? AND type=? AND principal_id=?",
        account.id, kind, principal_id,
    )  # fmt: skip
    return "NONE" if row is None else str(row[0])


def _owns(account: Account, kind: str, principal_id: str) -> bool:
    return kind == "USER" and principal_id == str(account.owner_id)


def check_sharing(db: Database, user: User, account: Account, share: Share) -> None:
    """Whether `user` may make this share, else 400 or 403. The principal must exist, unless access
    is taken away. Who shares needs CAN_SHARE, and gives, changes or takes no more than they have;
    leaving is free (GUESS)."""
    if share.level != "NONE" and share.type in ("USER", "GROUP"):
        exists = user_exists if share.type == "USER" else group_exists
        if not exists(db, int(share.id)):
            raise bad_request(f"{share.type} {share.id} does not exist.")
    if share.level == "NONE" and (share.type, share.id) == ("USER", str(user.id)):
        return
    mine = account_level(db, user, account)
    if mine < AccountLevel.CAN_SHARE:
        raise forbidden(f"You may not share account {account.id}.")
    for level in (share_level(db, account, share.type, share.id), share.level):
        if level in GRANTABLE and AccountLevel[level] > mine:
            raise forbidden(f"You do not have {level} yourself.")


def share_account(db: Database, account: Account, share: Share) -> None:
    """Give, change or, with NONE, take away access. An owner who gives that up hands over to
    another one, and needs one (clients make the next owner first [scripts]; 400 is a GUESS)."""
    if _owns(account, share.type, share.id):
        if share.level == "OWNER":
            return
        heir = next((one for one in shares_of(db, account.id) if _may_inherit(one)), None)
        if heir is None:
            raise bad_request("The last owner cannot be removed; make somebody else owner first.")
        _unshare(db, account.id, heir)
        db.run("UPDATE accounts SET owner_id=? WHERE id=?", int(heir.id), account.id)
    if share.level == "NONE":
        _unshare(db, account.id, share)
    else:
        add_share(db, account.id, share)


def _may_inherit(share: Share) -> bool:
    return (share.type, share.level) == ("USER", "OWNER")


def add_share(db: Database, account_id: int, share: Share) -> None:
    """Store one share, in the place of what the principal had before."""
    db.run(
        "INSERT OR REPLACE INTO account_shares VALUES (?, ?, ?, ?)",
        account_id, share.type, share.id, share.level,
    )  # fmt: skip


def _unshare(db: Database, account_id: int, share: Share) -> None:
    statement = "DELETE FROM account_shares WHERE account_id=? AND type=? AND principal_id=?"
    db.run(statement, account_id, share.type, share.id)
