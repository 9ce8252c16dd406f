"""The registry of kinds: everything that the planner and the engine know of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domostate.kinds.aspect import Aspect
from domostate.kinds.dataset import ASPECTS
from domostate.model.address import Address
from domostate.model.call import Plane
from domostate.model.change import Document

__all__ = [
    "KINDS",
    "Kind",
    "aspect_of",
    "common_aspects",
    "contents_in",
    "ignorable",
    "name_in",
    "plane_for",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource and its aspects, in registry order."""

    name: str
    aspects: tuple[Aspect[Any, Any], ...]


KINDS: Mapping[str, Kind] = {"dataset": Kind("dataset", ASPECTS)}


def ignorable(kind: str) -> tuple[str, ...]:
    """The field paths that `ignore` may name: whole aspects, and what may be left out of one."""
    paths = set()
    for aspect in KINDS[kind].aspects:
        paths |= {f"{aspect.prefix}.{name}".lstrip(".") for name in aspect.optional}
        paths |= {aspect.prefix} - {""}
    return tuple(sorted(paths))


def aspect_of(address: Address, name: str) -> Aspect[Any, Any]:
    """The aspect of an address by its registry name; raises KeyError when there is none."""
    return next(one for one in KINDS[address.kind].aspects if one.name == name)


def common_aspects(kind: str) -> tuple[Aspect[Any, Any], ...]:
    """The aspects that every object of a kind has; those that exclude each other are left out."""
    aspects = KINDS[kind].aspects
    keys = [aspect.key for aspect in aspects]
    return tuple(one for one in aspects if keys.count(one.key) == 1)


def name_in(kind: str, applied: Document) -> str:
    """The name in Domo that was applied, empty where nothing was."""
    naming = next(one for one in KINDS[kind].aspects if one.name_field)
    return str((applied.get(naming.key) or {}).get(naming.name_field, ""))


def contents_in(kind: str, applied: Document) -> Document:
    """What was applied besides the name, without what was left alone."""
    names = {one.key: one.name_field for one in KINDS[kind].aspects if one.name_field}
    stated = {
        key: {name: v for name, v in value.items() if v is not None and name != names.get(key)}
        for key, value in applied.items()
        if value
    }
    return {key: value for key, value in stated.items() if value}


def plane_for(aspect: Aspect[Any, Any], planes: frozenset[Plane]) -> Plane | None:
    """The plane on which an aspect is read and written: the first it names that is there."""
    return next((plane for plane in aspect.parts if plane in planes), None)
