"""Schemas and indexing on the Product plane (product §2.5, §2.9)."""

from typing import Any

from domostate.emulator.call import Call, Reply, as_int, as_list, as_object, json_reply
from domostate.emulator.errors import bad_request, not_found
from domostate.emulator.product import wire
from domostate.emulator.product.datasets import BULK_LIMIT
from domostate.emulator.product.reach import reach, reachable
from domostate.emulator.routing import Route
from domostate.emulator.store.access import Level
from domostate.emulator.store.datasets import Dataset
from domostate.emulator.store.policies import controlled_columns
from domostate.emulator.store.rows import state_after
from domostate.emulator.store.schemas import (
    Column,
    checked_columns,
    columns_of,
    define,
    index_job,
    indexed_columns,
    indexed_version,
    latest_columns,
    request_index,
)


def read_queryable(call: Call) -> Reply:
    """The schema that queries see (seed 003 "Get DataSet Schema"); before the first index there is
    no table (product §2.5: guess)."""
    found = reach(call, call.params["id"])
    columns = indexed_columns(call.db, found, call.now_ms)
    if not call.flag("includeHidden"):
        columns = [column for column in columns if column.get("visible", True)]
    shown = [wire.indexed_column(column) for column in columns]
    tables = [{"columns": shown}] if shown else []
    return json_reply({"name": "schema", "tables": tables, "dataSourceId": found.id})


def read_latest(call: Call) -> Reply:
    """The schema as defined last (OAS)."""
    found = reach(call, call.params["id"])
    return _defined(call, found, latest_columns(call.db, found))


def read_indexed(call: Call) -> Reply:
    """The indexed schema, in the shape of the defined one."""
    found = reach(call, call.params["id"])
    return _defined(call, found, indexed_columns(call.db, found, call.now_ms))


def read_version(call: Call) -> Reply:
    """Any version that was defined."""
    found = reach(call, call.params["id"])
    version = as_int(call.params["version"], "schemaId")
    if not 1 <= version <= found.schema_version:
        raise not_found(f"DataSource {found.id} has no schema {version}.")
    return _defined(call, found, columns_of(call.db, found.id, version))


def _defined(call: Call, found: Dataset, columns: list[Column]) -> Reply:
    return json_reply({"schema": _schema(call, found, columns)})


def _schema(call: Call, found: Dataset, columns: list[Column]) -> dict[str, Any]:
    """The columns, and which of them policies filter by, where any do (product §2.5: wip-spec;
    that row policies alone count is a GUESS)."""
    named = {column["name"] for column in columns}
    controlled = [one for one in controlled_columns(call.db, found.id) if one in named]
    shown = [wire.defined_column(one) for one in columns]
    if not controlled:
        return {"columns": shown}
    for column in shown:
        if column["name"] in controlled:
            column["isDataControlled"] = True
    return {"columns": shown, "dataControlDetails": {"controlledColumns": controlled}}


def define_schema(call: Call) -> Reply:
    """A new version with the complete list of columns (seed 003 "Alter DataSet Schema"); answers
    its number (nb). Readers do not see it until it is indexed."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    given = call.json_object()
    inner = as_object(given.get("schema"), "schema") or given
    if "columns" not in inner:
        raise bad_request("The schema needs columns.")
    version = define(call.db, found, checked_columns(inner["columns"]), call.now_ms)
    return json_reply({"schemaId": version})


def read_many(call: Call) -> Reply:
    """The schemas of up to 100 datasets (product §2.5: wip-spec only, hence a switch)."""
    if not call.db.switches.schema_list:
        raise not_found("This instance has no such call.")
    ids = [one for one in call.query.get("dataSourceIds", "").split(",") if one]
    if len(ids) > BULK_LIMIT:
        raise bad_request(f"At most {BULK_LIMIT} ids can be read at once, not {len(ids)}.")
    indexed = call.flag("indexedSchema")
    rows: list[dict[str, Any]] = []
    for found in reachable(call, ids).values():
        columns = (
            indexed_columns(call.db, found, call.now_ms)
            if indexed
            else latest_columns(call.db, found)
        )
        rows.append({
            "dataSource": wire.dataset(call, found),
            "schemaContract": {"schema": _schema(call, found, columns)},
        })  # fmt: skip
    return json_reply(call.shuffled(rows))


def index(call: Call) -> Reply:
    """Index all that is not yet indexed, or the data versions in `dataIds` (seed 003 "Index Data
    Versions"); a client that sends `action` and `appendId` beside them is not refused [scripts].

    A version is written onto those before it, so they are indexed with it (GUESS).
    """
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    states = [
        _state_after(call, found, as_int(one, "dataIds"))
        for one in as_list(call.json_object().get("dataIds"), "dataIds")
    ]
    key = request_index(call.db, found, call.now_ms, max(states, default=None))
    return json_reply(
        {"requested": True, "requestKey": key, "requestedOn": call.now_ms, "dataTag": None}
    )


def _state_after(call: Call, found: Dataset, version: int) -> int:
    state = state_after(call.db, found.id, version)
    if state is None:
        raise bad_request(f"DataSource {found.id} has no data version {version}.")
    return state


def index_status(call: Call) -> Reply:
    """How far an index request is. The page shows no shape (seed 003 "Index DataSet Progress"); a
    client reads `progress.status`, else `status`, and goes on while it is PENDING or PROCESSING
    [scripts]. The rest is a GUESS."""
    found = reach(call, call.params["id"])
    key = call.params["key"]
    job = index_job(call.db, found.id, key)
    if job is None:
        raise not_found(f"DataSource {found.id} has no index request {key}.")
    requested_ms, ready_ms = job
    done = ready_ms <= call.now_ms
    status = "SUCCESS" if done else "PENDING"
    body: dict[str, Any] = {
        "dataSourceId": found.id,
        "requestKey": key,
        "requestedOn": requested_ms,
        "requestStatus": status,
        "status": status,
        "progress": {"status": status},
        "indexedSchemaId": indexed_version(call.db, found, call.now_ms),
    }
    if done:
        body["completedOn"] = ready_ms
    return json_reply(body)


_V2 = "/api/data/v2/datasources/{id}/schemas"
_V3 = "/api/data/v3/datasources/{id}/indexes"
ROUTES = (
    Route(
        "GET", "/api/query/v1/datasources/{id}/schema/indexed", read_queryable,
        source="003; product §2.5", doubt="no table before the first index",
        query=("includeHidden",),
    ),
    Route(
        "GET", f"{_V2}/latest", read_latest, source="product §2.5",
        doubt="where isDataControlled and dataControlDetails stand",
    ),
    Route("GET", f"{_V2}/indexed", read_indexed, source="product §2.5", doubt="the shape"),
    Route("GET", _V2 + "/{version}", read_version, source="product §2.5", doubt="the shape"),
    Route(
        "POST", _V2, define_schema, source="003; product §2.5",
        doubt="columns may be dropped and retyped; what is not sent of a column is lost",
    ),
    Route(
        "GET", "/api/data/v3/datasources/schemaList", read_many, source="product §2.5",
        doubt="generated specification only, hence a switch; more than 100 ids are refused",
        query=("dataSourceIds", "indexedSchema"),
    ),
    Route(
        "POST", _V3, index, source="003; product §2.9",
        doubt="the reply is from a generated specification, the type of `requested` guessed; that "
        "the versions before a named one are indexed with it",
    ),
    Route(
        "GET", _V3 + "/{key}/statuses", index_status, source="003; product §2.9",
        doubt="the shape beside status and progress.status, which a client reads",
    ),
    Route(
        "POST", "/api/query/v1/datasources/{id}", index, source="003; product §2.9",
        doubt="the reply is that of the other index call",
    ),
)  # fmt: skip
