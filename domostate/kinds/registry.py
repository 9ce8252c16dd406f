"""The registry of kinds: everything that the planner and the engine know of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domostate.kinds.aspect import Aspect
from domostate.kinds.dataset import ASPECTS
from domostate.model.address import Address
from domostate.model.call import Plane

__all__ = ["KINDS", "Kind", "aspect_of", "ignorable", "plane_for"]


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


def plane_for(aspect: Aspect[Any, Any], planes: frozenset[Plane]) -> Plane | None:
    """The plane on which an aspect is read and written: the first it names that is there."""
    return next((plane for plane in aspect.parts if plane in planes), None)
