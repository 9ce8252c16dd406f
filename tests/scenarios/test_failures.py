"""Domo fails: what depends on it waits, the rest is done, and the next apply finishes."""

from typing import Any

import pytest

from tests.scenarios.declared import declared, mismatches, twice
from tests.scenarios.lab import Lab, Project, wait_until
from tests.scenarios.recovery import assert_recovers

CREATE = "/api/data/v2/datasources"
API_STREAM = "/v1/streams"
CONNECTOR = "/api/data/v1/streams"
POLICY = "/api/query/v1/data-control/*/filter-groups"

GRANTS = """{user: bob@acme.test, access: CAN_EDIT}
        - {user: eve@acme.test, access: CAN_VIEW}"""
CREATES = [CREATE, API_STREAM, CONNECTOR, POLICY]
TROUBLE: dict[str, dict[str, Any]] = {
    "429 with Retry-After": {"status": 429, "retry_after": 1},
    "503 before the effect": {"status": 503},
    "502 after the effect": {"status": 502, "after_effect": True},
    "a cut before the effect": {"drop_before": True},
    "a cut after the effect": {"drop_after": True},
    "a page of a proxy after the effect": {
        "status": 502,
        "after_effect": True,
        "body": "<html><title>Bad gateway</title></html>",
    },
}


@pytest.mark.parametrize("path", CREATES)
@pytest.mark.parametrize("trouble", TROUBLE)
def test_a_create_amid_trouble_happens_once(
    lab: Lab, project: Project, path: str, trouble: str
) -> None:
    lab.fault(method="POST", path=path, times=1, **TROUBLE[trouble])

    project.apply()

    after = lab.snapshot()
    assert lab.fired() == 1
    assert mismatches(declared(project.root, "lab"), after) == []
    assert twice(after) == []
    assert project.call("plan", "--detailed-exitcode").code == 0


def test_trouble_with_everything_converges(lab: Lab, project: Project) -> None:
    lab.fault(method="POST", status=429, retry_after=1, times=3)
    lab.fault(method="PUT", status=503, times=2)
    lab.fault(method="GET", drop_after=True, times=3)
    lab.fault(method="POST", path="/api/data/*", drop_after=True, times=2, skip=4)

    project.apply()

    after = lab.snapshot()
    assert mismatches(declared(project.root, "lab"), after) == []
    assert twice(after) == []


def test_a_failed_operation_blocks_only_what_depends_on_it(lab: Lab, applied: Project) -> None:
    orders = applied.state()["entries"]["dataset.orders"]["id"]
    applied.replace("datasets/acme.yml", "owner: ada@acme.test\n    tags: [f", "tags: [f")
    applied.replace("datasets/acme.yml", "enabled: true\n      all_rows", "all_rows")
    at_first = lab.snapshot()
    applied.replace("datasets/acme.yml", "The regions.", "All regions.")
    applied.replace("datasets/acme.yml", "{user: bob@acme.test, access: CAN_EDIT}", GRANTS)
    body = {"status": 400, "message": "Sharing is out of order.", "toe": "TOE1-TOE2-TOE3"}
    lab.fault(method="POST", path=f"/api/data/v3/datasources/{orders}/share", status=400, body=body)

    done = applied.call("apply", "--auto-approve")

    wrong = mismatches(declared(applied.root, "lab"), lab.snapshot())
    assert done.code == 6
    assert {one.partition(":")[0] for one in wrong} == {"orders"}
    assert "Sharing is out of order." in done.err
    assert "TOE1-TOE2-TOE3" in done.err
    assert not applied.journal_file().exists()
    assert_recovers(lab, applied, at_first)


def test_nobody_is_let_in_while_the_switch_does_not_turn(lab: Lab, project: Project) -> None:
    body = {"status": 400, "message": "No."}
    lab.fault(method="PUT", path="/api/query/v1/data-control/*", status=400, body=body)

    done = project.call("apply", "--auto-approve")

    after = {one["name"]: one for one in lab.snapshot()["datasets"]}
    assert done.code == 6
    assert after["Orders (lab)"]["permissions"] == []
    assert after["Customers (lab)"]["permissions"] == []
    assert after["Regions (lab)"]["permissions"] != []


def test_what_was_acknowledged_and_not_done_is_found_out(lab: Lab, project: Project) -> None:
    project.apply()
    at_first = lab.snapshot()
    project.replace("datasets/acme.yml", "One row per order.", "Rows.")
    lab.fault(method="PUT", path="/api/data/v3/datasources/*/properties", no_effect=True)

    with project.start("apply", "--auto-approve") as running:
        wait_until(lambda: lab.fired() > 0)
        running.lines(3)
        running.process.terminate()
        done = running.end()

    assert done.code == 143
    assert_recovers(lab, project, at_first)


def test_a_refusal_of_the_first_write_promises_that_nothing_was_written(
    lab: Lab, applied: Project
) -> None:
    before = lab.snapshot()
    applied.replace("datasets/acme.yml", "One row per order.", "Rows.")
    body = {"status": 403, "message": "Forbidden.", "toe": "TOE9"}
    lab.fault(method="PUT", status=403, body=body)

    done = applied.call("apply", "--auto-approve")

    assert done.code == 9
    assert "Forbidden." in done.err
    assert "TOE9" in done.err
    assert lab.snapshot() == before


@pytest.mark.parametrize("command", [["plan"], ["apply", "--auto-approve"]])
@pytest.mark.parametrize(
    "wrong",
    [{"DOMO_DEVELOPER_TOKEN": "t-unknown"}, {"DOMO_CLIENT_SECRET": "unknown"}],
    ids=["token", "client"],
)
def test_unknown_credentials_end_with_9_and_domos_words(
    lab: Lab, project: Project, command: list[str], wrong: dict[str, str]
) -> None:
    done = project.with_env(**wrong).call(*command)

    assert done.code == 9
    (named,) = wrong
    assert named in done.err
    if "DOMO_DEVELOPER_TOKEN" in wrong:
        assert "The token is not valid." in done.err
        assert "toe " in done.err
    assert lab.writes() == []
    assert not project.state_file().exists()


@pytest.mark.parametrize("command", [("plan",), ("apply", "--auto-approve")])
def test_recorded_datasets_that_are_not_visible_end_with_9(
    lab: Lab, applied: Project, command: tuple[str, ...]
) -> None:
    cat = applied.with_env(DOMO_DEVELOPER_TOKEN="t-cat", DOMO_CLIENT_ID="", DOMO_CLIENT_SECRET="")
    mark = lab.mark()

    done = cat.call(*command)

    assert done.code == 9
    assert "not permitted" in done.err
    assert "may not see it" in " ".join(done.err.split())
    assert lab.writes(since=mark) == []


def test_credentials_that_may_not_write_end_with_9(lab: Lab, project: Project) -> None:
    # Cat is no Admin: she sees and may change next to nothing.
    done = project.with_env(DOMO_DEVELOPER_TOKEN="t-cat").call("plan")

    assert done.code in (0, 1, 9)
    assert lab.writes() == []
