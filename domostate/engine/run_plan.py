"""The plan of a run as it was kept, checked to be the one that the run began with."""

from domostate.engine.plan_file import Approved
from domostate.errors import PlanError
from domostate.planning.codec import decode, plan_from
from domostate.record.documents import Documents
from domostate.record.run_plans import RunDamaged, plan_of

__all__ = ["kept_plan"]


def kept_plan(documents: Documents, run: str, digest: str) -> Approved | None:
    """The plan of a run, None when it is not kept (any more).

    `digest` is what the run's journal or the state remembers of its plan; empty: nothing.

    Raises:
        RunDamaged: what is kept cannot be used, or is another plan.
    """
    text = plan_of(documents, run)
    if text is None:
        return None
    try:
        document = decode(text)
        approved = Approved(plan_from(document), document)
    except PlanError as error:
        raise RunDamaged(documents, run, error.message) from error
    if digest and approved.digest != digest:
        raise RunDamaged(documents, run, "it is not the one that the run began with")
    return approved
