"""Kills an apply at a chosen boundary: a write, an fsync, a rename, or an HTTP call, before it
happens or right after. The process that dies is a real one; nothing of it cleans up."""

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from urllib3.connectionpool import HTTPConnectionPool

from domostate.record.files import DiskFiles
from tests.scenarios.lab import Project

__all__ = ["KILLED", "dies_at"]

KILLED: Final = 77
DISK: Final = ("create", "write", "sync", "close", "replace", "remove", "sync_folder")


class _Countdown:
    """Ends the process at the n-th boundary, counted from 1."""

    def __init__(self, number: int) -> None:
        self.left = number

    def step(self, half: Callable[[], None] = lambda: None) -> None:
        self.left -= 1
        if self.left == 0:
            half()
            os._exit(KILLED)

    def around(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            self.step()
            result = real(*arguments, **named)
            self.step()
            return result

        return counted

    def writing(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(files: DiskFiles, descriptor: int, content: bytes) -> None:
            # Of a write that a crash cuts off, half has arrived.
            self.step(lambda: real(files, descriptor, content[: len(content) // 2]))
            real(files, descriptor, content)
            self.step()

        return counted


def dies_at(project: Project, boundary: int, *arguments: str) -> int:
    """The exit code of a command that ends at a boundary: KILLED, or its own if it has fewer."""
    with warnings.catch_warnings():
        # Whoever runs the tests may have threads; the child needs none of them.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            countdown = _Countdown(boundary)
            for name in DISK:
                real = getattr(DiskFiles, name)
                wrap = countdown.writing if name == "write" else countdown.around
                setattr(DiskFiles, name, wrap(real))
            pool: Any = HTTPConnectionPool
            pool.urlopen = countdown.around(pool.urlopen)
            os._exit(project.call(*arguments).code)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def local_files(project: Project) -> Path:
    """What a lost machine takes with it."""
    return project.root / ".domostate"
