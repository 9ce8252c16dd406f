"""What a stream can be told on the Product plane, and who sees what was told."""

import json
from typing import Any

import pytest

from tests.emulator.client import Domo
from tests.emulator.conftest import ADA, BOB, CAT, SALES
from tests.emulator.stream_estate import ACCOUNT, ADAS, API, CONNECTOR, ORDERS, STREAMS, estate


@pytest.fixture
def streams(domo: Domo) -> Domo:
    domo.reset(estate(ADAS, {}))
    return domo


def test_who_changed_a_stream_last_is_not_who_made_it(streams: Domo) -> None:
    grant = {"permissions": [{"type": "USER", "id": CAT, "accessLevel": "CAN_EDIT"}]}
    streams.done("POST", f"/data/v3/datasources/{ORDERS}/share", grant | {"sendEmail": False})

    changed = streams.done("PUT", f"{STREAMS}/{CONNECTOR}", {"updateMethod": "APPEND"}, "t-cat")

    assert (changed["createdBy"], changed["modifiedBy"]) == (ADA, CAT)


def test_a_stream_sent_back_whole_changes_nothing(streams: Domo) -> None:
    for number in (CONNECTOR, API):
        before = streams.get(f"{STREAMS}/{number}")
        estate_before = streams.snapshot()

        after = streams.done("PUT", f"{STREAMS}/{number}", before)

        moving = ("modifiedAt", "modifiedBy", "dataSource")
        assert {k: v for k, v in after.items() if k not in moving} == {
            k: v for k, v in before.items() if k not in moving
        }
        assert streams.snapshot() == estate_before


def test_an_update_renames_the_dataset_and_leaves_what_is_left_out(streams: Domo) -> None:
    path = f"{STREAMS}/{CONNECTOR}"
    streams.done("PUT", path, {"dataSource": {"description": "Fresh"}})

    streams.done("PUT", path, {"dataSource": {"name": "Orders 2"}})

    dataset = streams.get(f"/data/v3/datasources/{ORDERS}")
    assert (dataset["name"], dataset["description"]) == ("Orders 2", "Fresh")
    assert streams.get(path)["dataProvider"]["key"] == "snowflake"


def test_the_update_method_can_be_kept_from_changing(streams: Domo) -> None:
    path = f"{STREAMS}/{CONNECTOR}"

    kept = streams.done("PUT", f"{path}?changeUpdateMethod=false", {"updateMethod": "APPEND"})
    changed = streams.done("PUT", f"{path}?changeUpdateMethod=true", {"updateMethod": "APPEND"})

    assert (kept["updateMethod"], changed["updateMethod"]) == ("REPLACE", "APPEND")


def test_other_columns_are_a_new_schema_version(streams: Domo) -> None:
    path = f"{STREAMS}/{CONNECTOR}"
    columns = [{"name": "a", "type": "LONG"}, {"name": "b", "type": "STRING"}]

    changed = streams.done("PUT", path, {"schemaDefinition": {"columns": columns}})

    assert [one["name"] for one in changed["schemaDefinition"]["columns"]] == ["a", "b"]
    second = streams.get(f"/data/v2/datasources/{ORDERS}/schemas/2")
    assert [one["name"] for one in second["schema"]["columns"]] == ["a", "b"]


def test_an_api_stream_does_not_become_a_connector(streams: Domo) -> None:
    streams.done("PUT", f"{STREAMS}/{API}", {"dataProvider": {"key": "snowflake"}})

    assert streams.get(f"{STREAMS}/{API}")["dataProvider"]["key"] == "api"
    assert streams.v1("GET", f"/streams/{API}")["id"] == API


@pytest.mark.parametrize(
    "body",
    [
        {"dataSource": {"name": ""}},
        {"dataSource": {"name": 5}},
        {"dataSource": []},
        {"dataProvider": {"key": ""}},
        {"schemaDefinition": {"columns": [{"name": "a"}]}},
        {"schemaDefinition": {"columns": "a"}},
        {"scheduleState": {}},
        {"scheduleState": ["ACTIVE"]},
        {"advancedScheduleJson": '{"type":["DAY"]}'},
        {"advancedScheduleJson": {"type": "DAY"}},
        {"scheduleRetryCount": -1},
        {"scheduleRetryCount": "often"},
        {"scheduleRetryExpression": 15},
        {"scheduleAssertion": "yes"},
        {"advancedScheduleJson": '{"type":"MINUTE","interval":"abc"}'},
        {"advancedScheduleJson": '{"type":"MINUTE","interval":0}'},
        {"advancedScheduleJson": "[" * 100_000},
    ],
)
def test_an_update_that_cannot_be_is_400_and_changes_nothing(
    streams: Domo, body: dict[str, Any]
) -> None:
    before = streams.snapshot()

    assert streams.product("PUT", f"{STREAMS}/{CONNECTOR}", body).status_code == 400
    assert streams.snapshot() == before


def test_retries_and_the_start_date_are_kept_until_they_are_taken_back(streams: Domo) -> None:
    path = f"{STREAMS}/{CONNECTOR}"
    options = {
        "scheduleRetryCount": 3,
        "scheduleRetryExpression": "15 minutes",
        "scheduleStartDate": 1735689600000,
        "scheduleAssertion": True,
    }

    kept = streams.done("PUT", path, options)
    snapshot = streams.snapshot()
    streams.reset(snapshot)
    loaded = streams.get(path)
    back = streams.done("PUT", path, {"scheduleRetryCount": 0, "scheduleRetryExpression": None})

    assert {name: kept[name] for name in options} == options
    assert {name: loaded[name] for name in options} == options
    assert (back["scheduleRetryCount"], back["scheduleRetryExpression"]) == (0, None)
    assert back["scheduleStartDate"] == 1735689600000


def raw(domo: Domo, text: str) -> Any:
    return domo.session.put(
        f"{domo.url}/api{STREAMS}/{CONNECTOR}/schedule",
        data=text.encode(),
        headers={"X-DOMO-Developer-Token": "t-ada"},
        timeout=10,
    )


@pytest.mark.parametrize(
    ("text", "expression", "state"),
    [
        ("MANUAL", "MANUAL", "MANUAL"),
        ('"MANUAL"', "MANUAL", "MANUAL"),
        ("0 28 23 * * ?", "0 28 23 * * ?", "ACTIVE"),
        ('{"type":"DAY","at":"11:28 PM","timezone":"UTC"}', "0 28 23 * * ?", "ACTIVE"),
        (json.dumps('{"type":"DAY","at":"11:28 PM"}'), "0 28 23 * * ?", "ACTIVE"),
    ],
)
def test_a_schedule_is_set_by_a_text(streams: Domo, text: str, expression: str, state: str) -> None:
    reply = raw(streams, text)

    assert reply.status_code == 200
    found = streams.get(f"{STREAMS}/{CONNECTOR}")
    assert (found["scheduleExpression"], found["scheduleState"]) == (expression, state)


@pytest.mark.parametrize("text", ["", "daily", "{", '{"type":"SOMETIMES"}', "\xff"])
def test_a_text_that_is_no_schedule_is_400(streams: Domo, text: str) -> None:
    assert raw(streams, text).status_code == 400


def test_a_schedule_is_paused_and_resumed_and_its_tags_stay(streams: Domo) -> None:
    path = f"{STREAMS}/{CONNECTOR}"

    paused = streams.done("POST", f"{path}/scheduleState/INACTIVE")
    resumed = streams.done("POST", f"{path}/scheduleState/ACTIVE")

    assert (paused["scheduleState"], resumed["scheduleState"]) == ("INACTIVE", "ACTIVE")
    assert paused["scheduleExpression"] == resumed["scheduleExpression"] == "0 1 20 * * ?"
    assert "udt_DAY at 08:01 PM" in json.loads(resumed["dataSource"]["tags"])
    assert streams.product("POST", f"{path}/scheduleState/ASLEEP").status_code == 400
    assert streams.product("POST", f"{path}/scheduleState/ACTIVE", token="t-cat").status_code == 403


def test_the_account_of_a_stream_is_a_shell_for_who_may_not_use_it(streams: Domo) -> None:
    grant = {"permissions": [{"type": "USER", "id": BOB, "accessLevel": "CAN_VIEW"}]}
    streams.done("POST", f"/data/v3/datasources/{ORDERS}/share", grant | {"sendEmail": False})

    seen = streams.get(f"{STREAMS}/{CONNECTOR}", token="t-bob")["account"]

    assert {name: value for name, value in seen.items() if value is not None} == {
        "id": ACCOUNT, "accountId": ACCOUNT, "valid": False,
    }  # fmt: skip


def test_an_api_stream_is_shown_to_its_creator_only_unless_the_switch_says_otherwise(
    domo: Domo,
) -> None:
    grant = {"permissions": [{"type": "USER", "id": CAT, "accessLevel": "CO_OWNER"}]}
    body = {"dataSet": {"name": "X", "schema": {"columns": []}}, "updateMethod": "APPEND"}
    made = domo.v1("POST", "/streams", body)
    path = f"/streams/{made['id']}"
    domo.done(
        "POST", f"/data/v3/datasources/{made['dataSet']['id']}/share", grant | {"sendEmail": False}
    )

    alone = domo.platform("GET", path, client="c-cat").status_code
    listed = domo.v1("GET", "/streams", client="c-cat")
    domo.switch(streams_of="view")

    assert (alone, listed) == (404, [])
    assert domo.platform("GET", path, client="c-cat").status_code == 200
    assert [one["id"] for one in domo.v1("GET", "/streams", client="c-cat")] == [made["id"]]


def test_a_snapshot_remembers_who_made_a_stream(domo: Domo) -> None:
    body = {"dataSet": {"name": "X", "schema": {"columns": []}}, "updateMethod": "APPEND"}
    made = domo.v1("POST", "/streams", body, client="c-cat")
    snapshot = domo.snapshot()

    domo.reset(snapshot)

    assert domo.snapshot() == snapshot
    assert domo.v1("GET", f"/streams/{made['id']}", client="c-cat")["id"] == made["id"]
    assert domo.platform("GET", f"/streams/{made['id']}").status_code == 404
    assert domo.get(f"{STREAMS}/lookup?dataSourceId={made['dataSet']['id']}") == made["id"]
    assert domo.product("GET", f"{STREAMS}/lookup?dataSourceId={SALES}").status_code == 404
