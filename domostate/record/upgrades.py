"""Formats of the state file: each step from one to the next, so that every older one is read."""

from collections.abc import Callable, Mapping
from typing import Any, Final

__all__ = ["FORMAT", "upgraded"]

FORMAT: Final = 2


def _to_2(value: dict[str, Any]) -> dict[str, Any]:
    """Format 2 remembers runs, and who saved it after what."""
    return {**value, "runs": [], "parent": "", "hash": "", "saved": None}


_STEPS: Final[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {1: _to_2}
"""What leads from a format to the next."""


def upgraded(value: dict[str, Any]) -> dict[str, Any]:
    """A state document of any format from 1 on, in the form of the present one."""
    for number in range(value["format"], FORMAT):
        value = {**_STEPS[number](value), "format": number + 1}
    return value
