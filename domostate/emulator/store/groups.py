"""Groups, their members and owners."""

import uuid
from dataclasses import dataclass

from domostate.emulator.errors import bad_request, not_found
from domostate.emulator.store.database import Database, Row

Member = tuple[str, int]
"""("USER" or "GROUP", id)"""

TYPES = frozenset({"open", "adHoc", "closed", "directory", "dynamic", "system"})
"""product §6."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of users, perhaps with groups in it."""

    id: int
    name: str
    type: str
    description: str
    creator_id: int | None
    active: bool
    deleted: bool
    created_ms: int


_GROUP = "SELECT id, name, type, description, creator_id, active, deleted, created_ms FROM groups"


def _group(row: Row) -> Group:
    return Group(row[0], row[1], row[2], row[3], row[4], bool(row[5]), bool(row[6]), row[7])


def find_group(db: Database, group_id: int) -> Group | None:
    """The group of that id; a deleted one is still found (product §1.3, nb)."""
    row = db.one(_GROUP + " WHERE id=?", group_id)
    return None if row is None else _group(row)


def living_group(db: Database, group_id: int) -> Group:
    """The group of that id, or 404."""
    group = find_group(db, group_id)
    if group is None or group.deleted:
        raise not_found(f"Group {group_id} was not found.")
    return group


def all_groups(db: Database) -> list[Group]:
    """Every group that is not deleted, by id."""
    return [_group(row) for row in db.all(_GROUP + " WHERE deleted=0 ORDER BY id")]


def group_exists(db: Database, group_id: int) -> bool:
    """Whether there is such a group, deleted ones excepted."""
    return db.one("SELECT 1 FROM groups WHERE id=? AND deleted=0", group_id) is not None


def group_name(db: Database, group_id: int) -> str:
    """The name, also of a deleted group."""
    row = db.one("SELECT name FROM groups WHERE id=?", group_id)
    return "" if row is None else str(row[0])


def members(db: Database, group_id: int) -> list[Member]:
    """The direct members, users and groups."""
    rows = db.all("SELECT type, member_id FROM group_members WHERE group_id=?", group_id)
    return [(row[0], row[1]) for row in rows]


def owners(db: Database, group_id: int) -> list[Member]:
    """Who may change the group besides Admins."""
    rows = db.all("SELECT type, owner_id FROM group_owners WHERE group_id=?", group_id)
    return [(row[0], row[1]) for row in rows]


def check_name(db: Database, name: str, but: int = 0) -> str:
    """`name`, unless another group has it: 400 (product §1.3, nb)."""
    if not name:
        raise bad_request("A group needs a name.")
    taken = "SELECT 1 FROM groups WHERE name=? AND deleted=0 AND id<>?"
    if db.one(taken, name, but):
        raise bad_request(f"A group named {name!r} exists already.")
    return name


def check_type(name: str) -> str:
    """`name`, if it is a type of group."""
    if name not in TYPES:
        raise bad_request(f"{name!r} is no type of group.")
    return name


def create_group(db: Database, group: Group) -> None:
    """Store a new group. Its creator owns it, and is a member from the start where the switch
    `creator_joins_group` says so."""
    db.touch("group", str(group.id))
    add_group(db, group)
    if group.creator_id is not None:
        add_owners(db, group.id, [("USER", group.creator_id)])
        if db.switches.creator_joins_group:
            add_members(db, group.id, [("USER", group.creator_id)])


def add_group(db: Database, group: Group) -> None:
    """Store a group as it is given."""
    db.run(
        "INSERT INTO groups VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        group.id, group.name, group.type, group.description, group.creator_id, group.active,
        group.deleted, group.created_ms,
    )  # fmt: skip


def update_group(db: Database, group: Group) -> None:
    """Store the name, type, description and activity that `group` now has."""
    db.touch("group", str(group.id))
    db.run(
        "UPDATE groups SET name=?, type=?, description=?, active=? WHERE id=?",
        group.name, group.type, group.description, group.active, group.id,
    )  # fmt: skip


def check_members(db: Database, found: list[Member]) -> list[Member]:
    """`found`, if every one of them exists, else 400 (GUESS: no source shows the refusal)."""
    for kind, member_id in found:
        exists = user_known(db, member_id) if kind == "USER" else group_exists(db, member_id)
        if not exists:
            raise bad_request(f"{kind} {member_id} does not exist.")
    return found


def user_known(db: Database, user_id: int) -> bool:
    """Whether there is such a user."""
    return db.one("SELECT 1 FROM users WHERE id=? AND deleted=0", user_id) is not None


def add_members(db: Database, group_id: int, wanted: list[Member]) -> None:
    """Make them members; those who are already stay."""
    db.touch("group", str(group_id))
    rows = [(group_id, kind, member_id) for kind, member_id in wanted]
    db.run_many("INSERT OR IGNORE INTO group_members VALUES (?, ?, ?)", rows)


def remove_members(db: Database, group_id: int, unwanted: list[Member]) -> None:
    """Take them out; who is none is no error."""
    db.touch("group", str(group_id))
    statement = "DELETE FROM group_members WHERE group_id=? AND type=? AND member_id=?"
    db.run_many(statement, [(group_id, kind, member_id) for kind, member_id in unwanted])


def add_owners(db: Database, group_id: int, wanted: list[Member]) -> None:
    """Let them change the group."""
    rows = [(group_id, kind, owner_id) for kind, owner_id in wanted]
    db.run_many("INSERT OR IGNORE INTO group_owners VALUES (?, ?, ?)", rows)


def remove_owners(db: Database, group_id: int, unwanted: list[Member]) -> None:
    """Take that right away."""
    statement = "DELETE FROM group_owners WHERE group_id=? AND type=? AND owner_id=?"
    db.run_many(statement, [(group_id, kind, owner_id) for kind, owner_id in unwanted])


def delete_group(db: Database, group: Group) -> None:
    """Delete the group: it stays readable under another name and inactive (product §1.3, nb).

    What it was granted goes with it, and a group that owns datasets is refused: both GUESS, no
    source says what happens.
    """
    owned = "SELECT id FROM datasets WHERE owner_type='GROUP' AND owner_id=? AND deleted=0"
    if db.one(owned, group.id):
        raise bad_request(f"Group {group.name} owns DataSets.")
    _touch_everything_reached(db, group.id)
    suffix = uuid.uuid5(uuid.NAMESPACE_OID, str(group.id))
    db.run(
        "UPDATE groups SET name=?, active=0, deleted=1 WHERE id=?",
        f"{group.name}_deleted_{suffix}",
        group.id,
    )
    db.run("DELETE FROM group_members WHERE group_id=?", group.id)
    db.run("DELETE FROM group_owners WHERE group_id=?", group.id)
    db.run("DELETE FROM group_owners WHERE type='GROUP' AND owner_id=?", group.id)
    forget_principal(db, "GROUP", group.id)


def _touch_everything_reached(db: Database, group_id: int) -> None:
    db.touch("group", str(group_id))
    touch_reached(db, "GROUP", group_id)


def touch_reached(db: Database, kind: str, principal_id: int) -> None:
    """Touch every group and dataset that names this user or group."""
    inside = "SELECT group_id FROM group_members WHERE type=? AND member_id=?"
    for (outer,) in db.all(inside, kind, principal_id):
        db.touch("group", str(outer))
    granted = "SELECT dataset_id FROM grants WHERE type=? AND principal_id=?"
    named = (
        "SELECT DISTINCT dataset_id FROM policy_members JOIN policies ON id=policy_id "
        "WHERE policy_members.type=? AND member_id=?"
    )
    for (dataset_id,) in [
        *db.all(granted, kind, str(principal_id)),
        *db.all(named, kind, principal_id),
    ]:
        db.touch("dataset", dataset_id)


def forget_principal(db: Database, kind: str, principal_id: int) -> None:
    """Take a user or group out of every group, access list and policy."""
    db.run("DELETE FROM group_members WHERE type=? AND member_id=?", kind, principal_id)
    for table in ("grants", "account_shares"):
        statement = f"DELETE FROM {table} WHERE type=? AND principal_id=?"
        db.run(statement, kind, str(principal_id))
    for table in ("policy_members", "column_rule_members"):
        db.run(f"DELETE FROM {table} WHERE type=? AND member_id=?", kind, principal_id)
