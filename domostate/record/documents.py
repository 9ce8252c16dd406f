"""What every backend gives: a few documents with compare-and-swap, and a lock.

Compare-and-swap is the safety: no version of a document is written over by somebody who has not
seen it. The lock is courtesy: it keeps runs from working for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domostate.record.holder import Holder

__all__ = ["Backend", "Document", "Documents", "Locks"]


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was read or written.

    `version` is whatever the backend compares; it is never the same for two contents of one name.
    """

    content: bytes
    version: str


class Documents(Protocol):
    """Named documents. Names are of letters, digits, `-`, `.` and `/`, such as `runs/5f1e`.

    Every method raises StateError, saying where and what to do, when the place cannot be reached
    or refuses; what was to be written is then written wholly or not at all, and a later look tells
    which.
    """

    def place(self, name: str) -> str:
        """Where a document lies, for people: a path or an address, without secrets."""
        ...

    def read(self, name: str) -> Document | None:
        """The document, None when there is none."""
        ...

    def create(self, name: str, content: bytes) -> Document | None:
        """Write a document that must not be there yet; None when it is, and nothing is written."""
        ...

    def replace(self, name: str, content: bytes, version: str) -> Document | None:
        """Write in the place of `version`; None when that is no longer what is there, and nothing
        is written."""
        ...

    def remove(self, name: str) -> None:
        """Take the document away; none there is as good."""
        ...

    def names(self, prefix: str) -> Sequence[str]:
        """The names that begin with `prefix`, sorted; it holds a folder: `runs/`, `runs/5f`."""
        ...


class Locks(Protocol):
    """The one lock of an environment."""

    def take(self, holder: Holder, instead_of: Holder | None = None) -> Holder | None:
        """None once `holder` has the lock; else who has it.

        `instead_of` is a holder, as this returned it before, whose lease has run out: it loses the
        lock if it still has it and has not renewed it since.
        """
        ...

    def renew(self, holder: Holder) -> bool:
        """Tell that `holder` (same id, later heartbeat) is still at work; False when it no longer
        has the lock."""
        ...

    def release(self, holder: Holder) -> None:
        """Give the lock back; nothing happens when `holder` no longer has it."""
        ...

    def holder(self) -> Holder | None:
        """Who has the lock; takes and writes nothing."""
        ...

    def dead(self, holder: Holder) -> bool | None:
        """Whether the holder is certainly gone (True) or certainly at work (False); None where
        only its lease can tell."""
        ...

    def evict(self, holder: Holder) -> bool:
        """Take the lock away from `holder`, by its id; False when it does not have it."""
        ...


class Backend(Documents, Locks, Protocol):
    """Where the record of one environment is kept.

    `remote` tells that it outlives this machine: what happens in a run must then be known there
    too. `leases` tells that a lock runs out unless it is renewed.
    """

    @property
    def remote(self) -> bool: ...

    @property
    def leases(self) -> bool: ...

    def now(self) -> datetime | None:
        """The backend's clock, where it has one of its own."""
        ...

    def close(self) -> None:
        """Give connections back; a second time does nothing."""
        ...
