"""Who may do what with a dataset: levels, and the rules built on them."""

from enum import IntEnum

from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset
from domostate.emulator.store.groups import Member, owners
from domostate.emulator.store.people import User


class Level(IntEnum):
    """What somebody may do with one dataset; a higher level includes the lower ones.

    That CAN_EDIT includes sharing, and that an editor may change row policies, are readings of
    the order in which Domo lists the levels, not documented facts.
    """

    NONE = 0
    CAN_VIEW = 1
    CAN_SHARE = 2
    CAN_EDIT = 3
    CO_OWNER = 4
    OWNER = 5
    MANAGES = 6
    """By role: every dataset, without a grant."""


GRANTABLE = frozenset({"CO_OWNER", "CAN_EDIT", "CAN_SHARE", "CAN_VIEW"})
"""OWNER is in access lists but is not given by sharing (GUESS): the owner is changed instead."""

_GROUPS_OF = """
WITH RECURSIVE within(id) AS (
  SELECT group_id FROM group_members JOIN groups ON groups.id=group_id
  WHERE group_members.type='USER' AND member_id=? AND active=1
  UNION
  SELECT group_id FROM within JOIN group_members
    ON group_members.type='GROUP' AND member_id=within.id
  JOIN groups ON groups.id=group_id WHERE active=1 AND ?
)
SELECT id FROM within"""


def groups_of(db: Database, user_id: int) -> list[int]:
    """The groups that contain the user, through groups in groups too where they nest (a GUESS:
    switch `nested_groups`). Groups that contain each other do no harm."""
    return [row[0] for row in db.all(_GROUPS_OF, user_id, db.switches.nested_groups)]


def manages_all(db: Database, user: User) -> bool:
    """Whether the user's role manages every dataset."""
    return user.role in db.switches.managing_roles


def level(db: Database, user: User, dataset: Dataset) -> Level:
    """The highest level that the user has, by role, ownership, grant or group."""
    if manages_all(db, user):
        return Level.MANAGES
    groups = set(groups_of(db, user.id))
    if (dataset.owner_type == "USER" and dataset.owner_id == user.id) or (
        dataset.owner_type == "GROUP" and dataset.owner_id in groups
    ):
        return Level.OWNER
    best = Level.NONE
    rows = db.all("SELECT type, principal_id, level FROM grants WHERE dataset_id=?", dataset.id)
    for kind, principal_id, granted in rows:
        mine = (kind == "USER" and principal_id == str(user.id)) or (
            kind == "GROUP" and int(principal_id) in groups
        )
        if mine and granted in GRANTABLE:
            best = max(best, Level[granted])
    return best


def visible_to(db: Database, user: User) -> tuple[str, list[object]]:
    """An SQL condition on `datasets` that holds for those the user has any level on."""
    if manages_all(db, user):
        return "1", []
    groups = groups_of(db, user.id)
    marks = ",".join("?" * len(groups))
    condition = (
        "((owner_type='USER' AND owner_id=?) "
        f"OR (owner_type='GROUP' AND owner_id IN ({marks})) "
        "OR EXISTS (SELECT 1 FROM grants WHERE dataset_id=datasets.id "
        "AND level IN ('CO_OWNER', 'CAN_EDIT', 'CAN_SHARE', 'CAN_VIEW') "
        "AND ((grants.type='USER' AND principal_id=?) "
        f"OR (grants.type='GROUP' AND principal_id IN ({marks})))))"
    )
    return condition, [user.id, *groups, str(user.id), *map(str, groups)]


def may_change_group(db: Database, user: User, group_id: int) -> bool:
    """Whether the user may change a group: by role, or as one of its owners."""
    if manages_all(db, user):
        return True
    mine: set[Member] = {("USER", user.id)}
    mine |= {("GROUP", one) for one in groups_of(db, user.id)}
    return not mine.isdisjoint(owners(db, group_id))


_RIGHTS = {
    Level.NONE: "NONE",
    Level.CAN_VIEW: "READ",
    Level.CAN_SHARE: "READ_SHARE",
    Level.CAN_EDIT: "READ_WRITE_SHARE",
    Level.CO_OWNER: "READ_WRITE_DELETE_SHARE",
    Level.OWNER: "READ_WRITE_DELETE_SHARE",
    Level.MANAGES: "READ_WRITE_DELETE_SHARE_ADMIN",
}


def rights(found: Level) -> str:
    """The caller's rights as `permissions` of the metadata words them (product §2.1)."""
    return _RIGHTS[found]
