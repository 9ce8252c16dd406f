"""Desired state: what the manifests declare, with the place of every field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from domostate.errors import Finding, Location
from domostate.model.address import Address

__all__ = [
    "Declared",
    "Desired",
    "ListMode",
    "Manage",
    "Move",
    "OnExisting",
    "Removal",
    "Where",
]


class ListMode(StrEnum):
    """How far a declared list goes.

    exact: everything undeclared goes. at_least: what is declared is ensured, the rest is left
    and reported. at_most: what is undeclared goes, what is missing is not added.
    """

    EXACT = "exact"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class OnExisting(StrEnum):
    """What to do when a dataset of the declared name is there and not recorded as ours."""

    FAIL = "fail"
    ADOPT = "adopt"
    ADOPT_IF_UNMANAGED = "adopt_if_unmanaged"


class Manage(StrEnum):
    """full: reconciled. observe: reported, never written."""

    FULL = "full"
    OBSERVE = "observe"


class Where(Protocol):
    """Finds the place of a field in the files: keys of mappings, indexes of lists."""

    def __call__(self, *path: str | int) -> Location:
        """The place of the field, or of the nearest enclosing one that was written down."""
        ...

    def line(self, *path: str | int) -> str:
        """The source line of that place, as written."""
        ...


class _Written:
    """Something that stands in a file."""

    __slots__ = ()
    where: Where

    def problem(self, message: str, *path: str | int, hint: str = "") -> Finding:
        """A finding about one of its fields."""
        return Finding(message, self.where(*path), self.where.line(*path), hint)


@dataclass(frozen=True, slots=True)
class Declared(_Written):
    """One declared resource: `spec` is the kind's own model."""

    address: Address
    spec: Any
    where: Where = field(compare=False)


@dataclass(frozen=True, slots=True)
class Move(_Written):
    """Where an address has gone that is declared no longer; `to` is the end of a chain of moves."""

    to: Address
    where: Where = field(compare=False)


@dataclass(frozen=True, slots=True)
class Removal(_Written):
    """An address that is declared no longer, on purpose: with `destroy` its object goes too."""

    destroy: bool
    reason: str
    """For people; nothing may depend on it."""
    where: Where = field(compare=False)


@dataclass(frozen=True, slots=True)
class Desired:
    """Everything declared for one environment, after overlays, sets, defaults and variables.

    `principals` maps names as manifests write them to the names of this environment:
    an e-mail to an e-mail, `group:<name>` to a group's name.
    `digest` identifies the files that it was made from.
    `moved` and `removed` are of addresses that are not declared; each is in one of them at most.
    """

    declared: Mapping[Address, Declared]
    principals: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    warnings: tuple[Finding, ...] = ()
    moved: Mapping[Address, Move] = field(default_factory=dict)
    removed: Mapping[Address, Removal] = field(default_factory=dict)
