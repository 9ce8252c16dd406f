"""Nobody locks themselves out, or leaves a dataset to nobody, without saying so."""

from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.acme import CONFIG, ESTATE
from tests.scenarios.lab import Lab, Project
from tests.scenarios.somebody import Somebody

TOKEN = {"DOMO_DEVELOPER_TOKEN": "t-bob"}
REPORT = "datasets:\n  report:\n    name: Report\n"
FINANCE = "    shares: [{group: Finance, access: CAN_VIEW}]\n"


def project_of(lab: Lab, root: Path, manifest: str, **estate: Any) -> Project:
    """A project of Bob's, who is an editor and in Finance."""
    tokens = [{"token": "t-bob", "user": "bob@acme.test"}, *ESTATE["tokens"]]
    lab.reset({**ESTATE, "tokens": tokens, **estate})
    lab.token = "t-root"
    project = Project(root, TOKEN)
    project.write("domostate.yml", CONFIG.format(url=lab.url))
    project.write("datasets/report.yml", REPORT + manifest)
    return project


def _report(lab: Lab) -> dict[str, Any]:
    [found] = [one for one in lab.snapshot()["datasets"] if one["name"] == "Report"]
    return dict(found)


def _ids(lab: Lab) -> dict[str, int]:
    return {one["email"]: one["id"] for one in lab.snapshot()["users"]}


def _plain(text: str) -> str:
    return " ".join(text.split())


def test_who_may_not_see_what_they_make_for_others_writes_nothing(lab: Lab, tmp_path: Path) -> None:
    project = project_of(lab, tmp_path, "    owner: ada@acme.test\n")

    shown = project.call("plan")
    done = project.call("apply", "--auto-approve")

    assert (shown.code, done.code) == (0, 4)
    for said in (shown.out, done.err):
        assert "lockout: 1" in said
        assert "the transfer to user ada@acme.test takes the last access of user bob" in _plain(
            said
        )
        assert "Share it with a group that they are in, or run as an Admin" in _plain(said)
        assert "--allow lockout=1" in said
    assert lab.writes() == []


def test_a_group_of_theirs_keeps_them_in(lab: Lab, tmp_path: Path) -> None:
    project = project_of(lab, tmp_path, "    owner: ada@acme.test\n" + FINANCE)

    project.apply()

    assert _report(lab)["owner"]["email"] == "ada@acme.test"
    assert [one["name"] for one in _report(lab)["permissions"]] == ["Finance"]
    assert project.call("plan", "--detailed-exitcode").code == 0


@pytest.mark.long
def test_who_means_it_says_how_often(lab: Lab, tmp_path: Path) -> None:
    project = project_of(lab, tmp_path, "    owner: ada@acme.test\n")
    project.call("plan", "--out", "plan.json", "--allow", "lockout=1")

    done = project.call("apply", "plan.json", "--auto-approve")

    # It is done, and cannot be read back any more.
    assert done.code == 6
    assert "no longer see the dataset" in _plain(done.out + done.err)
    assert _report(lab)["owner"]["email"] == "ada@acme.test"


def test_what_is_owned_and_shared_in_domo_may_be_given_away(lab: Lab, tmp_path: Path) -> None:
    project = project_of(lab, tmp_path, "")
    project.apply()
    project.write("datasets/report.yml", REPORT + "    owner: ada@acme.test\n")
    alone = project.call("apply", "--auto-approve")
    groups = {one["name"]: one["id"] for one in lab.snapshot()["groups"]}
    Somebody(lab, _report(lab)["id"]).shares("GROUP", groups["Finance"], "CAN_VIEW")

    shared = project.call("apply", "--auto-approve")

    assert (alone.code, shared.code) == (4, 0)
    assert project.call("plan", "--detailed-exitcode").code == 0


def test_who_takes_their_own_grant_away_is_told_before(lab: Lab, tmp_path: Path) -> None:
    project = project_of(lab, tmp_path, "    tags: [a]\n")
    project.apply()
    ids, report = _ids(lab), Somebody(lab, _report(lab)["id"])
    report.takes_over(ids["ada@acme.test"])
    report.shares("USER", ids["bob@acme.test"], "CO_OWNER")
    project.write("datasets/report.yml", REPORT + "    tags: [b]\n    shares: []\n")
    mark = lab.mark()

    alone = project.call("apply", "--auto-approve")
    untouched = lab.writes(since=mark)
    project.write("datasets/report.yml", REPORT + "    tags: [b]\n" + FINANCE)
    kept = project.call("apply", "--auto-approve")

    assert (alone.code, kept.code) == (4, 0)
    assert "revoke access of user bob@acme.test takes the last access" in _plain(alone.err)
    assert untouched == []
    # The tags first: who has left can set none.
    assert lab.writes()[-1].method == "DELETE"


def test_a_role_that_manages_datasets_keeps_them_in(lab: Lab, tmp_path: Path) -> None:
    users = [
        {**one, "role": "Steward"} if one["email"] == "bob@acme.test" else one
        for one in ESTATE["users"]
    ]
    roles = [{"name": "Steward", "authorities": ["dataset.manage"]}]
    manifest = "    owner: ada@acme.test\n    shares: []\n"
    project = project_of(lab, tmp_path, manifest, users=users, roles=roles)

    project.apply()

    assert project.call("plan", "--detailed-exitcode").code == 0


@pytest.fixture
def without_eve(lab: Lab, tmp_path: Path) -> Project:
    """An Admin's project, after Eve has left."""
    users = [
        {**one, "active": False} if one["email"] == "eve@acme.test" else one
        for one in ESTATE["users"]
    ]
    made = project_of(lab, tmp_path, "", users=users)
    return Project(made.root, {"DOMO_DEVELOPER_TOKEN": "t-root"})


def test_who_has_left_is_given_nothing_that_nobody_else_owns(
    lab: Lab, without_eve: Project
) -> None:
    project, owned = without_eve, REPORT + "    owner: eve@acme.test\n"
    project.write("datasets/report.yml", owned)
    alone = project.call("apply", "--auto-approve")
    untouched = lab.writes()
    project.write(
        "datasets/report.yml", owned + "    shares: [{user: ada@acme.test, access: CO_OWNER}]\n"
    )

    together = project.call("apply", "--auto-approve")

    assert (alone.code, together.code) == (4, 0)
    assert "nobody active would own the dataset: user eve@acme.test is deactivated" in _plain(
        alone.err
    )
    assert untouched == []


def test_the_last_active_co_owner_is_not_revoked_unasked(lab: Lab, without_eve: Project) -> None:
    project, shares = without_eve, "    shares: [{user: ada@acme.test, access: CO_OWNER}]\n"
    project.write("datasets/report.yml", REPORT + "    owner: eve@acme.test\n" + shares)
    project.apply()
    project.write("datasets/report.yml", REPORT + "    owner: eve@acme.test\n    shares: []\n")

    refused = project.call("apply", "--auto-approve")
    allowed = project.call("apply", "--auto-approve", "--allow", "lockout=1")

    assert (refused.code, allowed.code) == (4, 0)
    assert _report(lab)["permissions"] == []
