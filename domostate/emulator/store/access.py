"""Who may do what with a dataset: levels, and the rules built on them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Condition, Dataset
from domostate.emulator.store.groups import Member, owners
from domostate.emulator.store.people import User, all_users


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

_WITHIN = """
WITH RECURSIVE within(who, id) AS (
  {start}
  UNION
  SELECT who, group_id FROM within JOIN group_members
    ON group_members.type='GROUP' AND member_id=within.id
  JOIN groups ON groups.id=group_id WHERE active=1 AND ?
)
SELECT who, id FROM within"""
_OF_USERS = """SELECT member_id, group_id FROM group_members JOIN groups ON groups.id=group_id
  WHERE group_members.type='USER' AND active=1"""
_OF_GROUPS = "SELECT id, id FROM groups WHERE active=1"
_GROUPS_OF_USER = _WITHIN.format(start=f"{_OF_USERS} AND member_id=?")
_GROUPS_OF_GROUP = _WITHIN.format(start=f"{_OF_GROUPS} AND id=?")


def groups_of(db: Database, user_id: int) -> list[int]:
    """The groups that contain the user, through groups in groups too where they nest (a GUESS:
    switch `nested_groups`). Groups that contain each other do no harm."""
    return [row[1] for row in db.all(_GROUPS_OF_USER, user_id, db.switches.nested_groups)]


def manages_all(db: Database, user: User) -> bool:
    """Whether the user's role manages every dataset."""
    return user.manages or user.role in db.switches.managing_roles


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at datasets: a user with the groups that they are in, or, without a `user`, a
    group with those that it is in."""

    user: User | None
    groups: frozenset[int]
    manages: bool = False
    """Whether the role manages every dataset."""

    @property
    def principals(self) -> list[Member]:
        """Who must be given something for the viewer to have it."""
        own: list[Member] = [] if self.user is None else [("USER", self.user.id)]
        return [*own, *(("GROUP", one) for one in sorted(self.groups))]


def viewer(db: Database, user: User) -> Viewer:
    """The user as who looks at datasets."""
    return Viewer(user, frozenset(groups_of(db, user.id)), manages_all(db, user))


def group_viewer(db: Database, group_id: int) -> Viewer:
    """What is given to the members of a group as such; nothing while it is inactive."""
    rows = db.all(_GROUPS_OF_GROUP, group_id, db.switches.nested_groups)
    return Viewer(None, frozenset(row[1] for row in rows))


def user_viewers(db: Database) -> list[Viewer]:
    """Everyone, active or not."""
    groups = _groups_within(db, _OF_USERS)
    return [
        Viewer(user, frozenset(groups.get(user.id, ())), manages_all(db, user))
        for user in all_users(db)
    ]


def group_viewers(db: Database) -> dict[int, Viewer]:
    """Every active group, by id."""
    found = _groups_within(db, _OF_GROUPS)
    return {group_id: Viewer(None, frozenset(groups)) for group_id, groups in found.items()}


def _groups_within(db: Database, start: str) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for who, group_id in db.all(_WITHIN.format(start=start), db.switches.nested_groups):
        found.setdefault(who, []).append(group_id)
    return found


@dataclass(frozen=True, slots=True)
class Way:
    """A way to a level on a dataset."""

    level: Level
    through: Member
    """Who owns it or was granted it: the user or a group of theirs; ("ROLE", id of the user) where
    the role gives it."""


def granted_on(db: Database, dataset_id: str) -> dict[Member, Level]:
    """What users and groups were granted on a dataset."""
    rows = db.all(
        "SELECT type, principal_id, level FROM grants "
        "WHERE dataset_id=? AND type IN ('USER', 'GROUP')",
        dataset_id,
    )
    return {(row[0], int(row[1])): Level[row[2]] for row in rows if row[2] in GRANTABLE}


def ways(found: Viewer, dataset: Dataset, grants: Mapping[Member, Level]) -> Iterator[Way]:
    """Every way that the viewer has to the dataset, of which the highest level counts."""
    if found.manages and found.user is not None:
        yield Way(Level.MANAGES, ("ROLE", found.user.id))
    for one in found.principals:
        if one == (dataset.owner_type, dataset.owner_id):
            yield Way(Level.OWNER, one)
        if one in grants:
            yield Way(grants[one], one)


def highest(found: Iterable[Way]) -> Level:
    """The level that these ways lead to."""
    return max((way.level for way in found), default=Level.NONE)


def level(db: Database, user: User, dataset: Dataset) -> Level:
    """The highest level that the user has, by role, ownership, grant or group."""
    if manages_all(db, user):
        return Level.MANAGES
    return highest(ways(viewer(db, user), dataset, granted_on(db, dataset.id)))


def visible_to(db: Database, user: User) -> Condition:
    """An SQL condition on `datasets` that holds for those the user has any level on."""
    return ("1", []) if manages_all(db, user) else in_reach(viewer(db, user))


def in_reach(found: Viewer) -> Condition:
    """An SQL condition on `datasets` that holds for those the viewer has any level on."""
    if found.manages:
        return "1", []
    user_id = None if found.user is None else found.user.id
    marks = ",".join("?" * len(found.groups))
    condition = (
        "((owner_type='USER' AND owner_id=?) "
        f"OR (owner_type='GROUP' AND owner_id IN ({marks})) "
        "OR datasets.id IN (SELECT dataset_id FROM grants "
        "WHERE level IN ('CO_OWNER', 'CAN_EDIT', 'CAN_SHARE', 'CAN_VIEW') "
        "AND ((grants.type='USER' AND principal_id=?) "
        f"OR (grants.type='GROUP' AND principal_id IN ({marks})))))"
    )
    groups = sorted(found.groups)
    return condition, [user_id, *groups, str(user_id), *map(str, groups)]


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
