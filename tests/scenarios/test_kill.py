"""`kill -9` at any moment of an apply: nothing is lost, nothing is there twice."""

import random
import time
from pathlib import Path

import pytest

from tests.scenarios.acme import acme
from tests.scenarios.lab import Lab, Project
from tests.scenarios.recovery import AFTER, BEFORE, Moment, assert_recovers, held, rehearsed
from tests.scenarios.sample import sample

WRITES = 32
"""Of the small project's first apply; `test_every_write_can_be_held` counts them."""
SOME = [
    *(Moment(number, side) for number in (2, 8) for side in (BEFORE, AFTER)),
    *(Moment(number, BEFORE) for number in range(0, WRITES, 12)),
    *(Moment(number, AFTER) for number in range(5, WRITES, 12)),
]
ALL = [Moment(number, side) for number in range(WRITES) for side in (BEFORE, AFTER)]


def _dies_at(lab: Lab, project: Project, moment: Moment) -> None:
    writes, at_first = rehearsed(lab, project), lab.snapshot()

    with held(lab, project, writes, moment) as running:
        running.kill()

    assert_recovers(lab, project, at_first)


def test_every_write_can_be_held(lab: Lab, project: Project) -> None:
    writes = rehearsed(lab, project)

    assert len(writes) == WRITES


@pytest.mark.parametrize("moment", SOME, ids=str)
def test_a_killed_apply_is_finished_by_the_next_one(
    lab: Lab, project: Project, moment: Moment
) -> None:
    _dies_at(lab, project, moment)


@pytest.mark.parametrize("lines", [1, 9, 20])
def test_an_apply_that_is_killed_amid_its_progress_is_finished_by_the_next_one(
    lab: Lab, project: Project, lines: int
) -> None:
    at_first = lab.snapshot()

    with project.start("apply", "--auto-approve") as running:
        running.lines(lines)
        running.kill()

    assert_recovers(lab, project, at_first)


def test_an_apply_that_is_killed_again_and_again_gets_there(lab: Lab, project: Project) -> None:
    at_first = lab.snapshot()

    for lines in (3, 2, 4):
        with project.start("apply", "--auto-approve") as running:
            running.lines(lines)
            running.kill()

    assert_recovers(lab, project, at_first)


@pytest.mark.long
@pytest.mark.parametrize("moment", ALL, ids=str)
def test_an_apply_can_be_killed_at_every_write(lab: Lab, project: Project, moment: Moment) -> None:
    _dies_at(lab, project, moment)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(200))
def test_an_apply_can_be_killed_at_any_time(lab: Lab, tmp_path: Path, seed: int) -> None:
    project = acme(lab, tmp_path)
    _killed_some_time(lab, project, random.Random(seed), longest_s=1.2)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(46))
def test_the_sample_project_can_be_killed_at_any_time(lab: Lab, tmp_path: Path, seed: int) -> None:
    project = sample(lab, tmp_path).with_env(DOMOSTATE_ENV="lab")
    _killed_some_time(lab, project, random.Random(seed), longest_s=4.0)


def _killed_some_time(lab: Lab, project: Project, dice: random.Random, *, longest_s: float) -> None:
    at_first = lab.snapshot()

    for _ in range(dice.choice((1, 1, 2))):
        with project.start("apply", "--auto-approve") as running:
            time.sleep(dice.uniform(0.3, longest_s))
            running.kill()

    assert_recovers(lab, project, at_first)
