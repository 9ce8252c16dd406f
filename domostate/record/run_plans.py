"""The plans that runs carried out, kept beside the state: to go on with a run, or to undo it."""

import zlib
from collections.abc import Sequence
from typing import Final

from domostate.errors import StateError
from domostate.model.state import RunRecord
from domostate.record.documents import Documents

__all__ = ["KEPT", "RunDamaged", "forget_plans", "keep_plan", "plan_of", "runs_kept"]

RUNS: Final = "runs/"
KEPT: Final = 20
"""The plans of how many runs are kept. Arbitrary, as many as there are generations of the state."""


class RunDamaged(StateError):
    """The plan that is kept of a run is not as it was written."""

    def __init__(self, documents: Documents, run: str, why: str) -> None:
        super().__init__(
            f"{documents.place(f'{RUNS}{run}')}: the plan kept for this run is damaged: {why}",
            hint="It is only needed to resume or to revert that run. Plan anew:\n  domostate plan",
        )


def keep_plan(documents: Documents, run: str, text: str) -> None:
    """Keep the plan file's text for a run that is about to begin."""
    content = zlib.compress(text.encode())
    if documents.create(f"{RUNS}{run}", content) is None:
        raise StateError(f"{documents.place(f'{RUNS}{run}')}: there is a run of this name already")


def plan_of(documents: Documents, run: str) -> str | None:
    """The plan file's text of a run, None when it is not kept (any more).

    Raises:
        RunDamaged: what is kept cannot be read.
    """
    document = documents.read(f"{RUNS}{run}")
    if document is None:
        return None
    try:
        return zlib.decompress(document.content).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise RunDamaged(documents, run, str(error)) from error


def runs_kept(documents: Documents) -> Sequence[str]:
    """The runs whose plans are kept, sorted."""
    return [name.removeprefix(RUNS) for name in documents.names(RUNS)]


def forget_plans(documents: Documents, runs: Sequence[RunRecord], known: Sequence[str]) -> None:
    """Remove the plans of the runs in `known` that are no longer among the last `runs`."""
    last = {one.run for one in runs[-KEPT:]}
    for run in known:
        if run not in last:
            documents.remove(f"{RUNS}{run}")
