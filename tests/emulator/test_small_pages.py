"""A cap on every page, so that small estates are paged too."""

from typing import Any

import pytest

from tests.emulator.client import Domo
from tests.emulator.conftest import ESTATE, SALES

POLICIES = [
    {
        "name": f"Only {number}",
        "filters": [{"column": "region", "operator": "EQUALS", "values": [f"R{number}"]}],
    }
    for number in range(4)
]
MORE: dict[str, Any] = ESTATE | {
    "accounts": [
        {"id": number, "name": f"Account {number}", "provider": "snowflake"}
        for number in range(3, 8)
    ],
    "groups": [
        *ESTATE["groups"],
        {"name": "Everybody", "members": [one["email"] for one in ESTATE["users"]]},
    ],
    "datasets": [
        ESTATE["datasets"][0] | {"pdp": {"enabled": True, "policies": POLICIES}},
        *(
            {
                "name": f"Stream {number}",
                "columns": [{"name": "a", "type": "STRING"}],
                "stream": {"id": number, "provider": "dataset-copy"},
            }
            for number in range(1, 6)
        ),
    ],
    "switches": {"bulk_access_forms": ["rows"], "streams_of": "view"},
}
EVERYBODY = 2001
PRODUCT = [
    "/data/v3/datasources",
    "/data/v3/datasources/bulk/permissions",
    "/content/v2/users",
    "/content/v2/groups/grouplist",
    "/data/v1/accounts",
    "/data/v1/streams",
    "/data/v1/streams/1/executions",
    "/data/v1/streams/1/history",
    f"/query/v1/data-control/{SALES}/filter-groups?options=include_open_policy,sort&paginate=true",
]
PLATFORM = [
    "/datasets",
    "/users",
    "/groups",
    f"/groups/{EVERYBODY}/users",
    "/accounts",
    "/account-types",
    f"/datasets/{SALES}/policies",
    "/streams",
    "/streams/search?q=dataSource.owner.id:1",
    "/streams/6/executions",
    "/roles",
]
SEARCHES: list[tuple[str, dict[str, Any], str]] = [
    ("/data/ui/v3/datasources/search", {"entities": ["DATASET"], "query": "*"}, "count"),
    ("/search/v1/query", {"entityList": [["dataset"]], "query": "*"}, "count"),
    ("/identity/v1/users/search", {}, "limit"),
]


@pytest.fixture
def paged(domo: Domo) -> Domo:
    """More than two of everything that is listed."""
    domo.reset(MORE)
    for _ in range(4):
        domo.done("POST", "/data/v1/streams/1/executions", {"runType": "MANUAL"})
        table = {"name": "Uploads", "schema": {"columns": [{"type": "STRING", "name": "a"}]}}
        made = domo.v1("POST", "/streams", {"dataSet": table, "updateMethod": "APPEND"})
        assert made["id"] > 5
        domo.v1("POST", "/streams/6/executions")
    domo.switch(page_limit=2)
    return domo


def rows_of(answer: Any) -> list[Any]:
    """The list in an answer, wherever it is."""
    if isinstance(answer, list):
        return answer
    for name in ("dataSources", "searchObjects", "users"):
        if name in answer:
            return list(answer[name])
    raise AssertionError(answer)


def walked(read: Any) -> list[Any]:
    """All rows, page after page, as a client asks for them that trusts what it gets."""
    found: list[Any] = []
    while page := rows_of(read(len(found))):
        assert len(page) <= 2
        found += page
    return found


def texts(rows: list[Any]) -> list[str]:
    """What tells rows apart."""
    ids = (row.get("id") or row.get("databaseId") if isinstance(row, dict) else row for row in rows)
    return [str(one or row) for one, row in zip(ids, rows, strict=True)]


@pytest.mark.parametrize("path", PRODUCT)
def test_a_product_list_is_cut_whatever_limit_is_asked_for(paged: Domo, path: str) -> None:
    mark = "&" if "?" in path else "?"

    def read(offset: int, limit: int = 100) -> Any:
        return paged.get(f"{path}{mark}limit={limit}&offset={offset}")

    found = walked(read)
    assert len(rows_of(read(0, -1))) == 2
    paged.switch(page_limit=0)

    assert len(found) > 2
    assert texts(found) == texts(rows_of(read(0)))


@pytest.mark.parametrize("path", PLATFORM)
def test_a_platform_list_is_cut_whatever_limit_is_asked_for(paged: Domo, path: str) -> None:
    def read(offset: int) -> Any:
        mark = "&" if "?" in path else "?"
        return paged.v1("GET", f"{path}{mark}limit=50&offset={offset}")

    found = walked(read)
    paged.switch(page_limit=0)

    assert len(found) > 2
    assert texts(found) == texts(rows_of(read(0)))


@pytest.mark.parametrize(("path", "body", "limit"), SEARCHES)
def test_a_search_is_cut_whatever_count_is_asked_for(
    paged: Domo, path: str, body: dict[str, Any], limit: str
) -> None:
    def read(offset: int) -> Any:
        return paged.done("POST", path, body | {limit: 50, "offset": offset})

    found = walked(read)
    paged.switch(page_limit=0)

    assert len(found) > 2
    assert texts(found) == texts(rows_of(read(0)))
