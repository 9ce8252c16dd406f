"""Users and groups by their names, a part at a time: what a person leafs through."""

from dataclasses import dataclass

from domostate.emulator.store.database import Database
from domostate.emulator.store.groups import Member

Window = tuple[int, int]
"""Limit and offset."""


@dataclass(frozen=True, slots=True)
class ListedUser:
    """A user as a list shows them."""

    id: int
    name: str
    email: str
    role: str
    active: bool


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """A group as a list shows it; `users` and `groups` are how many are directly in it."""

    id: int
    name: str
    type: str
    active: bool
    users: int
    groups: int


_LIKE = "instr(lower({column}), lower(?))"
_USERS = (
    f"FROM users WHERE deleted=0 AND ({_LIKE.format(column='name')} "
    f"OR {_LIKE.format(column='email')})"
)
_GROUPS = f"FROM groups WHERE deleted=0 AND {_LIKE.format(column='name')}"
_WITHIN = "SELECT count(*) FROM group_members WHERE group_id=groups.id AND group_members.type="


def count_users(db: Database, like: str = "") -> int:
    """How many users have this in their name or e-mail."""
    return db.count(f"SELECT count(*) {_USERS}", like, like)


def listed_users(db: Database, like: str, window: Window) -> list[ListedUser]:
    """Users with this in their name or e-mail, by name."""
    rows = db.all(
        f"SELECT id, name, email, role, active {_USERS} "
        "ORDER BY lower(name), id LIMIT ? OFFSET ?",
        like, like, *window,
    )  # fmt: skip
    return [ListedUser(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows]


def count_groups(db: Database, like: str = "") -> int:
    """How many groups have this in their name."""
    return db.count(f"SELECT count(*) {_GROUPS}", like)


def listed_groups(db: Database, like: str, window: Window) -> list[ListedGroup]:
    """Groups with this in their name, by name."""
    rows = db.all(
        f"SELECT id, name, type, active, ({_WITHIN}'USER'), ({_WITHIN}'GROUP') {_GROUPS} "
        "ORDER BY lower(name), id LIMIT ? OFFSET ?",
        like, *window,
    )  # fmt: skip
    return [ListedGroup(row[0], row[1], row[2], bool(row[3]), row[4], row[5]) for row in rows]


def name_of(db: Database, kind: str, principal_id: int) -> str | None:
    """What a user or group is called; None for one who is gone."""
    table = "users" if kind == "USER" else "groups"
    row = db.one(f"SELECT name FROM {table} WHERE id=? AND deleted=0", principal_id)
    return None if row is None else str(row[0])


def some_members(db: Database, group_id: int, most: int) -> list[Member]:
    """Who is directly in a group, groups first, but no more than `most`."""
    rows = db.all(
        "SELECT type, member_id FROM group_members WHERE group_id=? ORDER BY type, member_id "
        "LIMIT ?",
        group_id, most,
    )  # fmt: skip
    return [(row[0], row[1]) for row in rows]


def count_members(db: Database, group_id: int) -> int:
    """How many users and groups are directly in a group."""
    return db.count("SELECT count(*) FROM group_members WHERE group_id=?", group_id)


def links_to(db: Database, group_id: int, member: Member) -> list[Member]:
    """What of a group can make this user or group a part of it: they themselves where they are
    directly in it, and the groups in it."""
    rows = db.all(
        "SELECT type, member_id FROM group_members "
        "WHERE group_id=? AND (type='GROUP' OR (type=? AND member_id=?)) ORDER BY type, member_id",
        group_id, *member,
    )  # fmt: skip
    return [(row[0], row[1]) for row in rows]
