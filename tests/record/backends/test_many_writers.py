"""No update is lost: many processes add to one number, some of them stopped for longer than the
lease of their lock between their look and their write."""

import json
from contextlib import closing
from datetime import timedelta

import pytest

from tests.record.backends.places import Place
from tests.record.backends.writers import NAME, Report, Work, report_of, write_together

LEASE = timedelta(seconds=2)
ASLEEP_S = 3.5


def written_by(place: Place, writers: int, rounds: int, sleepers: int, sleeps: int) -> Report:
    """What the writers did together, checked against what is there in the end."""
    every = rounds // (sleeps + 1)
    works = [
        Work(
            number,
            rounds,
            # Both sorts sleep: who has the lock and loses it, and who never asked.
            courteous=number % 2 == 0,
            sleeps_in=frozenset(every * n for n in range(sleeps)) if number < sleepers else _NEVER,
            lease=LEASE,
        )
        for number in range(writers)
    ]
    report = report_of(write_together(place, works, ASLEEP_S))
    with closing(place.connect()) as backend:
        there = backend.read(NAME)
    assert there is not None
    assert json.loads(there.content)["count"] == writers * rounds
    # Each number once: nothing was written over, and nothing was written twice.
    assert report.acknowledged == list(range(1, writers * rounds + 1))
    assert report.slept == sleepers * sleeps
    assert report.sleepers_rejected >= report.overtaken >= 1
    return report


_NEVER: frozenset[int] = frozenset()


def test_four_writers_lose_nothing_and_the_sleeper_is_rejected(place: Place) -> None:
    report = written_by(place, writers=4, rounds=25, sleepers=2, sleeps=1)

    assert report.rejected >= report.sleepers_rejected


@pytest.mark.long
def test_sixteen_writers_lose_nothing_and_sleepers_are_rejected(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    report = written_by(place, writers=16, rounds=200, sleepers=4, sleeps=5)

    with capsys.disabled():
        print(  # noqa: T201
            f"\n{place.factory}: {len(report.acknowledged)} acknowledged, {report.rejected} "
            f"rejected; {report.slept} slept, {report.overtaken} overtaken, "
            f"{report.sleepers_rejected} rejected on waking"
        )
