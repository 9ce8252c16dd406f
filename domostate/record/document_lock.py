"""The lock as a document: for backends that have compare-and-swap and no locks of their own.

An empty document is a free lock. It is emptied rather than removed: removing knows no versions,
and might hit the lock of somebody who took over in between.
"""

from collections.abc import Callable
from typing import Final

from domostate.errors import StateError
from domostate.record.documents import Document, Documents
from domostate.record.holder import Holder

__all__ = ["LOCK", "DocumentLock"]

LOCK: Final = "lock"
"""The document's name."""

_TRIES: Final = 100
"""Who comes and goes in between is seen at the next try. Arbitrary: more than any crowd needs."""

_UNREADABLE: Final = Holder("unreadable", "unknown", "unknown", 0, "unknown", "unknown", "unknown")
"""For a lock that a newer domostate wrote, or somebody by hand: it can be broken by this id."""


class DocumentLock:
    """Whoever writes their name into the document has the lock.

    `dead` tells of a holder whether its process is certainly gone or certainly at work.
    """

    def __init__(
        self, documents: Documents, dead: Callable[[Holder], bool | None] = lambda _: None
    ) -> None:
        self._documents = documents
        self._dead = dead

    def take(self, holder: Holder, instead_of: Holder | None = None) -> Holder | None:
        """See `Locks`."""
        for _ in range(_TRIES):
            if self._documents.create(LOCK, holder.as_bytes()) is not None:
                return None
            there = self._documents.read(LOCK)
            if there is None:
                continue
            present = _holder_in(there)
            if present is not None and present.id == holder.id:
                # The answer to an earlier try of ours was lost on the way.
                return None
            if present is not None and present != instead_of:
                return present
            if self._documents.replace(LOCK, holder.as_bytes(), there.version) is not None:
                return None
        raise StateError(
            f"{self._documents.place(LOCK)}: {_TRIES} times the lock was there and then was not",
            hint="Others may come and go very fast; then try again. If it stays like that, the "
            "place does not show what was written to it; try it:\n  domostate init",
        )

    def renew(self, holder: Holder) -> bool:
        """See `Locks`."""
        return self._written(holder, holder.as_bytes())

    def release(self, holder: Holder) -> None:
        """See `Locks`."""
        self._written(holder, b"")

    def evict(self, holder: Holder) -> bool:
        """See `Locks`."""
        return self._written(holder, b"")

    def holder(self) -> Holder | None:
        """See `Locks`."""
        there = self._documents.read(LOCK)
        return None if there is None else _holder_in(there)

    def dead(self, holder: Holder) -> bool | None:
        """See `Locks`."""
        return self._dead(holder)

    def _written(self, holder: Holder, content: bytes) -> bool:
        there = self._documents.read(LOCK)
        present = None if there is None else _holder_in(there)
        if there is None or present is None or present.id != holder.id:
            return False
        if self._documents.replace(LOCK, content, there.version) is not None:
            return True
        # Somebody else wrote in between; or our own heartbeat did, while this gives the lock back.
        return self._written(holder, content)


def _holder_in(document: Document) -> Holder | None:
    if not document.content.strip():
        return None
    return Holder.from_bytes(document.content) or _UNREADABLE
