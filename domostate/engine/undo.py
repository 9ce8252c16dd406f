"""Undo: everything that the plan needs to know which takes a run back."""

from collections.abc import Collection, Mapping

from domostate.engine.effects import told
from domostate.engine.run_plan import kept_plan
from domostate.engine.session import Made, Session
from domostate.errors import PlanError, UsageError
from domostate.kinds.names import Names
from domostate.model.address import Address
from domostate.model.desired import Desired
from domostate.model.observed import Observed
from domostate.model.plan import Plan
from domostate.model.state import Entry, State
from domostate.planning.revert import Undo, parts_to_undo, revert_plan
from domostate.record.state_file import decode_state

__all__ = ["plan_to_revert"]


def plan_to_revert(
    session: Session,
    desired: Desired,
    state: State,
    run: str,
    allow: dict[str, int],
    take_over: Collection[Address] = (),
) -> Made:
    """Reads what a run touched, and plans how to put it back.

    Raises:
        UsageError: the state knows no such run.
        PlanError: its plan is not kept any more.
        RunDamaged: what is kept of it is damaged, or another plan.
    """
    undo = _undo(session, state, run)
    reader = session.connection.reader
    reader.check_identity()
    directory = reader.directory(users=True, groups=True, accounts=True, standing=True)
    live = reader.read(parts_to_undo(undo, reader.planes))
    observed = Observed(session.instance, reader.planes, directory, live, {}, reader.calls)
    scope = session.scope(allow, take_over)
    plan = revert_plan(undo, desired, observed, state, scope)
    names = Names(directory, desired.principals)
    return Made(told(plan, observed, names, scope.limits, reader), observed, names)


def _undo(session: Session, state: State, run: str) -> Undo:
    known = {one.run: one.plan_digest for one in state.runs}
    if run not in known:
        last = "\n".join(f"  {one.run}  {one.operation}  {one.started}" for one in state.runs[-5:])
        raise UsageError(
            f"--revert {run}: the state knows no such run",
            hint=f"The last ones, oldest first:\n{last}" if last else "Nothing was applied yet.",
        )
    record = session.record
    kept = kept_plan(record.backend, run, known[run])
    if kept is None:
        raise PlanError(
            f"the plan of run {run} is not kept any more",
            hint="Put the manifests back to what they were, and plan:\n  domostate plan",
        )
    content = record.store.generation(kept.plan.state_serial)
    earlier = decode_state(content, record.store.place).entries if content is not None else {}
    later = _entries_after(session, state, kept.plan, run)
    return Undo(run, kept.plan, earlier, later)


def _entries_after(session: Session, state: State, plan: Plan, run: str) -> Mapping[Address, Entry]:
    """What was recorded by the first generation that is kept of those which know the run."""
    store = session.record.store
    for serial in store.serials():
        content = store.generation(serial) if serial > plan.state_serial else None
        if content is not None:
            generation = decode_state(content, store.generation_place(serial))
            if generation.knows(run):
                return generation.entries
    return state.entries
