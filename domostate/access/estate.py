"""An estate as access sees it: who there is, and what each dataset lets whom do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domostate.access.filters import RowFilter
from domostate.model.principal import AccessLevel, Principal

__all__ = ["Estate", "Group", "Holding", "Person", "RowPolicy"]


@dataclass(frozen=True, slots=True)
class Person:
    """A user. `manages`: their role manages every dataset without a grant. `attributes` are what
    dynamic filters take their values from, None where nobody has looked."""

    id: str
    email: str
    active: bool = True
    manages: bool = False
    attributes: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group by the ids of its members."""

    id: str
    name: str
    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RowPolicy:
    """Which rows whom it names may see. `is_open`: Domo's All Rows. `everyone`: applies to all with
    access, whoever is named (product §4.6, inferred). `dynamic` filters hold the names of user
    attributes in the place of values."""

    name: str
    filters: tuple[RowFilter, ...]
    members: frozenset[Principal] = frozenset()
    everyone: bool = False
    is_open: bool = False
    dynamic: frozenset[RowFilter] = frozenset()
    id: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """All that decides who sees what of one dataset.

    `levels` are the grants of users and groups, without the owner's own entry; `foreign` counts
    those of other sorts, which are shown and never touched. `columns` maps name to type, None where
    nobody has looked.
    """

    id: str
    name: str
    owner: Principal
    levels: Mapping[Principal, AccessLevel] = field(default_factory=dict)
    pdp: bool = False
    policies: tuple[RowPolicy, ...] = ()
    columns: Mapping[str, str] | None = None
    foreign: int = 0


@dataclass(frozen=True, slots=True)
class Estate:
    """People, groups and datasets, each by id."""

    people: Mapping[str, Person]
    groups: Mapping[str, Group]
    holdings: Mapping[str, Holding]
