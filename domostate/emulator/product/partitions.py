"""Partitions on the Product plane (product §2.9, seed 003)."""

from collections.abc import Callable
from datetime import UTC, datetime
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
from domostate.emulator.product.reach import reach
from domostate.emulator.routing import Route
from domostate.emulator.store.access import Level
from domostate.emulator.store.datasets import Dataset, set_fields
from domostate.emulator.store.partitions import (
    Partition,
    empty_partition,
    find_partition,
    forget_tag,
    partitions_of,
)

SEARCH_LIMIT = 100
"""seed 003 "Search Partition List"."""


def list_partitions(call: Call) -> Reply:
    """Every partition, whether its data is marked as deleted or not, without counts (seed 003 "GET
    Partition List")."""
    found = reach(call, call.params["id"])
    partitions = partitions_of(call.db, found.id)
    return json_reply([{"partitionId": one.tag, "dataId": one.version_id} for one in partitions])


def search(call: Call) -> Reply:
    """The asked-for page of the partitions whose data is not deleted (seed 003 "Delete Partition
    Tag"); a bare array [nb+]."""
    found = reach(call, call.params["id"])
    given = call.json_object()
    partitions = [one for one in partitions_of(call.db, found.id) if not one.deleted]
    # The first field is the most significant, and a later sort keeps the order of equal ones.
    for asked in reversed(as_list(given.get("paginationFields"), "paginationFields")):
        partitions = _sifted(partitions, as_object(asked, "paginationField"))
    limit, offset = (
        default if given.get(name) is None else as_int(given[name], name)
        for name, default in (("limit", SEARCH_LIMIT), ("offset", 0))
    )
    limit, offset = call.capped(limit, offset)
    page = partitions[offset:] if limit < 0 else partitions[offset : offset + limit]
    return json_reply([_shown(one) for one in page])


def _shown(partition: Partition) -> dict[str, Any]:
    at = datetime.fromtimestamp(partition.completed_ms / 1000, UTC)
    return {
        "dataId": partition.version_id,
        "partitionId": partition.tag,
        "dateCompleted": at.isoformat(timespec="milliseconds"),
        "rowCount": partition.rows,
    }


def _sifted(partitions: list[Partition], asked: dict[str, Any]) -> list[Partition]:
    """The partitions between the bounds of one field, both included, in its order."""
    field = as_text(asked.get("fieldName"), "fieldName").lower()
    if field not in _FIELDS:
        raise bad_request(f"fieldName must be one of {', '.join(_FIELDS)}, not {field!r}.")
    value, bound = _FIELDS[field]
    order = as_text(asked.get("sortOrder") or "ASC", "sortOrder").upper()
    if order not in ("ASC", "DESC"):
        raise bad_request(f"sortOrder must be ASC or DESC, not {order!r}.")
    bounds = as_object(asked.get("filterValues"), "filterValues")
    if bounds.get("MIN") is not None:
        least = bound(bounds["MIN"], "MIN")
        partitions = [one for one in partitions if value(one) >= least]
    if bounds.get("MAX") is not None:
        most = bound(bounds["MAX"], "MAX")
        partitions = [one for one in partitions if value(one) <= most]
    return sorted(partitions, key=value, reverse=order == "DESC")


def _as_ms(value: Any, name: str) -> int:
    """A time as milliseconds, or as an ISO text, which is UTC if it does not say otherwise."""
    if not isinstance(value, str):
        return as_int(value, name)
    try:
        at = datetime.fromisoformat(value)
        return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise bad_request(f"{name} must be a time, not {value!r}.") from error


_FIELDS: dict[str, tuple[Callable[[Partition], Any], Callable[[Any, str], Any]]] = {
    "datecompleted": (lambda one: one.completed_ms, _as_ms),
    "partitionid": (lambda one: one.tag, as_text),
    "rowcount": (lambda one: one.rows, as_int),
    "dataid": (lambda one: one.version_id, as_int),
}
"""What can be sorted and filtered by. Seed 003 names the first; the others are those of the reply
(GUESS)."""


def delete_data(call: Call) -> Reply:
    """Mark the data of a partition as deleted; its tag stays (seed 003 "Delete Data Version")."""
    found, partition = _known(call)
    rows = empty_partition(call.db, found.id, partition.tag)
    set_fields(call.db, found.id, call.now_ms, row_count=rows)
    return json_reply({})


def delete_tag(call: Call) -> Reply:
    """Remove the tag and nothing else (seed 003 "Delete Partition Tag")."""
    found, partition = _known(call)
    forget_tag(call.db, found.id, partition.tag)
    return json_reply({})


def _known(call: Call) -> tuple[Dataset, Partition]:
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    tag = call.params["partition"]
    partition = find_partition(call.db, found.id, tag)
    if partition is None:
        raise not_found(f"DataSource {found.id} has no partition {tag}.")
    return found, partition


_QUERY = "/api/query/v1/datasources/{id}"
ROUTES = (
    Route(
        "GET", f"{_QUERY}/partition", list_partitions, source="003; product §2.9",
        doubt="the shape of the entries",
    ),
    Route(
        "POST", f"{_QUERY}/partition/list", search, source="003; product §2.9",
        doubt="fields other than datecompleted; what bounds look like",
    ),
    Route(
        "DELETE", _QUERY + "/tag/{partition}/data", delete_data, source="003; product §2.9",
        doubt="the reply; that rows leave queries at the next index", in_turn=True,
    ),
    Route(
        "DELETE", _QUERY + "/partition/{partition}", delete_tag, source="003; product §2.9",
        doubt="the reply; that rows which were not deleted stay without a tag", in_turn=True,
    ),
)  # fmt: skip
