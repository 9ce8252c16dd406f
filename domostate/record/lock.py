"""The lock: one run at a time for each environment, with a heartbeat as long as the run lasts.

It is courtesy: whoever lost it without noticing is stopped by compare-and-swap at the latest.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from domostate.errors import Locked, StateError
from domostate.record.documents import Backend
from domostate.record.holder import LEASE, Holder

__all__ = ["Lease", "Waiting", "exclusive", "is_free"]

BEAT: Final = LEASE / 4
"""How often a run tells that it is still at work."""
GRACE: Final = timedelta(seconds=30)
"""How far the clocks of two machines may be apart; `init` refuses a backend that is further off."""
LOOK: Final = timedelta(seconds=1)
"""How often somebody who waits looks again."""

Waiting = Callable[[Holder], None]
"""Told who has the lock, each time that somebody who waits has looked."""


class Lease:
    """The lock, held by this run; safe between threads."""

    def __init__(self, backend: Backend, holder: Holder) -> None:
        self._backend = backend
        self._holder = holder
        self._renewed = time.time()
        self._lost = False
        self._mutex = threading.Lock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Return while this run has the lock.

        A process that was stopped for a while finds out here, before it sends anything more.

        Raises:
            Locked: somebody has broken the lock or taken it over.
            StateError: the backend cannot be reached, and the lease may have run out.
        """
        if not self._backend.remote:
            self._look()
        # By a clock that runs on while the process or the machine sleeps.
        elif abs(time.time() - self._renewed) > LEASE.total_seconds() / 2:
            self._renew()
        if self._lost:
            raise self._taken()

    def end(self) -> None:
        """No heartbeat any more, and the lock given back."""
        self._done.set()
        self._thread.join()
        if not self._lost:
            # What cannot be given back runs out; and whatever ended the run matters more.
            with suppress(StateError):
                self._backend.release(self._holder)

    def _beat(self) -> None:
        while not self._done.wait(BEAT.total_seconds()):
            # An outage may pass before the lease runs out; `check` tells when it does not.
            with suppress(StateError):
                self._renew()
            if self._lost:
                return

    def _renew(self) -> None:
        with self._mutex:
            if self._lost or self._done.is_set():
                return
            renewed = self._holder.renewed(datetime.now(UTC))
            self._lost = not self._backend.renew(renewed)
            self._renewed = time.time()

    def _look(self) -> None:
        present = self._backend.holder()
        self._lost = present is None or present.id != self._holder.id

    def _taken(self) -> Locked:
        with suppress(StateError):
            present = self._backend.holder()
            who = f"now held by {present}" if present is not None else "broken by somebody"
            return Locked(
                f"{self._backend.place('lock')}: this run no longer has the lock: {who}",
                hint="What it has done is in its journal. See what is left:\n  domostate plan",
            )
        return Locked(f"{self._backend.place('lock')}: this run no longer has the lock")


@contextmanager
def exclusive(
    backend: Backend, holder: Holder, timeout: timedelta, waiting: Waiting = lambda _: None
) -> Iterator[Lease]:
    """Hold the lock; raises Locked, naming its holder, when `timeout` runs out."""
    if backend.leases:
        holder = holder.renewed(datetime.now(UTC))
    _take(backend, holder, timeout, waiting)
    lease = Lease(backend, holder)
    try:
        yield lease
    finally:
        lease.end()


def _take(backend: Backend, holder: Holder, timeout: timedelta, waiting: Waiting) -> None:
    limit = time.monotonic() + timeout.total_seconds()
    over: Holder | None = None
    while (present := backend.take(holder, over)) is not None:
        over = present if is_free(backend, present) else None
        if over is not None:
            continue
        if time.monotonic() >= limit:
            raise _locked(backend, present)
        waiting(present)
        time.sleep(min(LOOK.total_seconds(), max(0.0, limit - time.monotonic())))


def is_free(backend: Backend, holder: Holder) -> bool:
    """Whether a lock may be taken over: its process is gone, or its lease ran out."""
    dead = backend.dead(holder)
    if dead is not None:
        return dead
    return backend.leases and holder.expired((backend.now() or datetime.now(UTC)) - GRACE)


def _locked(backend: Backend, holder: Holder) -> Locked:
    return Locked(
        f"{backend.place('lock')}: held by {holder}",
        hint="Let it finish, or wait for it with --lock-timeout 5m. If its process is gone for "
        f"good:\n  domostate lock break --id {holder.id} --reason WHY",
    )
