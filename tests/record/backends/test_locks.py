"""The lock keeps what the protocol promises, sentence by sentence, on every kind of place."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domostate.record.document_lock import LOCK
from domostate.record.documents import Backend
from domostate.record.holder import Holder
from tests.record.backends.places import Place


def holder(run: str = "5f1e", age: timedelta = timedelta(0)) -> Holder:
    """Somebody of this process whose last heartbeat is so old."""
    at = datetime.now(UTC) - age
    return Holder.this_process("apply", run, at).renewed(at)


def expired() -> Holder:
    """Somebody whose lease has run out."""
    return holder("sleeper", timedelta(minutes=5))


@pytest.fixture
def leasing(backend: Backend) -> Backend:
    """A place whose locks run out."""
    if not backend.leases:
        pytest.skip("a lock here lasts as long as its process")
    return backend


def test_a_lock_that_nobody_has_is_taken_and_named(backend: Backend, other: Backend) -> None:
    mine = holder()
    assert other.holder() is None

    assert backend.take(mine) is None

    assert other.holder() == mine
    assert backend.holder() == mine


def test_asking_for_the_holder_takes_and_writes_nothing(backend: Backend, other: Backend) -> None:
    assert backend.holder() is None
    assert other.read(LOCK) is None
    assert other.take(holder()) is None


def test_whoever_comes_second_is_told_who_was_first(backend: Backend, other: Backend) -> None:
    mine = holder("mine")
    assert backend.take(mine) is None

    assert other.take(holder("theirs")) == mine
    assert other.holder() == mine


def test_two_runs_of_one_process_are_two_holders(backend: Backend) -> None:
    first = holder("first")
    assert backend.take(first) is None

    assert backend.take(holder("second")) == first


def test_a_lock_given_back_is_free(backend: Backend, other: Backend) -> None:
    mine, theirs = holder("mine"), holder("theirs")
    assert backend.take(mine) is None

    backend.release(mine)

    assert other.holder() is None
    assert other.take(theirs) is None
    assert backend.holder() == theirs


def test_giving_back_what_another_has_does_nothing(backend: Backend, other: Backend) -> None:
    mine = holder("mine")
    assert backend.take(mine) is None

    other.release(holder("theirs"))

    assert other.holder() == mine
    backend.release(mine)
    backend.release(mine)
    assert other.holder() is None


def test_a_heartbeat_is_seen_by_the_others(backend: Backend, other: Backend) -> None:
    mine = holder()
    assert backend.take(mine) is None
    later = mine.renewed(datetime.now(UTC) + timedelta(seconds=20))

    assert backend.renew(later)

    assert other.holder() == later
    assert other.take(holder("theirs")) == later


def test_a_lock_that_is_gone_cannot_be_renewed(backend: Backend, other: Backend) -> None:
    mine = holder("mine")
    assert not backend.renew(mine)
    assert backend.take(mine) is None
    assert other.evict(mine)

    assert not backend.renew(mine)
    assert other.holder() is None


def test_evicting_takes_the_lock_away_by_its_id(backend: Backend, other: Backend) -> None:
    mine, theirs = holder("mine"), holder("theirs")
    assert not other.evict(mine)
    assert backend.take(mine) is None

    assert not other.evict(theirs)
    assert other.holder() == mine
    assert other.evict(replace(mine, run="a guess", heartbeat=""))

    assert other.holder() is None
    assert other.take(theirs) is None
    backend.release(mine)
    assert other.holder() == theirs


def test_who_is_at_work_is_not_called_dead(backend: Backend, other: Backend) -> None:
    mine = holder()
    assert backend.take(mine) is None

    assert backend.dead(mine) in (False, None)
    assert other.dead(mine) in (False, None)
    backend.release(mine)


def test_an_expired_lock_is_not_lost_by_itself(leasing: Backend, other: Backend) -> None:
    sleeper = expired()
    assert leasing.take(sleeper) is None

    assert other.take(holder()) == sleeper
    assert leasing.renew(sleeper.renewed(datetime.now(UTC)))


def test_an_expired_lock_goes_to_whoever_saw_it_expired(leasing: Backend, other: Backend) -> None:
    sleeper, mine = expired(), holder("mine")
    assert leasing.take(sleeper) is None
    seen = other.holder()

    assert other.take(mine, instead_of=seen) is None

    assert leasing.holder() == mine
    assert not leasing.renew(sleeper.renewed(datetime.now(UTC)))
    leasing.release(sleeper)
    assert leasing.holder() == mine


def test_a_heartbeat_after_the_look_keeps_the_lock(leasing: Backend, other: Backend) -> None:
    sleeper = expired()
    assert leasing.take(sleeper) is None
    seen = other.holder()
    awake = sleeper.renewed(datetime.now(UTC))
    assert leasing.renew(awake)

    assert other.take(holder("mine"), instead_of=seen) == awake
    assert other.holder() == awake


def test_a_lock_given_back_after_the_look_is_free_for_the_next(
    leasing: Backend, other: Backend
) -> None:
    sleeper, mine = expired(), holder("mine")
    assert leasing.take(sleeper) is None
    seen = other.holder()
    leasing.release(sleeper)

    assert other.take(mine, instead_of=seen) is None
    assert leasing.holder() == mine


def test_whoever_comes_second_to_an_expired_lock_is_told_who_was_first(
    leasing: Backend, other: Backend
) -> None:
    sleeper, mine = expired(), holder("mine")
    assert leasing.take(sleeper) is None
    seen = other.holder()
    assert other.take(mine, instead_of=seen) is None

    assert leasing.take(holder("late"), instead_of=seen) == mine


def _at_once(place: Place, hands: int, instead_of: Holder | None) -> list[tuple[Holder, bool]]:
    """Who tried to take the lock, all at the same moment, and whether they got it."""
    start = threading.Barrier(hands)
    done = threading.Barrier(hands)

    def take(number: int) -> tuple[Holder, Holder | None]:
        mine = holder(f"run{number}")
        with closing(place.connect()) as backend:
            start.wait()
            answer = backend.take(mine, instead_of=instead_of)
            # A connection that is closed may give its lock back.
            done.wait()
        return mine, answer

    with ThreadPoolExecutor(hands) as pool:
        results = list(pool.map(take, range(hands)))
    winners = [mine for mine, answer in results if answer is None]
    told = {answer.id for _, answer in results if answer is not None}
    assert len(winners) == 1
    assert told <= {winners[0].id}
    return [(mine, answer is None) for mine, answer in results]


def test_of_many_who_take_the_lock_at_once_one_gets_it(place: Place) -> None:
    tries = _at_once(place, 8, None)

    assert sum(got for _, got in tries) == 1


def test_of_many_who_take_over_at_once_one_gets_it(place: Place, leasing: Backend) -> None:
    sleeper = expired()
    assert leasing.take(sleeper) is None

    tries = _at_once(place, 8, leasing.holder())

    assert sum(got for _, got in tries) == 1
    assert not leasing.renew(sleeper.renewed(datetime.now(UTC)))


def test_no_heartbeat_brings_back_a_lock_that_was_taken_over(
    place: Place, leasing: Backend
) -> None:
    sleeper, mine = expired(), holder("mine")
    assert leasing.take(sleeper) is None
    over = threading.Event()

    def beat() -> bool:
        kept = True
        with closing(place.connect()) as backend:
            while kept and not over.is_set():
                kept = backend.renew(sleeper.renewed(datetime.now(UTC)))
        return kept

    with ThreadPoolExecutor(1) as pool, closing(place.connect()) as backend:
        beating = pool.submit(beat)
        while (seen := backend.take(mine, instead_of=backend.holder())) is not None:
            assert seen.id == sleeper.id
        kept = beating.result()
        over.set()

    assert not kept
    assert leasing.holder() == mine
