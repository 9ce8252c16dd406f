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
from domostate.emulator.routing import PAGED, Route
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
        if not stream.provider and stream.dataset_id in datasets and _shown(call, stream)
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


def _shown(call: Call, stream: Stream) -> bool:
    """Whether a stream is there at all for the caller: whom streams are shown to is a switch."""
    return call.db.switches.streams_of == "view" or stream.creator_id == call.caller.id


def read(call: Call) -> Reply:
    """One stream with its dataset."""
    return json_reply(wire.stream(call.db, known_stream(call), _fields(call) or ALL_FIELDS))


def known_stream(call: Call, needed: Level = Level.CAN_VIEW) -> Stream:
    """The API stream of the path, for who has at least that level on its dataset."""
    number = as_int(call.params["id"], "stream id")
    stream = find_stream(call.db, number)
    if stream is None or stream.provider or not _shown(call, stream):
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
    location = {"location": f"{call.address}/v1/streams/{stream.id}"}
    return json_reply(wire.stream(call.db, stream, ALL_FIELDS), 201, location)


def update(call: Call) -> Reply:
    """Only the update method changes; whatever is said of the dataset is ignored (platform §6)."""
    stream = known_stream(call, Level.CAN_EDIT)
    given: dict[str, Any] = call.json_object()
    if given.get("updateMethod") is not None:
        method = check_method(given["updateMethod"], PLATFORM_METHODS)
        stream = replace(stream, update_method=method, modified_ms=call.now_ms)
        save_stream(call.db, stream)
    return json_reply(wire.stream(call.db, stream, ALL_FIELDS))


def delete(call: Call) -> Reply:
    """The dataset survives (platform §6)."""
    delete_stream(call.db, known_stream(call, Level.CO_OWNER))
    return NO_CONTENT


def start(call: Call) -> Reply:
    """A new run, which aborts the one before it. The body varies from client to client and may be
    anything; a method in it is for this run alone (pydomo's create_execution)."""
    stream = known_stream(call, Level.CAN_EDIT)
    given = call.json()
    method = given.get("updateMethod") if isinstance(given, dict) else None
    if method is not None:
        method = check_method(method, PLATFORM_METHODS)
        if method == "UPSERT" and not stream.key_columns:
            raise bad_request("UPSERT needs the stream to have keyColumnNames.")
        stream = replace(stream, update_method=method)
    run = start_execution(call.db, stream, "API", call.now_ms, call.caller.id)
    return json_reply(wire.execution(run))


def list_runs(call: Call) -> Reply:
    """The runs of a stream, newest first."""
    found = call.page(executions_of(call.db, known_stream(call).id), 50, LIST_LIMIT)
    return json_reply([wire.execution(one) for one in found])


def read_run(call: Call) -> Reply:
    """One run."""
    stream = known_stream(call)
    number = as_int(call.params["run"], "execution id")
    run = find_execution(call.db, stream.id, number)
    if run is None:
        raise not_found(f"Stream {stream.id} has no execution {number}.")
    return json_reply(wire.execution(run))


ROUTES = (
    Route(
        "GET", "/v1/streams", list_streams, "data", "platform §6",
        "that connectors' streams are missing; sort and q, which an SDK's tests expect; whom "
        "streams are shown to (switch streams_of)", query=(*PAGED, "fields", "sort", "q"),
    ),
    Route(
        "POST", "/v1/streams", create, "data", "004; platform §6",
        "both spellings of an upsert are taken", status=201,
    ),
    Route(
        "GET", "/v1/streams/search", search, "data", "004; platform §6",
        "dataSource.name, which only clients use; 400 without q and for other qualifiers",
        query=(*PAGED, "q", "fields"),
    ),
    Route(
        "GET", "/v1/streams/{id}", read, "data", "platform §6",
        "that the keys of an upsert are not shown; what a stream without its dataset answers "
        "(switch deleted_dataset_is_object)", query=("fields",),
    ),
    Route(
        "PATCH", "/v1/streams/{id}", update, "data", "platform §6",
        "keyColumnNames in the body change nothing",
    ),
    Route(
        "DELETE", "/v1/streams/{id}", delete, "data", "platform §6",
        "204 as clients have it (docs: 200); it takes CO_OWNER", status=204,
    ),
    Route(
        "POST", "/v1/streams/{id}/executions", start, "data", "004; platform §6",
        "a method in the body is for this run alone",
    ),
    Route("GET", "/v1/streams/{id}/executions", list_runs, "data", "platform §6", query=PAGED),
    Route(
        "GET", "/v1/streams/{id}/executions/{run}", read_run, "data", "platform §6",
        "states other than ACTIVE and SUCCESS",
    ),
)  # fmt: skip
