"""Sessions of people who signed in with a password, and OAuth clients that they made."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from enum import StrEnum

from domostate.emulator.store.database import Database
from domostate.emulator.store.people import User, find_user


class Refusal(StrEnum):
    """Why somebody is not let in (product §1.1)."""

    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    ACCOUNT_LOCKED = "ACCOUNT_LOCKED"


@dataclass(frozen=True, slots=True)
class NewClient:
    """An OAuth client as it is made."""

    id: str
    secret: str
    name: str
    description: str
    scopes: list[str]


def secret(db: Database, *seeds: object) -> str:
    """64 hexadecimal digits that nobody can guess, the same for the same seeds in one folder."""
    key = (db.fact("signing_key") or "").encode()
    message = json.dumps([str(one) for one in seeds]).encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def check_password(db: Database, email: str, password: str) -> User | Refusal:
    """Who may come in. A user for whom the estate gives no password comes in with any.

    After as many wrong passwords in a row as the switch `lock_after` says, the account is locked;
    nothing unlocks it but a reset.
    """
    row = db.one(
        "SELECT id, password, failed_logins, active FROM users "
        "WHERE lower(email)=lower(?) AND deleted=0",
        email,
    )
    if row is None:
        return Refusal.INVALID_CREDENTIALS
    user_id, expected, failed, active = row
    limit = db.switches.lock_after
    if limit and failed >= limit:
        return Refusal.ACCOUNT_LOCKED
    user = find_user(db, user_id)
    if user is None or not active or not password or expected not in (None, password):
        db.run("UPDATE users SET failed_logins=failed_logins+1 WHERE id=?", user_id)
        return Refusal.INVALID_CREDENTIALS
    db.run("UPDATE users SET failed_logins=0 WHERE id=?", user_id)
    return user


def set_password(db: Database, user_id: int, password: str) -> None:
    """From now on only this password signs the user in."""
    db.run("UPDATE users SET password=? WHERE id=?", password, user_id)


def passwords(db: Database) -> dict[int, str]:
    """The passwords that were given, by user."""
    return dict(db.all("SELECT id, password FROM users WHERE password IS NOT NULL"))


def open_session(db: Database, user: User, token: str) -> None:
    """Remember that `token` stands for `user`. When Domo ends a session is unknown: ours last as
    long as the switch `token_generation` stays as it is."""
    values = (token, user.id, db.switches.token_generation)
    db.run("INSERT INTO sessions (token, user_id, generation) VALUES (?, ?, ?)", *values)


def session_user(db: Database, token: str) -> User | None:
    """Who signed in under this token, unless it has expired or they are gone or not active by
    now."""
    asked = "SELECT user_id FROM sessions WHERE token=? AND generation=?"
    row = db.one(asked, token, db.switches.token_generation)
    user = None if row is None else find_user(db, row[0])
    return user if user is not None and user.active else None


def is_session(db: Database, token: str) -> bool:
    """Whether this was given to somebody who signed in, expired or not."""
    return db.one("SELECT 1 FROM sessions WHERE token=?", token) is not None


def client_name_taken(db: Database, name: str) -> bool:
    """Whether there is a client of that name."""
    return db.one("SELECT 1 FROM clients WHERE name=?", name) is not None


def add_client(db: Database, client: NewClient, user: User) -> None:
    """Store a client of `user`; an estate that leaves the clients open stays open."""
    db.run(
        "INSERT INTO clients (id, secret, user_id, scopes, name, description, made) "
        "VALUES (?, ?, ?, ?, ?, ?, 1)",
        client.id, client.secret, user.id, json.dumps(client.scopes), client.name,
        client.description,
    )  # fmt: skip
