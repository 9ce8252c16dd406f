"""When a call is sent again."""

from datetime import timedelta

import pytest

from domostate.domo.retry import Patience, Reach, RetryPolicy

POLICY = RetryPolicy(
    patience=timedelta(seconds=60),
    connect_patience=timedelta(seconds=5),
    connect_timeout=timedelta(seconds=3),
    read_timeout=timedelta(seconds=40),
    attempts=4,
    first_wait=timedelta(seconds=1),
    longest_wait=timedelta(seconds=3),
)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def patience(clock: Clock, *, repeatable: bool) -> Patience:
    return Patience(POLICY, repeatable=repeatable, clock=clock)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_repeatable_call_is_sent_again_after_server_trouble(clock: Clock, status: int) -> None:
    left = patience(clock, repeatable=True)

    waits = [left.after_answer(status, None) for _ in range(4)]

    assert waits[3] is None
    assert [w is not None and 0 < w <= 3 for w in waits[:3]] == [True] * 3


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 403, 404, 409, 501])
def test_other_answers_are_the_last_word(clock: Clock, status: int) -> None:
    assert patience(clock, repeatable=True).after_answer(status, None) is None


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_unrepeatable_call_is_not_sent_again_after_server_trouble(
    clock: Clock, status: int
) -> None:
    assert patience(clock, repeatable=False).after_answer(status, 1) is None


def test_an_unrepeatable_call_is_not_sent_again_once_something_was_sent(clock: Clock) -> None:
    assert patience(clock, repeatable=False).after_failure(Reach.UNKNOWN) is None


@pytest.mark.parametrize("repeatable", [True, False])
def test_any_call_waits_as_long_as_a_429_says(clock: Clock, repeatable: bool) -> None:
    assert patience(clock, repeatable=repeatable).after_answer(429, 7) == 7


def test_a_429_that_asks_for_no_pause_gets_one(clock: Clock) -> None:
    wait = patience(clock, repeatable=True).after_answer(429, 0)

    assert wait is not None
    assert wait >= 0.5


def test_429_is_bounded_by_patience_and_not_by_attempts(clock: Clock) -> None:
    left = patience(clock, repeatable=True)

    sent = 0
    while (wait := left.after_answer(429, 5)) is not None:
        clock.now += wait
        sent += 1

    assert sent == 11


def test_a_pause_longer_than_the_patience_is_not_waited_for(clock: Clock) -> None:
    assert patience(clock, repeatable=True).after_answer(429, 61) is None


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_server_that_accepts_no_connection_is_given_up_within_five_seconds(
    clock: Clock, repeatable: bool
) -> None:
    left = patience(clock, repeatable=repeatable)

    began = clock.now
    while (wait := left.after_failure(Reach.NOT_SENT)) is not None:
        clock.now += wait

    assert clock.now > began
    assert clock.now - began <= 5


def test_an_answer_gives_connecting_its_full_time_again(clock: Clock) -> None:
    left = patience(clock, repeatable=True)
    clock.now += 30

    left.after_answer(503, None)

    assert left.after_failure(Reach.NOT_SENT) is not None


def test_what_cannot_go_better_is_not_tried_again(clock: Clock) -> None:
    assert patience(clock, repeatable=True).after_failure(Reach.HOPELESS) is None


def test_timeouts_shrink_with_the_patience_and_never_become_none(clock: Clock) -> None:
    left = patience(clock, repeatable=True)
    assert left.timeouts() == (3, 40)

    clock.now += 58
    assert left.timeouts() == (2, 2)

    clock.now += 10
    assert left.timeouts() == (0.001, 0.001)
