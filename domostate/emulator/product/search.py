"""Searches: they see what their index knows, which lags behind (product §8, §9)."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from domostate.emulator.call import Call, Reply, as_int, as_list, as_object, as_text, json_reply
from domostate.emulator.errors import bad_request
from domostate.emulator.product import search_wire
from domostate.emulator.product.lists import listed, page_of
from domostate.emulator.routing import Route
from domostate.emulator.store.datasets import Wanted, count_datasets
from domostate.emulator.store.searchable import (
    FACETS,
    datasets_asked,
    facet_values,
    find_accounts,
    find_datasets,
)

LAST_RECORD = 10_000
"""`count` and `offset` together reach no further (portal "Known Limits"); that more is refused is
a GUESS."""

Window = tuple[int, int]
Found = tuple[int, list[dict[str, Any]]]
"""How many there are, and the asked-for part of them."""


def search_datasets(call: Call) -> Reply:
    """The search of the data center: datasets with their columns, and tags as an array (OAS)."""
    asked = call.json_object()
    limit, offset = _window(call, asked, 100)
    wanted = _asked_datasets(call, asked)
    if "dataset" not in _entities(asked):
        wanted = replace(wanted, ids=[])
    rows = find_datasets(call.db, wanted, _sort(asked), (limit, offset))
    return json_reply({
        "dataSources": [search_wire.dataset(call, one) for one in rows],
        "_metaData": page_of(limit, offset, count_datasets(call.db, wanted), "SEARCH"),
    })  # fmt: skip


def search_all(call: Call) -> Reply:
    """The search across everything. Of all that can be searched in Domo the emulator has datasets
    and accounts; the rest of `entityList` finds nothing."""
    asked = call.json_object()
    limit, offset = _window(call, asked, 10)
    total, left = 0, limit
    found: dict[str, list[dict[str, Any]]] = {}
    for entity in _entities(asked):
        search = _SEARCHES.get(entity, _find_none)
        count, rows = search(call, asked, (left, max(offset - total, 0)))
        found[entity] = [_asked_fields(asked, one) for one in rows]
        total, left = total + count, left - len(rows)
    objects = [one for rows in found.values() for one in rows]
    return json_reply({
        "facetMap": _facets(call, asked) if "dataset" in found else {},
        "totalResultCount": total,
        "sort": _shown_sort(asked),
        "queryUuid": str(uuid.uuid5(uuid.NAMESPACE_OID, str(call.seq))),
        "hideSearchObjects": asked.get("hideSearchObjects") is True,
        "searchObjects": [] if asked.get("hideSearchObjects") is True else objects,
        "searchResultsMap": found,
    })  # fmt: skip


def _entities(asked: dict[str, Any]) -> list[str]:
    """What is searched: `entityList`, a list of lists, or `entities`, which clients send to both
    searches, in any capitals (OAS, dl)."""
    groups = as_list(asked.get("entityList"), "entityList")
    named = [one for group in groups for one in (group if isinstance(group, list) else [group])]
    named += as_list(asked.get("entities"), "entities")
    if not named:
        raise bad_request("entityList must name what to search.")
    return list(dict.fromkeys(as_text(one, "entity").lower() for one in named))


def _query(asked: dict[str, Any]) -> str:
    return as_text(asked.get("query"), "query")


def _sort(asked: dict[str, Any]) -> dict[str, Any]:
    return as_object(asked.get("sort"), "sort")


def _window(call: Call, asked: dict[str, Any], usual: int) -> Window:
    count, offset = asked.get("count"), asked.get("offset")
    limit = usual if count is None else as_int(count, "count")
    start = 0 if offset is None else as_int(offset, "offset")
    if limit < 0:
        raise bad_request("count must not be negative.")
    if limit + start > LAST_RECORD:
        raise bad_request(f"count and offset must not exceed {LAST_RECORD} together.")
    return call.capped(limit, start)


def _asked_datasets(call: Call, asked: dict[str, Any]) -> Wanted:
    return datasets_asked(listed(call), asked, _query(asked), call.now_ms)


def _find_datasets(call: Call, asked: dict[str, Any], window: Window) -> Found:
    wanted = _asked_datasets(call, asked)
    rows = find_datasets(call.db, wanted, _sort(asked), window)
    return count_datasets(call.db, wanted), [search_wire.found_dataset(one) for one in rows]


def _find_accounts(call: Call, asked: dict[str, Any], window: Window) -> Found:
    """Accounts are found as they are: that their index lags too is left out."""
    limit, offset = window
    rows = find_accounts(call.db, call.caller, asked, _query(asked), call.now_ms)
    shown = [search_wire.found_account(call, one) for one in rows[offset : offset + limit]]
    return len(rows), shown


def _find_none(_call: Call, _asked: dict[str, Any], _window: Window) -> Found:
    return 0, []


_SEARCHES: dict[str, Callable[[Call, dict[str, Any], Window], Found]] = {
    "dataset": _find_datasets,
    "account": _find_accounts,
}


def _asked_fields(asked: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    wanted = as_list(asked.get("fieldsToReturn"), "fieldsToReturn")
    return {name: one for name, one in found.items() if name in wanted} if wanted else found


def _facets(call: Call, asked: dict[str, Any]) -> dict[str, Any]:
    """The groupings that are asked for; without a `facetValueLimit` they have no values."""
    named = as_list(asked.get("facetValuesToInclude"), "facetValuesToInclude")
    window = tuple(as_int(asked.get(name) or 0, name) for name in _FACET_WINDOW)
    if min(window) < 0:
        raise bad_request(f"{' and '.join(_FACET_WINDOW)} must not be negative.")
    wanted = _asked_datasets(call, asked)
    return {
        name: search_wire.facet(
            name, FACETS[name], facet_values(call.db, wanted, FACETS[name], (window[0], window[1]))
        )
        for name in FACETS
        if name in named
    }


_FACET_WINDOW = ("facetValueLimit", "facetValueOffset")


def _shown_sort(asked: dict[str, Any]) -> dict[str, Any]:
    sort = _sort(asked)
    return {
        "fieldSorts": sort.get("fieldSorts"),
        "activity": None,
        "activitySortType": None,
        "metricAction": None,
        "isHotness": False,
        "isRelevance": sort.get("isRelevance") is True or not sort.get("fieldSorts"),
    }


ROUTES = (
    Route(
        "POST", "/api/data/ui/v3/datasources/search", search_datasets, source="product §8",
        doubt="how the query finds; fields and filters beyond the recorded ones; hidden ones are "
        "left out",
    ),
    Route(
        "POST", "/api/search/v1/query", search_all, source="product §8",
        doubt="only datasets and accounts are searched; how the query finds, no relevance",
    ),
)  # fmt: skip
