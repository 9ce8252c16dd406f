"""Ways in which a command ends early: Ctrl-C, SIGTERM, and a reader that goes away."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self

from domostate.errors import ExitCode
from domostate.model.event import Event, OperationStarted

__all__ = ["Stop", "end_now", "silence_stdout"]


_STOPPING = b"\nStopping: what is being sent is finished first. Once more to stop at once.\n"


class Stop:
    """Until the first write a signal ends the command at once, from then on in order: what is
    being sent is finished. A second one ends it at once in any case, by KeyboardInterrupt."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.writing = False
        """Whether anything may have been sent."""
        self._first: int | None = None
        self._before: dict[int, Any] = {}

    @property
    def code(self) -> ExitCode:
        """The exit code that tells of the signal."""
        terminated = self._first == signal.SIGTERM
        return ExitCode.TERMINATED if terminated else ExitCode.INTERRUPTED

    def watching(self, show: Callable[[Event], None]) -> Callable[[Event], None]:
        """The same view, which notes the announcement of the first write."""

        def shown(event: Event) -> None:
            if isinstance(event, OperationStarted):
                self.writing = True
            show(event)

        return shown

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._end)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _end(self, number: int, _frame: FrameType | None) -> None:
        at_once = self.asked.is_set() or not self.writing
        self._first = self._first or number
        self.asked.set()
        if at_once:
            raise KeyboardInterrupt
        # Not through sys.stderr, which the interrupted code may be in the midst of writing to.
        os.write(2, _STOPPING)


def silence_stdout() -> None:
    """Lets Python end without a word about a stdout that nobody reads any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def end_now(code: ExitCode) -> NoReturn:
    """Ends the process without waiting for threads that are still being answered.

    As after `kill -9`, the journal has what is needed to go on.
    """
    sys.stdout.flush()
    os._exit(code)
