"""Data versions on the Product plane: every write of rows, as a list (product §2.9)."""

from typing import Any

from domostate.emulator.call import Call, Reply, as_object, as_text, json_reply
from domostate.emulator.errors import bad_request
from domostate.emulator.product.reach import reach
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.partitions import DELETED
from domostate.emulator.store.rows import DataVersion, versions_of

HYDRATE_LIMIT = 500
"""seed 003 "Data Version List from Magic"."""
EVERY_VERSION = "1=1"


def read_details(call: Call) -> Reply:
    """The data versions, newest first (seed 003 "GET Data Versions"; the shape is OAS's)."""
    found = reach(call, call.params["id"])
    return json_reply([_shown(found.id, one) for one in versions_of(call.db, found.id)])


def _shown(dataset_id: str, version: DataVersion) -> dict[str, Any]:
    return {
        "dataSourceId": dataset_id,
        "dataVersionId": version.id,
        "datetimeRecorded": version.recorded_ms,
        "datetimeUploadCompleted": version.completed_ms,
        "rowCount": version.rows,
        "runDurationSeconds": max(version.completed_ms - version.recorded_ms, 0) // 1000,
        "schemaId": version.schema_version,
        "sizeBytes": version.bytes,
        "status": version.status.lower(),
        "statusMessage": version.message,
    }


def hydrate(call: Call) -> Reply:
    """The data versions that a dataflow would load, newest first (seed 003 "Data Version List from
    Magic")."""
    given = call.json_object()
    dataset_id = as_text(given.get("dataSourceId"), "dataSourceId")
    found = reach(call, dataset_id)
    if call.query.get("engine", "MAGIC") != "MAGIC":
        raise bad_request("engine must be MAGIC.")
    kind = as_text(given.get("type") or "LoadFromVault", "type")
    if kind != "LoadFromVault":
        raise bad_request(f"type must be LoadFromVault, not {kind!r}.")
    window = as_object(given.get("versionWindow"), "versionWindow")
    expression = as_text(window.get("expression") or EVERY_VERSION, "expression")
    if (window.get("type") or "EXPRESSION", expression) != ("EXPRESSION", EVERY_VERSION):
        raise bad_request(f"versionWindow must be the EXPRESSION {EVERY_VERSION}.")
    live = [one for one in versions_of(call.db, found.id) if one.status != DELETED]
    page = call.page(live, HYDRATE_LIMIT)
    return json_reply([_shown(found.id, one) | {"dataTag": one.tag or None} for one in page])


ROUTES = (
    Route(
        "GET", "/api/data/v3/datasources/{id}/dataversions/details", read_details,
        source="003; product §2.9", doubt="the order; the status of what is marked as deleted",
    ),
    Route(
        "POST", "/api/dataprocessing/v2/dataflows/data-version-hydrate", hydrate,
        source="003; product §2.9",
        doubt="the whole reply; expressions other than 1=1, which are refused; that what is "
        "marked as deleted is missing", query=(*PAGED, "engine"),
    ),
)  # fmt: skip
