"""Ctrl-C and SIGTERM: an apply ends in order, and says so by its exit code."""

import signal

import pytest

from tests.scenarios.lab import Lab, Project
from tests.scenarios.recovery import AFTER, Moment, assert_recovers, held, hold, rehearsed

BOTH = pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)


@BOTH
@pytest.mark.parametrize("write", [2, 11])
def test_a_signal_ends_an_apply_in_order(
    lab: Lab, project: Project, number: signal.Signals, code: int, write: int
) -> None:
    writes, at_first = rehearsed(lab, project), lab.snapshot()

    with held(lab, project, writes, Moment(write, AFTER)) as running:
        running.signal(number)
        done = running.end()

    assert done.code == code
    assert "Traceback" not in done.err
    assert len(lab.writes()) == write + 1, "nothing is begun after the signal"
    assert not project.journal_file().exists()
    assert project.state()["serial"] == 1
    assert project.state()["open_intents"] == []
    assert_recovers(lab, project, at_first)


@BOTH
def test_a_signal_before_the_first_write_ends_at_once_and_writes_nothing(
    lab: Lab, project: Project, number: signal.Signals, code: int
) -> None:
    lab.fault(method="GET", path="/api/content/v2/users/me", delay_ms=700, times=1)

    with project.start("apply", "--auto-approve") as running:
        lab.wait_for_fault(running.process)
        running.signal(number)
        done = running.end()

    assert done.code == code
    assert "Nothing was written." in done.err
    assert lab.writes() == []
    assert not project.state_file().exists()


@BOTH
def test_a_signal_during_plan_ends_it(
    lab: Lab, project: Project, number: signal.Signals, code: int
) -> None:
    lab.fault(method="GET", path="/api/content/v2/users/me", delay_ms=700, times=1)

    with project.start("plan") as running:
        lab.wait_for_fault(running.process)
        running.signal(number)
        done = running.end()

    assert done.code == code
    assert "Traceback" not in done.err


def test_a_second_signal_does_not_wait_for_domo(lab: Lab, project: Project) -> None:
    writes, at_first = rehearsed(lab, project), lab.snapshot()
    lab.fault(method=writes[3].method, path=writes[3].bare, delay_ms=6000, after_effect=True)

    with project.start("apply", "--auto-approve", "--parallelism", "1") as running:
        lab.wait_for_fault(running.process)
        running.signal(signal.SIGINT)
        running.lines_to("Stopping: ")
        running.signal(signal.SIGINT)
        running.process.wait(timeout=4)
        done = running.end()

    assert done.code == 130
    assert "Traceback" not in done.err
    assert "may have happened" in done.err
    assert_recovers(lab, project, at_first)


def test_a_reader_that_goes_away_is_not_told_that_all_is_done(lab: Lab, project: Project) -> None:
    writes, at_first = rehearsed(lab, project), lab.snapshot()
    hold(lab, writes, Moment(4, AFTER))

    with project.start("apply", "--auto-approve", "--json", "--parallelism", "1") as running:
        lab.wait_for_fault(running.process)
        assert running.process.stdout is not None
        running.process.stdout.close()
        running.process.wait(timeout=10)
        assert running.process.returncode == 6
        assert running.process.stderr is not None
        assert "Traceback" not in running.process.stderr.read()
        running.process.stderr.close()

    assert_recovers(lab, project, at_first)
