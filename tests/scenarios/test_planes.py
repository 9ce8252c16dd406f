"""One plane or both: what can be managed is, and what cannot is said, naming the credential."""

from pathlib import Path

import pytest

from tests.scenarios.acme import BOTH, CLIENT, CONFIG, ESTATE, TOKEN, acme
from tests.scenarios.declared import declared, mismatches
from tests.scenarios.lab import Lab, Project

PLATFORM = """\
datasets:
  orders:
    name: Orders
    description: One row per order.
    owner: ada@acme.test
    schema: [{name: id, type: LONG}, {name: region, type: STRING}]
    pdp:
      enabled: true
      policies:
        - name: West
          filters: [{column: region, operator: EQUALS, values: [West]}]
          users: [wes@acme.test]
          groups: [West]
  events:
    name: Events
    owner: bob@acme.test
    schema: [{name: id, type: LONG}, {name: what, type: STRING}]
    stream: {update_method: UPSERT, key_columns: [id]}
"""


def test_without_the_platform_plane_an_api_stream_is_a_finding(lab: Lab, project: Project) -> None:
    one_plane = Project(project.root, {"DOMO_DEVELOPER_TOKEN": TOKEN})

    done = one_plane.call("apply", "--auto-approve")

    assert done.code == 1
    assert "datasets/streams.yml:6:5" in done.err
    assert "stream needs the Platform plane" in done.err
    assert "client_id and client_secret" in done.err
    assert "DOMO_CLIENT_ID" in done.err
    assert lab.writes() == []


def test_without_the_product_plane_tags_shares_and_connectors_are_findings(
    lab: Lab, project: Project
) -> None:
    done = Project(project.root, CLIENT).call("apply", "--auto-approve")

    assert done.code == 1
    for what in ("tags", "shares", "stream"):
        assert f"{what} needs the Product plane" in done.err
    assert "DOMO_DEVELOPER_TOKEN" in done.err
    assert lab.writes() == []


@pytest.mark.parametrize("env", [CLIENT, BOTH], ids=["platform only", "both planes"])
def test_what_a_plane_can_do_converges_and_stays_so(
    lab: Lab, tmp_path: Path, env: dict[str, str]
) -> None:
    lab.reset(ESTATE)
    project = Project(tmp_path, env)
    project.write("domostate.yml", CONFIG.format(url=lab.url))
    project.write("datasets/platform.yml", PLATFORM)

    project.apply()
    project.replace("datasets/platform.yml", "owner: ada@acme.test", "owner: cat@acme.test")
    project.replace("datasets/platform.yml", "users: [wes@acme.test]", "users: [eve@acme.test]")
    project.replace("datasets/platform.yml", "One row per order.", "Orders, row by row.")
    changed = project.call("plan", "--detailed-exitcode")
    project.apply()

    assert changed.code == 2
    assert mismatches(declared(tmp_path, "lab"), lab.snapshot()) == []
    assert project.call("plan", "--detailed-exitcode").code == 0


def test_the_product_plane_alone_converges(lab: Lab, tmp_path: Path) -> None:
    project = Project(acme(lab, tmp_path, streams=False).root, {"DOMO_DEVELOPER_TOKEN": TOKEN})

    project.apply()

    assert mismatches(declared(tmp_path, "lab"), lab.snapshot()) == []
    assert project.call("plan", "--detailed-exitcode").code == 0
    assert not [row for row in lab.requests() if row.path.startswith(("/v1/", "/oauth/"))]


def test_without_any_credentials_nothing_is_sent(lab: Lab, project: Project) -> None:
    done = Project(project.root).call("plan")

    assert done.code == 64
    assert "DOMO_DEVELOPER_TOKEN is not set" in done.err
    assert lab.requests() == []


def test_a_plan_uses_the_read_token_and_never_loads_the_other(lab: Lab, tmp_path: Path) -> None:
    project = acme(lab, tmp_path, streams=False)
    project.replace(
        "domostate.yml",
        "    vars:",
        "    credentials:\n      developer_token: env:WRITE\n"
        "      read_developer_token: env:READ\n    vars:",
    )

    plan = Project(tmp_path, {"READ": TOKEN}).call("plan")
    apply = Project(tmp_path, {"READ": TOKEN}).call("apply", "--auto-approve")

    assert plan.code == 0, plan.said
    assert apply.code == 64
    assert "WRITE" in apply.err
    assert lab.writes() == []
