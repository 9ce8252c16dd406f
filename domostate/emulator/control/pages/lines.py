"""What somebody sees of a dataset, as one line of a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from domostate.emulator.control.pages.naming import Directory, Named
from domostate.emulator.control.pages.words import Described, Reading, described
from domostate.emulator.store.access import Level, Viewer
from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset
from domostate.emulator.store.groups import Member
from domostate.emulator.store.policies import Policy
from domostate.emulator.store.schemas import indexed_columns
from domostate.emulator.store.sight import Sight, named


@dataclass(frozen=True, slots=True)
class Through:
    """A way to a level: by `role`, through the group, or else directly."""

    level: str
    group: Named | None = None
    role: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """A policy that applies, and whom it names that makes it so."""

    policy: Policy
    named: bool
    """The viewer themselves."""
    groups: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One viewer and one dataset. `subject` is which of the two the table tells apart."""

    subject: Named
    note: str
    level: str
    ways: tuple[Through, ...]
    rows: Described
    policies: tuple[Applied, ...]


def reading_of(db: Database, dataset: Dataset, now_ms: int) -> Reading:
    """What the filters of the dataset's policies are read against."""
    columns = frozenset(one["name"] for one in indexed_columns(db, dataset, now_ms))
    return Reading(columns, db.switches.null_matches_not)


@dataclass(frozen=True, slots=True)
class Somebody:
    """A viewer, and as which user or group they are listed."""

    viewer: Viewer
    member: Member


def line(
    subject: Named, note: str, who: Somebody, sight: Sight, reading: Reading, names: Directory
) -> Line:
    """The line of a viewer and a dataset."""
    user = who.viewer.user
    found = tuple(_ways(who, sight, names))
    rows = described(sight, None if user is None else user.attributes, reading)
    applied = tuple(_applied(one, who, names) for one in sight.naming)
    return Line(subject, note, _spoken(sight.level), found, rows, applied)


def _spoken(level: Level) -> str:
    """The level as Domo calls it, in small letters where it has no name there."""
    return {Level.NONE: "none", Level.MANAGES: "manages all"}.get(level, level.name)


def _ways(who: Somebody, sight: Sight, names: Directory) -> Iterator[Through]:
    for way in sorted(sight.ways, key=lambda way: -way.level):
        kind, principal_id = way.through
        if kind == "ROLE":
            role = who.viewer.user.role if who.viewer.user is not None else ""
            yield Through(_spoken(way.level), role=role)
        elif way.through == who.member:
            yield Through(_spoken(way.level))
        else:
            yield Through(_spoken(way.level), names.find(kind, principal_id))


def _applied(policy: Policy, who: Somebody, names: Directory) -> Applied:
    members = set(named(policy))
    mine = [one for one in who.viewer.principals if one in members]
    groups = tuple(names.find(*one) for one in mine if one != who.member)
    return Applied(policy, who.member in mine, groups)
