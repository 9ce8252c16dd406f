"""Lists of datasets on the Product plane, and what is asked of many (product §1.5, §2.3, §2.9)."""

from typing import Any

from domostate.emulator.call import Call, Reply, as_int, as_object, as_text, json_reply
from domostate.emulator.errors import bad_request
from domostate.emulator.product import wire
from domostate.emulator.product.datasets import BULK_LIMIT, PARTS_ASKED, asked_parts
from domostate.emulator.product.reach import reach, reachable
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.access import visible_to
from domostate.emulator.store.datasets import (
    Dataset,
    Wanted,
    as_indexed,
    count_datasets,
    list_datasets,
    tags_of_datasets,
)
from domostate.emulator.store.grants import PRINCIPALS

_ORDERS = {
    "name": "name", "id": "id", "dataSourceId": "id", "created": "created", "createdAt": "created",
    "lastUpdated": "updated", "lastTouched": "touched",
}  # fmt: skip


def list_all(call: Call) -> Reply:
    """The datasets the caller may see, by page (product §1.5). `ownerId` is a user's, `type` and
    `displayType` are comma lists (OAS)."""
    order = call.query.get("orderBy") or "name"
    if order not in _ORDERS:
        raise bad_request(f"orderBy cannot be {order!r}.")
    owner = call.query.get("ownerId")
    since = call.query.get("createdSince")
    wanted = listed(
        call,
        name_like=call.query.get("nameLike", ""),
        owner=("USER", as_int(owner, "ownerId")) if owner else None,
        provider=call.query.get("dataProviderType", ""),
        display_types=_listed_texts(call, "displayType"),
        types=_listed_texts(call, "type"),
        hidden_too=call.flag("includeHidden"),
        created_since_ms=as_int(since, "createdSince") if since else None,
    )
    return _answer(call, wanted, _ORDERS[order])


def _listed_texts(call: Call, name: str) -> list[str]:
    return [one for one in call.query.get(name, "").split(",") if one]


def list_by_name(call: Call) -> Reply:
    """The v2 list, with `dataSourceName` as an exact filter. Only its generated specification is
    known (product §2.4), so it answers in the shape of the v3 list."""
    return _answer(call, listed(call, name=call.query.get("dataSourceName", "")), "name")


def listed(call: Call, **wanted: Any) -> Wanted:
    """Those of the datasets that are wanted, as far as the caller may see them and the lists know
    them already."""
    return Wanted(visible_to(call.db, call.caller), **as_indexed(call.db, call.now_ms), **wanted)


def _answer(call: Call, wanted: Wanted, order: str) -> Reply:
    limit, offset = call.window(50)
    rows = list_datasets(call.db, wanted, order, (limit, offset))
    lags = wanted.created_before_ms is not None or wanted.seen_ms is not None
    # Says whether a lagging index or the store itself answered (product §9).
    meta = page_of(limit, offset, count_datasets(call.db, wanted), "SEARCH" if lags else "APIDATA")
    parts = asked_parts(call)
    return json_reply(
        {"dataSources": [wire.dataset(call, one, parts) for one in rows], "_metaData": meta}
    )


def page_of(limit: int, offset: int, total: int, executor: str) -> dict[str, Any]:
    """The `_metaData` of a list (product §1.5)."""
    return {
        "totalCount": total,
        "limit": limit,
        "offset": offset,
        "executor": executor,
        "augmented": False,
    }


def list_tags(call: Call) -> Reply:
    """Every tag on the datasets that the caller may see."""
    return json_reply(tags_of_datasets(call.db, listed(call, hidden_too=True)))


def list_owned(call: Call) -> Reply:
    """What each of the users and groups in the body owns: a question, though it is a POST (product
    §2.3). `dataSources` is empty in the one sample there is (OAS)."""
    rows: list[dict[str, Any]] = []
    for value in call.json_list():
        given = as_object(value, "owner")
        kind = as_text(given.get("type", "USER"), "type").upper()
        if kind not in PRINCIPALS:
            raise bad_request(f"{kind!r} cannot own a DataSet.")
        owner = (kind, as_int(given.get("id"), "id"))
        wanted = Wanted(visible_to(call.db, call.caller), owner=owner, hidden_too=True)
        rows.append({
            "entityIdentifier": {"id": str(owner[1]), "type": kind},
            "dataSourceIds": [one.id for one in list_datasets(call.db, wanted, "id")],
            "dataSources": [],
        })  # fmt: skip
    return json_reply(rows)


def read_status(call: Call) -> Reply:
    """How one dataset is doing."""
    return json_reply(_status(call, reach(call, call.params["id"])))


def read_statuses(call: Call) -> Reply:
    """How several are doing; as in every bulk read, unknown and invisible ones are missing."""
    ids = [as_text(one, "id") for one in call.json_list()]
    if len(ids) > BULK_LIMIT:
        raise bad_request(f"At most {BULK_LIMIT} ids can be read at once, not {len(ids)}.")
    found = reachable(call, ids)
    return json_reply([_status(call, one) for one in call.shuffled(list(found.values()))])


def _status(call: Call, found: Dataset) -> dict[str, Any]:
    """The part of the metadata that tells of the state (GUESS: no source shows a reply)."""
    body = wire.dataset(call, found)
    return {name: body[name] for name in _STATUS if name in body}


_STATUS = (
    "id", "status", "state", "phase", "message", "validConfiguration", "validAccount",
    "scheduleActive", "lastTouched", "lastUpdated", "nextUpdate", "dataLastUpdated",
)  # fmt: skip
_V3 = "/api/data/v3/datasources"
_UI = "/api/data/ui/v3/datasources"
_FILTERS = (
    *PAGED, *PARTS_ASKED, "nameLike", "ownerId", "type", "displayType", "dataProviderType",
    "createdSince", "includeHidden", "orderBy",
)  # fmt: skip
ROUTES = (
    Route(
        "GET", _V3, list_all, source="product §1.5, §8",
        doubt="an unknown orderBy is refused; how far the list lags is a switch", query=_FILTERS,
    ),
    Route(
        "GET", "/api/data/v2/datasources", list_by_name, source="product §2.4",
        doubt="all but the exact filter by name",
        query=(*PAGED, *PARTS_ASKED, "dataSourceName"),
    ),
    Route(
        "GET", f"{_UI}/search/tags/all", list_tags, source="product §2.6",
        doubt="the reply: an array of texts",
    ),
    Route(
        "POST", f"{_UI}/ownedBy", list_owned, source="product §2.3",
        doubt="reads the store, not an index",
    ),
    Route(
        "GET", _V3 + "/{id}/statuses", read_status, source="product §2.9",
        doubt="the reply; nothing is cached, so expireCache changes nothing",
        query=("expireCache",),
    ),
    Route(
        "POST", f"{_V3}/statuses", read_statuses, source="product §2.9",
        doubt="the reply; more than 100 ids are refused",
    ),
)  # fmt: skip
