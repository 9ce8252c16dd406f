"""G1: after a crash at any write, the next command loads the state before or after the last
acknowledged step, and knows every open intent.
"""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domostate.model.address import Address
from domostate.model.event import Adopted, Event, evolve
from domostate.model.state import State
from domostate.record.files import DiskFiles, Files
from domostate.record.room import Record
from tests.record.disks import Died, Dying, SimulatedDisk
from tests.record.samples import EVENTS, NOW, SALES, STATE, bare, first, opened, put, settled

LATER: tuple[Event, ...] = (Adopted(SALES, "12"),)


@dataclass
class Told:
    """What the engine was told so far, and what it was about to be told."""

    acknowledged: State = field(default_factory=first)
    attempted: State = field(default_factory=first)
    begun: bool = False

    def attempt(self, state: State) -> None:
        self.attempted = state

    def acknowledge(self) -> None:
        self.acknowledged = self.attempted

    def admits(self, found: State) -> bool:
        """Whether it is the one or the other; what a save adds to it does not count."""
        return any(bare(found) == bare(one) for one in (self.acknowledged, self.attempted))


def run(folder: Path, files: Files, told: Told, events: tuple[Event, ...] = EVENTS) -> None:
    """A whole run, as the engine does it."""
    name = uuid4().hex
    with Record(folder, "dev", files).hold("apply", name, NOW) as writer:
        state = settled(writer)
        told.attempt(state)
        told.acknowledge()
        journal = writer.begin(state, name, "digest", NOW)
        told.begun = True
        for event in events:
            state = evolve(state, event, name)
            told.attempt(state)
            journal.write(event)
            told.acknowledge()
        writer.commit(state)


class HastyDisk(DiskFiles):
    """The real disk without waiting for it: what a killed process wrote is there anyway."""

    def sync(self, descriptor: int) -> None:
        pass

    def sync_folder(self, folder: Path) -> None:
        pass


def nothing(folder: Path, files: Files) -> None:
    """The first run of all."""


def a_state(folder: Path, files: Files) -> None:
    """Two generations."""
    record = Record(folder, "dev", files)
    put(record, STATE)
    put(record, replace(STATE, serial=8))


def a_leftover_journal(folder: Path, files: Files) -> None:
    """A run that was killed over a saved state."""
    a_state(folder, files)
    with Record(folder, "dev", files).hold("apply", "before", NOW) as writer:
        journal = writer.begin(settled(writer), "before", "digest", NOW)
        for event in EVENTS[:5]:
            journal.write(event)


def a_torn_journal(folder: Path, files: Files) -> None:
    """A run that was killed in the middle of a line."""
    a_leftover_journal(folder, files)
    path = folder / "dev.journal"
    content = files.read(path)
    assert content is not None
    files.remove(path)
    descriptor = files.create(path)
    files.write(descriptor, content[:-20])
    files.sync(descriptor)
    files.close(descriptor)
    files.sync_folder(folder)


BEFORE = [nothing, a_state, a_leftover_journal, a_torn_journal]
Arrange = Callable[[Path, Files], None]


def check(folder: Path, files: Files, told: Told) -> None:
    """What every command after the crash must find, and that work goes on."""
    record = Record(folder, "dev", files)
    found = opened(record, "l1" if not told.begun else "fresh")
    assert told.admits(found)

    with record.hold("apply", "r2", NOW) as writer:
        assert told.admits(settled(writer))
        kept = settled(writer)
    assert told.admits(kept)
    if files.exists(folder / "dev.json"):
        assert opened(record) == kept

    again = Told()
    run(folder, files, again, LATER)
    assert bare(opened(record)) == bare(again.attempted)
    assert not files.exists(record.journal_path)


def dies(folder: Path, files: Files, told: Told, dies_at: int) -> bool:
    """Whether the run died; it is over either way."""
    try:
        run(folder, Dying(files, dies_at), told)
    except Died:
        return True
    return False


@pytest.mark.parametrize("arrange", BEFORE)
def test_a_run_killed_at_any_call_to_the_disk_loses_nothing(
    tmp_path: Path, arrange: Arrange
) -> None:
    survived, dies_at = False, 0
    while not survived:
        dies_at += 1
        folder, files, told = tmp_path / str(dies_at), HastyDisk(), Told()
        arrange(folder, files)
        told.attempt(opened(Record(folder, "dev", files)))
        told.acknowledge()

        survived = not dies(folder, files, told, dies_at)

        check(folder, files, told)
    assert dies_at > 20


@pytest.mark.parametrize("arrange", BEFORE)
def test_a_loss_of_power_at_any_call_to_the_disk_loses_nothing(
    tmp_path: Path, arrange: Arrange
) -> None:
    survived, dies_at = False, 0
    while not survived:
        dies_at += 1
        files, told = SimulatedDisk(), Told()
        arrange(tmp_path, files)
        told.attempt(opened(Record(tmp_path, "dev", files)))
        told.acknowledge()

        survived = not dies(tmp_path, files, told, dies_at)

        for found in files.after_power_loss():
            check(tmp_path, found, told)
    assert dies_at > 20


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(1, 80), st.integers(0, 99)), max_size=6))
def test_crash_after_crash_loses_nothing(tmp_path: Path, crashes: list[tuple[int, int]]) -> None:
    files, told = SimulatedDisk(), Told()
    for dies_at, fate in crashes:
        dies(tmp_path, files, told, dies_at)
        outcomes = list(files.after_power_loss())
        files = outcomes[fate % len(outcomes)]
        found = opened(Record(tmp_path, "dev", files))
        assert told.admits(found)
        # A lineage in which nothing happened yet is nothing to lose.
        told = Told(found, found, begun=bool(found.serial or found.entries or found.open_intents))

    check(tmp_path, files, told)


@pytest.mark.parametrize("saved", [first(), STATE], ids=["first run", "later run"])
def test_a_journal_cut_at_any_byte_loses_no_line_before_the_cut(
    tmp_path: Path, saved: State
) -> None:
    files = SimulatedDisk()
    record = Record(tmp_path, "dev", files)
    if saved.serial:
        put(record, saved)
    with record.hold("apply", "r1", NOW) as writer:
        journal = writer.begin(saved, "r1", "digest", NOW)
        inode = files.inodes[files.names_now[record.journal_path]]
        states, ends = [saved], [len(inode.content)]
        for event in EVENTS:
            journal.write(event)
            states.append(evolve(states[-1], event, "r1"))
            ends.append(len(inode.content))
    whole = inode.content

    for cut in range(len(whole) + 1):
        inode.content = whole[:cut]
        acknowledged = max((n for n, end in enumerate(ends) if end <= cut), default=0)
        assert opened(record) in states[acknowledged : acknowledged + 2]


WORKING = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from domostate.model.address import Address
from domostate.model.event import Adopted, evolve
from domostate.record.room import Record

NOW = datetime(2026, 11, 21, tzinfo=UTC)
with Record(Path(sys.argv[1]), "dev").hold("apply", "r1", NOW) as writer:
    state = writer.settle("acme", "acme-dev", "l1")
    number = 0
    while True:
        run = f"{sys.argv[2]}-{number}"
        journal = writer.begin(state, run, "digest", NOW)
        for _ in range(5):
            number += 1
            event = Adopted(Address("dataset", sys.argv[2]), str(number))
            journal.write(event)
            state = evolve(state, event, run)
            sys.stdout.write(f"{number}\\n")
            sys.stdout.flush()
        state = writer.commit(state)
"""


def test_a_process_that_is_killed_for_real_loses_nothing_that_it_had_told(tmp_path: Path) -> None:
    record = Record(tmp_path, "dev")
    for name, lines in (("a", 1), ("b", 7), ("c", 150)):
        with subprocess.Popen(
            [sys.executable, "-c", WORKING, str(tmp_path), name], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            for _ in range(lines):
                process.stdout.readline()
            process.kill()
            told = process.stdout.read().split()

        last = int(told[-1]) if told else lines
        assert int(opened(record).entries[Address("dataset", name)].id) in (last, last + 1)

    assert {str(one) for one in opened(record).entries} == {"dataset.a", "dataset.b", "dataset.c"}
