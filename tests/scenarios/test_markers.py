"""A tag says which project manages a dataset; what bears another project's is asked about."""

from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.acme import CLIENT, CONFIG, ESTATE, acme
from tests.scenarios.lab import Lab, Project
from tests.scenarios.somebody import Somebody

MARKER = "managed-by:domostate:acme"
BETA = "managed-by:domostate:beta"
OURS = ["Airports", "Customers (lab)", "Events (lab)", "Orders (lab)", "Regions (lab)"]
OURS += ["Rentals (lab)"]


def _datasets(lab: Lab) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in lab.snapshot()["datasets"]}


def _marked(lab: Lab, marker: str = MARKER) -> list[str]:
    return sorted(name for name, one in _datasets(lab).items() if marker in one["tags"])


def _somebody(lab: Lab, name: str) -> Somebody:
    return Somebody(lab, _datasets(lab)[name]["id"])


def _beta(lab: Lab, root: Path, manifest: str) -> Project:
    """Another project on the same instance."""
    root.mkdir()
    project = Project(root, {"DOMO_DEVELOPER_TOKEN": "t-root", **CLIENT})
    config = CONFIG.format(url=lab.url).replace("project: acme", "project: beta")
    project.write("domostate.yml", config)
    project.write("datasets/beta.yml", f"datasets:\n{manifest}")
    return project


@pytest.fixture
def claimed(lab: Lab, applied: Project) -> Project:
    """The small project, after which another one has taken its orders over."""
    _somebody(lab, "Orders (lab)").tags("finance", "pii", BETA)
    return applied


def test_every_dataset_that_is_managed_is_marked_and_no_other(lab: Lab, applied: Project) -> None:
    assert _marked(lab) == OURS
    assert applied.call("plan", "--detailed-exitcode").code == 0


def test_a_plan_says_where_a_dataset_of_others_is_marked_and_nothing_where_it_is_new(
    project: Project,
) -> None:
    shown = project.call("plan").out

    # One of the six is there already.
    assert shown.count("managed-by") == 1
    assert "+ add tag managed-by:domostate:acme" in shown


def test_where_nothing_is_said_of_tags_only_the_marker_is_added(lab: Lab, project: Project) -> None:
    project.replace(
        "datasets/acme.yml", "    tags: {mode: at_least, values: [travel, reference]}\n", ""
    )
    before = _datasets(lab)["Airports"]["tags"]
    project.apply()

    added = [row for row in lab.writes() if row.bare == "/api/data/v1/ui/bulk/tag"]

    assert _datasets(lab)["Airports"]["tags"] == sorted([*before, MARKER])
    # The airports, the events, and the regions, whose list only forbids.
    assert len(added) == 3


def test_a_marker_that_somebody_took_off_is_drift_and_comes_back(
    lab: Lab, applied: Project
) -> None:
    _somebody(lab, "Orders (lab)").tags("finance", "pii")
    _somebody(lab, "Events (lab)").tags("theirs")

    shown = applied.call("plan").out
    applied.apply()

    assert shown.count("+ add tag managed-by:domostate:acme (drift: changed in Domo)") == 2
    assert "2 to change" in shown
    assert _marked(lab) == OURS
    assert _datasets(lab)["Events (lab)"]["tags"] == [MARKER, "theirs"]
    assert applied.call("plan", "--detailed-exitcode").code == 0


def test_who_ignores_tags_gets_the_marker_all_the_same(lab: Lab, applied: Project) -> None:
    applied.replace(
        "datasets/acme.yml", "tags: [finance, pii]", "tags: [finance]\n    ignore: [tags]"
    )
    _somebody(lab, "Orders (lab)").tags("theirs")

    shown = applied.call("plan").out
    applied.apply()

    assert "2 differences suppressed" in shown
    assert _datasets(lab)["Orders (lab)"]["tags"] == [MARKER, "theirs"]


def test_what_is_only_observed_is_not_marked(lab: Lab, tmp_path: Path) -> None:
    project = acme(lab, tmp_path)
    project.replace("datasets/acme.yml", "name: Airports", "name: Airports\n    manage: observe")

    project.apply()

    assert _marked(lab) == [one for one in OURS if one != "Airports"]


def test_markers_can_be_switched_off_and_go_then(lab: Lab, applied: Project) -> None:
    applied.replace("domostate.yml", "project: acme", "project: acme\nmarker: false")

    shown = applied.call("plan").out
    applied.apply()

    assert shown.count("- remove tag managed-by:domostate:acme") == len(OURS)
    assert _marked(lab) == []
    assert applied.call("plan", "--detailed-exitcode").code == 0


def test_a_project_without_markers_never_writes_one(lab: Lab, project: Project) -> None:
    project.replace("domostate.yml", "project: acme", "project: acme\nmarker: false")

    project.apply()

    assert _marked(lab) == []
    assert not [row for row in lab.requests() if row.bare.endswith("/bulk/tag")]


def test_without_the_product_plane_there_are_no_markers(lab: Lab, tmp_path: Path) -> None:
    lab.reset(ESTATE)
    project = Project(tmp_path, CLIENT)
    project.write("domostate.yml", CONFIG.format(url=lab.url))
    project.write("datasets/one.yml", "datasets: {one: {name: One, owner: ada@acme.test}}\n")

    project.apply()
    project.write("datasets/one.yml", "datasets: {two: {name: Two}}\n")
    project.apply()

    assert _marked(lab) == []
    assert project.call("plan", "--detailed-exitcode").code == 0


def test_what_is_managed_no_longer_bears_no_marker_and_is_free_for_others(
    lab: Lab, applied: Project, tmp_path: Path
) -> None:
    (applied.root / "datasets" / "streams.yml").unlink()
    mark = lab.mark()

    done = applied.apply()

    assert "2 forgotten" in done.out
    assert len(lab.writes(since=mark)) == 2
    assert _marked(lab) == [one for one in OURS if not one.startswith(("Events", "Rentals"))]
    beta = _beta(
        lab, tmp_path / "beta", "  e: {name: Events (lab), on_existing: adopt_if_unmanaged}\n"
    )
    beta.apply()
    assert _marked(lab, BETA) == ["Events (lab)"]


def test_what_these_credentials_may_not_change_is_forgotten_with_its_marker(
    lab: Lab, tmp_path: Path
) -> None:
    lab.reset({**ESTATE, "tokens": [{"token": "t-root", "user": "bob@acme.test"}]})
    project = Project(tmp_path, {"DOMO_DEVELOPER_TOKEN": "t-root"})
    project.write("domostate.yml", CONFIG.format(url=lab.url))
    project.write("datasets/two.yml", "datasets: {one: {name: One}, two: {name: Two}}\n")
    project.apply()
    one, ids = _somebody(lab, "Two"), {row["email"]: row["id"] for row in lab.snapshot()["users"]}
    lab.token = "t-root"
    for email, level in (("bob@acme.test", "CAN_VIEW"), ("eve@acme.test", "CO_OWNER")):
        one.shares("USER", ids[email], level)
    one.takes_over(ids["eve@acme.test"])
    lab.reset({**lab.snapshot(), "tokens": [{"token": "t-root", "user": "eve@acme.test"}]})
    one.shares("USER", ids["bob@acme.test"], "CAN_VIEW")
    lab.reset({**lab.snapshot(), "tokens": [{"token": "t-root", "user": "bob@acme.test"}]})
    project.write("datasets/two.yml", "datasets: {one: {name: One}}\n")

    shown = project.call("plan").out
    done = project.apply()

    said = "the tag managed-by:domostate:acme stays: these credentials may not change the dataset"
    assert said in " ".join(shown.split())
    assert "1 forgotten" in done.out
    assert _marked(lab) == ["One", "Two"]


def test_another_projects_marker_is_a_refusal_that_names_all_there_is_to_know(
    lab: Lab, claimed: Project
) -> None:
    mark, orders = lab.mark(), _datasets(lab)["Orders (lab)"]["id"]

    shown = claimed.call("plan")
    done = claimed.call("apply", "--auto-approve")

    assert (shown.code, done.code) == (0, 4)
    for said in (shown.out, done.err):
        plain = " ".join(said.split())
        assert f"dataset.orders: dataset {orders} bears the marker of the project beta" in plain
        assert "this is the project acme" in plain
        assert "--take-over dataset.orders" in plain
    assert lab.writes(since=mark) == []


def test_what_is_taken_over_bears_our_marker_and_not_theirs(lab: Lab, claimed: Project) -> None:
    taking = ("--take-over", "dataset.orders")

    shown = claimed.call("plan", *taking)
    done = claimed.call("apply", "--auto-approve", *taking)

    assert "- remove tag managed-by:domostate:beta" in shown.out
    assert "+ add tag managed-by:domostate:acme" in shown.out
    assert "dataset.orders: taken over from the project beta" in shown.out
    assert done.code == 0, done.said
    assert _marked(lab) == OURS
    assert _marked(lab, BETA) == []
    assert claimed.call("plan", "--detailed-exitcode").code == 0


def test_a_saved_plan_holds_what_may_be_taken_over(lab: Lab, claimed: Project) -> None:
    saving = ("plan", "--out", "plan.json")
    refused = claimed.call(*saving)
    without = claimed.call("apply", "plan.json", "--auto-approve")
    late = claimed.call("apply", "plan.json", "--auto-approve", "--take-over", "dataset.orders")
    claimed.call(*saving, "--take-over", "dataset.orders")

    done = claimed.call("apply", "plan.json", "--auto-approve")

    assert (refused.code, without.code, late.code, done.code) == (0, 4, 64, 0)
    assert "apply PLANFILE takes no --take-over" in late.err
    assert _marked(lab, BETA) == []


@pytest.mark.parametrize("command", [("plan",), ("apply", "--auto-approve")])
def test_an_address_that_nobody_declares_cannot_be_taken_over(
    lab: Lab, applied: Project, command: tuple[str, ...]
) -> None:
    mark = lab.mark()

    done = applied.call(*command, "--take-over", "dataset.ordes")

    assert done.code == 64
    assert "--take-over dataset.ordes: no manifest declares this address" in done.err
    assert "did you mean 'dataset.orders'?" in done.err
    assert lab.writes(since=mark) == []


def test_taking_over_what_is_nobodys_is_said_to_be_needless(applied: Project) -> None:
    shown = applied.call("plan", "--take-over", "dataset.orders")

    assert shown.code == 0
    assert "dataset.orders: --take-over was not needed" in shown.out
    assert "No changes." in shown.out


def test_a_marker_beside_ours_is_a_note_until_there_is_something_to_write(
    lab: Lab, applied: Project
) -> None:
    _somebody(lab, "Orders (lab)").tags("finance", "pii", MARKER, BETA)

    unchanged = applied.call("plan", "--detailed-exitcode")
    applied.replace("datasets/acme.yml", "One row per order.", "Rows.")
    changed = applied.call("apply", "--auto-approve")

    assert unchanged.code == 0
    assert "dataset.orders: bears the marker of the project beta, too" in unchanged.out
    assert changed.code == 4


@pytest.mark.parametrize("how", ["adopt", "adopt_if_unmanaged", "by id"])
def test_what_another_project_manages_is_not_adopted_unasked(
    lab: Lab, applied: Project, tmp_path: Path, how: str
) -> None:
    orders = _datasets(lab)["Orders (lab)"]["id"]
    wish = f"adopt: {{id: {orders}}}" if how == "by id" else f"on_existing: {how}"
    beta = _beta(lab, tmp_path / "beta", f"  o: {{name: Orders (lab), {wish}}}\n")
    mark = lab.mark()

    refused = beta.call("apply", "--auto-approve")
    untouched = lab.writes(since=mark)
    taken = beta.call("apply", "--auto-approve", "--take-over", "dataset.o")
    ours = applied.call("apply", "--auto-approve")

    assert refused.code == 4
    said = " ".join(refused.err.split())
    assert "the marker of the project acme, and this is the project beta" in said
    assert untouched == []
    assert (taken.code, ours.code) == (0, 4)
    assert _marked(lab, BETA) == ["Orders (lab)"]


def test_what_another_project_manages_may_be_observed(
    lab: Lab, applied: Project, tmp_path: Path
) -> None:
    watched = "{name: Orders (lab), manage: observe, tags: [finance]}"
    beta = _beta(lab, tmp_path / "beta", f"  o: {watched}\n")

    shown = beta.call("apply", "--auto-approve")

    assert shown.code == 0, shown.said
    assert _marked(lab) == OURS
