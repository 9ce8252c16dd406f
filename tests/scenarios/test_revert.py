"""`plan --revert RUN` puts back what a run has changed, and says what cannot be put back."""

from typing import Any

from tests.scenarios.acme import MANIFEST
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


def test_a_run_whose_plan_is_lost_cannot_be_taken_back(applied: Project) -> None:
    run = _last_run(applied)
    (applied.state_file().parent / "lab.runs" / f"{run}.json").unlink()

    done = applied.call("plan", "--revert", run)

    assert done.code == 1
    assert f"the plan of run {run} is not kept any more" in done.err
