"""Markers: the tag by which a project says which objects it manages (contract §1)."""

from dataclasses import dataclass
from typing import Final

__all__ = ["PREFIX", "Marking", "marker_of", "project_of"]

PREFIX: Final = "managed-by:domostate:"


@dataclass(frozen=True, slots=True)
class Marking:
    """Which markers an object is to bear: `put` is ensured, those in `off` are taken off.

    Empty: nothing is done about markers.
    """

    put: str = ""
    off: tuple[str, ...] = ()


def marker_of(project: str) -> str:
    """The tag that marks what a project manages."""
    return f"{PREFIX}{project}"


def project_of(tag: str) -> str:
    """The project that a tag is the marker of, empty when it is no marker."""
    return tag.removeprefix(PREFIX) if tag.startswith(PREFIX) else ""
