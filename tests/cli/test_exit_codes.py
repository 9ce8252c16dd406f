"""The exit codes of the contract (§4), one row each; what promises that nothing was written is
held to it. Rows 7 and 10 belong to commands and budgets that do not exist yet."""

import pytest

from tests.scenarios.lab import Lab, Project


def test_0_done(applied: Project) -> None:
    assert applied.call("plan").code == 0
    assert applied.call("plan", "--detailed-exitcode").code == 0
    assert applied.call("plan", "--expect-no-changes").code == 0
    assert applied.call("apply", "--auto-approve").code == 0
    assert applied.call("validate").code == 0


def test_0_a_plan_with_changes_unless_asked_for_details(project: Project) -> None:
    assert project.call("plan").code == 0


def test_1_an_error_that_has_no_code_of_its_own(lab: Lab, project: Project) -> None:
    project.write("datasets/wrong.yml", "dataset: {}\n")

    codes = [project.call(*one).code for one in (["validate"], ["plan"], ["apply", "-h"])]

    assert codes == [1, 1, 0]
    assert project.call("apply", "--auto-approve").code == 1
    assert lab.requests() == []


def test_1_changes_where_none_are_expected(project: Project) -> None:
    assert project.call("plan", "--expect-no-changes").code == 1


def test_2_exactly_when_a_change_is_printed(applied: Project) -> None:
    applied.replace("datasets/acme.yml", "One row per order.", "Rows.")

    done = applied.call("plan", "--detailed-exitcode")

    assert done.code == 2
    assert "~ change dataset.orders" in done.out


def test_2_also_for_what_is_only_forgotten(lab: Lab, applied: Project) -> None:
    (applied.root / "datasets" / "streams.yml").unlink()
    before = lab.snapshot()
    for dataset in before["datasets"]:
        if dataset["name"] in ("Events (lab)", "Rentals (lab)"):
            dataset["tags"].remove("managed-by:domostate:acme")

    planned = applied.call("plan", "--detailed-exitcode")
    applied.apply()

    assert planned.code == 2
    assert ". forget dataset.events" in planned.out
    assert "- remove tag managed-by:domostate:acme" in planned.out
    assert lab.snapshot() == before
    assert applied.call("plan", "--detailed-exitcode").code == 0


def test_3_another_instance(lab: Lab, applied: Project) -> None:
    mark = lab.mark()
    applied.replace("domostate.yml", "127.0.0.1", "localhost")

    assert applied.call("apply", "--auto-approve").code == 3
    assert lab.writes(since=mark) == []


def test_4_a_budget(lab: Lab, applied: Project) -> None:
    mark = lab.mark()
    applied.replace("domostate.yml", "project: acme", "project: acme\nbudgets: {owner: 1}")
    applied.replace("datasets/acme.yml", "owner: ada@acme.test", "owner: eve@acme.test")

    planned = applied.call("plan", "--detailed-exitcode")
    refused = applied.call("apply", "--auto-approve")

    assert planned.code == 2
    assert "Budget exceeded, apply refuses this plan:" in planned.out
    assert refused.code == 4
    assert "--allow owner=1" in planned.out
    assert "--allow owner=1" in refused.err
    assert lab.writes(since=mark) == []
    assert applied.call("apply", "--auto-approve", "--allow", "owner=1").code == 0


def test_4_a_dataset_that_is_gone_is_created_anew_only_when_allowed(
    lab: Lab, applied: Project
) -> None:
    regions = applied.state()["entries"]["dataset.regions"]["id"]
    lab.ask_as("DELETE", f"/api/data/v3/datasources/{regions}")
    mark = lab.mark()

    refused = applied.call("apply", "--auto-approve")
    written = lab.writes(since=mark)
    allowed = applied.call("apply", "--auto-approve", "--allow", "recreate=1")

    assert refused.code == 4
    assert "recreate" in refused.err
    assert written == []
    assert allowed.code == 0, allowed.said
    assert applied.call("plan", "--detailed-exitcode").code == 0


def test_5_a_stale_plan(lab: Lab, project: Project) -> None:
    project.call("plan", "--out", "plan.json")
    project.apply()
    mark = lab.mark()

    assert project.call("apply", "plan.json", "--auto-approve").code == 5
    assert lab.writes(since=mark) == []


def test_6_finished_partly(lab: Lab, project: Project) -> None:
    lab.fault(method="POST", path="/api/data/ui/v3/datasources/*/tags", status=400)

    done = project.call("apply", "--auto-approve")

    assert done.code == 6
    assert "To go on from here:\n    domostate apply" in done.err
    lab.clear_faults()
    assert project.call("apply", "--auto-approve").code == 0


def test_8_the_lock(lab: Lab, project: Project) -> None:
    lab.fault(method="POST", path="/api/data/v2/datasources", delay_ms=1500, times=1)

    with project.start("apply", "--auto-approve") as running:
        lab.wait_for_fault(running.process)
        mark = lab.mark()
        second = project.call("apply", "--auto-approve")
        running.kill()

    assert second.code == 8
    assert mark >= 0


def test_9_credentials(lab: Lab, project: Project) -> None:
    wrong = project.with_env(DOMO_DEVELOPER_TOKEN="t-unknown")

    assert wrong.call("plan").code == 9
    assert wrong.call("apply", "--auto-approve").code == 9
    assert lab.writes() == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["frob"], "No such command 'frob'"),
        (["plan", "--frob"], "No such option '--frob'"),
        (["plan", "extra"], "extra argument"),
        (["plan", "-e", "prod"], "has no environment 'prod'"),
        (["plan", "-e", "la"], "did you mean 'lab'?"),
        (["plan", "--allow", "owner"], "a count is needed"),
        (["plan", "--allow", "ownr=1"], "no budget is called 'ownr'"),
        (["plan", "--allow", "owner=-1"], "a count is needed"),
        (["plan", "--parallelism", "0"], "'--parallelism'"),
        (["plan", "--parallelism", "many"], "'--parallelism'"),
        (["plan", "--out", "nowhere/../.."], "--out"),
        (["apply"], "add --auto-approve"),
        (["apply", "--auto-approve", "--lock-timeout", "soon"], "'soon' is not a time span"),
        (["apply", "one.json", "two.json"], "extra argument"),
        (["emulator", "serve", "--port", "99999"], "'--port'"),
        (["demo"], "is not the sample project"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_64_usage(lab: Lab, project: Project, arguments: list[str], words: str) -> None:
    done = project.call(*arguments)

    assert done.code == 64
    assert words in done.err
    assert "Traceback" not in done.err
    assert lab.writes() == []


def test_64_no_project(project: Project) -> None:
    away = Project(project.root / "datasets", project.env)

    done = away.call("plan")

    assert done.code == 64
    assert "there is one above: -C .." in done.err


def test_64_several_environments_and_none_named(lab: Lab, project: Project) -> None:
    other = "environments:\n  prod:\n    url: http://127.0.0.1:9\n    vars: {suffix: x}\n"
    project.replace("domostate.yml", "environments:\n", other)

    codes = [
        project.call("plan").code,
        project.call("apply", "--auto-approve").code,
        project.with_env(DOMOSTATE_ENV="").call("plan").code,
        project.call("plan", "-e", "lab").code,
        project.with_env(DOMOSTATE_ENV="lab").call("plan").code,
        project.call("validate").code,
    ]
    option_first = project.with_env(DOMOSTATE_ENV="lab").call("validate", "-e", "prod")

    assert codes == [64, 64, 64, 0, 0, 0]
    assert option_first.out.startswith("prod: ")
    assert lab.writes() == []
