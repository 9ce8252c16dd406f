"""What an apply has done so far: a fold over its events, next to the plan that it carries out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from domostate.model.address import Address
from domostate.model.change import Action, Change, FieldChange
from domostate.model.event import (
    ChangeApplied,
    Event,
    Forgotten,
    OperationFailed,
    OperationSkipped,
    OperationStarted,
    OperationSucceeded,
    Outcome,
    RunFinished,
    RunStarted,
    Unverified,
    Verified,
)
from domostate.model.plan import Plan, changed_by

__all__ = ["Tally", "tally"]

_GRANTING: Final = ("shares[", "pdp.", "members.")
"""Beginnings of the paths under which access is held."""

_EventT = TypeVar("_EventT", bound=Event)


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of the last line of an apply, and what it takes to explain a partial one.

    `adopted` to `destroyed` count addresses whose change is done, each once by its strongest
    action; `revoked` counts as the plan's summary does. `to_verify` counts the objects that were
    or should have been read back.
    """

    total: int
    succeeded: int
    adopted: int
    added: int
    changed: int
    forgotten: int
    destroyed: int
    revoked: int
    verified: int
    to_verify: int
    done: tuple[Change, ...]
    begun: tuple[tuple[Change, int], ...]
    """Changes that are not done though operations of theirs succeeded, and how many."""
    failed: tuple[OperationFailed, ...]
    skipped: tuple[OperationSkipped, ...]
    unverified: tuple[Unverified, ...]
    what: Mapping[int, str]
    """What the operations that were started are about, by their number, for people."""
    outcome: Outcome | None
    """None while the run goes on, or when it did not end in order."""


def tally(plan: Plan, events: Iterable[Event]) -> Tally:
    """What the events say about the plan."""
    seen = tuple(events)
    done = _done(plan, seen)
    by_action = [changed_by(change) for change in done]
    succeeded = {event.seq for event in _of(seen, OperationSucceeded)}
    read_back = {e.address: e for e in seen if isinstance(e, Verified | Unverified)}
    unverified = tuple(e for e in read_back.values() if isinstance(e, Unverified))
    written = {change.address for change in done if change.operations and not _vanishes(change)}
    operations = sum(len(change.operations) for change in plan.changes)
    return Tally(
        total=next((event.total for event in _of(seen, RunStarted)), operations),
        succeeded=len(succeeded),
        adopted=by_action.count(Action.ADOPT),
        added=by_action.count(Action.CREATE),
        changed=by_action.count(Action.UPDATE),
        forgotten=by_action.count(Action.FORGET),
        destroyed=by_action.count(Action.DELETE),
        revoked=_revoked(plan, done),
        verified=len(read_back) - len(unverified),
        to_verify=len(written | read_back.keys()),
        done=done,
        begun=_begun(plan, done, succeeded),
        failed=_of(seen, OperationFailed),
        skipped=_of(seen, OperationSkipped),
        unverified=unverified,
        what={event.seq: event.what for event in _of(seen, OperationStarted)},
        outcome=next((event.outcome for event in _of(seen, RunFinished)), None),
    )


def _of(events: Sequence[Event], type_: type[_EventT]) -> tuple[_EventT, ...]:
    return tuple(event for event in events if isinstance(event, type_))


def _done(plan: Plan, events: Sequence[Event]) -> tuple[Change, ...]:
    applied = {event.address for event in _of(events, ChangeApplied)}
    forgotten = {event.address for event in _of(events, Forgotten)}
    return tuple(
        change
        for change in plan.changes
        if change.address in applied or (_vanishes(change) and change.address in forgotten)
    )


def _vanishes(change: Change) -> bool:
    """Whether the address is managed no longer once the change is done."""
    gone = Action.DELETE in change.actions or Action.FORGET in change.actions
    return gone and Action.CREATE not in change.actions


def _begun(
    plan: Plan, done: Sequence[Change], succeeded: Collection[int]
) -> tuple[tuple[Change, int], ...]:
    finished: set[Address] = {change.address for change in done}
    counts = (
        (change, sum(op.seq in succeeded for op in change.operations))
        for change in plan.changes
        if change.address not in finished
    )
    return tuple((change, count) for change, count in counts if count)


def _revoked(plan: Plan, done: Sequence[Change]) -> int:
    if len(done) == len(plan.changes):
        return plan.summary.revoke
    return sum(_taken_away(field) for change in done for field in change.fields)


def _taken_away(field: FieldChange) -> bool:
    held = field.observed is not None and field.desired is None
    return held and field.path.startswith(_GRANTING)
