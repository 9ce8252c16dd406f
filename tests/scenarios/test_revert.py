"""`plan --revert RUN` puts back what a run has changed, and says what cannot be put back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.acme import BOTH, CONFIG, ESTATE, MANIFEST
from tests.scenarios.lab import Lab, Project, Snapshot


def _last_run(project: Project) -> str:
    return str(project.state()["runs"][-1]["run"])


def _datasets(snapshot: Snapshot) -> dict[str, Any]:
    """What of each dataset a run may change; policies come back under other ids."""
    found = {}
    for one in snapshot["datasets"]:
        policies = [
            {key: value for key, value in policy.items() if key != "id"}
            for policy in one["pdp"]["policies"]
        ]
        aspects = ("name", "description", "owner", "tags", "columns", "permissions")
        found[one["id"]] = {key: one[key] for key in aspects} | {
            "enabled": one["pdp"]["enabled"],
            "policies": sorted(policies, key=lambda policy: str(policy["name"])),
        }
    return found


def _reverted(project: Project, run: str) -> str:
    """What was said when the run was taken back."""
    planned = project.call("plan", "--revert", run, "--out", "back.json")
    assert planned.code == 0, planned.said
    done = project.call("apply", "back.json", "--auto-approve")
    assert done.code == 0, done.said
    return planned.said


def test_a_run_that_changed_every_aspect_is_taken_back(lab: Lab, applied: Project) -> None:
    before = _datasets(lab.snapshot())
    for old, new in (
        ("One row per order.", "Rows."),
        ("owner: ada@acme.test", "owner: eve@acme.test"),
        ("tags: [finance, pii]", "tags: [finance, gold]"),
        ("- {user: bob@acme.test, access: CAN_EDIT}", "- {user: eve@acme.test, access: CAN_VIEW}"),
        ("values: [West]", "values: [North]"),
        ("- name: West, large", "- name: Far, large"),
        ("- {name: amount, type: DECIMAL}", "- {name: amount, type: DECIMAL}\n"
         "      - {name: note, type: STRING}"),
    ):  # fmt: skip
        applied.replace("datasets/acme.yml", old, new)
    applied.apply()
    assert _datasets(lab.snapshot()) != before

    said = _reverted(applied, _last_run(applied))

    assert "takes back what run " in said
    assert _datasets(lab.snapshot()) == before
    applied.write("datasets/acme.yml", MANIFEST)
    assert applied.call("plan", "--detailed-exitcode").code == 0


def test_what_a_run_made_is_destroyed_and_its_rows_are_spoken_of(
    lab: Lab, project: Project
) -> None:
    before = _datasets(lab.snapshot())
    project.apply()
    adopted = [one for one in project.state()["entries"].values() if one["id"] in before]

    said = " ".join(_reverted(project, _last_run(project)).split())

    assert "rows that came since go with it" in said
    after = _datasets(lab.snapshot())
    assert after.keys() == before.keys()
    assert [one["id"] for one in project.state()["entries"].values()] == [
        one["id"] for one in adopted
    ]


def test_an_address_that_a_run_gave_up_is_recorded_again(lab: Lab, applied: Project) -> None:
    entries = applied.state()["entries"]
    text = (applied.root / "datasets/acme.yml").read_text()
    start = text.index("  customers:\n")
    end = text.find("\n  ", start + 3)
    while text[end + 3] == " ":
        end = text.find("\n  ", end + 3)
    applied.write("datasets/acme.yml", text[:start] + text[end + 1 :])
    applied.apply()
    assert "dataset.customers" not in applied.state()["entries"]

    _reverted(applied, _last_run(applied))

    assert (
        applied.state()["entries"]["dataset.customers"]["id"]
        == (entries["dataset.customers"]["id"])
    )


def test_what_is_gone_for_good_is_said_beforehand(lab: Lab, applied: Project) -> None:
    applied.replace("datasets/acme.yml", "      - {name: order_id, type: LONG}\n", "")
    applied.apply()

    said = " ".join(_reverted(applied, _last_run(applied)).split())

    assert (
        "dataset.orders: cannot be restored: the values that column order_id had before it was "
        "dropped"
    ) in said
    orders = applied.state()["entries"]["dataset.orders"]["id"]
    assert _datasets(lab.snapshot())[orders]["columns"][0] == {"name": "order_id", "type": "LONG"}


def test_a_run_that_changed_nothing_any_more_takes_nothing_back(lab: Lab, applied: Project) -> None:
    applied.replace("datasets/acme.yml", "One row per order.", "Rows.")
    applied.apply()
    run = _last_run(applied)
    _reverted(applied, run)
    mark = lab.mark()

    again = applied.call("plan", "--revert", run, "--detailed-exitcode")

    assert again.code == 0, again.said
    assert f"has nothing left of run {run}." in again.out
    assert "matches the manifests" not in again.out
    assert lab.writes(since=mark) == []


def test_a_run_that_nobody_knows_is_a_usage_error_that_names_the_last_ones(
    lab: Lab, applied: Project
) -> None:
    mark = lab.mark()

    done = applied.call("plan", "--revert", "nonsense")

    assert done.code == 64
    assert "knows no such run" in done.err
    assert _last_run(applied) in done.err
    assert lab.writes(since=mark) == []


def test_two_runs_are_not_taken_back_at_once(applied: Project) -> None:
    done = applied.call("plan", "--revert", "one", "--revert", "two")

    assert done.code == 64
    assert "--revert names several runs: one, two" in done.err


def swap(project: Project, run: str) -> None:
    """The plan of another run in the place of this one's."""
    folder = project.state_file().parent / "lab.runs"
    project.replace("datasets/acme.yml", "One row per order.", "Rows.")
    project.apply()
    (folder / f"{run}.json").write_bytes((folder / f"{_last_run(project)}.json").read_bytes())


def tear(project: Project, run: str) -> None:
    path = project.state_file().parent / "lab.runs" / f"{run}.json"
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize(
    ("harm", "why"), [(swap, "not the one that the run began with"), (tear, "is damaged")]
)
def test_a_kept_plan_that_is_not_the_runs_own_takes_nothing_back_and_is_a_fault(
    lab: Lab, applied: Project, harm: Callable[[Project, str], None], why: str
) -> None:
    run = _last_run(applied)
    harm(applied, run)
    mark = lab.mark()

    done = applied.call("plan", "--revert", run)
    verified = applied.call("state", "verify", "--offline", "--json")

    assert done.code == 1
    assert why in " ".join(done.err.split())
    assert lab.writes(since=mark) == []
    assert verified.code == 1
    faults = json.loads(verified.out)["faults"]
    assert [(one["sort"], run in one["message"]) for one in faults] == [("run_damaged", True)]


def test_a_run_whose_plan_is_lost_cannot_be_taken_back(applied: Project) -> None:
    run = _last_run(applied)
    (applied.state_file().parent / "lab.runs" / f"{run}.json").unlink()

    done = applied.call("plan", "--revert", run)

    assert done.code == 1
    assert f"the plan of run {run} is not kept any more" in done.err


THERE = "11111111-aaaa-4111-8111-111111111111"
TMP = "datasets:\n  tmp: {name: Tmp, schema: [{name: a, type: STRING}]}\n"
KEEP = "datasets:\n  keep: {name: Keep, schema: [{name: a, type: STRING}], tags: [x]}\n"
GIVEN_UP = "removed: [{address: dataset.tmp, destroy: false}]\n"


def _three(lab: Lab, root: Path) -> Project:
    """A project with two datasets of its own, beside one of somebody else's."""
    there = {"id": THERE, "name": "Payroll", "columns": [{"name": "a", "type": "STRING"}]}
    lab.reset(
        {**ESTATE, "datasets": [{**there, "owner": {"type": "USER", "email": "root@acme.test"}}]}
    )
    made = Project(root, BOTH)
    made.write("domostate.yml", CONFIG.format(url=lab.url))
    made.write("datasets/keep.yml", KEEP)
    made.write("datasets/tmp.yml", TMP)
    made.apply()
    return made


def test_another_dataset_at_the_address_of_one_that_a_run_made_is_not_destroyed(
    lab: Lab, tmp_path: Path
) -> None:
    project = _three(lab, tmp_path)
    run, made = _last_run(project), project.state()["entries"]["dataset.tmp"]["id"]
    project.write("datasets/tmp.yml", GIVEN_UP)
    project.apply()
    adopts = f"{{name: Payroll, adopt: {{id: {THERE}}}, on_existing: adopt}}"
    project.write("datasets/tmp.yml", f"datasets:\n  tmp: {adopts}\n")
    project.apply()

    said = " ".join(_reverted(project, run).split())

    assert f"dataset.tmp: cannot be restored: dataset {made} is not managed any more" in said
    assert {made, THERE} <= _datasets(lab.snapshot()).keys()


def test_what_a_run_made_and_a_later_one_moved_is_found_at_its_new_address(
    lab: Lab, tmp_path: Path
) -> None:
    project = _three(lab, tmp_path)
    run, made = _last_run(project), project.state()["entries"]["dataset.tmp"]["id"]
    moved = "moved: [{from: dataset.tmp, to: dataset.other}]\n"
    project.write("datasets/tmp.yml", TMP.replace("  tmp:", "  other:") + moved)
    project.apply()

    said = _reverted(project, run)

    assert "- destroy dataset.other" in said
    assert made not in _datasets(lab.snapshot())


def test_a_revert_leaves_the_protection_that_came_later(lab: Lab, tmp_path: Path) -> None:
    project = _three(lab, tmp_path)
    project.replace("datasets/keep.yml", "tags: [x]", "tags: [x, y]")
    project.apply()
    run = _last_run(project)
    project.replace("datasets/keep.yml", "tags: [x, y]", "tags: [x, y], protect: true")
    project.apply()

    said = _reverted(project, run)

    assert "remove tag y" in said
    assert project.state()["entries"]["dataset.keep"]["protect"] is True


def test_no_two_addresses_get_one_dataset(lab: Lab, tmp_path: Path) -> None:
    project = _three(lab, tmp_path)
    made = project.state()["entries"]["dataset.tmp"]["id"]
    project.write("datasets/tmp.yml", GIVEN_UP)
    project.apply()
    run = _last_run(project)
    adopts = f"{{name: Tmp, adopt: {{id: {made}}}, on_existing: adopt}}"
    project.write("datasets/tmp.yml", f"datasets:\n  again: {adopts}\n")
    project.apply()

    said = " ".join(_reverted(project, run).split())

    assert f"cannot be restored: dataset {made} is recorded at dataset.again" in said
    assert project.call("state", "verify").code == 0
    assert set(project.state()["entries"]) == {"dataset.again", "dataset.keep"}


def test_what_is_recorded_by_now_at_the_address_that_a_run_changed_stays_recorded(
    lab: Lab, tmp_path: Path
) -> None:
    project = _three(lab, tmp_path)
    project.replace("datasets/keep.yml", "tags: [x]", "tags: [x, y]")
    project.apply()
    run, kept = _last_run(project), project.state()["entries"]["dataset.keep"]["id"]
    because = ("--auto-approve", "--reason", "a test")
    assert project.call("state", "mv", "dataset.keep", "dataset.q", *because).code == 0
    project.write(
        "datasets/keep.yml", KEEP.replace("Keep", "Other").replace("tags: [x]", "tags: []")
    )
    project.write("datasets/q.yml", KEEP.replace("  keep:", "  q:").replace("[x]", "[x, y]"))
    project.apply()
    other = project.state()["entries"]["dataset.keep"]["id"]

    _reverted(project, run)

    entries = project.state()["entries"]
    assert {name: one["id"] for name, one in entries.items() if name != "dataset.tmp"} == {
        "dataset.keep": other,
        "dataset.q": kept,
    }
    tags = _datasets(lab.snapshot())[kept]["tags"]
    assert "y" not in tags


def test_what_was_handed_over_is_left_alone(lab: Lab, tmp_path: Path) -> None:
    project = _three(lab, tmp_path)
    project.replace("datasets/tmp.yml", "Tmp,", "Tmp, tags: [z],")
    project.apply()
    run, made = _last_run(project), project.state()["entries"]["dataset.tmp"]["id"]
    project.write("datasets/tmp.yml", GIVEN_UP)
    project.apply()

    said = " ".join(_reverted(project, run).split())

    assert f"dataset {made} is not managed any more, and stays" in said
    assert _datasets(lab.snapshot())[made]["tags"] == ["z"]


def test_a_move_and_protection_are_said_not_to_be_taken_back(lab: Lab, tmp_path: Path) -> None:
    project = _three(lab, tmp_path)
    moved = "moved: [{from: dataset.tmp, to: dataset.z}]\n"
    text = TMP.replace("  tmp:", "  z:").replace("Tmp,", "Tmp, protect: true, tags: [n],")
    project.write("datasets/tmp.yml", text + moved)
    project.apply()

    said = " ".join(_reverted(project, _last_run(project)).split())

    assert "dataset.z: stays at this address" in said
    assert "dataset.z: protection stays as it is" in said
    assert "remove tag n" in said
