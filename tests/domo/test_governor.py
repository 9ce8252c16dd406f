"""The pace of calls."""

import threading

import pytest

from domostate.domo.governor import Governor


class Time:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 50.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


FAR = 10_000.0


def test_without_a_limit_nobody_waits(time: Time) -> None:
    governor = Governor(clock=time.clock, sleep=time.sleep)

    assert all(governor.admit(FAR) for _ in range(100))
    assert time.slept == []


def test_calls_are_spread_over_the_second(time: Time) -> None:
    governor = Governor(4, clock=time.clock, sleep=time.sleep)

    for _ in range(9):
        governor.admit(FAR)

    assert time.now == pytest.approx(52)


def test_a_pause_holds_everybody_back_until_it_ends(time: Time) -> None:
    governor = Governor(clock=time.clock, sleep=time.sleep)
    governor.pause(3)

    assert governor.admit(FAR)
    assert time.now == pytest.approx(53)


def test_a_shorter_pause_does_not_end_a_longer_one(time: Time) -> None:
    governor = Governor(clock=time.clock, sleep=time.sleep)
    governor.pause(3)
    governor.pause(1)

    governor.admit(FAR)

    assert time.now == pytest.approx(53)


def test_a_pause_that_outlasts_the_patience_is_not_waited_for(time: Time) -> None:
    governor = Governor(clock=time.clock, sleep=time.sleep)
    governor.pause(30)

    assert not governor.admit(time.now + 10)
    assert time.slept == []


def test_calls_stay_spread_after_a_pause(time: Time) -> None:
    governor = Governor(2, clock=time.clock, sleep=time.sleep)
    governor.pause(5)

    for _ in range(3):
        governor.admit(FAR)

    assert time.now == pytest.approx(56)


def test_turns_are_not_given_twice_to_threads() -> None:
    slept: list[float] = []
    governor = Governor(1, clock=lambda: 0.0, sleep=slept.append)

    threads = [threading.Thread(target=governor.admit, args=(FAR,)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(slept) == [float(n) for n in range(1, 16)]
