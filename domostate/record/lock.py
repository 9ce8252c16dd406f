"""The lock: one run at a time for each environment.

The operating system holds it, so that it ends with the process that took it. A second file tells
who that is: on Windows a locked file cannot be read.
"""

import getpass
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from domostate.errors import Locked, StateError
from domostate.record.canonical import as_bytes
from domostate.record.files import Files, file_errors, write_whole

__all__ = ["Holder", "exclusive"]


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock; `who` is `user@host`, `created` an ISO time."""

    who: str
    pid: int
    operation: str
    run: str
    created: str

    @classmethod
    def this_process(cls, operation: str, run: str, now: datetime) -> Self:
        """The running process."""
        return cls(
            f"{_user()}@{socket.gethostname()}", os.getpid(), operation, run, now.isoformat()
        )

    def __str__(self) -> str:
        return (
            f"{self.who} (pid {self.pid}), {self.operation}, run {self.run}, since {self.created}"
        )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a number that no user bears.
        return "unknown"


@contextmanager
def exclusive(files: Files, path: Path, holder: Holder, timeout: timedelta) -> Iterator[None]:
    """Hold the lock at `path`; raises Locked, naming its holder, when `timeout` runs out."""
    told = path.with_name(f"{path.name}-holder")
    with file_errors(path, "locked"):
        files.make_folder(path.parent)
        # Not bound to one thread: whoever ends the run may release it.
        lock = FileLock(path, mode=0o600, thread_local=False)
        try:
            lock.acquire(timeout=timeout.total_seconds())
        except Timeout as error:
            raise _locked(files, path, told) from error
    try:
        write_whole(files, told, as_bytes(asdict(holder)) + b"\n")
        yield
    finally:
        try:
            with file_errors(told, "removed"):
                files.remove(told)
        finally:
            lock.release()


def _locked(files: Files, path: Path, told: Path) -> StateError:
    return Locked(
        f"{path}: held by {_read_holder(files, told) or 'another run'}",
        hint="Let it finish, or wait for it with --lock-timeout 5m.",
    )


def _read_holder(files: Files, told: Path) -> Holder | None:
    with file_errors(told, "read"):
        content = files.read(told)
    try:
        return None if content is None else TypeAdapter(Holder).validate_json(content)
    except ValidationError:
        return None
