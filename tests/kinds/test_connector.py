import json
from typing import Any

import pytest

from domostate.kinds.aspect import Step
from domostate.kinds.dataset.connector import (
    Account,
    Connector,
    ConnectorAspect,
    ConnectorDeclared,
)
from domostate.kinds.dataset.identity import Identity
from domostate.model.call import Call, Part, Plane
from domostate.model.observed import Live, Presence
from domostate.model.principal import Directory
from tests.kinds.entries import CONNECTOR, ID, SALES, TRANSPORT, entry, names, numbered, setting
from tests.kinds.replies import connector_stream, setting_row

STREAM = ConnectorAspect()
PLANE = Plane.PRODUCT
WANTED = {"identity": Identity("Sales Orders", "One row.")}


def declared(**more: Any) -> ConnectorDeclared:
    made = STREAM.declared(entry(stream={**CONNECTOR, **more}), names())
    assert made is not None
    return made


def observed(raw: Any) -> Connector:
    return STREAM.observe(Live(ID, Presence.PRESENT, {Part.STREAM: raw}), PLANE, names(), None)


def target(raw: Any, wish: ConnectorDeclared, prior: ConnectorDeclared | None = None) -> Connector:
    return STREAM.target(wish, observed(raw), prior, setting())


def update(raw: Any, wish: ConnectorDeclared, prior: ConnectorDeclared | None = None) -> Call:
    step = Step(SALES, observed(raw), target(raw, wish, prior), setting(wanted=WANTED))
    [op] = numbered(STREAM, STREAM.operations(step))
    assert STREAM.lookups(op, {"id": ID}, PLANE)["stream"].path == "/api/data/v1/streams/42"
    return STREAM.call(op, {"id": ID}, PLANE, {"stream": raw})


def test_only_what_users_set_is_configuration() -> None:
    raw = connector_stream(
        setting_row("query", "SELECT 1"), setting_row("cursor", "7", "CONNECTOR_STATE")
    )

    assert observed(raw).configuration == {"query": "SELECT 1"}


def test_what_is_not_configuration_is_sent_back_as_it_was() -> None:
    kept = setting_row("cursor", "7", "CONNECTOR_STATE")
    raw = connector_stream(setting_row("query", "SELECT 1"), kept)

    call = update(raw, declared(configuration={"query": "SELECT 2"}))

    assert call.body["configuration"] == [
        {"category": "METADATA", "name": "query", "type": "string", "value": "SELECT 2"},
        kept,
    ]


def test_a_configuration_key_that_is_no_longer_declared_is_dropped() -> None:
    raw = connector_stream(setting_row("query", "q"), setting_row("role", "r"))
    prior = declared(configuration={"query": "q", "role": "r"})

    after = target(raw, declared(configuration={"query": "q"}), prior)

    assert after.configuration == {"query": "q"}


def test_a_configuration_key_that_was_never_declared_is_domos() -> None:
    raw = connector_stream(setting_row("query", "q"), setting_row("timeout", "0"))

    after = target(raw, declared(configuration={"query": "Q"}), declared(configuration={}))

    assert after.configuration == {"query": "Q", "timeout": "0"}


def test_configuration_that_is_not_declared_is_left_alone() -> None:
    raw = connector_stream(setting_row("query", "q"))

    after = target(raw, declared(), declared(configuration={"query": "q"}))

    assert after.configuration == {"query": "q"}


def test_within_one_type_of_schedule_what_is_not_declared_is_domos() -> None:
    raw = connector_stream(schedule={"type": "DAY", "at": "08:01 PM", "timezone": "UTC"})

    after = target(raw, declared(schedule={"type": "DAY", "at": "09:00 PM"}))

    assert after.schedule == {"type": "DAY", "at": "09:00 PM", "timezone": "UTC"}


def test_a_schedule_of_another_type_replaces_the_old_one() -> None:
    raw = connector_stream(schedule={"type": "DAY", "at": "08:01 PM", "timezone": "UTC"})

    after = target(raw, declared(schedule={"type": "HOUR", "interval": 2}))

    assert after.schedule == {"type": "HOUR", "interval": 2}


def test_nulls_in_a_schedule_are_nothing() -> None:
    raw = connector_stream(schedule={"type": "HOUR", "interval": 2, "between": None})
    wish = declared(schedule={"type": "HOUR", "interval": 2, "between": None})

    assert target(raw, wish) == observed(raw)
    assert wish.schedule == {"type": "HOUR", "interval": 2}


def test_the_expression_that_domo_computes_is_not_compared() -> None:
    one = connector_stream(scheduleExpression="0 13/30 * * * ?")
    other = connector_stream(scheduleExpression="0 0/30 * * * ?")

    assert observed(one) == observed(other)


@pytest.mark.parametrize(
    ("schedule", "state"), [({"type": "MANUAL"}, "MANUAL"), ({"type": "HOUR"}, "ACTIVE")]
)
def test_a_new_schedule_is_sent_with_its_state(schedule: dict[str, str], state: str) -> None:
    call = update(connector_stream(schedule={"type": "DAY"}), declared(schedule=schedule))

    assert json.loads(call.body["advancedScheduleJson"]) == schedule
    assert call.body["scheduleState"] == state
    assert "scheduleExpression" not in call.body


def test_an_update_of_something_else_leaves_a_paused_stream_paused() -> None:
    schedule = {"type": "DAY", "at": "08:01 PM"}
    raw = connector_stream(schedule=schedule, scheduleState="INACTIVE", scheduleRetryCount=3)

    call = update(raw, declared(update_method="REPLACE"))

    assert call.body["scheduleState"] == "INACTIVE"
    assert call.body["scheduleRetryCount"] == 3
    assert json.loads(call.body["advancedScheduleJson"]) == schedule


def test_an_update_keeps_a_schedule_that_comes_as_an_expression_only() -> None:
    raw = connector_stream(scheduleExpression="0 0 5 * * ?", advancedScheduleJson=None)

    call = update(raw, declared(update_method="REPLACE"))

    assert call.body["scheduleExpression"] == "0 0 5 * * ?"


def test_an_update_sends_the_whole_stream() -> None:
    call = update(connector_stream(), declared(update_method="REPLACE", account={"id": 4}))

    assert (call.method, call.path, call.repeatable) == ("PUT", "/api/data/v1/streams/42", True)
    assert call.body["id"] == 42
    assert call.body["transport"] == TRANSPORT
    assert call.body["updateMethod"] == "REPLACE"
    assert call.body["dataProvider"] == {"key": "snowflake-unload-v2"}
    assert call.body["account"] == {"id": 4}
    assert call.body["dataSource"] == {
        "id": ID,
        "name": "Sales Orders",
        "description": "One row.",
    }


def test_several_accounts_outvote_the_one_and_are_sent_back() -> None:
    several = [{"accountId": 4, "streamId": 42}]
    raw = connector_stream(accounts=several)

    call = update(raw, declared(update_method="REPLACE"))

    assert observed(raw).account == Account("4")
    assert (call.body["account"], call.body["accounts"]) == ({"id": 4}, several)


def test_another_account_is_not_overruled_by_the_old_ones() -> None:
    raw = connector_stream(accounts=[{"accountId": 4, "streamId": 42}])

    call = update(raw, declared(account="Snowflake prod"))

    assert call.body["account"] == {"id": 3}
    assert "accounts" not in call.body


def test_an_account_that_is_not_declared_is_left_alone() -> None:
    assert target(connector_stream(), declared()).account == Account("3")
    assert target(connector_stream(account=None), declared()).account is None


def test_two_accounts_of_one_name_are_a_finding_unless_the_provider_decides() -> None:
    twins = Directory({}, {}, {"3": ("Prod", "snowflake"), "4": ("Prod", "mysql")})
    spec = {**CONNECTOR, "account": "Prod"}
    resolver = names(twins)

    by_provider = STREAM.declared(entry(stream={**spec, "provider": "mysql"}), names(twins))
    unclear = STREAM.declared(entry(stream=spec), resolver)

    assert by_provider is not None
    assert by_provider.account == Account("4")
    assert unclear is not None
    assert unclear.account is None
    assert [one.source_line for one in resolver.findings] == ["stream.account"]


def test_a_dataset_without_a_stream_cannot_be_given_one() -> None:
    there = observed(None)

    [finding] = STREAM.objections(declared(), there, entry(stream=CONNECTOR), setting())

    assert STREAM.target(declared(), there, None, setting()) == there
    assert "no way to attach one" in finding.message
    assert not [
        *STREAM.objections(
            declared(), observed(connector_stream()), entry(stream=CONNECTOR), setting()
        )
    ]


def test_a_stream_is_created_with_its_dataset_and_only_once() -> None:
    wish = declared(account={"id": 3}, configuration={"query": "q"}, schedule={"type": "MANUAL"})
    fresh = STREAM.fresh(wish, None)
    way = setting(creating=True, wanted=WANTED)
    [op] = numbered(STREAM, STREAM.operations(Step(SALES, fresh, fresh, way)))

    call = STREAM.call(op, {}, PLANE, {})

    assert call.body == {
        "transport": TRANSPORT,
        "configuration": [
            {"category": "METADATA", "name": "query", "type": "string", "value": "q"}
        ],
        "updateMethod": "APPEND",
        "dataProvider": {"key": "snowflake-unload-v2"},
        "dataSource": {"name": "Sales Orders", "description": "One row."},
        "account": {"id": 3},
        "advancedScheduleJson": '{"type": "MANUAL"}',
        "scheduleState": "MANUAL",
    }
    assert (call.repeatable, STREAM.creates(op)) == (False, "Sales Orders")
    made = STREAM.made(op, {"id": 42, "dataSource": {"id": ID}}, PLANE)
    assert made == {"id": ID, "stream": "42"}


def test_another_provider_cannot_be_reached() -> None:
    wish = {**CONNECTOR, "provider": "mysql"}

    [finding] = STREAM.objections(
        declared(provider="mysql"), observed(connector_stream()), entry(stream=wish), setting()
    )

    assert "'snowflake-unload-v2', and Domo has no way to change it" in finding.message
    assert finding.source_line == "stream.provider"
