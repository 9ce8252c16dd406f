"""Runs of streams on the Product plane."""

from typing import Any

import pytest

from tests.emulator.client import Domo
from tests.emulator.conftest import ADA, BOB
from tests.emulator.stream_estate import ADAS, API, CONNECTOR, FEED, ORDERS, STREAMS, estate


@pytest.fixture
def streams(domo: Domo) -> Domo:
    domo.reset(estate(ADAS, {}))
    return domo


def start(domo: Domo, stream: int = CONNECTOR, token: str = "t-ada") -> Any:
    return domo.done("POST", f"{STREAMS}/{stream}/executions", {"runType": "MANUAL"}, token)


def states(domo: Domo, stream: int = CONNECTOR) -> list[str]:
    return [one["currentState"] for one in domo.get(f"{STREAMS}/{stream}/executions")]


def test_a_run_is_active_when_it_is_answered_and_over_at_the_next_read(streams: Domo) -> None:
    begun = start(streams)
    over = streams.get(f"{STREAMS}/{CONNECTOR}/executions/{begun['executionId']}")

    assert (begun["currentState"], begun["endedAt"], begun["createdAt"]) == ("ACTIVE", None, None)
    assert (begun["runType"], begun["startedBy"]) == ("MANUAL", str(ADA))
    assert over["currentState"] == "SUCCESS"
    assert over["endedAt"] >= over["startedAt"]
    assert over["toe"] == begun["toe"]


def test_a_run_lasts_as_long_as_the_switch_says(streams: Domo) -> None:
    first = start(streams)["executionId"]
    streams.switch(run_ms=60_000)

    long = start(streams)["executionId"]

    found = streams.get(f"{STREAMS}/{CONNECTOR}")
    assert found["currentExecution"]["executionId"] == long
    assert found["lastExecution"] == found["currentExecution"]
    assert found["lastSuccessfulExecution"]["executionId"] == first
    assert found["currentExecutionState"] == "ACTIVE"
    assert states(streams) == ["ACTIVE", "SUCCESS"]


def test_a_run_of_a_connector_aborts_the_one_before_and_none_that_is_over(streams: Domo) -> None:
    start(streams)
    streams.switch(run_ms=60_000)

    first = start(streams)["executionId"]
    second = start(streams)["executionId"]

    assert states(streams) == ["ACTIVE", "ABORTED", "SUCCESS"]
    found = streams.get(f"{STREAMS}/{CONNECTOR}")
    assert found["currentExecution"]["executionId"] == second
    aborted = streams.get(f"{STREAMS}/{CONNECTOR}/executions/{first}")
    assert aborted["endedAt"] is not None
    assert (aborted["rowsInserted"], aborted["errors"]) == (0, [])
    streams.switch(run_ms=0)
    assert streams.get(f"{STREAMS}/{CONNECTOR}/executions/{first}") == aborted


def test_a_run_that_may_not_use_its_account_aborts_what_runs_as_any_other(streams: Domo) -> None:
    streams.switch(run_ms=60_000)
    start(streams)
    streams.v1("PUT", f"/datasets/{ORDERS}", {"owner": {"id": BOB}})

    start(streams)

    assert states(streams) == ["ERROR", "ABORTED"]


def test_a_run_of_an_api_stream_waits_for_its_client_and_is_the_only_one(streams: Domo) -> None:
    start(streams, API)
    start(streams, API)

    assert states(streams, API) == ["ACTIVE", "ABORTED"]
    seen = streams.v1("GET", f"/streams/{API}/executions")
    assert [one["currentState"] for one in seen] == ["ACTIVE", "ABORTED"]


def test_a_stream_that_never_ran_is_idle(streams: Domo) -> None:
    found = streams.get(f"{STREAMS}/{CONNECTOR}")

    assert found["currentExecutionState"] == "IDLE"
    assert found["lastExecution"] is None
    assert found["currentExecution"] is None
    assert streams.get(f"{STREAMS}/{CONNECTOR}/history/aggregate") == []


@pytest.mark.parametrize(
    ("owner", "account", "state"),
    [
        ({"type": "USER", "email": "ada@acme.example"}, {}, "SUCCESS"),
        ({"type": "USER", "email": "bob@acme.example"}, {}, "ERROR"),
        (
            {"type": "USER", "email": "bob@acme.example"},
            {"shares": [{"type": "GROUP", "name": "Finance", "access": "CAN_VIEW"}]},
            "SUCCESS",
        ),
        ({"type": "GROUP", "name": "Finance"}, {}, "ERROR"),
        (
            {"type": "GROUP", "name": "Finance"},
            {"shares": [{"type": "GROUP", "name": "Finance", "access": "CAN_VIEW"}]},
            "SUCCESS",
        ),
        ({"type": "GROUP", "name": "Finance"}, {"owner": "bob@acme.example"}, "SUCCESS"),
    ],
)
def test_a_run_fails_where_the_owner_of_the_dataset_may_not_use_the_account(
    domo: Domo, owner: dict[str, str], account: dict[str, Any], state: str
) -> None:
    domo.reset(estate(owner, account))

    begun = start(domo)

    assert states(domo) == [state]
    assert begun["currentState"] == ("ERROR" if state == "ERROR" else "ACTIVE")
    codes = [one["code"] for one in begun["errors"]]
    assert codes == ([7002] if state == "ERROR" else [])


def test_a_failed_run_keeps_the_error_and_is_no_success(domo: Domo) -> None:
    domo.reset(estate({"type": "USER", "email": "bob@acme.example"}, {}))
    start(domo)

    found = domo.get(f"{STREAMS}/{CONNECTOR}")

    assert found["lastSuccessfulExecution"] is None
    error = found["lastExecution"]["errors"][0]
    assert error.keys() == {
        "id", "streamId", "executionId", "category", "code", "message", "parameters",
        "invalidatesExecution",
    }  # fmt: skip
    assert (error["category"], error["executionId"]) == ("USER", 1)
    assert found["lastExecution"]["endedAt"] is not None


def test_an_aborted_run_says_who_and_why_and_stays_aborted(streams: Domo) -> None:
    streams.switch(run_ms=60_000)
    path = f"{STREAMS}/{CONNECTOR}/executions/{start(streams)['executionId']}"
    body = {"category": "CONNECTOR", "message": "enough"}

    aborted = streams.done("PUT", f"{path}/abort", body)

    assert (aborted["currentState"], aborted["cancelledBy"]) == ("ABORTED", str(ADA))
    assert aborted["errors"][0]["message"] == "enough"
    assert aborted["endedAt"] is not None
    streams.switch(run_ms=0)
    assert streams.get(path) == aborted
    assert streams.product("PUT", f"{path}/abort").status_code == 409
    assert streams.product("PUT", f"{path.rpartition('/')[0]}/9/abort").status_code == 404


@pytest.mark.parametrize("body", [{"runType": "SOMETIMES"}, {"runType": 5}, ["MANUAL"], "MANUAL"])
def test_a_run_that_cannot_be_is_400_and_starts_nothing(streams: Domo, body: Any) -> None:
    reply = streams.product("POST", f"{STREAMS}/{CONNECTOR}/executions", body)

    assert reply.status_code == 400
    assert states(streams) == []


def test_a_run_needs_no_body(streams: Domo) -> None:
    reply = streams.product("POST", f"{STREAMS}/{CONNECTOR}/executions")

    assert (reply.status_code, reply.json()["runType"]) == (201, "MANUAL")


def test_running_takes_the_right_to_edit_and_seeing_runs_the_right_to_view(streams: Domo) -> None:
    grant = {"permissions": [{"type": "USER", "id": BOB, "accessLevel": "CAN_VIEW"}]}
    streams.done("POST", f"/data/v3/datasources/{ORDERS}/share", grant | {"sendEmail": False})
    streams.switch(run_ms=60_000)
    start(streams)
    path = f"{STREAMS}/{CONNECTOR}/executions"

    assert streams.product("POST", path, {}, "t-bob").status_code == 403
    assert streams.product("PUT", f"{path}/1/abort", {}, "t-bob").status_code == 403
    assert streams.product("GET", f"{path}/1", token="t-bob").status_code == 200
    assert streams.product("GET", path, token="t-cat").status_code == 403


def test_runs_outlive_a_page_and_history_is_paged_newest_first(streams: Domo) -> None:
    for _ in range(3):
        start(streams)
    path = f"{STREAMS}/{CONNECTOR}/history/aggregate"

    assert [one["executionId"] for one in streams.get(f"{path}?limit=2")] == [3, 2]
    assert [one["executionId"] for one in streams.get(f"{path}?limit=2&offset=2")] == [1]


def part(domo: Domo, run: int) -> int:
    return domo.session.put(
        f"{domo.url}/v1/streams/{API}/executions/{run}/part/1",
        data=b"1\n2\n",
        headers={"Authorization": f"bearer {domo.access_token()}", "Content-Type": "text/csv"},
        timeout=10,
    ).status_code


def test_an_aborted_run_of_an_api_stream_brings_no_rows(streams: Domo) -> None:
    path = f"{STREAMS}/{API}/executions"
    first = start(streams, API)["executionId"]
    taken = part(streams, first)

    streams.done("PUT", f"{path}/{first}/abort")

    commit = streams.platform("PUT", f"/streams/{API}/executions/{first}/commit")
    assert (taken, commit.status_code) == (200, 400)
    assert part(streams, first) == 400
    assert streams.get(f"/data/v3/datasources/{FEED}")["rowCount"] == 0


def test_a_run_that_was_begun_here_takes_its_rows_on_the_other_plane(streams: Domo) -> None:
    run = start(streams, API)["executionId"]
    part(streams, run)

    streams.v1("PUT", f"/streams/{API}/executions/{run}/commit")

    found = streams.get(f"{STREAMS}/{API}/executions/{run}")
    assert (found["currentState"], found["rowsInserted"]) == ("SUCCESS", 2)
    assert found["bytesInserted"] > 0
