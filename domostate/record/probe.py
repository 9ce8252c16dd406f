"""The probe: does a place keep what a backend promises?

Stores exist that take a condition and do not heed it; with one of them two runs would write over
each other, and nobody would be told. So each promise is tried once before it is relied on.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, runtime_checkable
from uuid import uuid4

from domostate.errors import StateError
from domostate.record.documents import Backend, Document
from domostate.record.holder import Holder

__all__ = ["Probed", "probe"]

_OFF: Final = timedelta(seconds=60)
"""How far clocks may be apart. Arbitrary: as long as a lease."""

_OTHER: Final = (
    "Keep the state elsewhere: with this place two runs could write over each other unnoticed."
)


@runtime_checkable
class _Doubted(Protocol):
    """A backend that stands on more than the promises of all: it tries that itself."""

    def flaws(self) -> Sequence[str]:
        """What the place lets happen and must not, for people; none for a good one."""
        ...


@dataclass(frozen=True, slots=True)
class Probed:
    """What was found. `lock_holder` had the lock, so that locking was not tried; `apart` is how
    far the place's clock is ahead of ours, None where it has none."""

    lock_holder: Holder | None = None
    apart: timedelta | None = None


def probe(backend: Backend) -> Probed:
    """Try each promise that `record` relies on, under a name of its own, which is gone afterwards.

    Takes the lock for a moment where it is free.

    Raises:
        StateError: the place cannot be reached, or breaks a promise, which is named.
    """
    name = f"probe/{uuid4().hex}"
    with _removed(backend, name):
        _documents(backend, name)
    flaws = backend.flaws() if isinstance(backend, _Doubted) else ()
    if flaws:
        raise _broken(backend, "lock", "; ".join(flaws))
    apart = _clock(backend)
    # Last: where comparing does not work, a lock that is tried could be somebody else's no longer.
    return Probed(_lock(backend), apart)


def _documents(backend: Backend, name: str) -> None:
    first = backend.create(name, b"first")
    if first is None:
        raise _broken(backend, name, "it refuses to create a document that is not there")
    if backend.create(name, b"second") is not None:
        raise _broken(backend, name, "it creates a document that is there already, over it")
    _check_read(backend, name, first)
    second = backend.replace(name, b"second", first.version)
    if second is None:
        raise _broken(backend, name, "it refuses a write in the place of the present version")
    if second.version == first.version:
        raise _broken(backend, name, "two contents have one version")
    if backend.replace(name, b"third", first.version) is not None:
        raise _broken(backend, name, "it takes a write in the place of a version that is gone")
    _check_read(backend, name, second)
    if name not in backend.names("probe/"):
        raise _broken(backend, name, "it does not list a document that is there")
    backend.remove(name)
    _check_read(backend, name, None)
    if backend.replace(name, b"fourth", second.version) is not None:
        raise _broken(backend, name, "it takes a write in the place of a document that is gone")


def _check_read(backend: Backend, name: str, expected: Document | None) -> None:
    if backend.read(name) != expected:
        raise _broken(backend, name, "what is read is not what was written last")


def _lock(backend: Backend) -> Holder | None:
    """Try the lock; who has it, where it is taken."""
    mine, other = _holder(), _holder()
    present = backend.take(mine)
    if present is not None:
        return present
    try:
        if backend.take(other) is None:
            with suppress(StateError):
                backend.release(other)
            raise _broken(backend, "lock", "two runs have the lock at once")
        seen = backend.holder()
        if seen is None or seen.id != mine.id:
            raise _broken(backend, "lock", "the lock does not tell who has it")
    finally:
        backend.release(mine)
    return None


def _holder() -> Holder:
    now = datetime.now(UTC)
    return Holder.this_process("init", f"probe-{uuid4().hex[:8]}", now).renewed(now)


def _clock(backend: Backend) -> timedelta | None:
    before = datetime.now(UTC)
    told = backend.now()
    after = datetime.now(UTC)
    if told is None:
        return None
    # An answer takes its time: the clock was read at some moment in between.
    apart = told - after if told > after else min(told - before, timedelta(0))
    if abs(apart) > _OFF:
        minutes = abs(apart) / timedelta(minutes=1)
        ahead = "ahead of" if apart > timedelta(0) else "behind"
        raise StateError(
            f"{backend.place('lock')}: its clock is {minutes:.0f} minutes {ahead} the one of this "
            "machine, so that neither can tell whether a lock has run out",
            hint="Set the clock that is wrong (this machine's by NTP), then try again:\n"
            "  domostate init",
        )
    return apart


def _broken(backend: Backend, name: str, what: str) -> StateError:
    return StateError(f"{backend.place(name)}: this place breaks a promise: {what}", hint=_OTHER)


@contextmanager
def _removed(backend: Backend, name: str) -> Iterator[None]:
    """Whatever becomes of the probe, its document goes."""
    try:
        yield
    except BaseException:
        with suppress(StateError):
            backend.remove(name)
        raise
    backend.remove(name)
