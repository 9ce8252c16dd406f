"""The record of one environment: the only door to its state, journal and lock.

What `commit` acknowledged is in the state file; what `Journal.write` acknowledged since is in the
journal. Opening puts the two together. A journal fits the serial that it began with: once the
state is saved with the next one, a journal that a crash left behind is stale by its number.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from domostate.errors import JournalDamaged, StateError, WrongInstance
from domostate.model.state import State, first_state
from domostate.record.files import DISK, Files, file_errors, free_name, write_whole
from domostate.record.journal import Header, Journal, Leftover, read_journal, replay
from domostate.record.lock import Holder, exclusive
from domostate.record.store import LocalStore

__all__ = ["Record", "Writer"]


class Record:
    """The record of `environment` below the folder `root`, which need not exist yet."""

    def __init__(self, root: Path, environment: str, files: Files = DISK) -> None:
        self.environment = environment
        self.journal_path = root / f"{environment}.journal"
        self.lock_path = root / f"{environment}.lock"
        self.files = files
        self.store = LocalStore(root, environment, files)

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
        leftover = None if content is None else read_journal(content, self.journal_path)
        return self.replayed(self.store.load(), leftover, project, instance, fresh_lineage)

    @contextmanager
    def hold(
        self, operation: str, run: str, now: datetime, timeout: timedelta = timedelta(0)
    ) -> Iterator["Writer"]:
        """Hold the lock; raises Locked, naming its holder, when `timeout` runs out."""
        holder = Holder.this_process(operation, run, now)
        with exclusive(self.files, self.lock_path, holder, timeout):
            writer = Writer(self)
            try:
                yield writer
            finally:
                writer.close()

    def journal_bytes(self) -> bytes | None:
        """The leftover journal as it is on the disk."""
        with file_errors(self.journal_path, "read"):
            return self.files.read(self.journal_path)

    def replayed(
        self,
        saved: State | None,
        leftover: Leftover | None,
        project: str,
        instance: str,
        fresh_lineage: str,
    ) -> State:
        """The state that `saved` and a leftover journal make together, checked to be ours."""
        state = replay(saved, leftover, self.journal_path) if leftover else saved
        if state is None:
            return first_state(project, self.environment, instance, fresh_lineage)
        self._check_ours(state, project, instance)
        return state

    def _check_ours(self, state: State, project: str, instance: str) -> None:
        if state.instance != instance:
            raise WrongInstance(
                f"{self.store.path}: the state belongs to the instance {state.instance}, and "
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
                    f"{self.store.path}: the state belongs to the {what} {theirs}, not to {ours}",
                    hint="Check state.path in domostate.yml: each project keeps its own.",
                )


class Writer:
    """What only the holder of the lock may do: settle, then begin, then commit."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._journal: Journal | None = None

    def settle(self, project: str, instance: str, fresh_lineage: str) -> State:
        """`Record.open`, with what an earlier run left behind put in order.

        The events of its journal are saved as a state of the next serial; a journal with a torn
        end is kept aside as `<environment>.journal.torn-<n>`.

        Raises what `Record.open` raises, before anything is written. JournalDamaged names the
        copy that was made; the journal itself stays.
        """
        record = self._record
        content = record.journal_bytes()
        leftover = None if content is None else self._read(content)
        saved = record.store.load()
        state = record.replayed(saved, leftover, project, instance, fresh_lineage)
        if leftover is None:
            return state
        if state is not saved and leftover.events:
            state = replace(state, serial=state.serial + 1)
            record.store.save(state)
        self._clear(keep=leftover.torn)
        return state

    def begin(self, state: State, run: str, plan_digest: str, now: datetime) -> Journal:
        """The journal of a run that starts from `state`, as `settle` or `commit` returned it."""
        header = Header(
            state.project,
            state.environment,
            state.instance,
            state.lineage,
            state.serial,
            run,
            plan_digest,
            now.isoformat(),
        )
        self._journal = Journal.begin(self._record.files, self._record.journal_path, header)
        return self._journal

    def commit(self, state: State) -> State:
        """Save `state` with the next serial, then drop the journal that it makes superfluous.

        Returns the state as saved. Raises StateError when it cannot be saved: what the journal
        acknowledged is then still in the journal.
        """
        record = self._record
        if self._journal is None and record.files.exists(record.journal_path):
            raise StateError(
                f"{record.journal_path}: this journal of an earlier run is not settled yet",
                hint="Run again: an apply settles it first.",
            )
        self.close()
        saved = replace(state, serial=state.serial + 1)
        record.store.save(saved)
        if self._journal is not None:
            self._clear(keep=False)
            self._journal = None
        return saved

    def close(self) -> None:
        """Give the journal's file back; its content stays for the next run to settle."""
        if self._journal is not None:
            self._journal.close()

    def _read(self, content: bytes) -> Leftover:
        try:
            return read_journal(content, self._record.journal_path)
        except JournalDamaged as error:
            copy = self._copy_aside(content)
            raise JournalDamaged(
                f"{error.message}\nA copy is kept: {copy}", hint=error.hint
            ) from error

    def _copy_aside(self, content: bytes) -> Path:
        files, path = self._record.files, self._record.journal_path
        free = free_name(files, path, "corrupted")
        number = int(free.name.rpartition("-")[2])
        last = path.with_name(f"{path.name}.corrupted-{number - 1}")
        with file_errors(last, "read"):
            # The journal stays where it is, so each further try meets the same bytes.
            if files.read(last) == content:
                return last
        write_whole(files, free, content)
        return free

    def _clear(self, *, keep: bool) -> None:
        files, path = self._record.files, self._record.journal_path
        with file_errors(path, "moved aside" if keep else "removed"):
            if keep:
                files.replace(path, free_name(files, path, "torn"))
            else:
                files.remove(path)
