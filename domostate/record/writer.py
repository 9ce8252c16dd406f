"""What only the holder of the lock may do."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Final

from domostate.errors import JournalDamaged, StateError
from domostate.model.event import Event, OperationStarted
from domostate.model.state import RunRecord, Saved, State
from domostate.record.files import file_errors, free_name, write_whole
from domostate.record.holder import Holder
from domostate.record.journal import Header, Journal, Leftover, read_journal
from domostate.record.lock import Lease
from domostate.record.run_plans import KEPT, forget_plans, keep_plan
from domostate.record.seen import Seen
from domostate.record.shared_journal import SharedJournal, forget_shared
from domostate.record.state_file import encode_state
from domostate.record.store import Present

if TYPE_CHECKING:
    from domostate.record.room import Record

__all__ = ["RunJournal", "Writer"]

RUNS: Final = 50
"""How many runs a state remembers. Arbitrary: more than there are plans waiting to be applied."""


class RunJournal:
    """The journal of the present run; what others must know of it is in the backend as well."""

    def __init__(self, journal: Journal, lease: Lease, shared: SharedJournal | None) -> None:
        self.path = journal.path
        self._journal = journal
        self._lease = lease
        self._shared = shared

    def write(self, event: Event) -> None:
        """Return once the event survives what the backend survives.

        Raises:
            Locked: the lock was lost, and the event would announce a call.
            StateError: it cannot be written; nothing more may be sent.
        """
        if isinstance(event, OperationStarted):
            self._lease.check()
        self._journal.write(event)
        if self._shared is not None:
            self._shared.write(event)

    def close(self) -> None:
        """Give the file back; a second time does nothing."""
        self._journal.close()


class Writer:
    """Settles what an earlier run left behind, then begins, then commits."""

    def __init__(self, record: "Record", holder: Holder, lease: Lease) -> None:
        self._record = record
        self._holder = holder
        self._lease = lease
        self._present: Present | None = None
        self._journal: RunJournal | None = None
        self._header: Header | None = None

    def settle(self, project: str, instance: str, fresh_lineage: str) -> State:
        """`Record.open`, with what an earlier run left behind put in order.

        The events of its journal are saved as a state of the next serial; a journal with a torn
        end is kept aside as `<environment>.journal.torn-<n>`.

        Raises what `Record.open` raises, before anything is written. JournalDamaged names the
        copy that was made; the journal itself stays.
        """
        record = self._record
        content = record.journal_bytes()
        mine = None if content is None else self._read(content)
        leftovers = record.leftovers(mine)
        present = self._present = record.store.load()
        state = record.replayed(present.state, leftovers, project, instance, fresh_lineage)
        new = [
            one.header.recorded(one.outcome)
            for one in leftovers
            if one.header and one.events and not state.knows(one.header.run)
        ]
        if new:
            state = self._saved(_with_runs(state, new), "settle", new[-1].run)
        self._forget(leftovers)
        if mine is not None:
            self._clear(keep=mine.torn)
        return state

    def begin(
        self,
        state: State,
        run: str,
        plan_digest: str,
        now: datetime,
        nonce: str = "",
        plan_text: str = "",
    ) -> RunJournal:
        """The journal of a run that starts from `state`, as `settle` or `commit` returned it.

        `run` is new: the journal of a run that the state knows would count as settled. The text
        of the plan is kept for whoever wants to go on with the run, or to undo it.
        """
        assert not state.knows(run), f"run {run} has been saved already"
        header = Header(
            state.project,
            state.environment,
            state.instance,
            state.lineage,
            state.serial,
            run,
            plan_digest,
            now.isoformat(),
            nonce,
            self._holder.actor,
            self._holder.ci_url,
            self._holder.operation,
        )
        record = self._record
        shared = SharedJournal(record.backend, header) if record.backend.remote else None
        if plan_text:
            keep_plan(record.backend, run, plan_text)
        journal = Journal.begin(record.files, record.journal_path, header)
        self._header, self._journal = header, RunJournal(journal, self._lease, shared)
        return self._journal

    def commit(self, state: State, outcome: str = "", reason: str = "") -> State:
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
        run = ""
        if self._header is not None:
            run = self._header.run
            state = _with_runs(state, [self._header.recorded(outcome)])
        known = [one.run for one in state.runs]
        saved = self._saved(state, self._holder.operation, run, reason)
        forget_plans(record.backend, saved.runs, known[:-KEPT])
        if self._journal is not None:
            if record.backend.remote:
                forget_shared(record.backend, run)
            self._clear(keep=False)
            self._journal = self._header = None
        return saved

    def put(self, state: State, seen: Seen, reason: str = "") -> State:
        """Save `state` in the place of what `seen` found, whatever condition that is in.

        Returns the state as saved, with a serial that was never used. What runs have left behind
        stays for `settle`: what `state` does not know of it is added then.

        Raises:
            Overtaken: somebody else has saved since.
            StateError: the backend does not take it.
        """
        next_ = replace(state, serial=max(state.serial, seen.free_serial))
        saved = self._signed(self._holder.operation, "", reason)
        store = self._record.store
        self._present = store.supersede(next_, saved, seen.present, seen.parent)
        assert self._present.state is not None
        return self._present.state

    def close(self) -> None:
        """Give the journal's file back; its content stays for the next run to settle."""
        if self._journal is not None:
            self._journal.close()

    def _saved(self, state: State, operation: str, run: str, reason: str = "") -> State:
        record = self._record
        present = self._present if self._present is not None else record.store.load()
        next_ = replace(state, serial=state.serial + 1)
        saved = self._signed(operation, run, reason)
        try:
            self._present = record.store.save(next_, saved, present)
        except StateError as error:
            if record.backend.remote:
                parent = "" if present.state is None else present.state.hash
                raise self._rescued(replace(next_, parent=parent), saved, error) from error
            raise
        assert self._present.state is not None
        return self._present.state

    def _signed(self, operation: str, run: str, reason: str) -> Saved:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        return Saved(at, self._holder.actor, operation, run, reason)

    def _rescued(self, state: State, saved: Saved, error: StateError) -> StateError:
        """The error, with the file to which the state was written instead and what to do."""
        name = f"errored-{saved.run or self._holder.run}.state.json"
        path = self._record.root / name
        try:
            write_whole(self._record.files, path, encode_state(replace(state, saved=saved)))
        except StateError:
            return error
        told = type(error)(
            f"{error.message}\nWhat was to be saved is kept: {path}",
            hint=f"{error.hint}\nOnce the backend is well again, and if nobody has applied since:\n"
            f"  domostate state push {quote(str(path))} -e {state.environment} "
            "--reason 'backend failed'",
        )
        told.exit_code = error.exit_code
        return told

    def _forget(self, leftovers: Sequence[Leftover]) -> None:
        if self._record.backend.remote:
            for one in leftovers:
                if one.header is not None:
                    forget_shared(self._record.backend, one.header.run)

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


def _with_runs(state: State, new: Sequence[RunRecord]) -> State:
    return replace(state, runs=(*state.runs, *new)[-RUNS:])
