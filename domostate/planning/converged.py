"""Whether an object that was just written is what its change asked for."""

from collections.abc import Iterator
from typing import Any

from domostate.kinds.aspect import Aspect, Setting
from domostate.kinds.names import Names
from domostate.kinds.registry import KINDS, common_aspects, markers_in, markers_on, plane_for
from domostate.model.call import Part, Plane
from domostate.model.change import Action, Change
from domostate.model.marker import marker_of, project_of
from domostate.model.observed import Live
from domostate.planning.describe import differing_paths, path_text, value_at

__all__ = ["claimed", "moved", "parts_compared", "parts_touched", "remaining"]


def parts_touched(change: Change, planes: frozenset[Plane]) -> frozenset[Part]:
    """The live parts that tell of what the change's operations touched or may have disturbed."""
    wanted: frozenset[Part] = frozenset()
    for aspect in _touched(change):
        plane = plane_for(aspect, planes)
        if plane is not None:
            wanted |= aspect.parts[plane]
    return wanted


def parts_compared(change: Change, planes: frozenset[Plane]) -> frozenset[Part]:
    """The live parts that tell of everything that the plan has compared."""
    planned = [(aspect, plane_for(aspect, planes)) for aspect in _compared(change)]
    parts = (aspect.parts[plane] for aspect, plane in planned if plane is not None)
    return frozenset[Part]().union(*parts)


def remaining(change: Change, live: Live, planes: frozenset[Plane], names: Names) -> Iterator[str]:
    """What did not take, field by field, for people: `path: found, wanted`."""
    touched = _touched(change)
    declared = {a.key: a.load_declared(change.applied[a.key]) for a in touched}
    observed = {}
    for aspect in _readable(change, live, planes):
        plane = plane_for(aspect, planes)
        if plane is not None:
            prior = declared.get(aspect.key)
            observed[aspect.key] = aspect.observe(live, plane, names, prior)
    setting = Setting(declared, observed, creating=False, planes=planes, wanted={})
    for aspect in touched:
        if aspect.key in observed:
            yield from _differences(change, aspect, declared, observed, setting)


def moved(change: Change, live: Live, planes: frozenset[Plane], names: Names) -> Iterator[str]:
    """The fields of a saved plan's object that have moved since the plan was made, for people.

    All that the plan has compared counts, and not what it writes alone: a grant that was approved
    beside row policies is not to be given once they are switched off.
    """
    for aspect in _compared(change):
        plane, before = plane_for(aspect, planes), change.before.get(aspect.key)
        if before is None or plane is None:
            continue
        applied = change.applied.get(aspect.key)
        prior = None if applied is None else aspect.load_declared(applied)
        now, then = aspect.observe(live, plane, names, prior), aspect.load(before)
        # The plan was made with what was applied before it, which the change does not hold.
        if then not in (now, aspect.observe(live, plane, names, None)):
            paths = differing_paths(aspect.keyed(then, now), aspect.keyed(now, then))
            yield from (path_text(aspect.prefix, path) for path in paths)


def claimed(
    change: Change, live: Live, planes: frozenset[Plane], names: Names, project: str
) -> tuple[str, ...]:
    """The projects whose markers have come to an object since the plan was made."""
    known = {marker_of(project), *markers_in(change.address, change.before)}
    there = markers_on(change.address, live, planes, names)
    return tuple(project_of(one) for one in there if one not in known)


def _touched(change: Change) -> list[Aspect[Any, Any]]:
    if Action.DELETE in change.actions:
        return [one for one in common_aspects(change.address.kind) if one.key in change.before]
    aspects = KINDS[change.address.kind].aspects
    names = {op.aspect for op in change.operations}
    names |= {name for one in aspects if one.name in names for name in one.disturbs}
    return [one for one in aspects if one.name in names and one.key in change.after]


def _compared(change: Change) -> list[Aspect[Any, Any]]:
    """What the plan has compared; of aspects that exclude each other the one that it touches."""
    before = change.before
    compared = [
        one for one in common_aspects(change.address.kind) if before.get(one.key) is not None
    ]
    return [*compared, *(one for one in _touched(change) if one not in compared)]


def _readable(change: Change, live: Live, planes: frozenset[Plane]) -> Iterator[Aspect[Any, Any]]:
    """The aspects that the parts at hand tell of, each key once: what is touched goes first."""
    touched = _touched(change)
    seen: set[str] = set()
    for aspect in sorted(KINDS[change.address.kind].aspects, key=lambda one: one not in touched):
        plane = plane_for(aspect, planes)
        if plane is not None and aspect.parts[plane] <= live.parts.keys():
            if aspect.key not in seen:
                yield aspect
            seen.add(aspect.key)


def _differences(
    change: Change,
    aspect: Aspect[Any, Any],
    declared: dict[str, Any],
    observed: dict[str, Any],
    setting: Setting,
) -> Iterator[str]:
    now = observed[aspect.key]
    planned = aspect.load(change.after[aspect.key])
    # Somebody else's addition to an open list is no failure: the plan would be empty all the same.
    if now in (planned, aspect.target(declared[aspect.key], now, None, setting)):
        return
    there, then = aspect.keyed(now, planned), aspect.keyed(planned, now)
    for path in differing_paths(there, then):
        found, wanted = value_at(there, path), value_at(then, path)
        yield f"{path_text(aspect.prefix, path)}: found {found!r}, wanted {wanted!r}"
