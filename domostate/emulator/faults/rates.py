"""How fast each token may ask."""

import time
from collections.abc import Callable

_MOST = 4096
"""So many tokens are told apart before those that have kept still are forgotten. Arbitrary."""


class Buckets:
    """One bucket for each token: every request takes one drop out, `per_minute` drops come back in
    a minute, and it holds `burst` of them. It begins full."""

    def __init__(
        self, per_minute: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_s = per_minute / 60
        self._holds = float(burst) or max(per_minute, 1.0)
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}
        self._most = _MOST

    def short_of_s(self, token: str) -> float:
        """Takes a drop and returns 0, or returns in how many seconds there will be one."""
        now = self._clock()
        level = self._level(token, now)
        if level < 1:
            return (1 - level) / self._per_s
        if self.tokens >= self._most:
            self._forget_the_full(now)
        self._levels[token] = (level - 1, now)
        return 0.0

    @property
    def tokens(self) -> int:
        """How many tokens are remembered."""
        return len(self._levels)

    def _level(self, token: str, now: float) -> float:
        level, at = self._levels.get(token, (self._holds, now))
        return min(self._holds, level + (now - at) * self._per_s)

    def _forget_the_full(self, now: float) -> None:
        low = {one for one in self._levels if self._level(one, now) < self._holds}
        self._levels = {one: self._levels[one] for one in low}
        self._most = max(_MOST, 2 * len(low))
