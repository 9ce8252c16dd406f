"""Resume: going on with a run that did not end in order."""

from domostate.engine.plan_file import Approved
from domostate.engine.run import Applying
from domostate.errors import PlanError
from domostate.model.event import Outcome
from domostate.model.state import RunRecord, State
from domostate.planning.codec import decode, plan_from
from domostate.record.run_plans import plan_of

__all__ = ["approved_in", "unfinished"]


def unfinished(state: State) -> RunRecord | None:
    """The run to go on with: the last apply, if it did not finish; None when there is nothing to
    resume."""
    applies = [one for one in state.runs if one.operation == "apply"]
    if applies and (applies[-1].outcome != Outcome.COMPLETE or state.open_intents):
        return applies[-1]
    return None


def approved_in(applying: Applying, run: RunRecord) -> Approved | None:
    """The plan that a run began to carry out, None when it is not kept any more.

    Raises:
        StateError, PlanError: what is kept is damaged.
    """
    text = plan_of(applying.session.record.backend, run.run)
    if text is None:
        return None
    document = decode(text)
    approved = Approved(plan_from(document), document)
    if approved.digest != run.plan_digest:
        raise PlanError(
            f"the plan kept for run {run.run} is not the one that it began with",
            hint="Plan anew:\n  domostate plan",
        )
    return approved
