"""Streams on the Product plane: connectors, their schedules and runs (product §5)."""

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
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.access import Level
from domostate.emulator.store.accounts import accounts_of
from domostate.emulator.store.creation import new_dataset
from domostate.emulator.store.datasets import Dataset, is_system_tag, set_fields, set_tags
from domostate.emulator.store.schemas import checked_columns, define, latest_columns
from domostate.emulator.store.streams import (
    PRODUCT_METHODS,
    Stream,
    all_streams,
    check_method,
    find_stream,
    save_stream,
    streams_by_id,
    system_tags,
)
from domostate.emulator.strict_json import read_json

STATES = frozenset({"MANUAL", "ACTIVE", "INACTIVE"})


def read_stream(call: Call) -> Reply:
    """One stream, whole: the sample of seed 003 needs no `fields`."""
    return json_reply(stream_wire.stream(call, known(call)))


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


def known(call: Call, needed: Level = Level.CAN_VIEW) -> Stream:
    """The stream of the path, for who has at least that level on its dataset."""
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
    """Change a stream and what it says of its dataset: name, description, provider, columns.
    Clients send the whole of it (product §5.3); what is left out stays. With
    `changeUpdateMethod=false` the update method stays too (wip-spec: true by default)."""
    before = known(call, Level.CAN_EDIT)
    given = call.json_object()
    if not call.flag("changeUpdateMethod", default=True):
        given.pop("updateMethod", None)
    dataset = reach(call, before.dataset_id)
    stream = _changed(call, replace(before, provider=_provider(given, before)), given)
    fields = _of_dataset(given)
    if stream.provider != before.provider:
        fields["provider"] = stream.provider
    if fields:
        set_fields(call.db, dataset.id, call.now_ms, **fields)
    _define(call, dataset, as_object(given.get("schemaDefinition"), "schemaDefinition"))
    return _stored(call, before, stream)


def _stored(call: Call, before: Stream, stream: Stream) -> Reply:
    """Store a changed stream; the generated tags follow provider, update method and schedule, as
    long as somebody has not taken them away."""
    save_stream(call.db, stream)
    found = reach(call, stream.dataset_id)
    outdated = set(system_tags(before)) - set(system_tags(stream))
    if outdated & set(found.tags):
        kept = [tag for tag in found.tags if not is_system_tag(tag, before.provider)]
        set_tags(call.db, found, [*kept, *system_tags(stream)], call.now_ms)
    return json_reply(stream_wire.stream(call, stream))


def _provider(given: dict[str, Any], stream: Stream) -> str:
    """The key of the provider that is sent. An API stream shows "api" and takes it back; it does
    not become a connector (GUESS)."""
    key = as_object(given.get("dataProvider"), "dataProvider").get("key")
    if key is None or not stream.provider:
        return stream.provider
    if not as_text(key, "dataProvider.key"):
        raise bad_request("dataProvider.key must not be empty.")
    return str(key)


def _of_dataset(given: dict[str, Any]) -> dict[str, Any]:
    """Name and description, where they are sent."""
    source = as_object(given.get("dataSource"), "dataSource")
    fields: dict[str, Any] = {}
    if source.get("name") is not None:
        fields["name"] = as_text(source["name"], "dataSource.name")
        if not fields["name"]:
            raise bad_request("dataSource.name must not be empty.")
    if source.get("description") is not None:
        fields["description"] = as_text(source["description"], "dataSource.description")
    return fields


def _define(call: Call, dataset: Dataset, definition: dict[str, Any]) -> None:
    """Other columns than the latest are a new schema version, as if they had been altered (GUESS);
    the same ones, which every client sends back, are none."""
    if "columns" not in definition:
        return
    columns = checked_columns(definition["columns"])
    if columns != latest_columns(call.db, dataset):
        define(call.db, dataset, columns, call.now_ms)


def _changed(call: Call, stream: Stream, given: dict[str, Any]) -> Stream:
    fields: dict[str, Any] = {"modified_ms": call.now_ms, "modifier_id": call.caller.id}
    if "transport" in given:
        transport = as_object(given["transport"], "transport")
        said = {key: str(value) for key, value in transport.items() if value is not None}
        fields["transport"] = {} if said == stream_wire.API_TRANSPORT else said
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
        state = as_text(given["scheduleState"], "scheduleState")
        if state not in STATES:
            raise bad_request(f"scheduleState cannot be {state!r}.")
        implied = stream_wire.implied(fields.get("schedule", stream.schedule))
        fields["schedule_state"] = "" if state == implied else state
    fields["schedule_options"] = _options(stream, given)
    return replace(stream, **fields)


def _options(stream: Stream, given: dict[str, Any]) -> dict[str, Any]:
    """What else is said of the schedule; what a stream shows anyway is not kept. The type of the
    start date is unknown: it is kept as it comes."""
    found = dict(stream.schedule_options)
    for name, usual in stream_wire.SCHEDULE_OPTIONS.items():
        value = given.get(name, found.get(name))
        found.pop(name, None)
        if value is None or value == usual:
            continue
        if name == "scheduleRetryCount" and as_int(value, name) < 0:
            raise bad_request(f"{name} must not be negative.")
        if name == "scheduleRetryExpression":
            as_text(value, name)
        if name == "scheduleAssertion" and not isinstance(value, bool):
            raise bad_request(f"{name} must be true or false.")
        found[name] = value
    return found


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
        schedule = read_json(as_text(value, "advancedScheduleJson"))
    except ValueError as error:
        raise bad_request("advancedScheduleJson must be a JSON object in a text.") from error
    kind = as_text(as_object(schedule, "advancedScheduleJson").get("type"), "type")
    if kind not in stream_wire.SCHEDULES:
        raise bad_request(f"{kind!r} is no type of schedule.")
    if schedule.get("interval") is not None and as_int(schedule["interval"], "interval") < 1:
        raise bad_request("interval must be positive.")
    return dict(schedule)


def set_schedule(call: Call) -> Reply:
    """Another schedule, as a text: the JSON of `advancedScheduleJson`, MANUAL or a Quartz
    expression (product §5.2: "string", wip-spec)."""
    before = known(call, Level.CAN_EDIT)
    text = call.body.decode("utf-8", "replace").strip()
    if text.startswith('"'):
        text = as_text(call.json(), "schedule").strip()
    if text == "MANUAL":
        schedule: dict[str, Any] = {"type": "MANUAL", "timezone": "UTC"}
    elif len(text.split()) in (6, 7) and not text.startswith("{"):
        schedule = {"type": "ADVANCED", "timezone": "UTC", "expression": text}
    else:
        schedule = _schedule(text)
    changed = replace(
        before, schedule=schedule, schedule_state="", modified_ms=call.now_ms,
        modifier_id=call.caller.id,
    )  # fmt: skip
    return _stored(call, before, changed)


def set_schedule_state(call: Call) -> Reply:
    """Pause or resume the schedule (wip-spec)."""
    before = known(call, Level.CAN_EDIT)
    return _stored(call, before, _changed(call, before, {"scheduleState": call.params["state"]}))


_STREAMS = "/api/data/v1/streams"
_WHOLE = "accountTemplate, accounts and the values of dataProvider beside key"
ROUTES = (
    Route(
        "GET", _STREAMS + "/{id}", read_stream, source="003; product §5.1", doubt=_WHOLE,
        query=("fields",),
    ),
    Route(
        "GET", f"{_STREAMS}/bulk", read_bulk, source="product §5.5",
        doubt="limit and offset; that unknown ids are left out",
        query=(*PAGED, "streamId", "fields"),
    ),
    Route(
        "GET", f"{_STREAMS}/lookup", lookup, source="product §5.5",
        doubt="wip-spec only; 404 without a stream",
        query=("dataSourceId",),
    ),
    Route(
        "GET", _STREAMS, list_streams, source="product §5.5", doubt="`fields` changes nothing",
        query=(*PAGED, "fields"),
    ),
    Route(
        "POST", _STREAMS, create, source="003; product §5.3",
        doubt="the reply, 201 and the stream (wip-spec); what happens without an account",
        status=201,
    ),
    Route(
        "PUT", _STREAMS + "/{id}", update, source="003; product §5.3",
        doubt="the reply; that what is left out stays; another schemaDefinition is a new version",
        query=("changeUpdateMethod",),
    ),
    Route(
        "PUT", _STREAMS + "/{id}/schedule", set_schedule, source="product §5.2",
        doubt="wip-spec only: which text, and the reply",
    ),
    Route(
        "POST", _STREAMS + "/{id}/scheduleState/{state}", set_schedule_state,
        source="product §5.2", doubt="wip-spec only: the reply",
    ),
)  # fmt: skip
