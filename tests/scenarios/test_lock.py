"""One apply at a time; reading is always possible."""

from tests.scenarios.lab import Lab, Project
from tests.scenarios.recovery import AFTER, Moment, assert_recovers, hold, rehearsed


def test_a_second_apply_is_refused_by_name_while_one_runs(lab: Lab, project: Project) -> None:
    writes, at_first = rehearsed(lab, project), lab.snapshot()
    lab.fault(method=writes[4].method, path=writes[4].bare, delay_ms=2000, after_effect=True)

    with project.start("apply", "--auto-approve", "--parallelism", "1") as first:
        lab.wait_for_fault(first.process)
        plan = project.call("plan", "--detailed-exitcode")
        second = project.call("apply", "--auto-approve")
        running = first.process.poll() is None
        done = first.end()

    assert running, "the first one had ended before the second was refused"
    assert second.code == 8
    assert f"(pid {first.process.pid}), apply, run " in second.err
    assert "--lock-timeout" in second.err
    assert plan.code == 2, plan.said
    assert done.code == 0, done.said
    assert_recovers(lab, project, at_first)


def test_an_apply_can_wait_for_the_lock(lab: Lab, project: Project) -> None:
    writes = rehearsed(lab, project)
    hold(lab, writes, Moment(4, AFTER))

    with project.start("apply", "--auto-approve", "--parallelism", "1") as first:
        lab.wait_for_fault(first.process)
        second = project.call("apply", "--auto-approve", "--lock-timeout", "30s")
        done = first.end()

    assert done.code == 0, done.said
    assert second.code == 0, second.said
    assert "No changes." in second.out


def test_the_lock_of_a_killed_apply_is_free(lab: Lab, project: Project) -> None:
    with project.start("apply", "--auto-approve") as first:
        first.lines(3)
        first.kill()

    assert project.call("apply", "--auto-approve").code == 0
