"""Ends an apply at a chosen moment, and says what must hold afterwards."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.scenarios.declared import declared, mismatches, twice, unmanaged
from tests.scenarios.lab import Lab, Project, Running, Sent

BEFORE, AFTER = "before its effect", "after its effect"
HELD_MS = 700
"""How long the emulator holds a request, which is when the command is ended. Arbitrary: long
against a poll of 10 ms, and over before the commands that follow have ended."""
ONE_BY_ONE = ("apply", "--auto-approve", "--parallelism", "1")


@dataclass(frozen=True)
class Moment:
    """The n-th write of an apply that does one thing after the other, from 0."""

    number: int
    side: str

    def __str__(self) -> str:
        return f"write {self.number} {self.side}"


def rehearsed(lab: Lab, project: Project) -> list[Sent]:
    """The writes that the project's first apply sends, one by one; undone afterwards."""
    estate = lab.snapshot()
    assert project.call(*ONE_BY_ONE).code == 0
    writes = lab.writes()
    lab.reset(estate)
    project.state_file().unlink()
    return writes


def hold(lab: Lab, writes: Sequence[Sent], moment: Moment) -> None:
    """Have the emulator hold this write; what is held before its effect never has one."""
    row = writes[moment.number]
    earlier = Counter((one.method, one.bare) for one in writes[: moment.number])
    side: dict[str, Any] = {"after_effect": True}
    if moment.side == BEFORE:
        side = {"drop_before": True}
    lab.fault(
        method=row.method,
        path=row.bare,
        skip=earlier[row.method, row.bare],
        times=1,
        delay_ms=HELD_MS,
        **side,
    )


def held(lab: Lab, project: Project, writes: Sequence[Sent], moment: Moment) -> Running:
    """An apply that is just held at this moment."""
    hold(lab, writes, moment)
    running = project.start(*ONE_BY_ONE)
    lab.wait_for_fault(running.process)
    return running


def assert_recovers(lab: Lab, project: Project, at_first: dict[str, Any]) -> None:
    """The next plan loads, the next apply finishes, and nothing is lost, twice or disturbed."""
    lab.clear_faults()
    shown = project.call("plan", "--detailed-exitcode")
    assert shown.code in (0, 2), shown.said
    project.apply()
    again = project.call("plan", "--detailed-exitcode")
    assert again.code == 0, again.said
    wanted, after = declared(project.root, "lab"), lab.snapshot()
    assert mismatches(wanted, after) == []
    assert twice(after) == []
    assert unmanaged(wanted, after) == unmanaged(wanted, at_first)
    assert not project.journal_file().exists()
