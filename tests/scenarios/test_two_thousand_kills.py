"""G1: the program is killed two thousand times, whenever it happens to be."""

import random
from pathlib import Path
from subprocess import TimeoutExpired

import pytest

from tests.scenarios.fifty import Fifty, fifty_changes
from tests.scenarios.lab import Lab

KILLS = 100


def killed_again_and_again(before: Fifty, dice: random.Random, kills: int) -> int:
    """How often the apply got through in between; what it left is checked each time."""
    before.put_back()
    through = 0
    while kills:
        with before.project.start("apply", "--auto-approve") as running:
            try:
                code = running.process.wait(dice.uniform(0.3, 1.8))
            except TimeoutExpired:
                running.kill()
                kills -= 1
                if dice.random() > 0.3:
                    continue
            else:
                assert code == 0, running.end().said
        before.check(f"{kills} kills to go")
        before.put_back()
        through += 1
    return through


def test_a_few_kills_at_any_time_lose_nothing(lab: Lab, tmp_path: Path) -> None:
    assert killed_again_and_again(fifty_changes(lab, tmp_path), random.Random(7), kills=6) >= 1


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_a_hundred_kills_at_any_time_lose_nothing(lab: Lab, tmp_path: Path, seed: int) -> None:
    before = fifty_changes(lab, tmp_path)

    assert killed_again_and_again(before, random.Random(seed), KILLS) > 1
