"""Writers in processes of their own, which all add to one number."""

import json
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.synchronize import Barrier, Event

from domostate.record.documents import Backend
from domostate.record.holder import Holder
from tests.record.backends.places import Place

__all__ = ["Report", "Work", "report_of", "write_together"]

NAME = "state"
PATIENCE_S = 7_200.0


@dataclass(frozen=True)
class Work:
    """What one writer does: so many rounds, in some of which it is stopped between its look and
    its write. A courteous one takes the lock for each try, the others go without."""

    number: int
    rounds: int
    courteous: bool
    sleeps_in: frozenset[int]
    lease: timedelta


@dataclass
class Report:
    """What the writers say they did."""

    acknowledged: list[int] = field(default_factory=list)
    """The numbers whose writing was acknowledged."""
    rejected: int = 0
    slept: int = 0
    overtaken: int = 0
    """How many of the sleepers found on waking that somebody had written."""
    sleepers_rejected: int = 0


def write_together(place: Place, works: list[Work], asleep_s: float) -> list[Report]:
    """Has all of them at work at once; who stops itself is woken after so many seconds.

    Where somebody sleeps in the first round, those who do not begin once the first one does, so
    that they overtake it for certain.
    """
    with closing(place.connect()) as backend:
        backend.create(NAME, _content(0, -1))
    context = get_context("spawn")
    start, asleep = context.Barrier(len(works)), context.Event()
    if not any(0 in work.sleeps_in for work in works):
        asleep.set()
    processes, ends = [], []
    for work in works:
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_write, args=(place, work, start, asleep, theirs), daemon=True
        )
        process.start()
        theirs.close()
        processes.append(process)
        ends.append(ours)
    try:
        return _attended(ends, asleep, asleep_s)
    finally:
        for process in processes:
            process.kill()
            process.join()


def _attended(ends: list[Connection], asleep: Event, asleep_s: float) -> list[Report]:
    """Wakes who sleeps, and gathers the reports."""
    until = time.monotonic() + PATIENCE_S
    reports: list[Report] = []
    sleeping: dict[int, float] = {}
    while len(reports) < len(ends):
        assert time.monotonic() < until, "waited in vain"
        for end in wait([one for one in ends if not one.closed], timeout=0.05):
            assert isinstance(end, Connection)
            said = end.recv()
            if isinstance(said, Report):
                reports.append(said)
                end.close()
            else:
                sleeping[said] = time.monotonic() + asleep_s
                asleep.set()
        for pid in [one for one, wakes in sleeping.items() if wakes < time.monotonic()]:
            del sleeping[pid]
            os.kill(pid, signal.SIGCONT)
    return reports


def _write(place: Place, work: Work, start: Barrier, asleep: Event, end: Connection) -> None:
    report = Report()
    with closing(place.connect()) as backend:
        start.wait()
        if not work.sleeps_in:
            asleep.wait()
        for round_ in range(work.rounds):
            sleeps = round_ in work.sleeps_in
            while not _tried(backend, work, report, end if sleeps else None):
                sleeps = False
                # Without a pause of their own length the same two would meet each time.
                time.sleep(random.uniform(0.0, 0.05))
    end.send(report)


def _tried(backend: Backend, work: Work, report: Report, sleeping: Connection | None) -> bool:
    """One look, one more, one write; whether it was acknowledged."""
    with _polite(backend, work):
        seen = backend.read(NAME)
        assert seen is not None
        count = json.loads(seen.content)["count"] + 1
        if sleeping is not None:
            report.slept += 1
            sleeping.send(os.getpid())
            os.kill(os.getpid(), signal.SIGSTOP)
            report.overtaken += backend.read(NAME) != seen
        written = backend.replace(NAME, _content(count, work.number), seen.version)
    if written is None:
        report.rejected += 1
        report.sleepers_rejected += sleeping is not None
    else:
        report.acknowledged.append(count)
    return written is not None


@contextmanager
def _polite(backend: Backend, work: Work) -> Iterator[None]:
    """With the lock, for who is courteous; it is taken over once its lease has run out."""
    if not work.courteous:
        yield
        return
    instead_of = None
    while True:
        now = datetime.now(UTC)
        mine = Holder.this_process("apply", f"writer{work.number}", now).renewed(now, work.lease)
        present = backend.take(mine, instead_of=instead_of)
        if present is None:
            break
        gone = present.expired(datetime.now(UTC)) and backend.dead(present) is not False
        instead_of = present if gone else None
        time.sleep(random.uniform(0.1, 0.4))
    yield
    backend.release(mine)


def _content(count: int, writer: int) -> bytes:
    return json.dumps({"count": count, "writer": writer}).encode()


def report_of(reports: list[Report]) -> Report:
    """All of them together."""
    return Report(
        sorted(number for one in reports for number in one.acknowledged),
        sum(one.rejected for one in reports),
        sum(one.slept for one in reports),
        sum(one.overtaken for one in reports),
        sum(one.sleepers_rejected for one in reports),
    )
