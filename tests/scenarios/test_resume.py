"""`apply --resume` goes on with a run that did not finish, and asks only for what is new."""

import pytest

from tests.scenarios.lab import Lab, Project
from tests.scenarios.recovery import AFTER, BEFORE, Moment, assert_recovers, held, rehearsed

RESUME = ("apply", "--resume")


def _killed(lab: Lab, project: Project, moment: Moment) -> dict[str, object]:
    """The project's first apply, killed; returns the estate before it."""
    writes, at_first = rehearsed(lab, project), lab.snapshot()
    with held(lab, project, writes, moment) as running:
        running.kill()
    lab.clear_faults()
    return at_first


@pytest.mark.parametrize(
    "moment", [Moment(n, side) for n in (1, 9, 26) for side in (BEFORE, AFTER)], ids=str
)
def test_what_was_approved_is_finished_without_being_asked_again(
    lab: Lab, project: Project, moment: Moment
) -> None:
    at_first = _killed(lab, project, moment)

    done = project.call(*RESUME)

    assert done.code == 0, done.said
    assert "Resuming run " in done.err
    assert "Not part of what was approved" not in done.err
    assert_recovers(lab, project, at_first)


def test_a_run_that_finished_is_not_resumed(lab: Lab, applied: Project) -> None:
    mark = lab.mark()

    done = applied.call(*RESUME)

    assert done.code == 0
    assert "Nothing to resume: the last run has finished." in done.err
    assert lab.writes(since=mark) == []


def test_before_the_first_run_there_is_nothing_to_resume(lab: Lab, project: Project) -> None:
    done = project.call(*RESUME)

    assert done.code == 0
    assert done.err == "Nothing to resume: nothing was applied yet.\n"
    assert not project.state_file().exists()


def test_what_nobody_has_approved_yet_is_asked_for(lab: Lab, project: Project) -> None:
    at_first = _killed(lab, project, Moment(9, AFTER))
    project.replace("datasets/acme.yml", "The regions.", "All regions.")
    mark = lab.mark()

    alone = project.call(*RESUME)
    nothing = lab.writes(since=mark)
    refused = project.on_terminal(*RESUME, answer="n\n")
    agreed = project.on_terminal(*RESUME, answer="y\n")

    assert alone.code == 64
    assert "Not part of what was approved:\n  dataset.regions: " in alone.err
    assert nothing == []
    assert refused.code == 1
    assert agreed.code == 0, agreed.said
    assert_recovers(lab, project, at_first)


def test_a_saved_plan_that_was_cut_off_is_resumed_with_what_it_was_allowed(
    lab: Lab, applied: Project
) -> None:
    applied.replace("domostate.yml", "project: acme", "project: acme\nbudgets: {owner: 0}")
    applied.replace("datasets/acme.yml", "owner: ada@acme.test", "owner: eve@acme.test")
    assert applied.call("plan", "--out", "plan.json", "--allow", "owner=2").code == 0
    lab.fault(path="/api/data/v1/ui/bulk/reassign", drop_before=True, delay_ms=700, times=1)
    with applied.start("apply", "plan.json", "--auto-approve") as running:
        lab.wait_for_fault(running.process)
        running.kill()
    lab.clear_faults()

    again = applied.call("apply", "plan.json", "--auto-approve")
    resumed = applied.call(*RESUME)

    assert again.code == 5
    assert "which did not finish it" in again.err
    assert "domostate apply --resume" in again.err
    assert resumed.code == 0, resumed.said
    assert applied.call("plan", "--detailed-exitcode").code == 0


def test_a_plan_file_and_a_resumed_run_exclude_each_other(project: Project) -> None:
    done = project.call(*RESUME, "plan.json")

    assert done.code == 64
    assert "takes no PLANFILE" in done.err


MANY = "".join(
    f"  d{n}: {{name: Doomed {n}, schema: [{{name: a, type: STRING}}]}}\n" for n in range(4)
)


def _removing(*numbers: int) -> str:
    rows = [f"  - {{address: dataset.d{n}, destroy: true, reason: done}}\n" for n in numbers]
    kept = "".join(row + "\n" for row in MANY.splitlines() if f"d{numbers[0]}:" not in row)
    kept = "".join(row + "\n" for row in kept.splitlines() if f"d{numbers[1]}:" not in row)
    return f"datasets:\n{kept}removed:\n" + "".join(rows)


def test_what_was_allowed_for_some_is_not_spent_on_others(lab: Lab, project: Project) -> None:
    config = (project.root / "domostate.yml").read_text()
    project.write("domostate.yml", config + "budgets: {delete: 0}\n")
    project.write("datasets/many.yml", f"datasets:\n{MANY}")
    project.apply()
    there = len(lab.snapshot()["datasets"])
    project.write("datasets/many.yml", _removing(0, 1))
    lab.fault(method="DELETE", status=500)
    failed = project.call("apply", "--auto-approve", "--allow", "delete=2")
    lab.clear_faults()
    project.write("datasets/many.yml", _removing(2, 3))

    others = project.call(*RESUME, "--auto-approve")
    untouched = len(lab.snapshot()["datasets"])
    project.write("datasets/many.yml", _removing(0, 1))
    same = project.call(*RESUME, "--auto-approve")

    assert failed.code == 6, failed.said
    assert others.code == 4, others.said
    assert "delete: 2 against a limit of 0 (dataset.d2, dataset.d3)" in " ".join(others.err.split())
    assert untouched == there
    assert same.code == 0, same.said
    assert len(lab.snapshot()["datasets"]) == there - 2


@pytest.mark.parametrize("again", [("apply",), RESUME])
def test_an_owner_that_an_interrupted_run_was_to_set_is_set_and_not_counted_as_a_transfer(
    lab: Lab, project: Project, again: tuple[str, ...]
) -> None:
    config = (project.root / "domostate.yml").read_text()
    project.write("domostate.yml", config + "budgets: {owner: 0}\n")
    at_first = lab.snapshot()
    lab.fault(method="POST", path="*/bulk/reassign", status=500)
    failed = project.call("apply", "--auto-approve")
    lab.clear_faults()

    done = project.call(*again, "--auto-approve")

    assert failed.code == 6, failed.said
    assert done.code == 0, done.said
    assert_recovers(lab, project, at_first)
