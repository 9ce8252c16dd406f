"""Definitions of custom user attributes, which DYNAMIC policies refer to by key."""

from dataclasses import dataclass, replace

from domostate.emulator.store.database import Database
from domostate.emulator.store.people import all_users, update_user

CUSTOM = "customer-defined"
KEYSPACES = frozenset({"idp", "domo-defined", CUSTOM})
"""Where an attribute comes from [dl]."""


@dataclass(frozen=True, slots=True)
class AttributeKey:
    """What is known about an attribute. The defaults are those that a client sends [dl]."""

    key: str
    keyspace: str = CUSTOM
    title: str = ""
    description: str = ""
    validator: str = "ANY_VALUE"
    security_voter: str = "FULL_VIS_ADMIN_IDP"


_KEY = "SELECT key, keyspace, title, description, validator, security_voter FROM attribute_keys"


def stored_keys(db: Database) -> list[AttributeKey]:
    """The definitions that somebody made, by key."""
    return [AttributeKey(*row) for row in db.all(_KEY + " ORDER BY key")]


def all_keys(db: Database) -> list[AttributeKey]:
    """Every definition, by key. What users have without a definition counts as a custom attribute:
    an estate may give values without defining them first."""
    known = {one.key: one for one in stored_keys(db)}
    used = {key for user in all_users(db) for key in user.attributes}
    return [known.get(key) or AttributeKey(key, title=key) for key in sorted(known.keys() | used)]


def find_key(db: Database, key: str) -> AttributeKey | None:
    """The definition of that key."""
    return next((one for one in all_keys(db) if one.key == key), None)


def save_key(db: Database, one: AttributeKey) -> None:
    """Store a definition as it now is."""
    db.run(
        "INSERT OR REPLACE INTO attribute_keys VALUES (?, ?, ?, ?, ?, ?)",
        one.key, one.keyspace, one.title, one.description, one.validator, one.security_voter,
    )  # fmt: skip


def delete_key(db: Database, key: str) -> None:
    """Remove a definition; the users lose their values with it (GUESS)."""
    db.run("DELETE FROM attribute_keys WHERE key=?", key)
    for user in all_users(db):
        if key in user.attributes:
            kept = {name: values for name, values in user.attributes.items() if name != key}
            update_user(db, replace(user, attributes=kept))
