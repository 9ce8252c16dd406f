"""Run: the one loop in which events become journal, state and display."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from domostate.engine.attempt import LOOK_AGAIN, Attempt
from domostate.engine.execute import PATIENCE, Run, execute
from domostate.engine.plan_file import Approved
from domostate.engine.session import Session
from domostate.errors import DomostateError, ExitCode, StalePlan, WrongInstance
from domostate.kinds.names import Names
from domostate.kinds.registry import marker_parts
from domostate.model.call import Plane
from domostate.model.change import Action, Change
from domostate.model.event import (
    Event,
    OperationFailed,
    OperationStarted,
    OperationSucceeded,
    Outcome,
    RunFinished,
    evolve_all,
)
from domostate.model.observed import Live, Observed, Presence
from domostate.model.plan import Plan
from domostate.model.state import State
from domostate.planning.converged import claimed, moved, parts_compared
from domostate.planning.effects import parts_to_tell, strayed
from domostate.planning.guard import guard, refuse
from domostate.planning.removals import protected
from domostate.record.lock import Waiting
from domostate.record.writer import RunJournal, Writer

__all__ = ["Applying", "apply_plan", "check_belongs", "check_instance", "holding", "look_anew"]


@dataclass(frozen=True, slots=True)
class Applying:
    """An apply that holds the lock: its run, the settled state, and how to end it in order.

    `patience` and `look_again` are for how long Domo may lag behind its own answers.
    """

    session: Session
    writer: Writer
    state: State
    run: str
    stop: threading.Event = field(default_factory=threading.Event)
    patience: timedelta = PATIENCE
    look_again: timedelta = LOOK_AGAIN


@contextmanager
def holding(
    session: Session,
    timeout: timedelta,
    stop: threading.Event,
    waiting: Waiting = lambda _: None,
) -> Iterator[Applying]:
    """Holds the environment's lock and settles what an earlier run left behind.

    `waiting` is told who has the lock, each time that it was tried in vain.

    Raises:
        Locked: another run holds it, and `timeout` ran out.
    """
    run = uuid4().hex[:12]
    with session.record.hold("apply", run, _now(), timeout, waiting) as writer:
        state = writer.settle(session.project.name, session.instance, uuid4().hex)
        yield Applying(session, writer, state, run, stop)


def apply_plan(
    applying: Applying, approved: Approved, names: Names, show: Callable[[Event], None]
) -> ExitCode:
    """Carries a plan out; state and journal are consistent whatever happens.

    Raises:
        Refused: something stands against the plan (see `guard`); nothing was written.
        WrongInstance, StalePlan: the plan is not for this instance or this state.
    """
    plan = approved.plan
    check_belongs(applying, approved)
    guard(plan)
    # Also of a plan that says nothing of it: what the state protects is not for a file to lift.
    refuse(protected(plan.changes, applying.state))
    _unmoved(applying, plan, names)
    session = applying.session
    attempt = Attempt(
        session.connection.reader,
        session.connection.open_sender(),
        _known(applying, plan),
        applying.look_again,
    )
    run = Run(
        applying.run,
        approved.digest,
        attempt,
        names,
        session.parallelism,
        applying.patience,
        applying.stop,
    )
    journal = _begun(applying, approved)
    course = _Course()
    # Closed at once when the journal or the view fails: nothing more may be sent then.
    try:
        with closing(execute(plan.changes, run)) as events:
            for event in events:
                journal.write(event)
                course.note(event)
                if not isinstance(event, RunFinished):
                    show(event)
        state = evolve_all(applying.state, course.events, applying.run)
        applying.writer.commit(state, course.outcome)
        # Only now: what is not saved is not complete.
        show(course.events[-1])
    except DomostateError as error:
        course.mark(error)
        raise
    return course.exit_code


def _begun(applying: Applying, approved: Approved) -> RunJournal:
    return applying.writer.begin(
        applying.state, applying.run, approved.digest, _now(), approved.nonce, approved.text
    )


_GO_ON: Final = (
    "What was sent is in the journal. Once this is mended, go on with what is left:\n"
    "  domostate apply --resume"
)


@dataclass(slots=True)
class _Course:
    """What has happened, and what the exit code of an apply depends on."""

    events: list[Event] = field(default_factory=list)
    begun: bool = False
    written: bool = False
    denied: bool = True
    outcome: Outcome = Outcome.PARTIAL

    def note(self, event: Event) -> None:
        """Takes an event into account."""
        self.events.append(event)
        match event:
            case OperationStarted():
                self.begun = True
            case OperationSucceeded():
                self.written = True
            case OperationFailed(unauthorized=unauthorized):
                self.denied = self.denied and unauthorized
            case RunFinished(outcome):
                self.outcome = outcome
            case _:
                pass

    def mark(self, error: DomostateError) -> None:
        """Lets an error that ends the run tell what has become of the run."""
        if not self.begun:
            return
        error.exit_code = ExitCode.PARTIAL
        if not isinstance(self.events[-1], RunFinished):
            error.hint = f"{error.hint}\n{_GO_ON}".lstrip("\n")

    @property
    def exit_code(self) -> ExitCode:
        """As the contract has it (§4): 9 promises that nothing was written."""
        match self.outcome:
            case Outcome.COMPLETE:
                return ExitCode.DONE
            case Outcome.INTERRUPTED:
                return ExitCode.INTERRUPTED
            case Outcome.PARTIAL:
                refused = self.denied and self.begun and not self.written
                return ExitCode.UNAUTHORIZED if refused else ExitCode.PARTIAL


def check_instance(session: Session, plan: Plan) -> None:
    """Returns when the plan is for this instance and this environment.

    Raises:
        WrongInstance: it is not.
    """
    for meant, here in (
        (plan.environment.instance, session.instance),
        (plan.environment.name, session.environment.name),
    ):
        if meant != here:
            raise WrongInstance(
                f"the plan is for {plan.environment.name} ({plan.environment.instance}), and "
                f"this is {session.environment.name} ({session.instance})",
                hint="Make a new plan for this environment.",
            )


def check_belongs(applying: Applying, approved: Approved) -> None:
    """Returns when the plan is for this instance and this state, and nobody has applied it yet.

    Raises:
        WrongInstance, StalePlan: it is not; nothing was sent.
    """
    state, plan = applying.state, approved.plan
    check_instance(applying.session, plan)
    # A plan that was made before there was a state is of no lineage.
    if plan.state_serial and plan.state_lineage != state.lineage:
        raise WrongInstance(
            "the plan was made from the state of another lineage",
            hint="Make a new plan from this state.",
        )
    used = next((one for one in state.runs if one.nonce == approved.nonce), None)
    if used is not None:
        raise StalePlan(
            f"this plan was applied already: run {used.run} by {used.actor} at {used.started}"
            + ("" if used.outcome == Outcome.COMPLETE else ", which did not finish it"),
            hint="Make a new plan and look at it again."
            if used.outcome == Outcome.COMPLETE
            else "Go on with what is left:\n  domostate apply --resume",
        )
    if plan.state_serial != state.serial:
        last = state.runs[-1] if state.runs else None
        who = f" (run {last.run} by {last.actor} at {last.started})" if last else ""
        raise StalePlan(
            f"the plan was made from serial {plan.state_serial} of the state, which is at serial "
            f"{state.serial}: another run has applied since{who}",
            hint="Make a new plan and look at it again.",
        )


def _row(change: Change, live: Live, applying: Applying, names: Names) -> str:
    """How an object is no longer as the plan found it, empty where it is."""
    what = f"{change.address}: dataset {change.id}"
    if live.presence is not Presence.PRESENT:
        return f"{what} is {live.presence}"
    here = (change, live, applying.session.connection.reader.planes, names)
    claims = claimed(*here, applying.state.project)
    rows = [f"{what} has been marked by the project {project}" for project in claims]
    fields = ", ".join(moved(*here))
    return "; ".join([*rows, *([f"{change.address}: {fields}"] if fields else [])])


def _strayed(
    plan: Plan, live: Mapping[str, Live], names: Names, planes: frozenset[Plane]
) -> tuple[str, ...]:
    return strayed(plan, Observed(plan.environment.instance, planes, names.directory, live), names)


def look_anew(applying: Applying, plan: Plan) -> None:
    """For when somebody took their time over the plan: what was read for it may have moved."""
    ids = [change.id for change in plan.changes if change.id is not None]
    applying.session.connection.reader.forget(ids)


def _unmoved(applying: Applying, plan: Plan, names: Names) -> None:
    """Reads just the touched objects once more; what this very run has read is not read twice.

    Raises:
        StalePlan: one of them is no longer as the plan found it.
    """
    reader = applying.session.connection.reader
    touched = {
        change.id: change
        for change in plan.changes
        if change.id is not None and change.operations and Action.CREATE not in change.actions
    }
    wanted = {
        id_: parts_compared(one, reader.planes) | marker_parts(one.address.kind, reader.planes)
        for id_, one in touched.items()
    }
    if plan.effects.seen:
        for id_, parts in parts_to_tell(plan, reader.planes).items():
            wanted[id_] = wanted.get(id_, frozenset()) | parts
    live = reader.read(wanted)
    rows = {
        str(change.address): row
        for id_, change in touched.items()
        if (row := _row(change, live[id_], applying, names))
    }
    for address in _strayed(plan, live, names, reader.planes):
        rows.setdefault(address, f"{address}: who may see it")
    if rows:
        raise StalePlan(
            f"changed in Domo since the plan was made: {'; '.join(rows.values())}",
            hint="Make a new plan and look at it again.",
        )


def _known(applying: Applying, plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """The ids that bear the names which are about to be used, before anything is created.

    Raises:
        StalePlan: a dataset has appeared under a name that the plan would use.
    """
    names = {
        str(change.after["identity"]["name"])
        for change in plan.changes
        if Action.CREATE in change.actions
    }
    if not names:
        return {}
    recorded = {entry.id for entry in applying.state.entries.values()}
    known = {}
    for name, rows in applying.session.connection.reader.find_by_name(names).items():
        strange = [one.id for one in rows if one.id not in recorded]
        if strange:
            raise StalePlan(
                f"a dataset called {name!r} has appeared since the plan was made ({strange[0]})",
                hint="Make a new plan and look at it again.",
            )
        known[name] = tuple(one.id for one in rows)
    return known


def _now() -> datetime:
    return datetime.now(UTC)
