"""Connector streams on the Product plane."""

import json
from typing import Any

import pytest

from tests.emulator.client import Domo
from tests.emulator.conftest import SALES

STREAMS = "/data/v1/streams"


def official_example(**changes: Any) -> dict[str, Any]:
    """Seed 003 "Stream (Connector) - Create"."""
    body = {
        "transport": {
            "type": "CONNECTOR",
            "description": "com.domo.connector.snowflakeunloadv2",
            "version": "1",
        },
        "configuration": [
            {"name": "query", "value": "SELECT 1", "type": "string", "category": "METADATA"}
        ],
        "account": {"id": 3},
        "updateMethod": "APPEND",
        "dataProvider": {"key": "snowflake-unload-v2"},
        "dataSource": {"name": "hello world", "description": "config works?"},
        "advancedScheduleJson": '{"type": "MANUAL", "timezone": "UTC"}',
    }
    return body | changes


def test_creating_a_stream_creates_its_dataset_with_generated_tags(domo: Domo) -> None:
    reply = domo.product("POST", STREAMS, official_example())
    made = reply.json()

    assert reply.status_code == 201
    assert made["dataSource"]["name"] == "hello world"
    assert made["scheduleState"] == "MANUAL"
    assert made["createdAt"] < 10_000_000_000  # seconds, unlike the dataset's milliseconds
    dataset = domo.get(f"/data/v3/datasources/{made['dataSource']['id']}")
    assert (dataset["streamId"], dataset["transportType"]) == (made["id"], "CONNECTOR")
    assert dataset["type"] == "snowflake-unload-v2"
    assert sorted(json.loads(dataset["tags"])) == [
        "s_snowflake-unload-v2",
        "snowflake-unload-v2",
        "udt_MANUAL at undefined",
        "um_APPEND",
    ]


def test_a_stream_reads_back_what_was_sent(domo: Domo) -> None:
    made = domo.done("POST", STREAMS, official_example())

    found = domo.get(f"{STREAMS}/{made['id']}?fields=all")

    assert found["transport"] == official_example()["transport"]
    assert found["configuration"] == [
        {
            "streamId": made["id"],
            "category": "METADATA",
            "name": "query",
            "type": "string",
            "value": "SELECT 1",
        }
    ]
    assert (found["account"]["id"], found["updateMethod"]) == (3, "APPEND")
    assert found["dataProvider"]["key"] == "snowflake-unload-v2"
    assert json.loads(found["advancedScheduleJson"]) == {"type": "MANUAL", "timezone": "UTC"}
    assert found["schemaDefinition"] == {"columns": []}


@pytest.mark.parametrize(
    ("schedule", "expression"),
    [
        ({"type": "MANUAL"}, "MANUAL"),
        ({"type": "MINUTE", "interval": 30}, "0 7/30 * * * ?"),
        ({"type": "DAY", "at": "08:01 PM", "timezone": "UTC"}, "0 1 20 * * ?"),
        ({"type": "DAY", "at": "12:05 AM"}, "0 5 0 * * ?"),
    ],
)
def test_the_expression_follows_from_the_schedule(
    domo: Domo, schedule: dict[str, Any], expression: str
) -> None:
    body = official_example(advancedScheduleJson=json.dumps(schedule))

    made = domo.done("POST", STREAMS, body)

    assert made["scheduleExpression"] == expression
    assert made["scheduleState"] == ("MANUAL" if schedule["type"] == "MANUAL" else "ACTIVE")


@pytest.mark.parametrize(
    "changes",
    [
        {"account": {"id": 99}},
        {"updateMethod": "OVERWRITE"},
        {"dataProvider": {}},
        {"dataSource": {"name": ""}},
        {"advancedScheduleJson": "daily"},
        {"advancedScheduleJson": '{"type": "SOMETIMES"}'},
        {"scheduleState": "ASLEEP"},
    ],
)
def test_a_stream_that_cannot_be_is_400_and_leaves_no_dataset(
    domo: Domo, changes: dict[str, Any]
) -> None:
    assert domo.product("POST", STREAMS, official_example(**changes)).status_code == 400
    assert len(domo.snapshot()["datasets"]) == 2


def test_an_update_changes_the_stream_and_its_generated_tags(domo: Domo) -> None:
    made = domo.done("POST", STREAMS, official_example())
    dataset = made["dataSource"]["id"]
    domo.done(
        "POST", "/data/v1/ui/bulk/tag",
        {"bulkItems": {"ids": [dataset], "type": "DATA_SOURCE"}, "tags": ["mine"]},
    )  # fmt: skip
    body = official_example(
        updateMethod="REPLACE",
        account=None,
        advancedScheduleJson='{"type":"DAY","at":"08:01 PM"}',
        scheduleState="INACTIVE",
    )

    changed = domo.done("PUT", f"{STREAMS}/{made['id']}", body)

    assert (changed["updateMethod"], changed["account"]) == ("REPLACE", None)
    assert changed["scheduleState"] == "INACTIVE"
    tags = json.loads(domo.get(f"/data/v3/datasources/{dataset}")["tags"])
    assert {"mine", "um_REPLACE", "udt_DAY at 08:01 PM"} <= set(tags)
    assert "um_APPEND" not in tags


def test_a_naive_tag_write_loses_the_generated_tags_unless_the_switch_restores_them(
    domo: Domo,
) -> None:
    dataset = domo.done("POST", STREAMS, official_example())["dataSource"]["id"]
    path = f"/data/ui/v3/datasources/{dataset}/tags"

    domo.switch(system_tags_regenerated=True)
    domo.done("POST", path, ["mine"])
    kept = json.loads(domo.get(f"/data/v3/datasources/{dataset}")["tags"])
    domo.switch(system_tags_regenerated=False)
    domo.done("POST", path, ["mine"])
    lost = json.loads(domo.get(f"/data/v3/datasources/{dataset}")["tags"])

    assert "um_APPEND" in kept
    assert lost == ["mine"]


def test_streams_in_bulk_and_by_page_leave_out_what_is_out_of_sight(domo: Domo) -> None:
    ids = [domo.done("POST", STREAMS, official_example())["id"] for _ in range(3)]

    assert [one["id"] for one in domo.get(f"{STREAMS}/bulk?fields=all&streamId={ids[2]},99")] == [
        ids[2]
    ]
    assert len(domo.get(f"{STREAMS}/bulk")) == 3
    assert [one["id"] for one in domo.get(f"{STREAMS}?limit=2&offset=1")] == ids[1:]
    assert domo.get(f"{STREAMS}/bulk", token="t-cat") == []
    assert domo.product("GET", f"{STREAMS}/{ids[0]}", token="t-cat").status_code == 403
    assert domo.product("GET", f"{STREAMS}/99").status_code == 404


def test_every_execution_call_starts_another_run(domo: Domo) -> None:
    number = domo.done("POST", STREAMS, official_example())["id"]
    path = f"{STREAMS}/{number}/executions"

    replies = [domo.product("POST", path, {"action": "MANUAL"}) for _ in range(3)]

    assert [one.status_code for one in replies] == [201, 201, 201]
    assert [one["executionId"] for one in domo.get(f"{path}?limit=2")] == [3, 2]
    assert [one["executionId"] for one in domo.get(f"{path}?limit=2&offset=2")] == [1]
    assert domo.get(f"{STREAMS}/{number}")["lastExecution"]["runType"] == "MANUAL"


def test_a_stream_goes_with_its_dataset(domo: Domo) -> None:
    made = domo.done("POST", STREAMS, official_example())
    found = domo.get(f"{STREAMS}/lookup?dataSourceId={made['dataSource']['id']}")

    domo.done("DELETE", f"/data/v3/datasources/{made['dataSource']['id']}")

    assert found == made["id"]
    assert domo.product("GET", f"{STREAMS}/{made['id']}").status_code == 404
    assert domo.product("GET", f"{STREAMS}/lookup?dataSourceId={SALES}").status_code == 404
