"""The main job on the sample project: what the issue says must be shown."""

from pathlib import Path

import pytest

from tests.scenarios.declared import declared, mismatches, twice, unmanaged
from tests.scenarios.lab import Lab, Project
from tests.scenarios.sample import sample, take_the_change


@pytest.fixture
def manifests(lab: Lab, tmp_path: Path) -> Project:
    return sample(lab, tmp_path)


def test_plan_apply_plan_goes_from_changes_to_none(lab: Lab, manifests: Project) -> None:
    before = lab.snapshot()

    codes = [
        manifests.run("plan", "-e", "lab", "--detailed-exitcode").code,
        manifests.run("apply", "-e", "lab", "--auto-approve").code,
        manifests.run("plan", "-e", "lab", "--detailed-exitcode").code,
    ]

    assert codes == [2, 0, 0]
    wanted, after = declared(manifests.root, "lab"), lab.snapshot()
    assert len(wanted) == 33
    assert mismatches(wanted, after) == []
    assert twice(after) == []
    assert unmanaged(wanted, after) == before["datasets"]


def test_a_plan_sends_no_write_and_a_second_apply_sends_none(lab: Lab, manifests: Project) -> None:
    lab_only = manifests.with_env(DOMOSTATE_ENV="lab")

    lab_only.call("plan")
    planned = lab.writes()
    lab_only.apply()
    mark = lab.mark()
    again = lab_only.apply()

    assert planned == []
    assert lab.writes(since=mark) == []
    assert "No changes. lab" in again.out


def test_the_quarters_change_is_carried_out_and_nothing_else(lab: Lab, manifests: Project) -> None:
    lab_only = manifests.with_env(DOMOSTATE_ENV="lab")
    lab_only.apply()
    before = {one["name"]: one for one in lab.snapshot()["datasets"]}

    take_the_change(lab_only)
    planned = lab_only.call("plan", "--detailed-exitcode")
    lab_only.apply()

    wanted, after = declared(lab_only.root, "lab"), lab.snapshot()
    changed = {one["name"] for one in after["datasets"] if one != before[one["name"]]}
    assert planned.code == 2
    assert "6 to change, 0 to forget, 0 to destroy" in planned.out
    assert mismatches(wanted, after) == []
    assert changed == {
        "ECB Reference Exchange Rates (lab)",
        "FDIC Failed Banks (lab)",
        "Order Lines (lab)",
        "SEC Financial Statement Facts (lab)",
        "Sales by Region (lab)",
        "Yellow Taxi Trips (lab)",
    }
    assert lab_only.call("plan", "--detailed-exitcode").code == 0


def test_a_plan_reads_nothing_twice(lab: Lab, manifests: Project) -> None:
    lab_only = manifests.with_env(DOMOSTATE_ENV="lab")
    lab_only.apply()
    mark = lab.mark()

    lab_only.call("plan")

    asked = [(row.method, row.path) for row in lab.requests(since=mark)]
    assert len(asked) == len(set(asked))
