"""The metadata of a dataset beyond the dataset itself: parts, what feeds it, and user objects."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from domostate.emulator.store.schedules import next_run_ms
from tests.emulator.client import Domo
from tests.emulator.conftest import ADA, BOB, ESTATE, PEOPLE, SALES
from tests.emulator.shapes import differences

V3 = "/data/v3/datasources"
ORDERS = "7c2a9d5e-1b1f-4a57-9c53-0f4b7e6d2a11"
DAILY = {"type": "DAY", "at": "08:01 PM", "timezone": "UTC"}

PRINTED: dict[str, Any] = {
    "id": "dataset id",
    "displayType": "webform",
    "dataProviderType": "webform",
    "type": "webform",
    "name": "dataset name",
    "owner": {"id": "User id", "name": "User name", "type": "USER", "group": False},
    "status": "SUCCESS",
    "created": 1231234124,
    "lastTouched": 1231421312,
    "lastUpdated": 12341234412,
    "rowCount": 2,
    "columnCount": 3,
    "cardInfo": {"cardCount": 3, "cardViewCount": 0},
    "properties": {"formulas": {"formulas": {}}},
    "state": "SUCCESS",
    "validConfiguration": True,
    "validAccount": True,
    "streamId": 25222,
    "transportType": "WEBFORM",
    "adc": True,
    "adcExternal": False,
    "adcSource": "DIRECT",
    "masked": False,
    "currentUserFullAccess": True,
    "cloudId": "domo",
    "cloudName": "Domo",
    "permissions": "READ_WRITE_DELETE_SHARE_ADMIN",
    "hidden": False,
    "scheduleActive": True,
    "cardCount": 3,
    "cloudEngine": "domo",
}
"""Seed 003 "Get DataSet Metadata"."""
TIMES = ("created", "lastTouched", "lastUpdated")


def webform() -> dict[str, Any]:
    """The dataset of the sample, as far as an estate can say it."""
    names = ("Page Views by User", "DataFlow Creation", "Row Count")
    return {
        "id": SALES,
        "name": "dataset name",
        "provider": "webform",
        "transport": "WEBFORM",
        "tags": [],
        "columns": [{"name": name, "type": "STRING"} for name in ("a", "b", "c")],
        "pdp": {"enabled": True},
        "stream": {"id": 25222},
        "cards": [{"title": name} for name in names],
    }


def connector(**stream: Any) -> dict[str, Any]:
    """An estate whose only dataset is fed by a connector with Ada's account."""
    feed = {"id": 40, "provider": "snowflake", "account": {"id": 3}, "schedule": DAILY} | stream
    dataset = {
        "id": ORDERS,
        "name": "Orders",
        "owner": "ada@acme.example",
        "columns": [{"name": "a", "type": "LONG"}],
        "stream": feed,
    }
    return ESTATE | {"datasets": [dataset]}


def read(domo: Domo, parts: str = "", token: str = "t-ada") -> Any:
    return domo.get(f"{V3}/{SALES}{parts}", token)


def test_seed_003_get_dataset_metadata(domo: Domo) -> None:
    domo.reset(ESTATE | {"datasets": [webform()]})
    headers = {"X-DOMO-Developer-Token": "t-ada", "Content-Type": "application/json"}

    reply = domo.send("GET", f"/api{V3}/{SALES}?part=core,permission", headers=headers)

    found = reply.json()
    assert (reply.status_code, differences(PRINTED, found)) == (200, [])
    assert found.keys() == PRINTED.keys()
    varying = {"id", "name", "owner", "rowCount", *TIMES}
    assert {name: found[name] for name in PRINTED.keys() - varying} == {
        name: PRINTED[name] for name in PRINTED.keys() - varying
    }


def test_seed_003_the_parameter_of_the_table_does_what_that_of_the_example_does(domo: Domo) -> None:
    domo.switch(shuffle=False)

    assert read(domo, "?requestedParts=core,permission") == read(domo, "?part=core,permission")
    assert "permissions" not in read(domo, "?requestedParts=core")
    assert {"permissions", "cryoStatus"} <= read(
        domo, "?part=permission&requestedParts=cryo"
    ).keys()


@pytest.mark.parametrize(
    "query",
    [
        "?part=core,everything",
        "?requestedParts=everything",
        "?part=core&includeAllDetails=true",
        "?requestedParts=core&includeAllDetails=True",
    ],
)
def test_parts_that_cannot_be_are_400(domo: Domo, query: str) -> None:
    assert domo.product("GET", f"{V3}/{SALES}{query}").status_code == 400


def test_a_read_without_parts_answers_what_is_captured_and_no_more(domo: Domo) -> None:
    found = read(domo)

    assert (found["cryoStatus"], found["permissions"]) == (
        "ADRENALINE",
        "READ_WRITE_DELETE_SHARE_ADMIN",
    )
    assert not {"userCount", "alertCount", "impactCardCount", "certification"} & found.keys()


def test_each_part_adds_what_it_is_called_after(domo: Domo) -> None:
    core = read(domo, "?part=core").keys()

    added = {
        part: read(domo, f"?part={part}").keys() - core
        for part in ("permission", "cryo", "sharecount", "alertcount", "certification", "status")
    }

    assert added == {
        "permission": {"permissions", "currentUserFullAccess"},
        "cryo": {"cryoStatus"},
        "sharecount": {"userCount"},
        "alertcount": {"alertCount"},
        "certification": set(),  # nobody vouches for it
        "status": set(),
    }
    everything = read(domo, "?includeAllDetails=true")
    assert {"userCount", "impactCardCount", "impactDataSourceCount"} <= everything.keys()


def test_the_share_count_is_of_users_with_the_owner(domo: Domo) -> None:
    entry = {"type": "USER", "id": str(BOB), "accessLevel": "CAN_VIEW"}
    domo.done("POST", f"{V3}/{SALES}/share", {"permissions": [entry], "sendEmail": False})

    assert read(domo, "?part=sharecount")["userCount"] == 2


def test_full_access_is_for_owners_and_where_no_policy_acts(domo: Domo) -> None:
    seen = read(domo, token="t-bob")
    domo.done("PUT", f"/query/v1/data-control/{SALES}", {"enabled": False})

    assert (seen["currentUserFullAccess"], read(domo)["currentUserFullAccess"]) == (False, True)
    assert read(domo, token="t-bob")["currentUserFullAccess"] is True


def test_bulk_and_list_take_the_same_parts(domo: Domo) -> None:
    bulk = domo.done("POST", f"{V3}/bulk?part=core,cryo", [SALES, PEOPLE])["dataSources"]
    listed = domo.get(f"{V3}?requestedParts=core,cryo")["dataSources"]

    assert {one["id"]: one["cryoStatus"] for one in bulk} == dict.fromkeys(
        (SALES, PEOPLE), "ADRENALINE"
    )
    assert not any("permissions" in one for one in [*bulk, *listed])
    assert domo.product("POST", f"{V3}/bulk?part=nothing", [SALES]).status_code == 400


def test_a_connector_tells_its_account_and_when_it_runs_next(domo: Domo) -> None:
    domo.reset(connector())
    begin = time.time()

    found = domo.get(f"{V3}/{ORDERS}")

    due = datetime.fromtimestamp(found["nextUpdate"] / 1000, UTC)
    assert (found["accountId"], found["streamId"]) == (3, 40)
    assert (due.hour, due.minute, found["nextUpdate"] % 60_000) == (20, 1, 0)
    assert 0 < found["nextUpdate"] / 1000 - begin <= 24 * 3600
    assert (found["status"], found["scheduleActive"]) == ("SUCCESS", True)
    assert found["validAccount"] is True


def test_a_schedule_that_is_off_and_a_run_that_failed_show(domo: Domo) -> None:
    estate = connector(schedule_state="INACTIVE")
    estate["datasets"][0]["owner"] = "cat@acme.example"  # who may not use Ada's account
    domo.reset(estate)
    before = domo.get(f"{V3}/{ORDERS}")

    domo.done("POST", "/data/v1/streams/40/executions", {"runType": "MANUAL"}, "t-cat")

    after = domo.get(f"{V3}/{ORDERS}")
    assert (before["status"], before["state"]) == ("INACTIVE_SCHEDULE", "SUCCESS")
    assert (after["status"], after["state"]) == ("INACTIVE_SCHEDULE", "ERROR")
    assert (after["scheduleActive"], before["scheduleActive"]) == (False, False)
    assert after["nextUpdate"] > 0  # given all the same, as captured


def test_an_account_that_is_invalid_shows(domo: Domo) -> None:
    account = {"id": 3, "name": "Prod", "provider": "snowflake", "valid": False}
    domo.reset(connector() | {"accounts": [account]})

    assert domo.get(f"{V3}/{ORDERS}")["validAccount"] is False


@pytest.mark.parametrize("schedule", [{}, {"type": "MANUAL"}, {"type": "ADVANCED", "cron": "0"}])
def test_what_does_not_run_by_itself_has_no_next_run(domo: Domo, schedule: dict[str, Any]) -> None:
    domo.reset(connector(schedule=schedule))

    assert "nextUpdate" not in domo.get(f"{V3}/{ORDERS}")


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({"type": "MINUTE", "interval": 30}, "2024-02-28 23:43"),
        ({"type": "MINUTE", "interval": "45"}, "2024-02-28 23:58"),
        ({"type": "HOUR"}, "2024-02-29 00:13"),
        ({"type": "HOUR", "interval": 6}, "2024-02-29 00:13"),
        ({"type": "DAY", "at": "11:30 pm"}, "2024-02-29 23:30"),  # it is that minute now
        ({"type": "DAY", "at": "12:05 AM"}, "2024-02-29 00:05"),
        ({"type": "DAY"}, "2024-02-29 00:13"),
        ({"type": "WEEK", "at": "9:00", "days": "MON,FRI"}, "2024-03-01 09:00"),
        ({"type": "WEEK", "at": "23:31", "days": ["WED"]}, "2024-02-28 23:31"),
        ({"type": "MONTH", "at": "1:00", "day": 31}, "2024-03-31 01:00"),
        ({"type": "MONTH", "at": "1:00", "day": 99}, None),
        ({"type": "MINUTE", "interval": "often"}, "2024-02-28 23:31"),
        ({"type": "ADVANCED", "expression": "0 0 1 1 1 ?"}, None),
    ],
)
def test_when_a_schedule_strikes_next(schedule: dict[str, Any], expected: str | None) -> None:
    now = datetime(2024, 2, 28, 23, 30, tzinfo=UTC)  # a Wednesday

    found = next_run_ms(json.dumps(schedule), 13, int(now.timestamp()) // 60)

    shown = None if found is None else f"{datetime.fromtimestamp(found / 1000, UTC):%Y-%m-%d %H:%M}"
    assert shown == expected


def test_users_are_as_captured(domo: Domo) -> None:
    profile = {"department": "Business Improvement", "invitorUserId": 587894148, "timezone": "UTC"}
    ada = ESTATE["users"][0] | {"profile": profile}
    domo.reset(ESTATE | {"users": [ada, *ESTATE["users"][1:]]})

    me = domo.get("/content/v2/users/me")

    assert domo.get(f"/content/v2/users/{ADA}") == me
    assert me.keys() == {
        "id", "invitorUserId", "displayName", "department", "userName", "emailAddress", "accepted",
        "userType", "timeZone", "modified", "created", "role", "roleId", "active", "pending",
        "anonymous", "systemUser",
    }  # fmt: skip
    assert me["created"] == me["modified"] // 1000  # seconds, and milliseconds
    assert (me["userType"], me["timeZone"]) == ("USER", "UTC")
    assert "department" not in domo.get(f"/content/v2/users/{BOB}")
