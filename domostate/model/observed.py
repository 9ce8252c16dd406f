"""Observed state: what an instance reports, before any kind has made sense of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from domostate.model.address import Address
from domostate.model.call import Part, Plane
from domostate.model.principal import Directory

__all__ = ["Found", "Live", "Observed", "Presence"]


class Presence(StrEnum):
    """What is known of an object whose id we have.

    A bulk read that leaves an id out says nothing; a single read decides (product §3).
    """

    PRESENT = "present"
    ABSENT = "absent"
    """404, or `deleted: true`."""
    INVISIBLE = "invisible"
    """403, or 400 that wraps a 403: there, but not for these credentials."""


@dataclass(frozen=True, slots=True)
class Live:
    """One live object: the replies by part, exactly as decoded from JSON."""

    id: str
    presence: Presence
    parts: Mapping[Part, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A live dataset met by name: `created` is epoch milliseconds, 0 where unknown."""

    id: str
    name: str
    owner_id: str = ""
    created: int = 0


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything that was read for one plan.

    `live` holds the objects by Domo id; `found` the live datasets that bear the exact name of a
    declared dataset without a recorded id; `reads` counts the calls that it took. `marked` holds
    datasets that bear this project's marker, and is looked for only where there is no state.
    """

    instance: str
    planes: frozenset[Plane]
    directory: Directory
    live: Mapping[str, Live]
    found: Mapping[Address, tuple[Found, ...]] = field(default_factory=dict)
    reads: int = 0
    marked: tuple[Found, ...] = ()
