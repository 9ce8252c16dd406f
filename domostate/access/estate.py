"""An estate as access sees it: who there is, and who holds what."""

from collections.abc import Mapping
from dataclasses import dataclass

from domostate.model.holding import Holding

__all__ = ["Estate", "Group", "Person"]


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
class Estate:
    """People, groups and datasets, each by id."""

    people: Mapping[str, Person]
    groups: Mapping[str, Group]
    holdings: Mapping[str, Holding]
