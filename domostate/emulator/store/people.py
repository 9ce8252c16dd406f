"""Users and their credentials."""

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
    role_id: int = 0
    manages: bool = False
    """Whether the role is a custom one with the authority that manages every dataset; of Domo's
    own roles the switch `managing_roles` tells."""


MANAGE_DATASETS = "dataset.manage"
"""The authority behind "Manage DataSet" (product §3; which one it is: inferred)."""
_USER = (
    "SELECT id, email, name, role, active, attributes, profile, created_ms, updated_ms, "
    "(SELECT roles.id FROM roles WHERE roles.name=users.role), "
    f"(SELECT 1 FROM roles WHERE roles.name=users.role AND roles.id>{max(ROLES.values())} "
    f"AND instr(authorities, '\"{MANAGE_DATASETS}\"')) FROM users"
)
_USER_OF_TOKEN = _USER + " JOIN tokens ON tokens.user_id=users.id WHERE token=? AND deleted=0"


def _user(row: Row) -> User:
    return User(
        row[0], row[1], row[2], row[3], bool(row[4]),
        json.loads(row[5]), json.loads(row[6]), row[7], row[8], row[9] or 0, bool(row[10]),
    )  # fmt: skip


def find_user(db: Database, user_id: int) -> User | None:
    """The user of that id, deleted ones excepted."""
    row = db.one(_USER + " WHERE id=? AND deleted=0", user_id)
    return None if row is None else _user(row)


def all_users(db: Database) -> list[User]:
    """Everyone, active or not, in the order of the estate file."""
    return [_user(row) for row in db.all(_USER + " WHERE deleted=0 ORDER BY position")]


def deleted_users(db: Database) -> list[User]:
    """Those who are gone, as they last were."""
    return [_user(row) for row in db.all(_USER + " WHERE deleted=1 ORDER BY position")]


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
        "UPDATE users SET email=?, name=?, role=?, active=?, attributes=?, profile=?, "
        "updated_ms=? WHERE id=?",
        user.email, user.name, user.role, user.active, json.dumps(user.attributes),
        json.dumps(user.profile), user.updated_ms, user.id,
    )  # fmt: skip


def check_role(role: str) -> str:
    """`role`, if Domo has it. The words of the refusal are recorded (platform §7: PY-IT)."""
    if role not in ROLES:
        raise bad_request(f"No enum constant for role {role}")
    return role


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


def keep_an_admin(db: Database) -> None:
    """400 where a change has left no active Admin: nobody could undo it (GUESS), and an estate
    needs one."""
    if first_admin(db) is None:
        raise bad_request("The last active Admin has to stay one.")


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client of the Platform plane; it acts as the user who made it (platform §2)."""

    user: User
    scopes: tuple[str, ...]


ALL_SCOPES = ("account", "audit", "buzz", "dashboard", "data", "user", "workflow")


def client_of(db: Database, client_id: str, secret: str) -> Client | None:
    """The client of that id and secret; where the estate lists none, any other pair is the first
    Admin's."""
    row = db.one("SELECT secret, user_id, scopes FROM clients WHERE id=?", client_id)
    if row is None:
        listed = db.one("SELECT 1 FROM clients WHERE made=0 LIMIT 1")
        admin = None if listed or not client_id else first_admin(db)
        return None if admin is None else Client(admin, ALL_SCOPES)
    user = find_user(db, row[1]) if row[0] == secret else None
    return Client(user, tuple(json.loads(row[2]))) if user is not None and user.active else None
