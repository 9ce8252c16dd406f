"""Execute: a plan becomes a stream of events, and on the way becomes true.

Operations of one object run in order, objects side by side. Every event goes through one queue;
a worker goes on only when whoever consumes the events has taken its event, so that what is in
the journal is always ahead of what is sent.
"""

import queue
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from domostate.domo.reader import Reader
from domostate.engine.attempt import Attempt
from domostate.errors import DomoError
from domostate.kinds.names import Names
from domostate.model.change import Action, Change, Operation
from domostate.model.event import (
    Adopted,
    ChangeApplied,
    Event,
    Forgotten,
    Moved,
    OperationFailed,
    OperationSkipped,
    Outcome,
    RunFinished,
    RunStarted,
    Unverified,
    Verified,
    Waiting,
)
from domostate.model.observed import Presence
from domostate.planning.converged import parts_touched, remaining

__all__ = ["Run", "execute"]

PATIENCE = timedelta(seconds=20)
"""How long a write may take to show in a read; indexing is asynchronous (product §9)."""
TELL_EVERY_S = 5.0
"""How often people are told that something is waited for. Arbitrary: so that nobody frets."""


@dataclass(frozen=True, slots=True)
class Run:
    """What an execution needs besides the plan's changes.

    `stop` is set from outside to end the run in order: what is being sent is finished, nothing
    new is begun.
    """

    id: str
    plan_digest: str
    attempt: Attempt
    names: Names
    parallelism: int = 8
    patience: timedelta = PATIENCE
    stop: threading.Event = field(default_factory=threading.Event)


class _Abandoned(Exception):
    """Nobody takes the events any more: nothing may be sent."""


class _Events:
    """The one queue. `emit` returns when the event was taken."""

    def __init__(self) -> None:
        self._queue: queue.Queue[tuple[Event, threading.Event] | None] = queue.Queue()
        self._abandoned = threading.Event()

    def emit(self, event: Event) -> None:
        taken = threading.Event()
        self._queue.put((event, taken))
        while not taken.wait(timeout=0.05):
            if self._abandoned.is_set():
                raise _Abandoned

    def finish(self) -> None:
        """One worker is done."""
        self._queue.put(None)

    def taken(self, workers: int) -> Iterator[Event]:
        """The events until every worker is done."""
        while workers:
            item = self._queue.get()
            if item is None:
                workers -= 1
                continue
            event, taken = item
            yield event
            taken.set()

    def abandon(self) -> None:
        """Nobody takes events any more: whoever waits to have one taken stops."""
        self._abandoned.set()


def _gone(presence: Presence) -> str:
    if presence is Presence.INVISIBLE:
        return (
            "these credentials no longer see the dataset: share it with a group that their user "
            "is in, or use an Admin's token"
        )
    return f"the dataset is {presence}"


def execute(changes: Sequence[Change], run: Run) -> Generator[Event]:
    """Carries the changes out, yielding what happens; ends with RunFinished.

    The consumer decides the pace: the write that an OperationStarted announces is sent after the
    consumer has asked for the next event. Closing the generator early sends nothing more.
    """
    yield RunStarted(run.id, run.plan_digest, sum(len(one.operations) for one in changes))
    events = _Events()
    pool = ThreadPoolExecutor(run.parallelism, thread_name_prefix="apply")
    try:
        futures = [pool.submit(_work, change, run, events) for change in changes]
        yield from events.taken(len(changes))
    except BaseException as error:
        run.stop.set()
        events.abandon()
        # Who presses Ctrl-C twice does not want to wait for what is under way.
        pool.shutdown(wait=not isinstance(error, KeyboardInterrupt), cancel_futures=True)
        raise
    pool.shutdown()
    # Every result is looked at: a bug in a worker must not pass for a failed operation.
    results = [future.result() for future in futures]
    complete = all(results)
    stopped = Outcome.INTERRUPTED if run.stop.is_set() else Outcome.PARTIAL
    yield RunFinished(Outcome.COMPLETE if complete else stopped)


def _work(change: Change, run: Run, events: _Events) -> bool:
    try:
        return _Worker(change, run, events).carry_out()
    finally:
        events.finish()


@dataclass(slots=True)
class _Worker:
    """Carries out one change."""

    change: Change
    run: Run
    events: _Events
    ids: dict[str, str] = field(default_factory=dict)

    def carry_out(self) -> bool:
        """Whether all of it is done and verified."""
        change = self.change
        if change.id is not None:
            self.ids["id"] = change.id
        if {Action.FORGET, Action.DELETE} & {*change.actions}:
            return self._let_go()
        if change.moved_from is not None:
            if self.run.stop.is_set():
                return False
            self.events.emit(Moved(change.moved_from, change.address))
        if Action.ADOPT in change.actions and change.id is not None:
            if self.run.stop.is_set():
                return False
            self.events.emit(Adopted(change.address, change.id))
        if not self._operate():
            return False
        if change.operations and not self._verify():
            return False
        self.events.emit(
            ChangeApplied(change.address, self.ids["id"], change.applied, change.protect)
        )
        return True

    def _let_go(self) -> bool:
        """What was to be destroyed is forgotten once a read says that it is gone: until then
        somebody has to know of it; and so with a marker that was to come off."""
        if self.change.operations and not (self._operate() and self._verify()):
            return False
        self.events.emit(Forgotten(self.change.address))
        return True

    def _operate(self) -> bool:
        done: set[int] = set()
        missing: dict[int, str] = {}
        for op in self.change.operations:
            because = self._obstacle(op, missing)
            if because:
                missing[op.seq] = f"{op.name} was not tried"
                self.events.emit(OperationSkipped(op.seq, op.address, op.name, because))
                continue
            outcome = self.run.attempt.carry_out(op, self.ids, self.events.emit)
            if isinstance(outcome, OperationFailed):
                missing[op.seq] = f"{op.name} failed"
            else:
                done.add(op.seq)
                self.ids.update(outcome.ids)
            self.events.emit(outcome)
        return not missing

    def _obstacle(self, op: Operation, missing: Mapping[int, str]) -> str:
        if self.run.stop.is_set():
            return "the run was stopped"
        blocked = [missing[seq] for seq in op.depends_on if seq in missing]
        return f"{blocked[0]} before it" if blocked else ""

    def _verify(self) -> bool:
        """Reads the object back until it is as planned or the patience is spent.

        A 200 proves nothing (platform §4.6: updates were acknowledged and not applied).
        """
        change, started, said = self.change, time.monotonic(), 0.0
        pause = 0.1
        while True:
            left = self._remaining(self.run.attempt.reader)
            if not left:
                self.events.emit(Verified(change.address))
                return True
            spent = time.monotonic() - started
            if spent > self.run.patience.total_seconds() or self.run.stop.is_set():
                self.events.emit(Unverified(change.address, tuple(left)))
                return False
            if spent >= said:
                said = spent + TELL_EVERY_S
                what = "still" if Action.DELETE in change.actions else "not yet"
                self.events.emit(Waiting(change.address, f"{what} visible in Domo", spent))
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def _remaining(self, reader: Reader) -> list[str]:
        id_, destroyed = self.ids["id"], Action.DELETE in self.change.actions
        wanted = frozenset() if destroyed else parts_touched(self.change, reader.planes)
        reader.forget([id_])
        try:
            live = reader.read({id_: wanted})[id_]
        except DomoError as error:
            return [f"could not be read back: {error}"]
        if destroyed and live.presence is not Presence.INVISIBLE:
            return [] if live.presence is Presence.ABSENT else [f"dataset {id_} is still there"]
        if live.presence is not Presence.PRESENT:
            return [_gone(live.presence)]
        return list(remaining(self.change, live, reader.planes, self.run.names))
