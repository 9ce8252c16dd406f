"""Who or what is meant by an id, and where the page about it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset
from domostate.emulator.store.directory import name_of
from domostate.emulator.store.groups import Member

MOST = 20
"""Of a longer list of people the rest is counted. Arbitrary: what fits a cell."""


@dataclass(frozen=True, slots=True)
class Named:
    """A user, a group, a dataset, or something that is known by its id only."""

    kind: str
    """What to call it."""
    name: str
    path: str = ""
    """Of the page about it, from `/_emulator/` on; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Some:
    """The first of several, and how many are left out."""

    first: tuple[Named, ...]
    more: int = 0


_KINDS = {"USER": ("person", "users"), "GROUP": ("group", "groups")}


class Directory:
    """The users and groups that a page speaks of, each looked up once."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[Member, Named] = {}

    def find(self, kind: str, principal_id: int) -> Named:
        """Who that is."""
        key = (kind, principal_id)
        if key not in self._known:
            self._known[key] = self._look_up(kind, principal_id)
        return self._known[key]

    def some(self, members: Sequence[Member]) -> Some:
        """The first of them."""
        first = tuple(self.find(*one) for one in members[:MOST])
        return Some(first, len(members) - len(first))

    def _look_up(self, kind: str, principal_id: int) -> Named:
        word, folder = _KINDS[kind]
        name = name_of(self._db, kind, principal_id)
        if name is None:
            return Named(word, str(principal_id))
        return Named(word, name, f"{folder}/{principal_id}")


def dataset_named(dataset: Dataset) -> Named:
    """The dataset as a page names it. An estate may choose an id that no path can hold."""
    held = dataset.id not in ("", ".", "..")
    path = f"datasets/{quote(dataset.id, safe='')}" if held else ""
    return Named("dataset", dataset.name, path)
