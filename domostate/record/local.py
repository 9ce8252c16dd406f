"""The backend on a disk of this machine: one file for each document."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from domostate.errors import StateError
from domostate.record.document_lock import DocumentLock
from domostate.record.documents import Document
from domostate.record.files import DISK, Files, file_errors, write_whole
from domostate.record.holder import Holder

__all__ = ["LocalBackend"]

_GUARD_PATIENCE_S: Final = 60.0
"""Whoever holds the guard writes one file. Arbitrary: longer than any disk takes for that."""


class LocalBackend:
    """The documents of one environment below a folder: the state is `<environment>.json`, the
    lock `<environment>.lock`, and `runs/5f1e` is `<environment>.runs/5f1e.json`.

    Compare-and-swap is among the processes of one machine: a guard file is locked for as long as
    one document is compared and written. A holder of the lock also holds a file of its own as
    long as its process lives, so that nobody waits for a process that was killed.
    """

    remote = False
    leases = True

    def __init__(self, root: Path, environment: str, files: Files = DISK) -> None:
        self._root = root
        self._environment = environment
        self._files = files
        self._alive: dict[str, FileLock] = {}
        self._lock = DocumentLock(self, self._is_dead)

    def path(self, name: str) -> Path:
        """The file of a document."""
        match name.partition("/"):
            case ("state", _, ""):
                return self._root / f"{self._environment}.json"
            case ("lock", _, ""):
                return self._root / f"{self._environment}.lock"
            case (folder, _, rest):
                return self._root / f"{self._environment}.{folder}" / f"{rest}.json"

    def place(self, name: str) -> str:
        """See `Documents`."""
        return str(self.path(name))

    def read(self, name: str) -> Document | None:
        """See `Documents`."""
        path = self.path(name)
        with file_errors(path, "read"):
            content = self._files.read(path)
        return None if content is None else _document(content)

    def create(self, name: str, content: bytes) -> Document | None:
        """See `Documents`."""
        with self._guarded():
            if self.read(name) is not None:
                return None
            write_whole(self._files, self.path(name), content)
        return _document(content)

    def replace(self, name: str, content: bytes, version: str) -> Document | None:
        """See `Documents`."""
        with self._guarded():
            there = self.read(name)
            if there is None or there.version != version:
                return None
            write_whole(self._files, self.path(name), content)
        return _document(content)

    def remove(self, name: str) -> None:
        """See `Documents`."""
        path = self.path(name)
        with self._guarded(), file_errors(path, "removed"):
            self._files.remove(path)
            with suppress(OSError):
                # The last one of its folder: an empty folder tells nobody anything.
                path.parent.rmdir()

    def names(self, prefix: str) -> Sequence[str]:
        """See `Documents`."""
        folder, _, rest = prefix.partition("/")
        path = self.path(f"{folder}/any").parent
        with file_errors(path, "read"):
            found = self._files.names(path)
        names = (one.removesuffix(".json") for one in found if not one.startswith("."))
        return sorted(f"{folder}/{one}" for one in names if one.startswith(rest))

    def take(self, holder: Holder, instead_of: Holder | None = None) -> Holder | None:
        """See `Locks`."""
        alive = FileLock(self._alive_path(holder), mode=0o600, thread_local=False)
        with file_errors(self.path("lock"), "locked"):
            self._files.make_folder(self._root)
            alive.acquire(timeout=0)
        self._alive[holder.id] = alive
        present: Holder | None = holder
        try:
            present = self._lock.take(holder, instead_of)
        finally:
            if present is not None:
                self._let_go(holder)
        return present

    def renew(self, holder: Holder) -> bool:
        """See `Locks`."""
        return self._lock.renew(holder)

    def release(self, holder: Holder) -> None:
        """See `Locks`."""
        try:
            self._lock.release(holder)
        finally:
            self._let_go(holder)

    def holder(self) -> Holder | None:
        """See `Locks`."""
        return self._lock.holder()

    def dead(self, holder: Holder) -> bool | None:
        """See `Locks`."""
        return self._lock.dead(holder)

    def evict(self, holder: Holder) -> bool:
        """See `Locks`."""
        return self._lock.evict(holder)

    def now(self) -> datetime | None:
        """None: there is no clock but this machine's."""
        return None

    def close(self) -> None:
        """Nothing is open but while something is done."""

    def _alive_path(self, holder: Holder) -> Path:
        return self._root / f"{self._environment}.alive-{holder.id}"

    def _let_go(self, holder: Holder) -> None:
        alive = self._alive.pop(holder.id, None)
        if alive is not None:
            alive.release()
        with suppress(OSError):
            self._alive_path(holder).unlink(missing_ok=True)

    def _is_dead(self, holder: Holder) -> bool | None:
        path = self._alive_path(holder)
        if holder.host != socket.gethostname():
            # A shared folder: locks of files may not reach from one machine to the other.
            return None
        if not path.exists():
            return True
        alive = FileLock(path, mode=0o600, thread_local=False)
        try:
            alive.acquire(timeout=0)
        except Timeout:
            return False
        except OSError:
            # Another user's, which this one may not open: only the lease can tell.
            return None
        alive.release()
        path.unlink(missing_ok=True)
        return True

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        path = self._root / f"{self._environment}.guard"
        with file_errors(path, "locked"):
            self._files.make_folder(self._root)
            guard = FileLock(path, mode=0o600, thread_local=False)
            try:
                guard.acquire(timeout=_GUARD_PATIENCE_S)
            except Timeout as error:
                raise StateError(
                    f"{path}: another process has held it for {_GUARD_PATIENCE_S:.0f} s",
                    hint="See which process of domostate hangs or was stopped on this machine.",
                ) from error
        try:
            yield
        finally:
            guard.release()


def _document(content: bytes) -> Document:
    return Document(content, sha256(content).hexdigest())
