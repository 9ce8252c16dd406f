"""The lock of an environment, for people."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Self

from rich.progress import Progress, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from domostate.views.table import table
from domostate.views.terminal import Terminal, console_for
from domostate.views.text import Line, name, plain

__all__ = ["LockWait", "broken_lines", "lock_lines"]

_ALIVE: Final = {True: "at work", False: "gone", None: "not known from here"}
_ONE_ROW: Final = Column(no_wrap=True, overflow="ellipsis")


def lock_lines(document: Mapping[str, Any]) -> list[Line]:
    """Who has the lock, whether they are still at work, and what follows from that."""
    environment = document["environment"]
    named = f"{name(environment['name'])} ({name(environment['instance'])})"
    holder = document["holder"]
    if holder is None:
        return [Line(f"{named}: the lock is free.", frozen=True)]
    lease = f"{holder['expires']}{' (has run out)' if document['expired'] else ''}"
    facts = [
        ("id", holder["id"]),
        ("operation", holder["operation"]),
        ("run", holder["run"]),
        ("since", holder["created"]),
        ("heartbeat", holder["heartbeat"]),
        ("lease until", lease if holder["expires"] else "its process ends"),
        ("process", f"{holder['pid']} on {holder['host']}, {_ALIVE[document['alive']]}"),
        ("domostate", holder["version"]),
        ("CI run", holder["ci_url"]),
        ("commit", holder["commit"]),
        ("place", document["place"]),
    ]
    who = f"{plain(holder['user'])}@{plain(holder['host'])}"
    lines = [Line(f"{named}: the lock is held by {who}.", frozen=True)]
    lines += table([row for row in facts if row[1]], 4)
    if document["free"]:
        return [*lines, Line("Nobody is at work any more: the next run takes it over.")]
    lines.append(Line("If that process is gone for good:"))
    break_it = f"domostate lock break --id {plain(holder['id'])} --reason WHY"
    return [*lines, Line(break_it, indent=4, frozen=True)]


def broken_lines(environment: str, holder: str, *, at_work: bool) -> list[Line]:
    """That the lock was broken, and what that means for whoever had it."""
    lines = [Line(f"{name(environment)}: the lock is free. It was held by {plain(holder)}.")]
    if at_work:
        lines.append(Line("That process is still at work: it stops before its next write."))
    return lines


class LockWait:
    """Says whose lock is waited for: once in a log, with the time so far on a terminal.

    Used as a context for as long as it is waited, and silent when it need not be.
    """

    def __init__(
        self,
        terminal: Terminal,
        timeout: timedelta,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._terminal = terminal
        self._timeout = timeout
        self._clock = clock
        self._begun = 0.0
        self._holder = ""
        self._progress: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.stop()
        if self._holder and kind is None:
            waited = self._clock() - self._begun
            self._terminal.say(f"The lock is free after {waited:.0f} s.")

    def show(self, holder: str) -> None:
        """Told who has the lock, each time that it was tried in vain."""
        if not self._holder:
            self._begun = self._clock()
        if holder == self._holder:
            return
        first, self._holder = not self._holder, holder
        limit = f" for at most {self._timeout.total_seconds():.0f} s" if first else ""
        said = f"Waiting for the lock{limit}: held by {plain(holder)}"
        if self._progress is not None:
            self._progress.console.print(Text(said))
            return
        self._terminal.say(said)
        if self._terminal.live:
            self._progress = self._started()

    def _started(self) -> Progress:
        terminal = self._terminal
        console = console_for(
            terminal.err, colour=terminal.colour_err, width=terminal.width, moves=True
        )
        progress = Progress(
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False, table_column=_ONE_ROW),
            console=console,
            transient=True,
        )
        progress.add_task("waiting for the lock; Ctrl-C gives up", total=None)
        progress.start()
        return progress
