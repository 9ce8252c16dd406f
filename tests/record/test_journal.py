"""The journal: nothing acknowledged is lost, nothing damaged is guessed at."""

import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.errors import JournalDamaged, LineageMismatch, StateError
from domostate.model.event import Adopted, Event, evolve
from domostate.model.state import State
from domostate.record.files import DISK, DiskFiles
from domostate.record.journal import KEPT, Header, Journal, Leftover, read_journal, replay
from tests.model.strategies import events, states
from tests.record.samples import EVENTS, HEADER, ORDERS, SALES, STATE, after, first

PATH = Path("state/dev.journal")


def write(folder: Path, *happened: Event, header: Header = HEADER) -> Path:
    journal = Journal.begin(DISK, folder / "dev.journal", header)
    for event in happened:
        journal.write(event)
    journal.close()
    return journal.path


def sealed(content: object) -> bytes:
    line = json.dumps(content).encode()
    return b'{"crc":"%08x","line":%s}\n' % (crc32(line), line)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "state", *EVENTS)

    kept = tuple(event for event in EVENTS if isinstance(event, KEPT))
    assert read_journal(path.read_bytes(), path) == Leftover(HEADER, kept)


def test_each_line_is_json_with_the_checksum_of_its_content(tmp_path: Path) -> None:
    path = write(tmp_path, Adopted(ORDERS, "9"))

    assert path.read_bytes().splitlines(keepends=True)[1] == (
        b'{"crc":"1bec3500","line":{"address":"dataset.orders","event":"adopted","id":"9"}}\n'
    )
    assert json.loads(path.read_bytes().splitlines()[0])["line"]["format"] == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path = write(tmp_path / "state", *EVENTS)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@given(states, events)
def test_an_event_that_is_not_written_changes_no_state(state: State, event: Event) -> None:
    assert isinstance(event, KEPT) or evolve(state, event) is state


def test_a_journal_that_is_there_is_never_begun_anew(tmp_path: Path) -> None:
    path = write(tmp_path, *EVENTS)
    before = path.read_bytes()

    with pytest.raises(StateError, match=r"dev\.journal: cannot be created: File exists"):
        write(tmp_path)

    assert path.read_bytes() == before


class Failing(DiskFiles):
    """A disk that is full, or lies about syncing, until it is told to work again."""

    def __init__(self, fails: str = "") -> None:
        self.fails = fails

    def write(self, descriptor: int, content: bytes) -> None:
        if self.fails == "write":
            super().write(descriptor, content[:9])
            raise OSError(28, "No space left on device")
        super().write(descriptor, content)

    def sync(self, descriptor: int) -> None:
        if self.fails == "sync":
            raise OSError(5, "Input/output error")
        super().sync(descriptor)

    def sync_folder(self, folder: Path) -> None:
        if self.fails == "sync_folder":
            raise OSError(5, "Input/output error")
        super().sync_folder(folder)


@pytest.mark.parametrize("fails", ["write", "sync"])
def test_after_a_line_that_failed_no_other_follows(tmp_path: Path, fails: str) -> None:
    files = Failing()
    journal = Journal.begin(files, tmp_path / "dev.journal", HEADER)
    journal.write(EVENTS[0])
    files.fails = fails
    with pytest.raises(StateError, match=r"dev\.journal: cannot be written: "):
        journal.write(EVENTS[1])
    files.fails = ""

    with pytest.raises(StateError, match="takes no more lines"):
        journal.write(EVENTS[3])
    journal.close()

    kept = read_journal(journal.path.read_bytes(), journal.path).events
    assert kept[0] == EVENTS[0]
    assert len(kept) <= 2


def test_a_closed_journal_takes_no_lines_and_closes_twice(tmp_path: Path) -> None:
    journal = Journal.begin(DISK, tmp_path / "dev.journal", HEADER)
    journal.close()
    journal.close()

    with pytest.raises(StateError, match="takes no more lines"):
        journal.write(EVENTS[0])


@pytest.mark.parametrize("fails", ["write", "sync", "sync_folder"])
def test_a_journal_that_cannot_be_begun_leaves_nothing(tmp_path: Path, fails: str) -> None:
    with pytest.raises(StateError, match=r"dev\.journal: cannot be "):
        Journal.begin(Failing(fails), tmp_path / "dev.journal", HEADER)

    assert not list(tmp_path.iterdir())


def test_a_journal_cut_anywhere_holds_every_line_before_the_cut(tmp_path: Path) -> None:
    path = write(tmp_path, *EVENTS)
    whole = path.read_bytes()
    everything = read_journal(whole, path)

    for cut in range(len(whole) + 1):
        found = read_journal(whole[:cut], path)
        # The end of the line itself may be missing: the checksum tells that the rest is there.
        lines = len(whole[:cut].splitlines()) - found.torn
        assert found.header == (HEADER if lines else None)
        assert found.events == everything.events[: max(lines - 1, 0)]
        assert lines >= whole[:cut].count(b"\n")


def test_a_changed_byte_is_noticed_wherever_it_is(tmp_path: Path) -> None:
    path = write(tmp_path, *EVENTS[:4])
    whole = path.read_bytes()
    everything = read_journal(whole, path)
    # Without the newline before it the last line and its neighbour are one bad last line.
    last = len(whole) - len(whole.splitlines(keepends=True)[-1]) - 1

    for place in range(len(whole) - 1):
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        if place < last:
            with pytest.raises(JournalDamaged, match=r"dev\.journal:\d: .* checksum"):
                read_journal(changed, path)
        elif place > last:
            assert read_journal(changed, path) == Leftover(HEADER, everything.events[:-1], True)
        else:
            assert read_journal(changed, path).torn


@given(st.binary(max_size=80), st.lists(events, max_size=2))
def test_no_bytes_raise_anything_but_what_is_documented(junk: bytes, happened: list[Event]) -> None:
    content = sealed({"format": 1}) + junk + b"\n" + sealed([len(happened)])

    with pytest.raises(JournalDamaged):
        read_journal(content, PATH)
    assert read_journal(junk.replace(b"\n", b""), PATH).header is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (sealed({"event": "teleported"}), "unknown event 'teleported'"),
        (sealed({"event": "adopted"}), "adopted: address"),
        (sealed(7), "no event is named"),
        (b"\n" + sealed(7), "its checksum does not fit"),
    ],
)
def test_a_line_that_means_nothing_is_named(tmp_path: Path, content: bytes, why: str) -> None:
    path = write(tmp_path)

    with pytest.raises(JournalDamaged, match=rf"dev\.journal:2: .*{why}") as caught:
        read_journal(path.read_bytes() + content, path)

    assert "domostate plan" in caught.value.hint


@pytest.mark.parametrize(
    ("header", "why"),
    [({}, "no format number"), ([], "no format number"), ({"format": 1}, "header: project")],
)
def test_a_header_that_means_nothing_is_named(header: object, why: str) -> None:
    with pytest.raises(JournalDamaged, match=rf"dev\.journal:1: .*{why}"):
        read_journal(sealed(header), PATH)


def test_a_newer_format_is_refused_naming_both_numbers() -> None:
    with pytest.raises(StateError, match=r"format 2, .* up to format 1: a newer") as caught:
        read_journal(sealed({"format": 2}), PATH)

    assert not isinstance(caught.value, JournalDamaged)


def test_an_empty_journal_holds_nothing() -> None:
    assert read_journal(b"", PATH) == Leftover(None)


def test_replay_folds_the_events_over_the_state_they_started_from() -> None:
    assert replay(STATE, Leftover(HEADER, EVENTS), PATH) == after(STATE, *EVENTS)


def test_replay_makes_the_state_of_a_first_run_from_the_header() -> None:
    header = replace(HEADER, serial=0)

    assert replay(None, Leftover(header, EVENTS), PATH) == after(first(), *EVENTS)


def test_a_journal_without_a_header_changes_nothing() -> None:
    assert replay(STATE, Leftover(None, torn=True), PATH) is STATE
    assert replay(None, Leftover(None, torn=True), PATH) is None


def test_a_journal_of_an_earlier_serial_is_settled_already() -> None:
    later = replace(STATE, serial=8)

    assert replay(later, Leftover(HEADER, (Adopted(SALES, "11"),)), PATH) is later


def test_a_state_older_than_its_journal_is_refused() -> None:
    with pytest.raises(StateError, match=r"from serial 7, and the state beside it is of serial 6"):
        replay(replace(STATE, serial=6), Leftover(HEADER), PATH)


def test_a_journal_whose_state_is_missing_is_refused() -> None:
    with pytest.raises(StateError, match=r"from serial 7, and the state beside it is missing"):
        replay(None, Leftover(HEADER), PATH)


def test_a_journal_of_another_lineage_is_refused() -> None:
    with pytest.raises(LineageMismatch, match=r"lineage l2, and the state beside it to l1"):
        replay(STATE, Leftover(replace(HEADER, lineage="l2")), PATH)
