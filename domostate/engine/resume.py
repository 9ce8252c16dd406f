"""Resume: going on with a run that did not end in order."""

from domostate.engine.plan_file import Approved
from domostate.engine.run import Applying
from domostate.engine.run_plan import kept_plan
from domostate.model.event import Outcome
from domostate.model.state import RunRecord, State

__all__ = ["approved_in", "nothing_left", "unfinished"]


def unfinished(state: State) -> RunRecord | None:
    """The run to go on with: the last apply, if it did not finish; None when there is nothing to
    resume."""
    applies = _applies(state)
    if applies and (applies[-1].outcome != Outcome.COMPLETE or state.open_intents):
        return applies[-1]
    return None


def nothing_left(state: State) -> str:
    """Why there is nothing to resume, for people."""
    return "the last run has finished" if _applies(state) else "nothing was applied yet"


def _applies(state: State) -> list[RunRecord]:
    return [one for one in state.runs if one.operation == "apply"]


def approved_in(applying: Applying, run: RunRecord) -> Approved | None:
    """The plan that a run began to carry out, None when it is not kept any more.

    Raises:
        RunDamaged: what is kept is damaged, or another plan.
    """
    return kept_plan(applying.session.record.backend, run.run, run.plan_digest)
