"""The lock of an environment, as people and scripts ask for it."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from domostate.engine.kept import Kept
from domostate.planning.state_document import FORMAT_VERSION
from domostate.record.holder import Holder
from domostate.record.lock import is_free

__all__ = ["LockStatus", "lock_document", "lock_status"]


@dataclass(frozen=True, slots=True)
class LockStatus:
    """Who has the lock, None when it is free.

    `alive`: whether the holder's process is at work, None where that cannot be told from here.
    `expired`: whether its lease has run out. `free`: whether the next run may take it.
    """

    holder: Holder | None = None
    alive: bool | None = None
    expired: bool = False
    free: bool = True


def lock_status(kept: Kept) -> LockStatus:
    """How it stands with the lock; takes nothing.

    Raises:
        StateError: the backend cannot be asked.
    """
    backend = kept.record.backend
    holder = backend.holder()
    if holder is None:
        return LockStatus()
    dead = backend.dead(holder)
    return LockStatus(
        holder,
        alive=None if dead is None else not dead,
        expired=holder.expired(backend.now() or datetime.now(UTC)),
        free=is_free(backend, holder),
    )


def lock_document(kept: Kept, status: LockStatus) -> dict[str, Any]:
    """The same as JSON has it."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": kept.document,
        "place": kept.record.backend.place("lock"),
        "held": status.holder is not None,
        "holder": None if status.holder is None else asdict(status.holder),
        "alive": status.alive,
        "expired": status.expired,
        "free": status.free,
    }
