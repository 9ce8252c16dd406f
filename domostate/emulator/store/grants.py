"""Owners and grants: the access list of a dataset."""

from dataclasses import dataclass

from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset, set_fields

PRINCIPALS = frozenset({"USER", "GROUP"})
OTHER_PRINCIPALS = frozenset({
    "CARD", "VIRTUAL_USER", "APPROVAL", "ENIGMA_FORM_INSTANCE", "DATA_APP", "DATA_APP_VIEW",
    "WORKFLOW", "REPORT_VIEW_PAGE",
})  # fmt: skip
"""product §2.7 (wip-spec)."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One entry of an access list; ids of users and groups are numbers as text."""

    type: str
    id: str
    level: str
    name: str


_NAMED = """SELECT type, principal_id, level, CASE type
WHEN 'USER' THEN (SELECT name FROM users WHERE id=CAST(principal_id AS INTEGER))
WHEN 'GROUP' THEN (SELECT name FROM groups WHERE id=CAST(principal_id AS INTEGER))
ELSE principal_id END FROM grants WHERE dataset_id=?"""


def access_list(db: Database, dataset: Dataset) -> list[Grant]:
    """The owner, then everyone with a grant (product §2.7: the owner is in the list)."""
    rows = db.all(_NAMED, dataset.id)
    owner = Grant(dataset.owner_type, str(dataset.owner_id), "OWNER", dataset.owner_name)
    return [owner, *(Grant(row[0], row[1], row[2], row[3] or "") for row in rows)]


def user_count(db: Database, dataset: Dataset) -> int:
    """How many users the access list names, the owner included; those who come with a group are
    not counted (GUESS)."""
    users = "SELECT count(*) FROM grants WHERE dataset_id=? AND type='USER'"
    return db.count(users, dataset.id) + (dataset.owner_type == "USER")


def is_owner(dataset: Dataset, kind: str, principal_id: str) -> bool:
    """Whether this is the dataset's owner."""
    return dataset.owner_type == kind and str(dataset.owner_id) == principal_id


def current_level(db: Database, dataset: Dataset, kind: str, principal_id: str) -> str | None:
    """What the access list says of this very principal, groups not followed."""
    if is_owner(dataset, kind, principal_id):
        return "OWNER"
    row = db.one(
        "SELECT level FROM grants WHERE dataset_id=? AND type=? AND principal_id=?",
        dataset.id, kind, principal_id,
    )  # fmt: skip
    return None if row is None else str(row[0])


def grant(db: Database, dataset_id: str, kind: str, principal_id: str, level: str) -> None:
    """Give or change one grant."""
    db.touch("dataset", dataset_id)
    db.run(
        "INSERT OR REPLACE INTO grants VALUES (?, ?, ?, ?)", dataset_id, kind, principal_id, level
    )


def revoke(db: Database, dataset_id: str, kind: str, principal_id: str) -> bool:
    """Take one grant away; False when there was none."""
    db.touch("dataset", dataset_id)
    statement = "DELETE FROM grants WHERE dataset_id=? AND type=? AND principal_id=?"
    return db.run(statement, dataset_id, kind, principal_id) > 0


def transfer(db: Database, dataset: Dataset, kind: str, owner_id: int, now_ms: int) -> None:
    """Make somebody the owner. Their grant becomes pointless and goes; whether the old owner keeps
    one is unknown: switch `old_owner_keeps`."""
    if is_owner(dataset, kind, str(owner_id)):
        return
    db.touch("dataset", dataset.id)
    revoke(db, dataset.id, kind, str(owner_id))
    if db.switches.old_owner_keeps:
        old = (dataset.owner_type, str(dataset.owner_id))
        grant(db, dataset.id, *old, db.switches.old_owner_keeps)
    set_fields(db, dataset.id, now_ms, owner_type=kind, owner_id=owner_id)
