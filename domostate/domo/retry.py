"""When a failed call is sent again: the policy, and the patience that one call has left."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final, assert_never

__all__ = ["Patience", "Reach", "RetryPolicy"]

_TOO_MANY: Final = 429
_SERVER_TROUBLE: Final = frozenset({500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long and how often one call is tried; the defaults have no law behind them.

    `patience` bounds everything about one call: sendings, waits and pauses that Domo asks for.
    `connect_patience` bounds how long a server that accepts no connection is knocked at.
    `attempts` bounds the sendings of a call that Domo fails to carry out (5xx, broken
    connections); 429 is bounded by `patience` alone.
    """

    patience: timedelta = timedelta(seconds=120)
    connect_patience: timedelta = timedelta(seconds=5)
    connect_timeout: timedelta = timedelta(seconds=3)
    read_timeout: timedelta = timedelta(seconds=60)
    attempts: int = 6
    first_wait: timedelta = timedelta(milliseconds=500)
    longest_wait: timedelta = timedelta(seconds=15)


class Reach(Enum):
    """How far a sending came that brought no answer."""

    NOT_SENT = "not sent"
    """No connection was made: the call had no effect."""
    UNKNOWN = "unknown"
    """Something was sent: the call may have had its effect."""
    HOPELESS = "hopeless"
    """It cannot go better the next time: no trust in the certificate, no valid address."""


class Patience:
    """What is left of the policy for one call.

    urllib3's own `Retry` is not what drives the sendings, because it knows no time budget, no
    pause shared between threads, and one policy per connection pool where calls here differ.
    """

    def __init__(
        self,
        policy: RetryPolicy,
        *,
        repeatable: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._policy = policy
        self._repeatable = repeatable
        self._clock = clock
        self._failures = 0
        self._waits = 0
        now = clock()
        self.until: Final = now + policy.patience.total_seconds()
        self._knock_until = now + policy.connect_patience.total_seconds()

    def timeouts(self) -> tuple[float, float]:
        """Seconds for connecting and for reading, within what is left; never 0, which is none."""
        left = max(self.until - self._clock(), 0.001)
        policy = self._policy
        return (
            min(policy.connect_timeout.total_seconds(), left),
            min(policy.read_timeout.total_seconds(), left),
        )

    def after_answer(self, status: int, retry_after: float | None) -> float | None:
        """Seconds to wait before sending again; None if this answer is the last word."""
        self._knock_until = self._clock() + self._policy.connect_patience.total_seconds()
        if status == _TOO_MANY:
            return self._within(self.until, retry_after)
        if status in _SERVER_TROUBLE and self._may_repeat():
            return self._within(self.until, retry_after)
        return None

    def after_failure(self, reach: Reach) -> float | None:
        """Seconds to wait before sending again; None if the failure is final."""
        match reach:
            case Reach.NOT_SENT:
                return self._within(min(self.until, self._knock_until), None)
            case Reach.UNKNOWN:
                return self._within(self.until, None) if self._may_repeat() else None
            case Reach.HOPELESS:
                return None
            case _:
                assert_never(reach)

    def _may_repeat(self) -> bool:
        self._failures += 1
        return self._repeatable and self._failures < self._policy.attempts

    def _within(self, until: float, asked: float | None) -> float | None:
        # "Retry-After: 0" and dates gone by would otherwise have us knock without a pause.
        wait = asked or self._backoff()
        return wait if self._clock() + wait < until else None

    def _backoff(self) -> float:
        # Between half and all of the step, so that threads that failed together part again.
        step: float = self._policy.first_wait.total_seconds() * 2**self._waits
        self._waits += 1
        return min(step, self._policy.longest_wait.total_seconds()) * random.uniform(0.5, 1)
