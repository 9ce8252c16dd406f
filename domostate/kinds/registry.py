"""The registry of kinds: everything that the planner and the engine know of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domostate.kinds.aspect import Aspect
from domostate.kinds.dataset import ASPECTS, holding
from domostate.kinds.dataset.holding import HOLDING, TOUCHING, owner_wanted
from domostate.kinds.dataset.rights import may_change
from domostate.kinds.names import Names
from domostate.model.address import Address
from domostate.model.call import Part, Plane
from domostate.model.change import Document, Operation
from domostate.model.holding import Holding
from domostate.model.observed import Live

__all__ = [
    "HOLDING",
    "KINDS",
    "TOUCHING",
    "Kind",
    "aspect_of",
    "common_aspects",
    "contents_in",
    "holders_parts",
    "holding_after",
    "holding_of",
    "holding_parts",
    "ignorable",
    "marker_parts",
    "markers_in",
    "markers_on",
    "may_change",
    "name_in",
    "owner_wanted",
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


def marker_parts(kind: str, planes: frozenset[Plane]) -> frozenset[Part]:
    """The live parts that tell which markers an object bears, none without a plane for them."""
    return frozenset(part for _, _, parts in _bearers(kind, planes) for part in parts)


def markers_on(
    address: Address, live: Live, planes: frozenset[Plane], names: Names
) -> tuple[str, ...]:
    """The markers of projects that a live object bears, as far as its parts were read."""
    return tuple(
        marker
        for aspect, plane, parts in _bearers(address.kind, planes)
        if parts <= live.parts.keys()
        for marker in aspect.markers(aspect.observe(live, plane, names, None))
    )


def markers_in(address: Address, document: Document) -> tuple[str, ...]:
    """The markers of projects in the values of a plan, by aspect; those of objects that are not
    there yet are none."""
    return tuple(
        marker
        for aspect in KINDS[address.kind].aspects
        if aspect.bears_markers and document.get(aspect.key) is not None
        for marker in aspect.markers(aspect.load(document[aspect.key]))
    )


def holders_parts(kind: str, planes: frozenset[Plane]) -> frozenset[Part]:
    """The live parts that tell of everybody who holds an object, as far as the planes have them."""
    plane = next((one for one in holding.PARTS if one in planes), None)
    return frozenset() if plane is None else holding.PARTS[plane]


def holding_of(
    address: Address, live: Live, planes: frozenset[Plane], names: Names
) -> Holding | None:
    """The holding of a live object as far as it was read, None where not even the owner was."""
    return holding.holding_of(live, planes, names)


def holding_parts(kind: str, planes: frozenset[Plane]) -> frozenset[Part]:
    """The live parts that tell of an object's whole holding, as far as the planes have them."""
    return holding.WHOLE[Plane.PRODUCT if Plane.PRODUCT in planes else Plane.PLATFORM]


def holding_after(there: Holding, op: Operation) -> Holding:
    """The holding of an object once an operation on it is done."""
    return holding.after(there, op)


def _bearers(
    kind: str, planes: frozenset[Plane]
) -> Iterator[tuple[Aspect[Any, Any], Plane, frozenset[Part]]]:
    for aspect in KINDS[kind].aspects:
        plane = plane_for(aspect, planes)
        if aspect.bears_markers and plane is not None:
            yield aspect, plane, aspect.parts[plane]
