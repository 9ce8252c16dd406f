"""Which live object stands behind an address, and what that means for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domostate.errors import Finding
from domostate.model.change import Action
from domostate.model.desired import Declared, Manage, OnExisting
from domostate.model.marker import Marking
from domostate.model.observed import Found, Live, Observed, Presence
from domostate.model.state import Entry, State
from domostate.planning.visible import hidden
from domostate.planning.wanted import CREATES, candidates

__all__ = ["Subject", "match"]


@dataclass(frozen=True, slots=True)
class Subject:
    """An address with its live object: `live` None means that there is none yet."""

    declared: Declared
    action: Action
    live: Live | None = None
    entry: Entry | None = None
    reason: str = ""
    recreated: bool = False
    marking: Marking = field(default_factory=Marking)


def match(declared: Declared, observed: Observed, state: State) -> Subject | Finding:
    """The subject of one declared address, or why there cannot be one."""
    entry = state.entries.get(declared.address)
    if entry is not None:
        return _recorded(declared, entry, observed, state)
    if declared.spec.adopt is not None:
        return _named_by_id(declared, declared.spec.adopt.id, observed)
    met = _unrecorded(declared, observed, state)
    if met is not None:
        return met
    return Subject(declared, Action.CREATE, reason="declared, and not there")


def _unrecorded(declared: Declared, observed: Observed, state: State) -> Subject | Finding | None:
    """What bears the name of an address that has no object of its own."""
    left_behind = _interrupted(declared, observed, state)
    if left_behind is not None:
        return left_behind
    there = _still_there(declared, observed, state)
    met = [one for one in there if one.name == declared.spec.name]
    return _met_by_name(declared, met, observed) if met else None


def _recorded(
    declared: Declared, entry: Entry, observed: Observed, state: State
) -> Subject | Finding:
    live = observed.live[entry.id]
    match live.presence:
        case Presence.PRESENT:
            return Subject(declared, Action.UPDATE, live, entry)
        case Presence.ABSENT:
            met = _unrecorded(declared, observed, state)
            if met is not None:
                return met
            reason = f"the recorded dataset {entry.id} is gone: created anew"
            return Subject(declared, Action.CREATE, entry=entry, reason=reason, recreated=True)
        case Presence.INVISIBLE:
            return hidden(declared, entry)


def _named_by_id(declared: Declared, id_: str, observed: Observed) -> Subject | Finding:
    live = observed.live[id_]
    if live.presence is Presence.PRESENT:
        return Subject(declared, Action.ADOPT, live, reason=f"adopts dataset {id_}")
    seen = "is not there" if live.presence is Presence.ABSENT else "is not visible"
    return declared.problem(
        f"{declared.address}: dataset {id_}, which is to be adopted, {seen}",
        "adopt",
        "id",
        hint="correct the id, or remove adopt: to create a new dataset",
    )


def _interrupted(declared: Declared, observed: Observed, state: State) -> Subject | Finding | None:
    """What a create of unknown outcome left behind: look before trying again."""
    intents = [
        intent
        for intent in state.open_intents
        if intent.address == declared.address and intent.operation in CREATES
    ]
    if not intents:
        return None
    known = {id_ for intent in intents for id_ in intent.known}
    names = {intent.name for intent in intents}
    made = [
        one
        for one in _still_there(declared, observed, state)
        if one.id not in known and one.name in names
    ]
    if not made:
        return None
    if len(made) > 1:
        return _several(declared, made, "after an interrupted run")
    reason = f"dataset {made[0].id} was made by a run that was interrupted"
    return _taken_over(declared, observed.live[made[0].id], reason)


def _met_by_name(declared: Declared, met: Sequence[Found], observed: Observed) -> Subject | Finding:
    observes = declared.spec.manage is Manage.OBSERVE
    if len(met) > 1:
        return _several(declared, met, "in the instance")
    if declared.spec.on_existing is OnExisting.FAIL and not observes:
        return declared.problem(
            f"{declared.address}: a dataset called {declared.spec.name!r} exists already "
            f"({met[0].id})",
            "name",
            hint=f"take it over with adopt: {{id: {met[0].id}}}, or choose another name",
        )
    reason = f"adopts dataset {met[0].id}, which bears the name"
    return _taken_over(declared, observed.live[met[0].id], reason)


def _still_there(declared: Declared, observed: Observed, state: State) -> list[Found]:
    """Who bears the name; lists go on showing what is deleted (product §9), a single read not."""
    return [
        one
        for one in candidates(declared.address, observed.found, state)
        if observed.live[one.id].presence is not Presence.ABSENT
    ]


def _taken_over(declared: Declared, live: Live, reason: str) -> Subject | Finding:
    if live.presence is Presence.PRESENT:
        return Subject(declared, Action.ADOPT, live, reason=reason)
    return declared.problem(
        f"{declared.address}: dataset {live.id} bears the name, but these credentials may not "
        "see it",
        "name",
        hint="share the dataset with the user of the token, or choose another name",
    )


def _several(declared: Declared, met: Sequence[Found], where: str) -> Finding:
    ids = ", ".join(sorted(one.id for one in met))
    return declared.problem(
        f"{declared.address}: {len(met)} datasets are called {declared.spec.name!r} {where}: {ids}",
        "name",
        hint="name the right one with adopt: {id: …}",
    )
