"""HTTP, as GitLab and others serve it for Terraform's state: with locks, and no list of what is
there.

https://developer.hashicorp.com/terraform/language/backend/http
https://docs.gitlab.com/api/terraform_state/ (the state API of a project)
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domostate.record.document_lock import DocumentLock
from domostate.record.documents import Document
from domostate.record.holder import Holder
from domostate.record.http_address import STATE, Addresses
from domostate.record.http_documents import HttpDocuments
from domostate.record.http_index import Index
from domostate.record.http_locks import HttpLocks, LockInfo, lock_info
from domostate.record.http_probe import flaws
from domostate.record.http_wire import HttpSettings, Wire
from domostate.record.patience import Patience

__all__ = ["HttpBackend", "HttpSettings"]

_RUN: Final = "run-"
"""Begins the id of a lock that a run holds."""


class HttpBackend:
    """The record of one environment on a server; safe to use from several threads.

    The lock is a document, as GitLab forgets what we tell it of a lock but the id; its holder also
    locks the state itself, so that people see it there and other tools are kept out.

    What this protocol cannot do:

    - A write costs a look and, where the server does not see to serials, a lock of its own.
    - `names` may hold a name whose document a crash kept from being written.
    - GitLab keeps every version of every document; each heartbeat of a run is one.
    - Documents of one numbered folder are written by one run, one after the other.
    - Reading what does not exist looks like reading what one may not see: GitLab answers 404.
    """

    remote: Final = True
    leases: Final = True

    def __init__(
        self, settings: HttpSettings, environment: str, patience: Patience | None = None
    ) -> None:
        self._addresses = Addresses(settings, environment)
        self._wire = Wire(settings, patience or Patience())
        self._locks = HttpLocks(self._wire, self._addresses)
        self._documents = HttpDocuments(self._wire, self._addresses, self._locks)
        self._index = Index(self._documents)
        self._lock = DocumentLock(self)

    def place(self, name: str) -> str:
        """See `Documents`."""
        return self._documents.place(name)

    def read(self, name: str) -> Document | None:
        """See `Documents`."""
        there = self._documents.look(name)
        return None if there is None or there.removed else there.document

    def create(self, name: str, content: bytes) -> Document | None:
        """See `Documents`."""
        self._index.add(name)
        return self._documents.swap(name, content, lambda there: there is None or there.removed)

    def replace(self, name: str, content: bytes, version: str) -> Document | None:
        """See `Documents`."""
        return self._documents.swap(
            name,
            content,
            lambda there: (
                there is not None and not there.removed and there.document.version == version
            ),
        )

    def remove(self, name: str) -> None:
        """See `Documents`."""
        self._index.remove(name)

    def names(self, prefix: str) -> Sequence[str]:
        """See `Documents`; see also what this protocol cannot do."""
        return self._index.names(prefix)

    def take(self, holder: Holder, instead_of: Holder | None = None) -> Holder | None:
        """See `Locks`."""
        present = self._lock.take(holder, instead_of)
        if present is not None:
            return present
        foreign: LockInfo = {"ID": ""}
        try:
            foreign = self._locks.hold(self._info(holder), lambda id_: self._stale(id_, holder))
        finally:
            if foreign:
                self._lock.release(holder)
        return _foreigner(foreign) if foreign else None

    def renew(self, holder: Holder) -> bool:
        """See `Locks`."""
        return self._lock.renew(holder)

    def release(self, holder: Holder) -> None:
        """See `Locks`."""
        try:
            if self._locks.held == _server_id(holder):
                self._locks.let_go()
        finally:
            self._lock.release(holder)

    def holder(self) -> Holder | None:
        """See `Locks`."""
        return self._lock.holder()

    def dead(self, holder: Holder) -> bool | None:
        """See `Locks`: nothing tells here but the lease."""
        return self._lock.dead(holder)

    def evict(self, holder: Holder) -> bool:
        """See `Locks`. A lock of another tool is broken by the id that its server tells."""
        freed = self._locks.unlock(STATE, {"ID": _server_id(holder)})
        ours = self._lock.evict(holder)
        return ours or freed or self._locks.unlock(STATE, {"ID": holder.id})

    def flaws(self) -> Sequence[str]:
        """What the server lets happen although a lock stands against it; with any of it, two runs
        could write over each other."""
        return flaws(self._documents, self._locks)

    def now(self) -> datetime | None:
        """See `Backend`."""
        return self._documents.now()

    def close(self) -> None:
        """See `Backend`."""
        self._wire.close()

    def _info(self, holder: Holder) -> LockInfo:
        return lock_info(
            _server_id(holder),
            self._addresses.name,
            holder.operation,
            f"{holder.user}@{holder.host}",
            holder.as_bytes().decode().strip(),
        )

    def _stale(self, lock_id: str, holder: Holder) -> bool:
        """Whether a lock on the state was left behind by a run of ours: only who has the lock
        document may lock the state, and that is `holder`."""
        if not lock_id.startswith(_RUN):
            return False
        present = self._lock.holder()
        return present is not None and present.id == holder.id


def _server_id(holder: Holder) -> str:
    return f"{_RUN}{holder.id}"


def _foreigner(info: LockInfo) -> Holder:
    """Somebody who has locked the state with another tool, or whom a crash left half-way."""
    told = {key: str(value) for key, value in info.items()}
    user, _, host = told.get("Who", "").partition("@")
    return Holder(
        id=told.get("ID") or "unknown",
        user=user or "unknown",
        host=host or "unknown",
        pid=0,
        operation=told.get("Operation") or "unknown",
        run="unknown",
        created=told.get("Created", ""),
        version=told.get("Version", ""),
    )
