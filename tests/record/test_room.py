"""The record: what a command finds, what a run leaves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domostate.errors import ExitCode, JournalDamaged, Locked, StateError, WrongInstance
from domostate.model.event import Adopted, OperationStarted, Outcome, RunFinished
from domostate.model.state import State
from domostate.record.files import DiskFiles
from domostate.record.room import Record
from tests.record.samples import (
    EVENTS,
    NOW,
    ORDERS,
    SALES,
    STATE,
    after,
    bare,
    first,
    leave_journal,
    opened,
    put,
    save,
    settled,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".domostate" / "state"


@pytest.fixture
def record(folder: Path) -> Record:
    return Record(folder, "dev")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def names(folder: Path) -> list[str]:
    return [name for name in contents(folder) if name not in ("dev.lock", "dev.guard")]


def test_before_the_first_run_there_is_a_first_state_and_no_folder(
    record: Record, folder: Path
) -> None:
    assert opened(record) == first()
    assert not folder.exists()


def test_a_whole_run_leaves_its_state_and_nothing_else(record: Record, folder: Path) -> None:
    with record.hold("apply", "r1", NOW) as writer:
        state = settled(writer)
        journal = writer.begin(state, "r1", "digest", NOW)
        for event in EVENTS:
            journal.write(event)
        saved = writer.commit(after(state, *EVENTS))

    assert bare(saved) == bare(after(first(), *EVENTS))
    assert (saved.serial, [one.run for one in saved.runs]) == (1, ["r1"])
    assert opened(record) == saved
    assert names(folder) == ["dev.json"]


def test_each_commit_is_a_serial_of_its_own(record: Record) -> None:
    with record.hold("state mv", "r1", NOW) as writer:
        one = writer.commit(settled(writer))
        two = writer.commit(one)

    assert (one.serial, two.serial) == (1, 2)


def test_a_command_without_the_lock_sees_the_leftover_journal_and_writes_nothing(
    record: Record, folder: Path
) -> None:
    saved = save(folder, STATE)
    leave_journal(folder, saved, *EVENTS)
    before = contents(folder)

    assert opened(record) == after(saved, *EVENTS)
    assert contents(folder) == before


def test_a_first_run_that_crashed_before_any_save_keeps_lineage_and_entries(
    record: Record, folder: Path
) -> None:
    leave_journal(folder, first(), *EVENTS)

    found = opened(record, lineage="another")

    assert found == after(first(), *EVENTS)
    assert found.lineage == "l1"


def test_settling_saves_what_the_journal_tells(record: Record, folder: Path) -> None:
    saved = save(folder, STATE)
    leave_journal(folder, saved, *EVENTS)

    with record.hold("apply", "r2", NOW) as writer:
        state = settled(writer)

    assert bare(state) == bare(after(saved, *EVENTS))
    assert (state.serial, state.runs[-1].run) == (saved.serial + 1, "r1")
    assert opened(record) == state
    assert names(folder) == ["dev.json"]
    assert record.store.serials() == [saved.serial]


def test_settling_with_nothing_left_over_writes_nothing(record: Record, folder: Path) -> None:
    saved = save(folder, STATE)
    before = contents(folder)

    with record.hold("apply", "r2", NOW) as writer:
        assert settled(writer) == saved

    assert contents(folder) == before


def test_a_run_that_changed_nothing_is_remembered_all_the_same(
    record: Record, folder: Path
) -> None:
    saved = save(folder, STATE)
    leave_journal(folder, saved, RunFinished(Outcome.INTERRUPTED))

    with record.hold("apply", "r2", NOW) as writer:
        state = settled(writer)

    assert state.serial == saved.serial + 1
    assert [(one.run, one.outcome) for one in state.runs] == [("r1", "interrupted")]


def test_a_journal_in_which_nothing_happened_makes_no_serial(record: Record, folder: Path) -> None:
    saved = save(folder, STATE)
    leave_journal(folder, saved)

    with record.hold("apply", "r2", NOW) as writer:
        assert settled(writer) == saved

    assert names(folder) == ["dev.json"]


def test_a_journal_whose_state_was_saved_is_only_removed(record: Record, folder: Path) -> None:
    saved = save(folder, STATE)
    journal = leave_journal(folder, saved, *EVENTS)
    told = journal.read_bytes()
    with record.hold("apply", "r2", NOW) as writer:
        state = settled(writer)
    journal.write_bytes(told)

    assert opened(record) == state
    with record.hold("apply", "r3", NOW) as writer:
        assert settled(writer) == state
    assert not journal.exists()


def test_a_torn_end_is_left_out_and_kept_aside(record: Record, folder: Path) -> None:
    saved = save(folder, STATE)
    for number in (1, 2):
        journal = leave_journal(folder, saved, Adopted(ORDERS, str(number)), run=f"r{number}")
        torn = journal.read_bytes() + b'{"crc":"0000'
        journal.write_bytes(torn)

        with record.hold("apply", "r2", NOW) as writer:
            saved = settled(writer)

        assert saved.entries[ORDERS].id == str(number)
        assert (folder / f"dev.journal.torn-{number}").read_bytes() == torn
        assert not journal.exists()


def test_a_damaged_journal_stops_everybody_and_is_copied_once_by_the_holder(
    record: Record, folder: Path
) -> None:
    saved = save(folder, STATE)
    journal = leave_journal(folder, saved, *EVENTS)
    damaged = journal.read_bytes().replace(b"Orders", b"orders", 1)
    journal.write_bytes(damaged)
    before = contents(folder)

    with pytest.raises(JournalDamaged):
        opened(record)
    assert contents(folder) == before

    for _ in range(2):
        with (
            record.hold("apply", "r2", NOW) as writer,
            pytest.raises(JournalDamaged, match=r"A copy is kept: .*corrupted-1"),
        ):
            settled(writer)
    assert (folder / "dev.journal.corrupted-1").read_bytes() == damaged
    assert journal.read_bytes() == damaged

    journal.write_bytes(damaged + b"\n")
    with (
        record.hold("apply", "r2", NOW) as writer,
        pytest.raises(JournalDamaged, match=r"A copy is kept: .*corrupted-2"),
    ):
        settled(writer)


def test_a_run_cannot_begin_or_commit_over_a_journal_that_is_not_settled(
    record: Record, folder: Path
) -> None:
    saved = save(folder, STATE)
    journal = leave_journal(folder, saved, *EVENTS)
    told = journal.read_bytes()

    with record.hold("apply", "r2", NOW) as writer:
        with pytest.raises(StateError, match="File exists"):
            writer.begin(saved, "r2", "digest", NOW)
        with pytest.raises(StateError, match="not settled"):
            writer.commit(saved)

    assert journal.read_bytes() == told
    assert record.store.load().state == saved


def read_only(record: Record) -> State:
    return opened(record)


def with_the_lock(record: Record) -> State:
    with record.hold("apply", "r2", NOW) as writer:
        return settled(writer)


@pytest.mark.parametrize("look", [read_only, with_the_lock])
def test_a_state_of_another_instance_is_refused_naming_both(
    record: Record, folder: Path, look: Callable[[Record], State]
) -> None:
    saved = save(folder, replace(STATE, instance="acme-prod"))
    leave_journal(folder, saved, *EVENTS)
    before = contents(folder)

    with pytest.raises(
        WrongInstance, match="instance acme-prod, and dev now points to acme-dev"
    ) as caught:
        look(record)

    assert caught.value.exit_code == ExitCode.GUARD
    assert contents(folder) == before


def test_a_leftover_first_run_of_another_instance_is_refused_too(
    record: Record, folder: Path
) -> None:
    leave_journal(folder, replace(first(), instance="acme-prod"), *EVENTS)

    with pytest.raises(WrongInstance, match="acme-prod"):
        opened(record)


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (replace(STATE, project="umbrella"), "project umbrella, not to acme"),
        (replace(STATE, environment="prod"), "environment prod, not to dev"),
    ],
)
def test_a_state_of_another_project_or_environment_is_refused(
    record: Record, state: State, why: str
) -> None:
    put(record, state)

    with pytest.raises(StateError, match=why):
        opened(record)


def test_reading_goes_on_while_the_lock_is_held(record: Record, folder: Path) -> None:
    saved = save(folder, STATE)
    with record.hold("apply", "r1", NOW) as writer:
        journal = writer.begin(saved, "r1", "digest", NOW)
        journal.write(Adopted(ORDERS, "11"))

        assert opened(Record(folder, "dev")).entries[ORDERS].id == "11"


class CommittedMeanwhile(DiskFiles):
    """A disk on which another run commits right after the first file was read."""

    def __init__(self, commit: Callable[[], None]) -> None:
        self.commit: Callable[[], None] | None = commit

    def read(self, path: Path) -> bytes | None:
        content = super().read(path)
        commit, self.commit = self.commit, None
        if commit:
            commit()
        return content


def test_a_reader_misses_nothing_when_a_run_commits_between_its_two_reads(folder: Path) -> None:
    saved = save(folder, STATE)
    with Record(folder, "dev").hold("apply", "r1", NOW) as writer:
        journal = writer.begin(saved, "r1", "digest", NOW)
        journal.write(Adopted(ORDERS, "11"))
        wanted = after(saved, Adopted(ORDERS, "11"))
        reader = Record(folder, "dev", CommittedMeanwhile(lambda: _ignore(writer.commit(wanted))))

        assert opened(reader).entries == wanted.entries


def _ignore(_: State) -> None:
    pass


def test_the_lock_names_the_run_that_holds_it(record: Record, folder: Path) -> None:
    with (
        record.hold("apply", "r1", NOW),
        pytest.raises(Locked, match="apply, run r1, since 2026-11-21T12:00:00"),
        Record(folder, "dev").hold("apply", "r2", NOW, timedelta(0)),
    ):
        pass


def test_a_run_that_ends_without_commit_leaves_its_journal(record: Record, folder: Path) -> None:
    started = OperationStarted(1, SALES, "create_dataset", "create", "Sales")
    leave_journal(folder, first(), started)

    assert [intent.name for intent in opened(record).open_intents] == ["Sales"]


def test_a_commit_that_the_disk_refused_can_be_tried_again(folder: Path) -> None:
    class Full(DiskFiles):
        full = False

        def replace(self, source: Path, target: Path) -> None:
            if self.full and target.name == "dev.json":
                raise OSError(28, "No space left on device")
            super().replace(source, target)

    files = Full()
    record = Record(folder, "dev", files)
    with record.hold("apply", "r1", NOW) as writer:
        journal = writer.begin(settled(writer), "r1", "digest", NOW)
        journal.write(Adopted(ORDERS, "11"))
        wanted = after(first(), Adopted(ORDERS, "11"))
        files.full = True
        with pytest.raises(StateError, match="No space left"):
            writer.commit(wanted)
        assert opened(record) == wanted
        files.full = False

        assert bare(writer.commit(wanted)) == bare(wanted)

    assert names(folder) == ["dev.json"]
