"""The first page: the datasets, what differs from the defaults, and the last requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domostate.emulator.call import Call, Reply, json_text
from domostate.emulator.control.pages.drawing import page
from domostate.emulator.control.pages.naming import Directory, Named, dataset_named
from domostate.emulator.control.pages.paging import Page, paged
from domostate.emulator.faults.kept import shown
from domostate.emulator.store.access import granted_on
from domostate.emulator.store.database import Database, Row
from domostate.emulator.store.datasets import (
    Condition,
    Dataset,
    Wanted,
    count_datasets,
    list_datasets,
)
from domostate.emulator.store.directory import count_groups, count_users
from domostate.emulator.store.schemas import latest_columns
from domostate.emulator.switches import DEFAULT, as_dict

LAST = 20
"""So many requests are shown. Arbitrary."""


@dataclass(frozen=True, slots=True)
class DatasetLine:
    """One dataset of the list."""

    dataset: Dataset
    named: Named
    owner: Named
    columns: int
    grants: int
    policies: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A switch that is not at its default, both values as JSON."""

    name: str
    value: str
    usual: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that is in force, as JSON, and how often it matched and fired."""

    rule: str
    matched: int
    fired: int
    switch: str
    """The switch that it stands for, empty for a rule that somebody gave."""


def overview(call: Call) -> Reply:
    """`?q=` finds datasets by a part of the name or by the whole id, `?page=` leafs on."""
    asked = call.query.get("q", "")
    return page(
        call, "overview.html",
        q=asked, datasets=_datasets(call, asked),
        total=count_datasets(call.db, _wanted("")),
        people=count_users(call.db), groups=count_groups(call.db),
        switches=differences(call.db), faults=faults(call.db), requests=last_requests(call.db),
    )  # fmt: skip


def _wanted(asked: str) -> Wanted:
    found = "instr(lower(datasets.name), lower(?)) OR datasets.id=?"
    conditions: list[Condition] = [(found, [asked, asked])] if asked else []
    return Wanted(("1", []), hidden_too=True, conditions=conditions)


def _datasets(call: Call, asked: str) -> Page[DatasetLine]:
    db, wanted, names = call.db, _wanted(asked), Directory(call.db)

    def lines(window: tuple[int, int]) -> list[DatasetLine]:
        return [_line(db, one, names) for one in list_datasets(db, wanted, "name", window)]

    return paged(call, count_datasets(db, wanted), lines, "q")


def _line(db: Database, dataset: Dataset, names: Directory) -> DatasetLine:
    policies = db.count("SELECT count(*) FROM policies WHERE dataset_id=?", dataset.id)
    owner = names.find(dataset.owner_type, dataset.owner_id)
    columns, grants = len(latest_columns(db, dataset)), len(granted_on(db, dataset.id))
    return DatasetLine(dataset, dataset_named(dataset), owner, columns, grants, policies)


def differences(db: Database) -> list[Difference]:
    """The switches that are not at their default, by name."""
    usual = as_dict(DEFAULT)
    return [
        Difference(name, json_text(value), json_text(usual[name]))
        for name, value in sorted(as_dict(db.switches).items())
        if value != usual[name]
    ]


def faults(db: Database) -> list[Fault]:
    """The rules that are in force, in their order."""
    return [_fault(one) for one in shown(db)]


def _fault(one: dict[str, Any]) -> Fault:
    apart = ("id", "matched", "fired", "switch")
    rule = {name: value for name, value in one.items() if name not in apart}
    return Fault(json_text(rule), one["matched"], one["fired"], one.get("switch", ""))


def last_requests(db: Database) -> list[Row]:
    """Number, time, method, path and status of the last requests, the newest first."""
    return db.all(
        "SELECT seq, at_ms, method, path, status FROM requests ORDER BY seq DESC LIMIT ?", LAST
    )
