"""An estate as access sees it: who there is, and who holds what."""

from collections.abc import Mapping
from dataclasses import dataclass

from domostate.model.holding import Holding
from domostate.model.people import Group, Person

__all__ = ["Estate"]


@dataclass(frozen=True, slots=True)
class Estate:
    """People, groups and datasets, each by id."""

    people: Mapping[str, Person]
    groups: Mapping[str, Group]
    holdings: Mapping[str, Holding]
