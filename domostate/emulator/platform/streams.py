"""API streams on the Platform plane (platform §6, seed 004)."""

from dataclasses import replace
from typing import Any

from domostate.emulator.call import (
    NO_CONTENT,
    Call,
    Reply,
    as_int,
    as_list,
    as_object,
    as_text,
    json_reply,
)
from domostate.emulator.errors import Problem, bad_request, not_found
from domostate.emulator.platform import wire
from domostate.emulator.platform.datasets import make
from domostate.emulator.platform.reach import reach
from domostate.emulator.routing import Route
from domostate.emulator.store.access import Level, visible_to
from domostate.emulator.store.datasets import Dataset, Wanted, list_datasets
from domostate.emulator.store.schemas import latest_columns
from domostate.emulator.store.streams import (
    PLATFORM_METHODS,
    Stream,
    all_streams,
    check_method,
    delete_stream,
    executions_of,
    find_execution,
    find_stream,
    save_stream,
    start_execution,
)

LIST_LIMIT = 500
ALL_FIELDS = frozenset({"all"})


def _fields(call: Call) -> frozenset[str]:
    return frozenset(one for one in call.query.get("fields", "").split(",") if one)


def list_streams(call: Call) -> Reply:
    """API streams whose dataset is visible, by page; connector streams belong to the Product plane
    (GUESS that they are not listed). Without `fields` the dataset is brief. `q` narrows a list like
    a search, `sort` takes `name` and `-name` (platform §6: GO)."""
    found = _found(call)
    sort = call.query.get("sort", "")
    if sort.lstrip("-") == "name":
        found.sort(key=lambda pair: pair[1].name, reverse=sort.startswith("-"))
    fields = _fields(call)
    page = call.page(found, 50, LIST_LIMIT)
    return json_reply([wire.stream(call.db, stream, fields) for stream, _ in page])


def search(call: Call) -> Reply:
    """`q=dataSource.id:...`, `dataSource.owner.id:...` or `dataSource.name:...`; `[]` when there is
    none. The colon comes plain or encoded (platform §6)."""
    if not call.query.get("q"):
        raise bad_request("A search needs q.")
    fields = _fields(call)
    page = call.page(_found(call), 50, LIST_LIMIT)
    return json_reply([wire.stream(call.db, stream, fields) for stream, _ in page])


def _found(call: Call) -> list[tuple[Stream, Dataset]]:
    wanted = Wanted(visible_to(call.db, call.caller), hidden_too=True)
    datasets = {one.id: one for one in list_datasets(call.db, wanted, "id")}
    found = [
        (stream, datasets[stream.dataset_id])
        for stream in all_streams(call.db)
        if not stream.provider and stream.dataset_id in datasets
    ]
    qualifier, _, text = call.query.get("q", "").partition(":")
    text = text.strip().strip('"')
    match qualifier:
        case "":
            return found
        case "dataSource.id":
            return [pair for pair in found if pair[1].id == text]
        case "dataSource.owner.id":
            return [pair for pair in found if str(pair[1].owner_id) == text]
        case "dataSource.name":
            return [pair for pair in found if text.lower() in pair[1].name.lower()]
        case _:
            raise bad_request(f"There is no qualifier {qualifier!r}.")


def read(call: Call) -> Reply:
    """One stream with its dataset."""
    return json_reply(wire.stream(call.db, _known(call), _fields(call) or ALL_FIELDS))


def _known(call: Call, needed: Level = Level.CAN_VIEW) -> Stream:
    number = as_int(call.params["id"], "stream id")
    stream = find_stream(call.db, number)
    if stream is None or stream.provider:
        raise not_found(f"Stream {number} was not found.")
    if stream.deleted:
        if call.db.switches.deleted_dataset_is_object and call.method == "GET":
            raise Problem(200, body={"id": number, "deleted": True})
        raise not_found(f"Stream {number} was not found.")
    reach(call, stream.dataset_id, needed)
    return stream


def create(call: Call) -> Reply:
    """A stream and with it its dataset, which belongs to the client's user whatever the body says
    (THREAD domo-python-sdk#77)."""
    given = call.json_object()
    method = check_method(given.get("updateMethod") or "REPLACE", PLATFORM_METHODS)
    keys = [as_text(one, "key") for one in as_list(given.get("keyColumnNames"), "keyColumnNames")]
    if method == "UPSERT" and not keys:
        raise bad_request("UPSERT needs keyColumnNames.")
    dataset = make(call, as_object(given.get("dataSet"), "dataSet"))
    names = {column["name"] for column in latest_columns(call.db, dataset)}
    if not set(keys) <= names:
        raise bad_request("keyColumnNames must be columns of the schema.")
    stream = Stream(
        call.db.next_id("stream"), dataset.id, "", {}, None, method, keys, [], {}, "",
        call.caller.id, call.now_ms, call.now_ms,
    )  # fmt: skip
    save_stream(call.db, stream)
    location = {"location": f"/v1/streams/{stream.id}"}
    return json_reply(wire.stream(call.db, stream, ALL_FIELDS), 201, location)


def update(call: Call) -> Reply:
    """Only the update method changes; whatever is said of the dataset is ignored (platform §6)."""
    stream = _known(call, Level.CAN_EDIT)
    given: dict[str, Any] = call.json_object()
    if given.get("updateMethod") is not None:
        method = check_method(given["updateMethod"], PLATFORM_METHODS)
        stream = replace(stream, update_method=method, modified_ms=call.now_ms)
        save_stream(call.db, stream)
    return json_reply(wire.stream(call.db, stream, ALL_FIELDS))


def delete(call: Call) -> Reply:
    """The dataset survives (platform §6)."""
    delete_stream(call.db, _known(call, Level.CO_OWNER))
    return NO_CONTENT


def start(call: Call) -> Reply:
    """A new run, which aborts the one before it. The body varies from client to client and may be
    anything (platform §6)."""
    stream = _known(call, Level.CAN_EDIT)
    run = start_execution(call.db, stream, "API", call.now_ms, "ACTIVE")
    return json_reply(wire.execution(run))


def list_runs(call: Call) -> Reply:
    """The runs of a stream, newest first."""
    found = call.page(executions_of(call.db, _known(call).id), 50, LIST_LIMIT)
    return json_reply([wire.execution(one) for one in found])


def read_run(call: Call) -> Reply:
    """One run."""
    stream = _known(call)
    number = as_int(call.params["run"], "execution id")
    run = find_execution(call.db, stream.id, number)
    if run is None:
        raise not_found(f"Stream {stream.id} has no execution {number}.")
    return json_reply(wire.execution(run))


ROUTES = (
    Route("GET", "/v1/streams", list_streams, "data"),
    Route("POST", "/v1/streams", create, "data"),
    Route("GET", "/v1/streams/search", search, "data"),
    Route("GET", "/v1/streams/{id}", read, "data"),
    Route("PATCH", "/v1/streams/{id}", update, "data"),
    Route("DELETE", "/v1/streams/{id}", delete, "data"),
    Route("POST", "/v1/streams/{id}/executions", start, "data"),
    Route("GET", "/v1/streams/{id}/executions", list_runs, "data"),
    Route("GET", "/v1/streams/{id}/executions/{run}", read_run, "data"),
)
