"""Users, accounts and credentials."""

import json
from dataclasses import dataclass
from typing import Any

from domostate.emulator.errors import bad_request
from domostate.emulator.store.database import Database, Row

ROLES = {"Admin": 1, "Privileged": 2, "Editor": 3, "Participant": 4, "Social": 5}
"""Role names (product §6, platform §7) and the role ids that we give them; Domo's own system roles
have small numbers too."""
READ_ONLY_ROLES = frozenset({"Participant", "Social"})


@dataclass(frozen=True, slots=True)
class User:
    """A person of the instance."""

    id: int
    email: str
    name: str
    role: str
    active: bool
    attributes: dict[str, list[str]]
    profile: dict[str, Any]
    """What else was said of them on the Platform plane: title, phone, location, ..."""
    created_ms: int
    updated_ms: int


@dataclass(frozen=True, slots=True)
class Account:
    """Credentials for a data provider, without the credentials."""

    id: int
    name: str
    provider: str
    owner_id: int | None
    valid: bool
    created_ms: int


_USER = (
    "SELECT id, email, name, role, active, attributes, profile, created_ms, updated_ms FROM users"
)
_USER_OF_TOKEN = _USER + " JOIN tokens ON tokens.user_id=users.id WHERE token=? AND deleted=0"
_ACCOUNT = "SELECT id, name, provider, owner_id, valid, created_ms FROM accounts"


def _user(row: Row) -> User:
    return User(
        row[0], row[1], row[2], row[3], bool(row[4]),
        json.loads(row[5]), json.loads(row[6]), row[7], row[8],
    )  # fmt: skip


def find_user(db: Database, user_id: int) -> User | None:
    """The user of that id, deleted ones excepted."""
    row = db.one(_USER + " WHERE id=? AND deleted=0", user_id)
    return None if row is None else _user(row)


def all_users(db: Database) -> list[User]:
    """Everyone, active or not, in the order of the estate file."""
    return [_user(row) for row in db.all(_USER + " WHERE deleted=0 ORDER BY position")]


def users_like(db: Database, words: list[str]) -> list[User]:
    """Users whose e-mail contains one of `words`: fuzzy, as Domo's search is (product §6, nb)."""
    if not words:
        return []
    clause = " OR ".join(["instr(lower(email), ?)"] * len(words))
    lowered = [word.lower() for word in words]
    rows = db.all(f"{_USER} WHERE deleted=0 AND ({clause}) ORDER BY position", *lowered)
    return [_user(row) for row in rows]


def user_name(db: Database, user_id: int) -> str:
    """The display name, also of a user who is gone."""
    row = db.one("SELECT name FROM users WHERE id=?", user_id)
    return "" if row is None else str(row[0])


def user_exists(db: Database, user_id: int) -> bool:
    """Whether there is such a user; an inactive one counts."""
    return db.one("SELECT 1 FROM users WHERE id=? AND deleted=0", user_id) is not None


def email_taken(db: Database, email: str, but: int = 0) -> bool:
    """Whether another user has this address, whatever its capitals."""
    taken = "SELECT 1 FROM users WHERE lower(email)=lower(?) AND deleted=0 AND id<>?"
    return db.one(taken, email, but) is not None


def add_user(db: Database, user: User) -> None:
    """Store a new user at the end of the list."""
    db.run(
        "INSERT INTO users (id, position, email, name, role, active, attributes, profile, "
        "created_ms, updated_ms) "
        "VALUES (?, (SELECT ifnull(max(position), 0) + 1 FROM users), ?, ?, ?, ?, ?, ?, ?, ?)",
        user.id, user.email, user.name, user.role, user.active, json.dumps(user.attributes),
        json.dumps(user.profile), user.created_ms, user.updated_ms,
    )  # fmt: skip


def update_user(db: Database, user: User) -> None:
    """Store what `user` now is."""
    db.run(
        "UPDATE users SET email=?, name=?, role=?, active=?, profile=?, updated_ms=? WHERE id=?",
        user.email, user.name, user.role, user.active, json.dumps(user.profile), user.updated_ms,
        user.id,
    )  # fmt: skip


def check_role(role: str) -> str:
    """`role`, if Domo has it. The words of the refusal are recorded (platform §7: PY-IT)."""
    if role not in ROLES:
        raise bad_request(f"No enum constant for role {role}")
    return role


def find_account(db: Database, account_id: int) -> Account | None:
    """The account of that id."""
    row = db.one(_ACCOUNT + " WHERE id=?", account_id)
    return None if row is None else _account(row)


def accounts_of(db: Database, user: User) -> list[Account]:
    """The accounts that `user` may see: their own, or all for a managing role.

    Domo also lets accounts be shared (product §6); the estate has no shares of accounts yet, so
    that rule is not emulated.
    """
    if user.role in db.switches.managing_roles:
        return [_account(row) for row in db.all(_ACCOUNT + " ORDER BY id")]
    rows = db.all(_ACCOUNT + " WHERE owner_id=? ORDER BY id", user.id)
    return [_account(row) for row in rows]


def _account(row: Row) -> Account:
    return Account(row[0], row[1], row[2], row[3], bool(row[4]), row[5])


def user_of_token(db: Database, token: str) -> User | None:
    """Who a developer or session token stands for.

    Where the estate lists no tokens, any non-empty one stands for the first Admin.
    """
    row = db.one(_USER_OF_TOKEN, token)
    if row is not None:
        user = _user(row)
        return user if user.active else None
    return first_admin(db) if any_token_counts(db) else None


def any_token_counts(db: Database) -> bool:
    """Whether the estate leaves the tokens open."""
    return db.one("SELECT 1 FROM tokens LIMIT 1") is None


def first_admin(db: Database) -> User | None:
    """The first active Admin, in the order of the estate file."""
    row = db.one(_USER + " WHERE role='Admin' AND active=1 AND deleted=0 ORDER BY position LIMIT 1")
    return None if row is None else _user(row)


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client of the Platform plane; it acts as the user who made it (platform §2)."""

    user: User
    scopes: tuple[str, ...]


ALL_SCOPES = ("account", "audit", "buzz", "dashboard", "data", "user", "workflow")


def client_of(db: Database, client_id: str, secret: str) -> Client | None:
    """The client of that id and secret; where the estate lists none, any pair is the first
    Admin's."""
    if db.one("SELECT 1 FROM clients LIMIT 1") is None:
        admin = first_admin(db)
        return None if admin is None or not client_id else Client(admin, ALL_SCOPES)
    row = db.one("SELECT user_id, scopes FROM clients WHERE id=? AND secret=?", client_id, secret)
    user = find_user(db, row[0]) if row else None
    if row is None or user is None or not user.active:
        return None
    return Client(user, tuple(json.loads(row[1])))
