"""Locks that somebody broke: exactly the one that they named, and remembered ever after."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Final

from pydantic import TypeAdapter, ValidationError

from domostate.errors import Locked, StateError
from domostate.record.canonical import as_bytes
from domostate.record.documents import Backend, Documents
from domostate.record.holder import Holder

__all__ = ["BrokenLock", "break_lock", "broken_locks"]

BREAKS: Final = "breaks/"
REMEMBERED: Final = 50
"""How many are remembered. Arbitrary: more than anybody should ever need."""


@dataclass(frozen=True, slots=True)
class BrokenLock:
    """Who took the lock away from `holder`, when (an ISO time) and why."""

    at: str
    actor: str
    reason: str
    holder: Holder


def break_lock(backend: Backend, id_: str, reason: str, now: datetime) -> BrokenLock:
    """Take the lock away from the holder of this id, and from nobody else.

    Raises:
        Locked: another holder has the lock; it stays with them.
        StateError: nobody has it.
    """
    present = _only(backend, id_)
    actor = Holder.this_process("lock break", "", now).actor
    broken = BrokenLock(now.isoformat(timespec="seconds"), actor, reason, present)
    # Remembered first: a lock that was broken by nobody knows whom is worse than the reverse.
    name = f"{BREAKS}{now:%Y%m%dT%H%M%S}-{present.id}"
    written = backend.create(name, as_bytes(asdict(broken)) + b"\n")
    if not backend.evict(present):
        if written is not None:
            backend.remove(name)
        _only(backend, id_)
        raise _free(backend)
    for old in backend.names(BREAKS)[:-REMEMBERED]:
        backend.remove(old)
    return broken


def broken_locks(documents: Documents) -> Sequence[BrokenLock]:
    """The locks that were broken, the oldest first; what cannot be read is left out."""
    found = (documents.read(name) for name in documents.names(BREAKS))
    read = (_parsed(one.content) for one in found if one is not None)
    return [one for one in read if one is not None]


def _only(backend: Backend, id_: str) -> Holder:
    present = backend.holder()
    if present is None:
        raise _free(backend)
    if present.id != id_:
        raise Locked(
            f"{backend.place('lock')}: lock {id_} does not hold it; lock {present.id} does: "
            f"{present}",
            hint="Look at who it is before you break that one:\n  domostate lock status",
        )
    return present


def _free(backend: Backend) -> StateError:
    return StateError(f"{backend.place('lock')}: nobody holds the lock: there is nothing to break")


def _parsed(content: bytes) -> BrokenLock | None:
    try:
        return _reader().validate_json(content)
    except ValidationError:
        return None


@cache
def _reader() -> TypeAdapter[BrokenLock]:
    return TypeAdapter(BrokenLock)
