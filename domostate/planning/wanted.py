"""What has to be read for a plan: it follows from what is declared and recorded."""

from collections.abc import Mapping

from domostate.kinds.registry import KINDS, common_aspects, marker_parts, plane_for
from domostate.model.address import Address
from domostate.model.call import Part, Plane
from domostate.model.desired import Declared, Desired
from domostate.model.observed import Found, Live, Presence
from domostate.model.state import State

__all__ = [
    "CREATES",
    "candidates",
    "ids_of",
    "markers_wanted",
    "names_of_the_gone",
    "names_wanted",
    "parts_of",
    "parts_wanted",
]

CREATES = frozenset({"create_dataset", "create_stream"})
"""The operations that make an object, and with it an id."""


def names_wanted(desired: Desired, state: State) -> Mapping[str, Address]:
    """The exact names to look up: of what is declared without an id.

    A create of unknown outcome may have used a name that the manifest no longer bears.
    """
    unknown = {
        address
        for address, declared in desired.declared.items()
        if address not in state.entries and declared.spec.adopt is None
    }
    names = {
        intent.name: intent.address
        for intent in state.open_intents
        if intent.address in desired.declared and intent.operation in CREATES
    }
    return {**names, **{desired.declared[one].spec.name: one for one in sorted(unknown)}}


def names_of_the_gone(
    desired: Desired, state: State, live: Mapping[str, Live]
) -> Mapping[str, Address]:
    """The exact names to look up once it is known which recorded objects are gone: what is
    created in their place must not meet a stranger of the same name."""
    return {
        desired.declared[address].spec.name: address
        for address, entry in sorted(state.entries.items())
        if address in desired.declared
        and entry.id in live
        and live[entry.id].presence is Presence.ABSENT
    }


def parts_wanted(
    desired: Desired,
    state: State,
    found: Mapping[Address, tuple[Found, ...]],
    planes: frozenset[Plane],
) -> Mapping[str, frozenset[Part]]:
    """The live parts to read, by Domo id.

    An entry that is no longer declared is not among them: it is forgotten, whatever has become of
    it. Of one that is to be destroyed everything is read that there is to be lost.
    """
    wanted: dict[str, frozenset[Part]] = {}
    for address in sorted(desired.declared):
        declared = desired.declared[address]
        parts = parts_of(declared, planes)
        for id_ in ids_of(declared, found, state):
            wanted[id_] = wanted.get(id_, frozenset()) | parts
    for address, removal in desired.removed.items():
        entry = state.entries.get(address)
        if entry is not None and removal.destroy:
            parts = _all_parts(address.kind, planes)
            wanted[entry.id] = wanted.get(entry.id, frozenset()) | parts
    return wanted


def markers_wanted(
    desired: Desired, state: State, planes: frozenset[Plane]
) -> Mapping[str, frozenset[Part]]:
    """What tells of the markers of entries that are no longer declared, by Domo id."""
    return {
        entry.id: parts
        for address, entry in sorted(state.entries.items())
        if address not in desired.declared and (parts := marker_parts(address.kind, planes))
    }


def ids_of(
    declared: Declared, found: Mapping[Address, tuple[Found, ...]], state: State
) -> list[str]:
    """The ids of the live objects that may stand behind a declared address."""
    entry = state.entries.get(declared.address)
    ids = [one.id for one in candidates(declared.address, found, state)]
    if entry is not None:
        ids.append(entry.id)
    elif declared.spec.adopt is not None:
        ids.append(declared.spec.adopt.id)
    return ids


def _all_parts(kind: str, planes: frozenset[Plane]) -> frozenset[Part]:
    wanted: frozenset[Part] = frozenset()
    for aspect in common_aspects(kind):
        plane = plane_for(aspect, planes)
        wanted |= aspect.parts[plane] if plane is not None else frozenset()
    return wanted


def candidates(
    address: Address, found: Mapping[Address, tuple[Found, ...]], state: State
) -> tuple[Found, ...]:
    """The live objects of the declared name that no other address has recorded."""
    taken = {entry.id for entry in state.entries.values()}
    return tuple(one for one in found.get(address, ()) if one.id not in taken)


def parts_of(declared: Declared, planes: frozenset[Plane]) -> frozenset[Part]:
    """The parts that the aspects of an entry need, those that it is silent on left out."""
    kind = KINDS[declared.address.kind]
    wanted: frozenset[Part] = frozenset()
    for aspect in kind.aspects:
        plane = plane_for(aspect, planes)
        if plane is not None and aspect.is_declared(declared):
            wanted |= aspect.parts[plane]
    return wanted
