"""Patience: how long a place that does not answer, or has too much to do, is asked again."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

__all__ = ["Patience"]


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a failed call is made again.

    No try begins once `budget` is used up; `connect` and `answer` bound a single one. The sum
    stays below the lease of a lock, so that who holds it hears of trouble before losing it. It is
    of one question: a command that asks several before it gives up takes as many times as long.
    """

    budget: timedelta = timedelta(seconds=20)
    connect: timedelta = timedelta(seconds=5)
    answer: timedelta = timedelta(seconds=15)
    first_wait: timedelta = timedelta(milliseconds=100)
    longest_wait: timedelta = timedelta(seconds=3)

    def tries(self) -> Iterator[int]:
        """Counts tries from 0, at least one; waits between them, longer each time."""
        until = time.monotonic() + self.budget.total_seconds()
        longest = self.longest_wait.total_seconds()
        wait = self.first_wait.total_seconds()
        for number in count():
            yield number
            # Jitter: those who met each other once would meet again.
            pause = wait * random.uniform(0.5, 1.0)
            if time.monotonic() + pause >= until:
                return
            time.sleep(pause)
            wait = min(wait * 2, longest)
