"""`apply PLANFILE` carries out exactly that plan, once, or refuses before the first write."""

import json
import stat
from collections.abc import Callable

import pytest

from tests.scenarios.declared import declared, mismatches
from tests.scenarios.lab import Lab, Project
from tests.scenarios.somebody import Somebody

APPLY = ("apply", "plan.json", "--auto-approve")


def _saved(project: Project) -> None:
    assert project.call("plan", "--out", "plan.json").code == 0


def test_a_saved_plan_is_carried_out_exactly(lab: Lab, project: Project) -> None:
    _saved(project)
    wanted = declared(project.root, "lab")
    project.replace("datasets/acme.yml", "One row per order.", "Changed since the plan.")

    done = project.call(*APPLY)

    assert done.code == 0, done.said
    assert "The manifests have changed since this plan was made." in done.err
    assert mismatches(wanted, lab.snapshot()) == []


def test_a_saved_plan_is_carried_out_once(lab: Lab, project: Project) -> None:
    _saved(project)
    project.call(*APPLY)
    mark = lab.mark()

    again = project.call(*APPLY)

    run = project.state()["runs"][0]
    assert again.code == 5
    assert f"this plan was applied already: run {run['run']} by {run['actor']}" in again.err
    assert lab.writes(since=mark) == []


def test_a_plan_that_another_apply_has_overtaken_is_stale(lab: Lab, applied: Project) -> None:
    applied.replace("datasets/acme.yml", "One row per order.", "Rows.")
    _saved(applied)
    applied.replace("datasets/acme.yml", "The regions.", "Regions.")
    applied.apply()
    mark = lab.mark()

    late = applied.call(*APPLY)

    assert late.code == 5
    last = applied.state()["runs"][-1]["run"]
    assert f"another run has applied since (run {last}" in " ".join(late.err.split())
    assert lab.writes(since=mark) == []


def test_an_object_that_moved_since_the_plan_is_a_refusal(lab: Lab, applied: Project) -> None:
    applied.replace("datasets/acme.yml", "One row per order.", "Rows.")
    _saved(applied)
    orders = applied.state()["entries"]["dataset.orders"]["id"]
    Somebody(lab, orders).renames("Orders (lab)", "Not what the plan saw.")
    mark = lab.mark()

    done = applied.call(*APPLY)

    assert done.code == 5
    assert "dataset.orders: description" in done.err
    assert lab.writes(since=mark) == []


def test_a_grant_is_not_given_once_the_row_policies_beside_it_are_off(
    lab: Lab, applied: Project
) -> None:
    applied.replace(
        "datasets/acme.yml",
        "- {group: West, access: CAN_VIEW}\n    pdp:",
        "- {group: West, access: CAN_VIEW}\n        - {user: eve@acme.test, access: CAN_VIEW}\n"
        "    pdp:",
    )
    _saved(applied)
    orders = applied.state()["entries"]["dataset.orders"]["id"]
    Somebody(lab, orders).switches_pdp(enabled=False)
    mark = lab.mark()

    done = applied.call(*APPLY)

    assert done.code == 5, done.said
    assert "dataset.orders: pdp.enabled" in done.err
    assert lab.writes(since=mark) == []


def test_whatever_the_plan_has_compared_may_not_have_moved(lab: Lab, applied: Project) -> None:
    applied.replace("datasets/acme.yml", "tags: [finance, pii]", "tags: [finance]")
    _saved(applied)
    orders = applied.state()["entries"]["dataset.orders"]["id"]
    Somebody(lab, orders).renames("Orders (lab)", "Not what the plan saw.")

    done = applied.call(*APPLY)

    assert done.code == 5, done.said
    assert "dataset.orders: description" in done.err


def test_a_name_that_was_taken_since_the_plan_is_a_refusal(lab: Lab, project: Project) -> None:
    _saved(project)
    body = {"userDefinedType": "api", "dataSourceName": "Orders (lab)", "schema": {"columns": []}}
    body["schema"] = {"columns": [{"type": "STRING", "name": "a"}]}
    Somebody(lab, "").ask("POST", "/api/data/v2/datasources", body)
    mark = lab.mark()

    done = project.call(*APPLY)

    assert done.code == 5
    assert "'Orders (lab)'" in done.err
    assert lab.writes(since=mark) == []


def test_a_plan_of_another_instance_is_refused(lab: Lab, project: Project) -> None:
    _saved(project)
    project.replace("domostate.yml", "127.0.0.1", "localhost")

    done = project.call(*APPLY)

    assert done.code == 3
    assert "the plan is for lab (http://127.0.0.1" in done.err
    assert lab.writes() == []


def test_a_state_of_another_instance_is_refused(lab: Lab, applied: Project) -> None:
    applied.replace("domostate.yml", "127.0.0.1", "localhost")
    mark = lab.mark()

    codes = [applied.call("plan").code, applied.call("apply", "--auto-approve").code]

    assert codes == [3, 3]
    assert lab.writes(since=mark) == []


def test_a_plan_of_a_lost_state_is_refused(lab: Lab, applied: Project) -> None:
    applied.replace("datasets/acme.yml", "One row per order.", "Rows.")
    _saved(applied)
    applied.state_file().unlink()
    mark = lab.mark()

    done = applied.call(*APPLY)

    assert done.code == 3
    assert lab.writes(since=mark) == []


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda text: text.replace("One row per order.", "Mine."), "edited or damaged"),
        (lambda text: text[: len(text) // 2], "not JSON"),
        (lambda text: "[]", "no format_version"),
        (lambda text: text.replace('"format_version":"1.0"', '"format_version":"2.0"'), "2.0"),
        (lambda text: "", "not JSON"),
    ],
    ids=["edited", "cut off", "another document", "of a later format", "empty"],
)
def test_a_file_that_is_no_plan_is_told_clearly(
    lab: Lab, project: Project, edit: Callable[[str], str], words: str
) -> None:
    _saved(project)
    path = project.root / "plan.json"
    path.write_text(edit(path.read_text()))

    done = project.call(*APPLY)

    assert done.code == 1
    assert words in done.err
    assert "domostate plan --out" in done.err or "plan anew" in done.err
    assert lab.writes() == []


def test_a_plan_file_that_is_not_there_is_a_usage_error(project: Project) -> None:
    done = project.call("apply", "nowhere.json", "--auto-approve")

    assert done.code == 64
    assert "nowhere.json: No such file" in done.err


@pytest.mark.parametrize("out", ["there", "a_file/plan.json"])
def test_a_plan_file_that_cannot_be_written_has_advice_on_the_plan_file(
    project: Project, out: str
) -> None:
    (project.root / "there").mkdir()
    (project.root / "a_file").touch()

    done = project.call("plan", "--out", out)

    assert done.code == 64
    assert f"{out}: cannot be written:" in " ".join(done.err.split())
    assert "Name another file with --out" in done.err
    assert "state.path" not in done.err


def test_the_command_that_carries_a_saved_plan_out_survives_the_shell(project: Project) -> None:
    said = project.call("plan", "--out", "my plan.json").err

    assert "  domostate apply 'my plan.json'\n" in said


def test_a_plan_file_is_its_owners_only_and_canonical(project: Project) -> None:
    _saved(project)

    path = project.root / "plan.json"
    text = path.read_text()
    canonical = json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert text == canonical + "\n"


def test_allow_belongs_to_the_plan_that_is_saved(lab: Lab, applied: Project) -> None:
    applied.replace("domostate.yml", "project: acme", "project: acme\nbudgets: {owner: 0}")
    applied.replace("datasets/acme.yml", "owner: ada@acme.test", "owner: eve@acme.test")
    _saved(applied)
    mark = lab.mark()

    refused = applied.call(*APPLY)
    mixed = applied.call(*APPLY, "--allow", "owner=2")
    suggested = applied.call("plan", "--out", "plan.json", "--allow", "owner=2")
    lifted = applied.call(*APPLY)

    assert refused.code == 4
    assert "--allow owner=2" in refused.err
    assert mixed.code == 64
    assert suggested.code == 0
    assert lifted.code == 0, lifted.said
    assert len(lab.writes(since=mark)) > 0
    assert applied.call("plan", "--detailed-exitcode").code == 0


def test_the_environment_of_a_plan_need_not_be_named_again(lab: Lab, project: Project) -> None:
    project.replace(
        "domostate.yml", "environments:\n", "environments:\n  other:\n    instance: acme\n"
    )
    assert project.call("plan", "-e", "lab", "--out", "plan.json").code == 0

    done = project.call(*APPLY)

    assert done.code == 0, done.said


def test_the_plan_of_one_environment_is_not_for_another(lab: Lab, project: Project) -> None:
    url = lab.url.replace("127.0.0.1", "localhost")
    other = f"environments:\n  other:\n    url: {url}\n    vars: {{suffix: x}}\n"
    project.replace("domostate.yml", "environments:\n", other)
    assert project.call("plan", "-e", "lab", "--out", "plan.json").code == 0

    done = project.call(*APPLY, "-e", "other")

    assert done.code == 3, done.said
    assert lab.writes() == []
