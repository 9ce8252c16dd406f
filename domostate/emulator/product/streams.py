"""Streams on the Product plane: connectors, their schedules and runs (product §5)."""

import json
from dataclasses import replace
from typing import Any

from domostate.emulator.call import (
    Call,
    Reply,
    as_int,
    as_list,
    as_object,
    as_text,
    json_reply,
)
from domostate.emulator.errors import bad_request, not_found
from domostate.emulator.product import stream_wire
from domostate.emulator.product.reach import reach, reachable, require_creator
from domostate.emulator.routing import Route
from domostate.emulator.store.access import Level
from domostate.emulator.store.creation import new_dataset
from domostate.emulator.store.datasets import is_system_tag, set_tags
from domostate.emulator.store.people import accounts_of
from domostate.emulator.store.streams import (
    PRODUCT_METHODS,
    Stream,
    all_streams,
    check_method,
    executions_of,
    find_stream,
    save_stream,
    start_execution,
    streams_by_id,
    system_tags,
)

STATES = frozenset({"MANUAL", "ACTIVE", "INACTIVE"})


def read_stream(call: Call) -> Reply:
    """One stream, whole: the sample of seed 003 needs no `fields`."""
    return json_reply(stream_wire.stream(call, _known(call)))


def read_bulk(call: Call) -> Reply:
    """The streams of a comma list of ids, all by default (product §5.5); unknown ones are
    missing."""
    asked = [one for one in call.query.get("streamId", "").split(",") if one]
    ids = [as_int(one, "streamId") for one in asked]
    found = _visible(call, streams_by_id(call.db, ids) if ids else all_streams(call.db))
    return json_reply([stream_wire.stream(call, one) for one in call.page(found, -1)])


def list_streams(call: Call) -> Reply:
    """Every visible stream, by page of 50."""
    found = call.page(_visible(call, all_streams(call.db)), 50)
    return json_reply([stream_wire.stream(call, one) for one in found])


def lookup(call: Call) -> Reply:
    """The id of the stream of a dataset (wip-spec only)."""
    found = reach(call, call.query.get("dataSourceId", ""))
    if found.stream_id is None:
        raise not_found(f"DataSource {found.id} has no stream.")
    return json_reply(found.stream_id)


def _visible(call: Call, streams: list[Stream]) -> list[Stream]:
    seen = reachable(call, [one.dataset_id for one in streams])
    return [one for one in streams if one.dataset_id in seen]


def _known(call: Call, needed: Level = Level.CAN_VIEW) -> Stream:
    number = as_int(call.params["id"], "streamId")
    stream = find_stream(call.db, number)
    if stream is None or stream.deleted:
        raise not_found(f"Stream {number} was not found.")
    reach(call, stream.dataset_id, needed)
    return stream


def create(call: Call) -> Reply:
    """A connector stream and with it its dataset (seed 003 "Stream (Connector) - Create"), which
    has no columns until the connector runs. A repeated call makes another pair."""
    require_creator(call)
    given = call.json_object()
    source = as_object(given.get("dataSource"), "dataSource")
    name = as_text(source.get("name"), "dataSource.name")
    provider = as_text(as_object(given.get("dataProvider"), "dataProvider").get("key"), "key")
    if not name or not provider:
        raise bad_request("A stream needs dataSource.name and dataProvider.key.")
    dataset_id = new_dataset(
        call.db, [], call.now_ms, name=name, description=str(source.get("description") or ""),
        owner_type="USER", owner_id=call.caller.id, provider=provider, transport="CONNECTOR",
    )  # fmt: skip
    blank = Stream(
        call.db.next_id("stream"), dataset_id, provider, {}, None, "REPLACE", [], [],
        {"type": "MANUAL", "timezone": "UTC"}, "", call.caller.id, call.now_ms, call.now_ms,
    )  # fmt: skip
    if "transport" not in given:
        raise bad_request("A stream needs a transport.")
    stream = _changed(call, blank, given)
    save_stream(call.db, stream)
    set_tags(call.db, reach(call, dataset_id), system_tags(stream), call.now_ms)
    return json_reply(stream_wire.stream(call, stream), 201)


def update(call: Call) -> Reply:
    """Change a stream. Clients send the whole of it (product §5.3); what is left out stays. The
    generated tags follow the update method and the schedule."""
    before = _known(call, Level.CAN_EDIT)
    stream = _changed(call, before, call.json_object())
    save_stream(call.db, stream)
    found = reach(call, stream.dataset_id)
    outdated = set(system_tags(before)) - set(system_tags(stream))
    if outdated & set(found.tags):
        kept = [tag for tag in found.tags if not is_system_tag(tag, found.provider)]
        set_tags(call.db, found, [*kept, *system_tags(stream)], call.now_ms)
    return json_reply(stream_wire.stream(call, stream))


def _changed(call: Call, stream: Stream, given: dict[str, Any]) -> Stream:
    fields: dict[str, Any] = {"modified_ms": call.now_ms}
    if "transport" in given:
        transport = as_object(given["transport"], "transport")
        fields["transport"] = {key: str(value) for key, value in transport.items()}
    if "account" in given:
        fields["account_id"] = _account(call, given["account"], stream)
    if given.get("updateMethod") is not None:
        fields["update_method"] = check_method(given["updateMethod"], PRODUCT_METHODS)
    if "configuration" in given:
        entries = as_list(given["configuration"], "configuration")
        fields["configuration"] = [_setting(as_object(one, "configuration")) for one in entries]
    if given.get("advancedScheduleJson") is not None:
        fields["schedule"] = _schedule(given["advancedScheduleJson"])
        fields["schedule_state"] = ""
    if given.get("scheduleState") is not None:
        state = given["scheduleState"]
        if state not in STATES:
            raise bad_request(f"scheduleState cannot be {state!r}.")
        implied = stream_wire.implied(fields.get("schedule", stream.schedule))
        fields["schedule_state"] = "" if state == implied else state
    return replace(stream, **fields)


def _account(call: Call, value: Any, stream: Stream) -> int | None:
    """An account that the caller may use; the one that the stream has already may stay."""
    if value is None:
        return None
    number = as_int(as_object(value, "account").get("id"), "account.id")
    usable = {one.id for one in accounts_of(call.db, call.caller)} | {stream.account_id}
    if number not in usable:
        raise bad_request(f"Account {number} does not exist or is not shared with you.")
    return number


def _setting(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "category": as_text(given.get("category") or "METADATA", "category"),
        "name": as_text(given.get("name"), "name"),
        "type": as_text(given.get("type") or "string", "type"),
        "value": str(given.get("value", "")),
    }


def _schedule(value: Any) -> dict[str, Any]:
    """The schedule is text that holds JSON (product §5.2)."""
    try:
        schedule = json.loads(as_text(value, "advancedScheduleJson"))
    except ValueError as error:
        raise bad_request("advancedScheduleJson must be a JSON object in a text.") from error
    kind = as_object(schedule, "advancedScheduleJson").get("type")
    if kind not in stream_wire.SCHEDULES:
        raise bad_request(f"{kind!r} is no type of schedule.")
    return dict(schedule)


def execute(call: Call) -> Reply:
    """Start a run: every call starts another (product §5.4). Nothing is fetched, so it succeeds at
    once."""
    stream = _known(call, Level.CAN_EDIT)
    given = call.json_object()
    run_type = str(given.get("runType") or given.get("action") or "MANUAL")
    run = start_execution(call.db, stream, run_type, call.now_ms, "SUCCESS")
    return json_reply(stream_wire.execution(run), 201)


def list_executions(call: Call) -> Reply:
    """The runs, newest first."""
    found = call.page(executions_of(call.db, _known(call).id), 50)
    return json_reply([stream_wire.execution(one) for one in found])


ROUTES = (
    Route("GET", "/api/data/v1/streams/{id}", read_stream),
    Route("GET", "/api/data/v1/streams/bulk", read_bulk),
    Route("GET", "/api/data/v1/streams/lookup", lookup),
    Route("GET", "/api/data/v1/streams", list_streams),
    Route("POST", "/api/data/v1/streams", create),
    Route("PUT", "/api/data/v1/streams/{id}", update),
    Route("POST", "/api/data/v1/streams/{id}/executions", execute),
    Route("GET", "/api/data/v1/streams/{id}/executions", list_executions),
    Route("GET", "/api/data/v1/streams/{id}/history", list_executions),
    Route("GET", "/api/data/v1/streams/{id}/history/aggregate", list_executions),
)
