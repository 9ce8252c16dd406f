"""The pace of calls to one instance, whatever plane and thread they come from."""

import threading
import time
from collections.abc import Callable

__all__ = ["Governor"]


class Governor:
    """Lets calls through one by one: at most so many a second, and none during a pause.

    Domo publishes no limits but for search, where 120 a minute are recommended (product §1.4), so
    without `calls_per_second` only a 429 slows calls down: it then pauses all of them.
    """

    def __init__(
        self,
        calls_per_second: float | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = 1 / calls_per_second if calls_per_second else 0.0
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next_turn = clock()
        self._paused_until = clock()

    def admit(self, until: float) -> bool:
        """Return True once a call may be sent.

        False, without waiting for it, if a pause lasts past `until`, a time of the clock.
        """
        self._wait(self._turn())
        while (pause := self._pause_left()) > 0:
            if self._clock() + pause > until:
                return False
            self._wait(pause)
        return True

    def pause(self, seconds: float) -> None:
        """Let no call through for so long; a longer pause that is under way stands."""
        with self._lock:
            self._paused_until = max(self._paused_until, self._clock() + seconds)
            self._next_turn = max(self._next_turn, self._paused_until)

    def _pause_left(self) -> float:
        with self._lock:
            return self._paused_until - self._clock()

    def _turn(self) -> float:
        """Take the next turn; how long it is until then."""
        if not self._interval:
            return 0
        with self._lock:
            now = self._clock()
            turn = max(self._next_turn, now)
            self._next_turn = turn + self._interval
            return turn - now

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self._sleep(seconds)
