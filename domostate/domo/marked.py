"""Datasets found by a tag."""

from typing import Any, Final

from domostate.domo.reading import Reading, Row, rows_in
from domostate.errors import Broken, Forbidden, NotFound, Rejected
from domostate.model.call import Call, Plane
from domostate.model.observed import Found

__all__ = ["find_marked"]

_SEARCH: Final = "/api/data/ui/v3/datasources/search"
_PER_CALL: Final = 100  # as clients send (product §8)


def find_marked(reading: Reading, tag: str) -> tuple[Found, ...]:
    """Some of the visible datasets that bear the tag exactly, by name; one call.

    Finding nothing proves nothing: the search runs behind (product §9), and that it can be asked
    for a tag is inferred from what it answers. Where it cannot, nothing is found; nor without the
    Product plane.
    """
    if Plane.PRODUCT not in reading.planes:
        return ()
    call = Call("POST", _SEARCH, Plane.PRODUCT, _body(tag))
    try:
        rows = rows_in(reading.ask(call), call, "dataSources", "datasources")
    except (Rejected, NotFound, Forbidden, Broken):
        return ()
    met = [row for row in rows if tag in _tags(row) and row.get("deleted") is not True]
    found = (Found(str(row["id"]), str(row.get("name", ""))) for row in met)
    return tuple(sorted(found, key=lambda one: (one.name, one.id)))


def _body(tag: str) -> dict[str, Any]:
    return {
        "entities": ["DATASET"],
        "filters": [{"filterType": "term", "field": "tags", "value": tag}],
        "combineResults": True,
        "query": "*",
        "count": _PER_CALL,
        "offset": 0,
        "sort": {
            "isRelevance": False,
            "fieldSorts": [{"field": "create_date", "sortOrder": "ASC"}],
        },
    }


def _tags(row: Row) -> list[str]:
    # An array in search results, unlike elsewhere (product §2.1).
    tags = row.get("tagsList")
    return [str(tag) for tag in tags] if isinstance(tags, list) else []
