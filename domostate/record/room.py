"""The record of one environment: the only door to its state, journal and lock.

What `commit` acknowledged is in the state; what `RunJournal.write` acknowledged since is in the
journal. Opening puts the two together. The state knows the runs that are part of it: a journal
that a crash left behind after its run was saved is stale by that.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from domostate.errors import StateError, WrongInstance
from domostate.model.state import State, first_state
from domostate.record.documents import Backend
from domostate.record.files import DISK, Files, file_errors
from domostate.record.holder import Holder
from domostate.record.journal import Leftover, read_journal, replay
from domostate.record.local import LocalBackend
from domostate.record.lock import Waiting, exclusive
from domostate.record.shared_journal import shared_leftovers
from domostate.record.store import StateStore
from domostate.record.writer import Writer

__all__ = ["Record"]


class Record:
    """The record of `environment`: in `backend`, else below the folder `root`, which need not
    exist yet. The journal is always below `root`."""

    def __init__(
        self,
        root: Path,
        environment: str,
        files: Files = DISK,
        backend: Backend | None = None,
    ) -> None:
        self.environment = environment
        self.root = root
        self.journal_path = root / f"{environment}.journal"
        self.files = files
        self.backend = backend or LocalBackend(root, environment, files)
        self.store = StateStore(self.backend)

    def open(self, project: str, instance: str, fresh_lineage: str) -> State:
        """The state with every acknowledged event in it; takes no lock and writes nothing.

        Without a state and a journal it is the first state, of `fresh_lineage`.

        Raises:
            WrongInstance: the state belongs to another instance.
            StateError: it belongs to another project or environment, or cannot be read.
        """
        # The journal first: a run that commits between the two reads leaves a state that has
        # overtaken this journal. The other way round its events would be in neither.
        content = self.journal_bytes()
        mine = None if content is None else read_journal(content, self.journal_path)
        leftovers = self.leftovers(mine)
        return self.replayed(self.store.load().state, leftovers, project, instance, fresh_lineage)

    @contextmanager
    def hold(
        self,
        operation: str,
        run: str,
        now: datetime,
        timeout: timedelta = timedelta(0),
        waiting: Waiting = lambda _: None,
    ) -> Iterator[Writer]:
        """Hold the lock; raises Locked, naming its holder, when `timeout` runs out.

        `waiting` is told who has it, each time that it was tried in vain.
        """
        holder = Holder.this_process(operation, run, now)
        with exclusive(self.backend, holder, timeout, waiting) as lease:
            writer = Writer(self, holder, lease)
            try:
                yield writer
            finally:
                writer.close()

    def journal_bytes(self) -> bytes | None:
        """The leftover journal as it is on the disk."""
        with file_errors(self.journal_path, "read"):
            return self.files.read(self.journal_path)

    def leftovers(self, mine: Leftover | None) -> Sequence[Leftover]:
        """What runs left behind: `mine` is this machine's; others are in a remote backend.

        This machine's journal holds all that the backend has of the same run, and more.
        """
        left = [] if mine is None else [mine]
        if not self.backend.remote:
            return left
        runs = {one.header.run for one in left if one.header}
        shared = shared_leftovers(self.backend)
        left += (one for one in shared if one.header and one.header.run not in runs)
        return sorted(left, key=lambda one: one.header.started if one.header else "")

    def replayed(
        self,
        saved: State | None,
        leftovers: Sequence[Leftover],
        project: str,
        instance: str,
        fresh_lineage: str,
    ) -> State:
        """The state that `saved` and leftover journals make together, checked to be ours."""
        state = saved
        for leftover in leftovers:
            state = replay(state, leftover, self.journal_path)
        if state is None:
            return first_state(project, self.environment, instance, fresh_lineage)
        self._check_ours(state, project, instance)
        return state

    def _check_ours(self, state: State, project: str, instance: str) -> None:
        if state.instance != instance:
            raise WrongInstance(
                f"{self.store.place}: the state belongs to the instance {state.instance}, and "
                f"{self.environment} now points to {instance}",
                hint="Point the environment back, or give the other instance an environment of "
                "its own.",
            )
        for what, theirs, ours in (
            ("project", state.project, project),
            ("environment", state.environment, self.environment),
        ):
            if theirs != ours:
                raise StateError(
                    f"{self.store.place}: the state belongs to the {what} {theirs}, not to {ours}",
                    hint="Check state: in domostate.yml: each project keeps its own.",
                )
