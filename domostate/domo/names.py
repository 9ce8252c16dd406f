"""Datasets found by their exact names."""

import math
from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from typing import Final

from domostate.domo.paging import Page, pages
from domostate.domo.reading import Reading, Row, get, rows_in
from domostate.model.call import Plane
from domostate.model.observed import Found

__all__ = ["find_by_name"]

_PER_PAGE: Final = 50  # the default of both planes, and the maximum of one (platform §4.5)
_PRODUCT_LIST: Final = "/api/data/v3/datasources"
_PLATFORM_LIST: Final = "/v1/datasets"


def find_by_name(reading: Reading, names: Collection[str]) -> dict[str, tuple[Found, ...]]:
    """The datasets that bear each name exactly, by id; an empty tuple for a name without any.

    Names are not unique (product §2.4), and Domo's own filter matches parts of names without
    regard to case (platform §4.5), so its answers are filtered here. Lists may lag behind a
    recent write (product §9): nothing found does not prove that nothing is there.
    """
    if not names:
        return {}
    if Plane.PRODUCT in reading.planes:
        rows = _on_product(reading, names)
    else:
        rows = _each(reading, names, _platform_rows)
    found: dict[str, dict[str, Found]] = defaultdict(dict)
    for row in rows:
        if row.get("name") in names and row.get("deleted") is not True:
            one = _found(row)
            found[one.name][one.id] = one
    return {name: tuple(one for _, one in sorted(found[name].items())) for name in sorted(names)}


def _on_product(reading: Reading, names: Collection[str]) -> list[Row]:
    """The whole list, or one query a name: whichever takes fewer calls after the first page."""
    first = _product_page(reading, "", 0)
    size = max(len(first.rows), 1)
    ahead = math.inf if first.total is None else math.ceil(first.total / size) - 1
    if ahead <= len(names) or not first.rows:
        return _product_rows(reading, "", first)
    return _each(reading, names, _product_rows)


def _each(
    reading: Reading, names: Collection[str], rows_like: Callable[[Reading, str], list[Row]]
) -> list[Row]:
    found = reading.all([partial(rows_like, reading, name) for name in sorted(names)])
    return [row for rows in found for row in rows]


def _product_rows(reading: Reading, name: str, first: Page | None = None) -> list[Row]:
    fetch = partial(_product_page, reading, name)
    listed = pages(fetch, "id", get(Plane.PRODUCT, _PRODUCT_LIST), first)
    return [row for page in listed for row in page.rows]


def _product_page(reading: Reading, name: str, offset: int) -> Page:
    # That `orderBy` takes `name` is a guess: only `lastUpdated` was seen, by which pages move.
    query: dict[str, str | int] = {"limit": _PER_PAGE, "offset": offset, "orderBy": "name"}
    if name:
        query["nameLike"] = name
    call = get(Plane.PRODUCT, _PRODUCT_LIST, **query, part="core")
    reply = reading.ask(call)
    rows = rows_in(reply, call, "dataSources", "datasources")
    # The spelling is `_metaData` (product §1.5); one client reads the other one.
    about = reply if isinstance(reply, dict) else {}
    about = about.get("_metaData") or about.get("_metadata") or {}
    if about.get("executor") == "SEARCH":
        reading.lists_lag = True  # served by the search index, which runs behind (product §9)
    total = about.get("totalCount")
    return Page(rows, total if isinstance(total, int) else None)


def _platform_rows(reading: Reading, name: str) -> list[Row]:
    fetch = partial(_platform_page, reading, name)
    listed = pages(fetch, "id", get(Plane.PLATFORM, _PLATFORM_LIST))
    return [row for page in listed for row in page.rows]


def _platform_page(reading: Reading, name: str, offset: int) -> Page:
    # Without `sort` the order is not stated (platform §4.5).
    query: dict[str, str | int] = {"sort": "name", "limit": _PER_PAGE, "offset": offset}
    call = get(Plane.PLATFORM, _PLATFORM_LIST, **query, nameLike=name)
    return Page(rows_in(reading.ask(call), call))


def _found(row: Row) -> Found:
    owner = row.get("owner")
    owner_id = owner.get("id") if isinstance(owner, dict) else None
    return Found(
        str(row["id"]),
        str(row["name"]),
        "" if owner_id is None else str(owner_id),
        _milliseconds(row.get("created") or row.get("createdAt")),
    )


def _milliseconds(moment: object) -> int:
    """Epoch milliseconds: the planes differ (platform §3), and a fraction may be there or not."""
    if isinstance(moment, int):
        return moment
    try:
        return round(datetime.fromisoformat(str(moment)).timestamp() * 1000)
    except ValueError:
        return 0
