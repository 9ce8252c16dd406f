"""A state put in the place of whatever is there: damaged, missing, of another lineage."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from domostate.errors import ExitCode, JournalDamaged, LineageMismatch, Overtaken, StateError
from domostate.model.event import Adopted, OperationSucceeded
from domostate.model.state import Entry, State
from domostate.record.files import DISK, Files
from domostate.record.room import Record
from domostate.record.seen import Seen, look
from tests.record.disks import Died, Dying
from tests.record.samples import (
    NOW,
    ORDERS,
    SALES,
    STATE,
    bare,
    first,
    leave_journal,
    opened,
    put,
    settled,
)
from tests.record.test_crash import HastyDisk

OTHER = replace(STATE, serial=2, entries={ORDERS: Entry("99", {})}, open_intents=())


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path / "state", "dev")


def place(record: Record) -> Path:
    return record.root / "dev.json"


def generations(record: Record, *serials: int) -> None:
    for serial in serials:
        put(record, replace(STATE, serial=serial))


def damage(record: Record) -> bytes:
    """The present state as somebody's editor left it."""
    damaged = place(record).read_bytes().replace(b'"acme"', b'"acne"', 1)
    place(record).write_bytes(damaged)
    return damaged


def put_back(record: Record, state: State, seen: Seen | None = None) -> State:
    with record.hold("state push", "r9", NOW) as writer:
        return writer.put(state, seen or look(record), "because")


def test_where_there_is_nothing_nothing_is_seen(record: Record) -> None:
    seen = look(record)

    assert (seen.present.state, seen.damage, seen.newest) == (None, None, None)
    assert (seen.lineage, seen.parent, seen.free_serial) == ("", "", 1)
    assert not record.root.exists()


def test_a_state_that_can_be_read_is_followed_by_the_next_serial(record: Record) -> None:
    generations(record, 7, 8)

    seen = look(record)

    present = record.store.load().state
    assert present is not None
    assert (seen.lineage, seen.parent, seen.free_serial) == ("l1", present.hash, 9)


def test_of_a_damaged_state_it_is_said_why_and_what_it_says_of_its_serial_counts(
    record: Record,
) -> None:
    generations(record, 7, 8, 20)
    damage(record)

    seen = look(record)

    assert seen.damage is not None
    assert "does not fit its hash" in seen.damage.message
    assert seen.newest is not None
    assert (seen.newest.serial, seen.parent) == (8, seen.newest.hash)
    assert seen.free_serial == 21


def test_of_a_missing_state_the_kept_ones_and_the_journal_tell_how_far_it_was(
    record: Record,
) -> None:
    generations(record, 7, 8)
    place(record).unlink()

    assert look(record).free_serial == 9

    leave_journal(record.root, replace(STATE, serial=30), Adopted(ORDERS, "11"))
    assert look(record).free_serial == 31


def test_an_earlier_generation_that_is_damaged_too_is_passed_over(record: Record) -> None:
    generations(record, 7, 8, 9)
    place(record).unlink()
    kept = record.root / "dev.history" / "00000008.json"
    kept.write_bytes(kept.read_bytes()[:40])

    seen = look(record)

    assert seen.newest is not None
    assert seen.newest.serial == 7


def test_a_state_by_a_newer_domostate_is_not_taken_for_a_damaged_one(record: Record) -> None:
    generations(record, 7)
    place(record).write_bytes(place(record).read_bytes().replace(b'"format":2', b'"format":99'))

    with pytest.raises(StateError, match="a newer domostate wrote it"):
        look(record)


def test_a_damaged_journal_is_not_passed_over(record: Record) -> None:
    generations(record, 7)
    journal = leave_journal(record.root, STATE, Adopted(ORDERS, "11"))
    journal.write_bytes(journal.read_bytes().replace(b"11", b"12", 1))

    with pytest.raises(JournalDamaged):
        look(record)


def test_an_earlier_state_that_is_put_back_gets_a_serial_of_its_own(record: Record) -> None:
    generations(record, 7, 8)

    saved = put_back(record, OTHER)

    assert saved.serial == 9
    assert bare(saved) == bare(OTHER)
    assert saved.saved is not None
    assert (saved.saved.operation, saved.saved.reason) == ("state push", "because")
    assert opened(record) == saved
    assert record.store.serials() == [7, 8]
    assert saved.parent == _hash(record, 8)


def _hash(record: Record, serial: int) -> str:
    with_serial = record.store.generation(serial)
    assert with_serial is not None
    return with_serial.partition(b'"hash":"')[2][:64].decode()


def test_a_later_state_keeps_its_serial(record: Record) -> None:
    generations(record, 7)

    assert put_back(record, replace(OTHER, serial=12)).serial == 12


def test_a_damaged_state_is_kept_aside_to_the_byte(record: Record) -> None:
    generations(record, 7, 8)
    damaged = damage(record)
    seen = look(record)

    saved = put_back(record, OTHER, seen)

    (aside,) = (record.root / "dev.damaged").iterdir()
    assert aside.read_bytes() == damaged
    assert seen.present.document is not None
    assert record.store.place_aside(seen.present.document) == str(aside)
    assert saved.parent == _hash(record, 7)
    assert opened(record) == saved


def test_a_serial_is_not_used_twice_however_often_the_state_is_lost(record: Record) -> None:
    generations(record, 7, 8)
    used = {7, 8}

    for _ in range(4):
        place(record).unlink()
        saved = put_back(record, OTHER)
        assert saved.serial not in used
        used.add(saved.serial)

    damage(record)
    assert put_back(record, OTHER).serial > max(used)


def test_another_lineage_can_be_put_in_the_place_of_the_present_one(record: Record) -> None:
    generations(record, 7)

    saved = put_back(record, replace(OTHER, lineage="l2"))

    assert (saved.lineage, saved.serial) == ("l2", 8)


def test_whoever_looked_before_somebody_saved_is_overtaken(record: Record) -> None:
    generations(record, 7)
    seen = look(record)
    put(record, replace(STATE, serial=8))

    with pytest.raises(Overtaken) as caught:
        put_back(record, OTHER, seen)

    assert caught.value.exit_code == ExitCode.LOCKED
    assert record.store.load().state == replace(STATE, serial=8)


def test_what_a_left_over_run_made_is_added_to_a_state_that_does_not_know_it(
    record: Record,
) -> None:
    generations(record, 7)
    made = OperationSucceeded(1, SALES, "create_dataset", {"id": "55"})
    journal = leave_journal(record.root, STATE, made)

    put_back(record, OTHER)
    with record.hold("apply", "r2", NOW) as writer:
        state = settled(writer)

    assert state.entries == {**OTHER.entries, SALES: Entry("55", {}, run="r1")}
    assert not journal.exists()


def test_the_journal_of_another_lineage_still_stops_everybody(record: Record) -> None:
    generations(record, 7)
    leave_journal(record.root, STATE, Adopted(ORDERS, "11"))

    put_back(record, replace(OTHER, lineage="l2"))

    with pytest.raises(LineageMismatch):
        opened(record)


def nothing(record: Record) -> None:
    pass


def a_state(record: Record) -> None:
    generations(record, 7, 8)


def a_damaged_state(record: Record) -> None:
    generations(record, 7, 8)
    damage(record)


def a_missing_state(record: Record) -> None:
    generations(record, 7, 8)
    place(record).unlink()


@pytest.mark.parametrize("arrange", [nothing, a_state, a_damaged_state, a_missing_state])
def test_killed_at_any_call_to_the_disk_it_is_the_old_or_the_new(
    tmp_path: Path, arrange: Callable[[Record], None]
) -> None:
    files: Files = HastyDisk()
    wanted = replace(STATE, serial=3, entries={})
    survived, dies_at = False, 0
    while not survived:
        dies_at += 1
        folder = tmp_path / str(dies_at)
        arrange(Record(folder, "dev"))
        before = DISK.read(folder / "dev.json")
        try:
            put_back(Record(folder, "dev", Dying(files, dies_at)), wanted)
            survived = True
        except Died:
            pass

        found = DISK.read(folder / "dev.json")
        record = Record(folder, "dev")
        if found == before:
            assert bare(put_back(record, wanted)) == bare(wanted)
        else:
            assert bare(opened(record)) == bare(wanted)
    assert dies_at > 5


def test_a_first_state_of_a_fresh_lineage_begins_at_one(record: Record) -> None:
    assert put_back(record, first()).serial == 1
