"""Addresses that leave the manifests: moved, given up, destroyed, or only suspected to be moved."""

import shutil
from typing import Any

import pytest

from tests.scenarios.acme import BOTH, CLIENT, TOKEN
from tests.scenarios.lab import Lab, Project
from tests.scenarios.recovery import HELD_MS, ONE_BY_ONE
from tests.scenarios.somebody import Somebody

MANIFEST = "datasets/acme.yml"
REGIONS = """\
  regions:
    name: "Regions${suffix}"
    description: The regions.
    owner: {group: Finance}
    tags: {mode: at_most, values: [reference]}
    schema: [{name: key, type: LONG}]
    shares: [{user: cat@acme.test, access: CAN_SHARE}]
"""
AREAS = REGIONS.replace("  regions:", "  areas:")
MOVED = "moved: [{from: dataset.regions, to: dataset.areas}]\n"
DESTROYED = "removed: [{address: dataset.regions, destroy: true, reason: nobody asks for it}]\n"
GIVEN_UP = "removed: [{address: dataset.regions, destroy: false}]\n"
APPLY = ("apply", "--auto-approve")
MARKER = "managed-by:domostate:acme"


def datasets(lab: Lab) -> dict[str, Any]:
    return {one["name"]: one for one in lab.snapshot()["datasets"]}


def unmarked(found: dict[str, Any]) -> dict[str, Any]:
    """The same datasets without the marker, which goes with the management."""
    rows = found.items()
    return {
        name: {**one, "tags": [tag for tag in one["tags"] if tag != MARKER]} for name, one in rows
    }


def user_id(lab: Lab, name: str) -> int:
    users = {one["email"]: one["id"] for one in lab.snapshot()["users"]}
    return int(users[f"{name}@acme.test"])


def recorded(project: Project) -> set[str]:
    return {one.removeprefix("dataset.") for one in project.state()["entries"]}


def regions_id(project: Project) -> str:
    return str(project.state()["entries"]["dataset.regions"]["id"])


def without_regions(project: Project, answer: str = "", instead: str = "") -> None:
    """Takes the entry out of the manifests, and says what becomes of it."""
    project.replace(MANIFEST, REGIONS, instead)
    project.write("datasets/departures.yml", answer)


def nothing_left(project: Project) -> bool:
    return project.call("plan", "--detailed-exitcode").code == 0


# Moved.


def test_a_move_writes_nothing_and_is_made_once(lab: Lab, applied: Project) -> None:
    before, mark, id_ = lab.snapshot(), lab.mark(), regions_id(applied)
    without_regions(applied, MOVED, AREAS)

    planned = applied.call("plan", "--detailed-exitcode")
    done = applied.apply()

    assert planned.code == 2
    assert '~ change dataset.areas "Regions (lab)"' in planned.out
    assert "address: dataset.regions -> dataset.areas (nothing changes in Domo)" in planned.out
    assert "0 to add, 1 to change, 0 to forget, 0 to destroy" in planned.out
    assert "dataset.areas: moved from dataset.regions" in done.err
    assert lab.writes(since=mark) == []
    assert lab.snapshot() == before
    assert applied.state()["entries"]["dataset.areas"]["id"] == id_
    assert "regions" not in recorded(applied)
    assert nothing_left(applied)
    applied.write("datasets/departures.yml", "")
    assert nothing_left(applied)


def test_a_chain_of_moves_is_followed_from_wherever_the_state_is(
    lab: Lab, applied: Project
) -> None:
    mark = lab.mark()
    chain = "moved:\n  - {from: dataset.places, to: dataset.areas}\n"
    without_regions(applied, f"{chain}  - {{from: dataset.regions, to: dataset.places}}\n", AREAS)

    applied.apply()

    assert "areas" in recorded(applied)
    assert lab.writes(since=mark) == []
    assert nothing_left(applied)


def test_a_move_comes_with_changes_and_goes_by_a_saved_plan(lab: Lab, applied: Project) -> None:
    id_ = regions_id(applied)
    without_regions(applied, MOVED, AREAS.replace("The regions.", "The areas."))
    applied.call("plan", "--out", "plan.json")

    done = applied.call("apply", "plan.json", "--auto-approve")

    assert done.code == 0, done.said
    assert datasets(lab)["Regions (lab)"]["description"] == "The areas."
    assert datasets(lab)["Regions (lab)"]["id"] == id_
    assert nothing_left(applied)


def test_a_move_that_a_killed_run_has_made_stays_made(lab: Lab, applied: Project) -> None:
    without_regions(applied, MOVED, AREAS)
    applied.replace(MANIFEST, "One row per order.", "Rows.")
    lab.fault(method="PUT", path="*/properties", times=1, delay_ms=HELD_MS, drop_before=True)

    with applied.start(*ONE_BY_ONE) as running:
        lab.wait_for_fault(running.process)
        running.kill()
    planned = applied.call("plan")
    lab.clear_faults()
    applied.apply()

    assert "dataset.areas" not in planned.out
    assert "1 to change, 0 to forget" in planned.out
    assert "areas" in recorded(applied)
    assert "regions" not in recorded(applied)
    assert nothing_left(applied)


# Given up, and destroyed.


def test_what_is_given_up_stays_in_domo(lab: Lab, applied: Project) -> None:
    before, mark = datasets(lab), lab.mark()
    without_regions(applied, GIVEN_UP.replace("false", "false, reason: sold"))

    planned = applied.call("plan")
    applied.apply()

    assert ". forget dataset.regions" in planned.out
    assert "why: removed: sold; managed no longer, the object stays" in planned.out
    assert datasets(lab) == {**before, **unmarked({"Regions (lab)": before["Regions (lab)"]})}
    assert len(lab.writes(since=mark)) == 1
    assert "regions" not in recorded(applied)
    assert nothing_left(applied)


@pytest.mark.parametrize(
    ("credentials", "call"),
    [
        (BOTH, "/api/data/v3/datasources/{}?deleteMethod=soft"),
        ({"DOMO_DEVELOPER_TOKEN": TOKEN}, "/api/data/v3/datasources/{}?deleteMethod=soft"),
        (CLIENT, "/v1/datasets/{}"),
    ],
    ids=["both planes", "product", "platform"],
)
def test_what_is_removed_and_destroyed_is_gone_and_nothing_else_is(
    lab: Lab, applied: Project, credentials: dict[str, str], call: str
) -> None:
    id_, before, mark = regions_id(applied), datasets(lab), lab.mark()
    # Nothing is declared that would need the one plane or the other.
    (applied.root / "datasets" / "streams.yml").unlink()
    applied.write(MANIFEST, 'datasets: {orders: {name: "Orders (lab)"}}\n' + DESTROYED)
    project = Project(applied.root, credentials)
    planned = project.call("plan", "--detailed-exitcode")

    done = project.apply()

    assert planned.code == 2
    assert '- destroys  dataset.regions  delete dataset "Regions (lab)"' in planned.out
    assert '- destroy dataset.regions "Regions (lab)"' in planned.out
    assert "why: removed: nobody asks for it" in planned.out
    assert "goes with it: 1 column" in planned.out
    assert "1 to destroy" in planned.out
    sent = [(row.method, row.path) for row in lab.writes(since=mark)]
    assert [one for one in sent if not one[1].endswith("/tags")] == [("DELETE", call.format(id_))]
    assert "1 destroyed" in done.out
    del before["Regions (lab)"]
    assert unmarked(datasets(lab)) == unmarked(before)
    assert "regions" not in recorded(applied)
    assert nothing_left(project)


def test_what_goes_with_a_dataset_is_shown_whatever_of_it_was_managed(
    lab: Lab, applied: Project
) -> None:
    Somebody(lab, regions_id(applied)).shares("USER", user_id(lab, "bob"), "CAN_VIEW")
    without_regions(applied, DESTROYED)

    assert "goes with it: 1 column, 2 shares" in applied.call("plan").out


def test_what_is_gone_already_is_forgotten(lab: Lab, applied: Project) -> None:
    lab.ask_as("DELETE", f"/api/data/v3/datasources/{regions_id(applied)}")
    mark = lab.mark()
    without_regions(applied, DESTROYED)

    planned = applied.call("plan")
    applied.apply()

    assert ". forget dataset.regions" in planned.out
    assert "removed: nobody asks for it; the dataset is gone already" in planned.out
    assert lab.writes(since=mark) == []
    assert nothing_left(applied)


def test_the_same_name_may_be_used_for_what_replaces_it(lab: Lab, applied: Project) -> None:
    id_ = regions_id(applied)
    without_regions(applied, DESTROYED, AREAS)

    applied.apply()

    there = datasets(lab)["Regions (lab)"]
    assert there["id"] != id_
    assert applied.state()["entries"]["dataset.areas"]["id"] == there["id"]
    assert nothing_left(applied)


def test_destructions_are_held_to_their_budget(lab: Lab, applied: Project) -> None:
    without_regions(applied, DESTROYED)
    applied.replace("domostate.yml", "project: acme", "project: acme\nbudgets: {delete: 0}")
    mark = lab.mark()

    refused = applied.call(*APPLY)
    written = lab.writes(since=mark)
    allowed = applied.call(*APPLY, "--allow", "delete=1")

    assert refused.code == 4
    assert "delete: 1 against a limit of 0 (dataset.regions)" in refused.err
    assert "--allow delete=1" in refused.err
    assert written == []
    assert allowed.code == 0, allowed.said


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_run_that_is_killed_while_it_destroys_is_finished_by_the_next_one(
    lab: Lab, applied: Project, side: str
) -> None:
    without_regions(applied, DESTROYED)
    strikes = {"after_effect": True} if side == "after" else {"drop_before": True}
    lab.fault(method="DELETE", path="*/datasources/*", times=1, delay_ms=HELD_MS, **strikes)

    with applied.start(*ONE_BY_ONE) as running:
        lab.wait_for_fault(running.process)
        running.kill()
    planned = applied.call("plan", "--detailed-exitcode")
    lab.clear_faults()
    applied.apply()

    assert planned.code == 2
    assert ("gone already" in planned.out) == (side == "after")
    assert "Regions (lab)" not in datasets(lab)
    assert "regions" not in recorded(applied)
    assert nothing_left(applied)


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_run_that_was_killed_while_it_destroys_is_resumed_without_a_second_word(
    lab: Lab, applied: Project, side: str
) -> None:
    without_regions(applied, DESTROYED)
    strikes = {"after_effect": True} if side == "after" else {"drop_before": True}
    lab.fault(method="DELETE", path="*/datasources/*", times=1, delay_ms=HELD_MS, **strikes)
    with applied.start(*ONE_BY_ONE) as running:
        lab.wait_for_fault(running.process)
        running.kill()
    lab.clear_faults()

    done = applied.call("apply", "--resume")

    assert done.code == 0, done.said
    assert "Regions (lab)" not in datasets(lab)
    assert nothing_left(applied)


def test_a_dataset_that_moved_since_the_plan_is_not_destroyed(lab: Lab, applied: Project) -> None:
    without_regions(applied, DESTROYED)
    applied.call("plan", "--out", "plan.json")
    Somebody(lab, regions_id(applied)).shares("USER", user_id(lab, "bob"), "CAN_VIEW")
    mark = lab.mark()

    done = applied.call("apply", "plan.json", "--auto-approve")

    assert done.code == 5
    assert "dataset.regions: shares[user " in done.err
    assert lab.writes(since=mark) == []


def test_a_saved_plan_destroys_once(lab: Lab, applied: Project) -> None:
    without_regions(applied, DESTROYED)
    applied.call("plan", "--out", "plan.json")

    first = applied.call("apply", "plan.json", "--auto-approve")
    again = applied.call("apply", "plan.json", "--auto-approve")

    assert (first.code, again.code) == (0, 5)
    assert "Regions (lab)" not in datasets(lab)


# Protected.


@pytest.fixture
def protecting(applied: Project) -> Project:
    """The regions are protected, and that is applied."""
    applied.replace(MANIFEST, REGIONS, REGIONS + "    protect: true\n")
    applied.apply()
    return applied


def no_longer_protected(project: Project) -> None:
    project.replace(MANIFEST, "    protect: true\n", "")


def test_what_is_protected_is_not_destroyed_though_its_entry_is_gone(
    lab: Lab, protecting: Project
) -> None:
    mark = lab.mark()
    no_longer_protected(protecting)
    without_regions(protecting, DESTROYED)

    planned = protecting.call("plan", "--detailed-exitcode", "--out", "plan.json")
    codes = [
        protecting.call(*APPLY).code,
        protecting.call(*APPLY, "--allow", "delete=1").code,
        protecting.call("apply", "plan.json", "--auto-approve").code,
    ]
    refused = protecting.call(*APPLY)

    assert planned.code == 2
    assert "Refused, apply stops at this plan before it writes anything:" in planned.out
    assert codes == [4, 4, 4]
    assert "Error: refused by protection" in refused.err
    assert 'datasets: {regions: {name: "Regions (lab)", protect: false}}' in refused.err
    assert lab.writes(since=mark) == []
    assert "Regions (lab)" in datasets(lab)


def test_the_way_out_of_a_refusal_leads_out(lab: Lab, protecting: Project) -> None:
    no_longer_protected(protecting)
    hint = 'datasets: {regions: {name: "Regions (lab)", protect: false}}\n'

    without_regions(protecting, hint)
    protecting.apply()
    kept = "Regions (lab)" in datasets(lab)
    protecting.write("datasets/departures.yml", DESTROYED)
    protecting.apply()

    assert kept
    assert "Regions (lab)" not in datasets(lab)
    assert nothing_left(protecting)


@pytest.mark.parametrize(
    ("answer", "instead", "code"),
    [("", "", 0), (GIVEN_UP, "", 0), (MOVED, AREAS, 0), (DESTROYED, "", 4)],
    ids=["vanished", "given up", "moved", "destroyed"],
)
def test_protection_stands_against_destruction_alone(
    lab: Lab, protecting: Project, answer: str, instead: str, code: int
) -> None:
    no_longer_protected(protecting)
    before = datasets(lab)
    without_regions(protecting, answer, instead)

    assert protecting.call(*APPLY).code == code
    assert unmarked(datasets(lab)) == unmarked(before)


def test_protection_moves_along(lab: Lab, protecting: Project) -> None:
    no_longer_protected(protecting)
    without_regions(protecting, MOVED, AREAS + "    protect: true\n")
    protecting.apply()
    protecting.replace(MANIFEST, AREAS + "    protect: true\n", "")
    protecting.write("datasets/departures.yml", DESTROYED.replace("regions", "areas"))

    assert protecting.call(*APPLY).code == 4
    assert "Regions (lab)" in datasets(lab)


# Suspected.


def test_a_rename_that_nobody_speaks_of_is_asked_about(lab: Lab, applied: Project) -> None:
    mark = lab.mark()
    without_regions(applied, "", AREAS)

    planned = applied.call("plan", "--detailed-exitcode", "--out", "plan.json")
    refused = applied.call(*APPLY)
    saved = applied.call("apply", "plan.json", "--auto-approve")

    assert (planned.code, refused.code, saved.code) == (2, 4, 4)
    assert "Error: refused: is it a move?" in refused.err
    for text in (planned.out, refused.err):
        said = " ".join(text.split())
        assert "and new is dataset.areas with its name, 'Regions (lab)'" in said
        assert MOVED.strip() in said
        assert GIVEN_UP.strip() in said
    assert lab.writes(since=mark) == []
    assert recorded(applied) >= {"regions"}


def test_the_answers_that_are_offered_are_answers(lab: Lab, applied: Project) -> None:
    without_regions(applied, GIVEN_UP, AREAS)
    stranger = applied.call(*APPLY)
    applied.write("datasets/departures.yml", MOVED)
    moved = applied.call(*APPLY)

    # Given up, the dataset is a stranger's, and its name is taken.
    assert stranger.code == 1
    assert "a dataset called 'Regions (lab)' exists already" in stranger.err
    assert moved.code == 0, moved.said
    assert nothing_left(applied)


def test_a_new_name_in_domo_does_not_hide_a_rename(lab: Lab, applied: Project) -> None:
    mark = lab.mark()
    without_regions(applied, "", AREAS.replace('"Regions', '"Areas'))

    refused = applied.call(*APPLY)

    assert refused.code == 4
    said = " ".join(refused.err.split())
    assert "dataset.areas with just what was applied to it, but for the name" in said
    assert lab.writes(since=mark) == []


def test_something_else_that_comes_up_is_not_asked_about(lab: Lab, applied: Project) -> None:
    without_regions(applied, "", '  areas: {name: "Areas", owner: {group: Finance}}\n')

    applied.apply()

    assert {"Areas", "Regions (lab)"} <= datasets(lab).keys()
    assert nothing_left(applied)


# An empty project.


@pytest.mark.parametrize("left", ["an empty file", "no file", "no folder"])
def test_a_project_that_lost_its_files_forgets_nothing(
    lab: Lab, applied: Project, left: str
) -> None:
    mark, before = lab.mark(), applied.state()
    shutil.rmtree(applied.root / "datasets")
    if left != "no folder":
        (applied.root / "datasets").mkdir()
    if left == "an empty file":
        applied.write(MANIFEST, "# nothing\n")

    codes = [applied.call("plan").code, applied.call(*APPLY).code]

    assert codes == [1, 1]
    assert lab.requests(since=mark) == []
    assert applied.state() == before


def test_the_last_datasets_of_a_project_go_by_name(lab: Lab, applied: Project) -> None:
    names = recorded(applied)
    shutil.rmtree(applied.root / "datasets")
    applied.write("datasets/departures.yml", DESTROYED)
    short = applied.call(*APPLY)
    entries = "".join(f"  - {{address: dataset.{one}, destroy: false}}\n" for one in names)
    applied.write("datasets/departures.yml", f"removed:\n{entries}")

    done = applied.call(*APPLY)

    assert short.code == 1
    assert "nothing is declared, and dataset.orders is recorded" in short.err
    assert done.code == 0, done.said
    assert recorded(applied) == set()
    assert nothing_left(applied)
