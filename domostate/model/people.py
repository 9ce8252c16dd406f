"""People and groups, as far as they decide who sees what."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Group", "Person"]


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
    """A group by the ids of its direct members. That groups nest is a GUESS (product §6)."""

    id: str
    name: str
    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
