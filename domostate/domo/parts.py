"""The parts of one dataset, each by the call that serves one dataset."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from domostate.domo.reading import Reading, Row, get, rows_in
from domostate.errors import Broken, DomoError, Forbidden, NotFound
from domostate.model.call import Call, Part, Plane
from domostate.model.observed import Presence

__all__ = ["METADATA_PARTS", "Missing", "columns_in", "read_part", "read_stream", "stream_in"]

METADATA_PARTS: Final = "core,permission,status,pdp"


@dataclass(frozen=True, slots=True)
class Missing:
    """Stands where a part could not be read, with what Domo said."""

    presence: Presence
    error: DomoError


def read_part(reading: Reading, part: Part, id_: str) -> Any:
    """One part of one dataset (any but the connector stream), or why it cannot be had."""
    try:
        return _READ[part](reading, id_)
    except NotFound as error:
        return Missing(Presence.ABSENT, error)
    except Forbidden as error:
        return Missing(Presence.INVISIBLE, error)


def read_stream(reading: Reading, stream_id: str) -> Any:
    """The connector stream, None if it is gone though the dataset still names it."""
    call = get(Plane.PRODUCT, f"/api/data/v1/streams/{_id(stream_id)}", fields="all")
    try:
        return _object(reading, call)
    except NotFound:
        return None
    except Forbidden as error:
        return Missing(Presence.INVISIBLE, error)


def columns_in(reply: Any, call: Call) -> dict[str, list[Row]]:
    """`{"columns": […]}` of any of the forms in which Domo serves a schema (product §2.5).

    The indexed schema comes as `tables`, empty before the first index (a guess there); a dataset
    without a schema, as federated ones are (platform §4.1), has no columns.
    """
    if not isinstance(reply, dict):
        raise _odd(call)
    schema = reply.get("schema", reply) if "columns" not in reply else reply
    if schema is None:
        return {"columns": []}
    if isinstance(schema, dict) and "columns" in schema:
        return {"columns": rows_in(schema, call, "columns")}
    tables = rows_in(reply, call, "tables")
    return {"columns": [column for one in tables for column in rows_in(one, call, "columns")]}


def stream_in(rows: list[Row], dataset_id: str) -> Row | None:
    """The API stream that feeds the dataset, None where none is visible to this client.

    Streams are visible only to the user of the credentials (platform §6).
    """
    feeding = [row for row in rows if _fed_by(row) == dataset_id and row.get("deleted") is not True]
    return min(feeding, key=lambda row: int(row["id"]), default=None)


def _metadata(reading: Reading, id_: str) -> Any:
    call = get(Plane.PRODUCT, _dataset(id_), part=METADATA_PARTS)
    return _not_deleted(_object(reading, call), call)


def _schema(reading: Reading, id_: str) -> Any:
    call = get(Plane.PRODUCT, f"/api/data/v2/datasources/{_id(id_)}/schemas/latest")
    return columns_in(reading.ask(call), call)


def _indexed(reading: Reading, id_: str) -> Any:
    path = f"/api/query/v1/datasources/{_id(id_)}/schema/indexed"
    call = get(Plane.PRODUCT, path, includeHidden="true")
    return columns_in(reading.ask(call), call)


def _access(reading: Reading, id_: str) -> Any:
    call = get(Plane.PRODUCT, f"{_dataset(id_)}/permissions")
    reply = _object(reading, call)
    rows_in(reply, call, "list")
    return reply


def _policies(reading: Reading, id_: str) -> Any:
    # Without these options the reply lacks All Rows, filters or members (product §4.1).
    options = "load_associations,include_open_policy,load_filters,sort"
    path = f"/api/query/v1/data-control/{_id(id_)}/filter-groups"
    call = get(Plane.PRODUCT, path, options=options)
    return rows_in(reading.ask(call), call, "filterGroups", "groups")


def _switch(reading: Reading, id_: str) -> Any:
    return _object(reading, get(Plane.PRODUCT, f"/api/query/v2/data-control/{_id(id_)}"))


def _platform_dataset(reading: Reading, id_: str) -> Any:
    call = get(Plane.PLATFORM, f"/v1/datasets/{_id(id_)}")
    return _not_deleted(_object(reading, call), call)


def _api_stream(reading: Reading, id_: str) -> Any:
    query = {"q": f"dataSource.id:{id_}", "fields": "all"}
    call = get(Plane.PLATFORM, "/v1/streams/search", **query)
    try:
        return stream_in(rows_in(reading.ask(call), call), id_)
    except NotFound as error:
        # A search that finds nothing answers `[]` (platform §6): this says nothing of the dataset.
        raise _odd(call) from error


_READ: Final[Mapping[Part, Callable[[Reading, str], Any]]] = {
    Part.METADATA: _metadata,
    Part.SCHEMA: _schema,
    Part.INDEXED: _indexed,
    Part.ACCESS: _access,
    Part.POLICIES: _policies,
    Part.SWITCH: _switch,
    Part.DATASET: _platform_dataset,
    Part.API_STREAM: _api_stream,
}


def _object(reading: Reading, call: Call) -> Row:
    reply = reading.ask(call)
    if not isinstance(reply, dict):
        raise _odd(call)
    return reply


def _not_deleted(reply: Row, call: Call) -> Row:
    # A deleted dataset may answer 200 with a reduced object (platform §4.1, guarantees).
    if reply.get("deleted") is True:
        message = "the dataset is deleted"
        raise NotFound(message, method=call.method, path=call.path, status=200)
    return reply


def _fed_by(row: Row) -> str:
    fed = row.get("dataSet")
    return str(fed.get("id", "")) if isinstance(fed, dict) else ""


def _odd(call: Call) -> Broken:
    message = "the reply has another shape than known"
    return Broken(message, method=call.method, path=call.path)


def _dataset(id_: str) -> str:
    return f"/api/data/v3/datasources/{_id(id_)}"


def _id(text: str) -> str:
    return quote(text, safe="")
