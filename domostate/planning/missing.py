"""A state that is missing: nothing is recorded, and the instance bears this project's marker.

Without its state a project takes its own datasets for strangers, or makes them a second time.
"""

from collections.abc import Iterator
from typing import Final

from domostate.errors import StateMissing
from domostate.kinds.names import Names
from domostate.kinds.registry import markers_on
from domostate.model.marker import marker_of
from domostate.model.observed import Found, Observed
from domostate.model.state import State
from domostate.planning.scope import Scope

__all__ = ["check_kept", "check_state", "is_blank"]

_NAMED: Final = 3
"""Datasets that the message names. Arbitrary: enough to recognise one's own."""


def is_blank(state: State) -> bool:
    """Whether nothing was ever recorded: no state, and no journal of an interrupted run."""
    return not (state.serial or state.entries or state.open_intents or state.runs)


def check_kept(state: State, newest: State | None, scope: Scope) -> None:
    """Returns unless nothing is recorded though a generation of this very environment is kept.

    `newest` is the last kept one that can be read. `--new-state` does not help: what had a state
    is not new.

    Raises:
        StateMissing: saying how to put it back.
    """
    if newest is None or not is_blank(state):
        return
    here = (state.project, scope.environment, scope.instance)
    if (newest.project, newest.environment, newest.instance) != here:
        return
    begun = "--new-state: " if scope.new_state else ""
    raise StateMissing(
        f"{begun}{scope.environment} has no state, and had one: its serial {newest.serial} is kept",
        hint="Put that one back, which is better than a rebuild: it knows what was applied\n"
        f"  domostate state pull --serial {newest.serial} > state.json\n"
        "  domostate state push state.json --reason WHY",
    )


def check_state(state: State, observed: Observed, scope: Scope, names: Names) -> None:
    """Returns unless nothing is recorded where datasets bear the marker of this very project.

    Another environment on the same instance bears it as well: `new_state` says that it is so.

    Raises:
        StateMissing: naming some of the datasets.
    """
    if not (scope.marker and is_blank(state)) or scope.new_state:
        return
    marker = marker_of(state.project)
    found = {one.id: one for one in (*_met(marker, observed, names), *observed.marked)}
    if not found:
        return
    ordered = sorted(found.values(), key=lambda one: (one.name, one.id))
    rows = [f"{one.name!r} ({one.id})" for one in ordered[:_NAMED]]
    more = [f"and {len(found) - _NAMED} more"] if len(found) > _NAMED else []
    datasets = "1 dataset bears" if len(found) == 1 else f"{len(found)} datasets bear"
    raise StateMissing(
        f"{scope.environment} has no state, and on {scope.instance} {datasets} the tag {marker}: "
        f"{', '.join([*rows, *more])}",
        hint="If the environment is the right one and its state was lost, build it anew:\n"
        "  domostate state rebuild --reason WHY\n"
        "If another place holds it, correct -e or state.path in domostate.yml. If the datasets "
        "belong to another environment of this project, say once that this one is new: "
        "--new-state",
    )


def _met(marker: str, observed: Observed, names: Names) -> Iterator[Found]:
    """Of the datasets that bear declared names, those that bear the marker."""
    for address, rows in observed.found.items():
        for one in rows:
            live = observed.live.get(one.id)
            if live and marker in markers_on(address, live, observed.planes, names):
                yield one
