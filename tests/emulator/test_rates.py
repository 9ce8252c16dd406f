"""Buckets, by a clock that stands still until it is moved."""

from domostate.emulator.faults.rates import Buckets


class Clock:
    """A time that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_drops_come_back_with_time_and_no_more_than_the_bucket_holds() -> None:
    clock = Clock()
    buckets = Buckets(per_minute=30, burst=2, clock=clock)
    assert [buckets.short_of_s("a") for _ in range(3)] == [0, 0, 2]

    clock.now = 1.5
    assert buckets.short_of_s("a") == 0.5
    clock.now = 2
    assert [buckets.short_of_s("a") for _ in range(2)] == [0, 2]
    clock.now = 1000
    assert [buckets.short_of_s("a") for _ in range(3)] == [0, 0, 2]


def test_many_tokens_are_told_apart_and_those_that_kept_still_forgotten() -> None:
    clock = Clock()
    buckets = Buckets(per_minute=60, burst=1, clock=clock)
    for number in range(10_000):
        clock.now += 0.01
        assert buckets.short_of_s(f"t{number}") == 0
        assert buckets.short_of_s(f"t{number}") == 1

    assert buckets.tokens < 5000


def test_a_rate_below_one_a_minute_lets_one_in() -> None:
    clock = Clock()
    buckets = Buckets(per_minute=0.5, burst=0, clock=clock)

    assert [buckets.short_of_s("a") for _ in range(2)] == [0, 120]
