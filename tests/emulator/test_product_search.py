"""Searches, lists and what is asked of many datasets; how far lists lag behind the truth."""

import json
import time
from typing import Any

import pytest

from tests.emulator.client import Domo, wait_until
from tests.emulator.conftest import ADA, BOB, CAT, ESTATE, FINANCE, PEOPLE, SALES

V3 = "/data/v3/datasources"
UI = "/data/ui/v3/datasources"
SEARCH = f"{UI}/search"
QUERY = "/search/v1/query"
NAMES = ["Budget 2024", "Budget 2025", "Forecast", "Ledger [old]"]


def create(domo: Domo, name: str, token: str = "t-ada", **more: Any) -> str:
    body = {"dataSourceName": name, **more}
    made = domo.done("POST", "/data/v2/datasources", body, token)
    return str(made["dataSource"]["dataSourceId"])


def term(field: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"filterType": "term", "field": field, "value": value, **more}


def wildcard(query: str) -> dict[str, Any]:
    return {"filterType": "wildcard", "field": "name_sort", "query": query}


def search(domo: Domo, token: str = "t-ada", **asked: Any) -> list[str]:
    """The names that the search of the data center finds, in its order."""
    found = domo.done("POST", SEARCH, {"entities": ["DATASET"], "query": "*", **asked}, token)
    return [one["name"] for one in found["dataSources"]]


def query(domo: Domo, token: str = "t-ada", **asked: Any) -> dict[str, Any]:
    body = {"query": "*", "entityList": [["dataset"]], **asked}
    found: dict[str, Any] = domo.done("POST", QUERY, body, token)
    return found


def test_the_search_of_the_data_center_answers_as_sampled(domo: Domo) -> None:
    body = {
        "entities": ["DATASET"],
        "filters": [wildcard("*order*")],
        "combineResults": True,
        "query": "*",
        "count": 100,
        "offset": 0,
        "sort": {
            "isRelevance": False,
            "fieldSorts": [{"field": "create_date", "sortOrder": "DESC"}],
        },
    }

    found = domo.done("POST", SEARCH, body)

    assert found["_metaData"] == {
        "totalCount": 1,
        "limit": 100,
        "offset": 0,
        "executor": "SEARCH",
        "augmented": False,
    }
    (one,) = found["dataSources"]
    assert (one["id"], one["name"], one["owner"]["id"]) == (SALES, "Sales Orders", str(ADA))
    assert sorted(one["tagsList"]) == ["finance", "gold", "pii"]
    assert (one["state"], one["status"], one["adc"]) == ("VALID", "VALID", True)
    assert one["schema"]["name"] == SALES
    assert one["schema"]["tables"][0]["columns"][0] == {
        "id": "order_id",
        "name": "order_id",
        "order": 0,
        "type": "LONG",
        "visible": True,
    }
    assert not {"tags", "permissions", "properties"} & one.keys()


def test_the_search_across_everything_answers_as_documented(domo: Domo) -> None:
    found = query(domo, query="*sales*", count=20, sort={}, facetValuesToInclude=[])

    assert found["totalResultCount"] == 1
    assert (found["facetMap"], found["hideSearchObjects"]) == ({}, False)
    assert found["sort"] == {
        "fieldSorts": None,
        "activity": None,
        "activitySortType": None,
        "metricAction": None,
        "isHotness": False,
        "isRelevance": True,
    }
    assert found["searchResultsMap"] == {"dataset": found["searchObjects"]}
    (one,) = found["searchObjects"]
    assert (one["entityType"], one["databaseId"], one["name"]) == (
        "dataset",
        SALES,
        "Sales Orders",
    )
    assert one["owners"] == [{"id": str(ADA), "type": "USER", "displayName": "Ada"}]
    assert (one["ownedById"], one["ownedByType"], one["pdpEnabled"]) == (str(ADA), "USER", True)
    assert one["searchId"]["databaseId"] == SALES
    assert query(domo)["queryUuid"] != found["queryUuid"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"filters": [wildcard("Budget*")]}, ["Budget 2024", "Budget 2025"]),
        ({"filters": [wildcard("budget ????")]}, ["Budget 2024", "Budget 2025"]),
        ({"filters": [wildcard("budget")]}, []),
        ({"filters": [wildcard("*[old]")]}, ["Ledger [old]"]),
        ({"filters": [wildcard("*24"), wildcard("B*")]}, ["Budget 2024"]),
        ({"filters": [term("name", "forecast")]}, ["Forecast"]),
        (
            {"filters": [{"filterType": "term", "field": "name", "values": ["Forecast", "x"]}]},
            ["Forecast"],
        ),
        ({"filters": [term("databaseId", SALES)]}, ["Sales Orders"]),
        ({"filters": [term("tags", "pii")]}, ["Sales Orders"]),
        ({"filters": [term("dataprovidername_facet", "jupyter")]}, ["Forecast"]),
        ({"filters": [term("dataprovidername_facet", "api", **{"not": True})]}, ["Forecast"]),
        ({"filters": [term("owned_by_id", f"{BOB}:USER")]}, ["Ledger [old]"]),
        ({"filters": [term("owned_by_id", f"{BOB}:GROUP")]}, []),
        ({"filters": [term("pdp_enabled", True)]}, ["Sales Orders"]),
        ({"filters": [{"filterType": "boolean", "field": "pdpEnabled", "value": True}]}, SALES),
        ({"filters": [{"filterType": "missing", "field": "tags", "not": True}]}, SALES),
        ({"filters": [{"filterType": "missing", "field": "description", "not": True}]}, SALES),
        ({"filters": [{"filterType": "queryString", "field": "tags", "queryString": "go"}]}, SALES),
        (
            {
                "filters": [
                    {
                        "filterType": "numeric",
                        "field": "rowCount",
                        "operator": "GT",
                        "longNumber": 0,
                    }
                ]
            },
            [],
        ),
        ({"filters": [{"filterType": "range", "field": "rowCount", "from": 0.5}]}, []),
        ({"filters": [term("certification.state", "CERTIFIED")]}, []),
        ({"filters": [term("no_such_field", "x")]}, []),
        ({"query": "budget 24"}, ["Budget 2024"]),
        ({"query": "one row per"}, ["Sales Orders"]),
        ({"query": "nothing of that name"}, []),
    ],
)
def test_filters_and_words_narrow_what_is_found(
    domo: Domo, asked: dict[str, Any], found: list[str] | str
) -> None:
    for name in NAMES[:2]:
        create(domo, name)
    create(domo, "Forecast", dataProviderType="jupyter")
    create(domo, "Ledger [old]", "t-bob")

    expected = ["Sales Orders"] if found == SALES else found

    assert search(domo, **asked) == expected
    assert [one["name"] for one in query(domo, **asked)["searchObjects"]] == expected


def test_or_filters_need_one_and_not_filters_none(domo: Domo) -> None:
    for name in NAMES:
        create(domo, name)

    any_of = [wildcard("budget*"), wildcard("ledger*")]
    found = query(domo, orFilters=any_of, notFilters=[wildcard("*2025")])
    grouped = query(domo, orFilters=[any_of, [wildcard("*2025"), wildcard("*old*")]])

    assert [one["name"] for one in found["searchObjects"]] == ["Budget 2024", "Ledger [old]"]
    assert [one["name"] for one in grouped["searchObjects"]] == ["Budget 2025", "Ledger [old]"]


def test_certified_datasets_are_found_by_their_state(domo: Domo) -> None:
    sales, people = ESTATE["datasets"]
    certified = [{**sales, "certification": {}}, {**people, "certification": {"state": "PENDING"}}]
    domo.reset({**ESTATE, "datasets": certified})

    assert search(domo, filters=[term("certification.state", "CERTIFIED")]) == ["Sales Orders"]
    assert search(domo, filters=[term("certification.state", "PENDING")]) == ["People"]


def test_times_are_searched_by_bucket_and_by_bounds(domo: Domo) -> None:
    now_ms = int(time.time() * 1000)

    def between(**bounds: int) -> dict[str, Any]:
        return {"filterType": "dateRange", "field": "create_date", **bounds}

    bucket = {"filterType": "dateBucket", "field": "lastModified", "value": "LAST_DAY"}
    assert len(search(domo, filters=[bucket])) == 2
    assert len(search(domo, filters=[between(**{"from": now_ms - 60_000})])) == 2
    assert search(domo, filters=[between(to=now_ms - 60_000)]) == []


def test_a_search_is_sorted_as_asked(domo: Domo) -> None:
    for name in ("b", "A", "c"):
        create(domo, name)

    def ordered(*sorts: tuple[str, str]) -> list[str]:
        fields = [{"field": field, "sortOrder": order} for field, order in sorts]
        return search(
            domo, sort={"isRelevance": False, "fieldSorts": fields}, filters=[wildcard("?")]
        )

    assert ordered(("name_sort", "ASC")) == ["A", "b", "c"]
    assert ordered(("name_sort", "DESC")) == ["c", "b", "A"]
    assert ordered(("dataprovidername_facet", "ASC"), ("name", "DESC")) == ["c", "b", "A"]


def test_a_search_is_paged_and_counted(domo: Domo) -> None:
    for number in range(12):
        create(domo, f"Bulk {number:02}")

    first = query(domo, query="bulk")
    second = query(domo, query="bulk", offset=10)

    assert (len(first["searchObjects"]), len(second["searchObjects"])) == (10, 2)
    assert first["totalResultCount"] == second["totalResultCount"] == 12
    assert query(domo, query="bulk", offset=12)["searchObjects"] == []
    domo.switch(page_limit=1)
    assert len(query(domo, query="bulk")["searchObjects"]) == 1
    assert search(domo, count=3) == ["Bulk 00"]


@pytest.mark.parametrize("path", [SEARCH, QUERY])
def test_a_search_reaches_no_further_than_10_000_records(domo: Domo, path: str) -> None:
    body = {"entities": ["dataset"], "query": "*", "count": 100}

    assert domo.product("POST", path, {**body, "offset": 9_900}).status_code == 200
    assert domo.product("POST", path, {**body, "offset": 9_901}).status_code == 400


@pytest.mark.parametrize(
    "asked",
    [
        {"query": 5},
        {"query": "x" * 1001},
        {"query": "x " * 101},
        {"count": -1},
        {"count": "many"},
        {"offset": -1},
        {"offset": 10**30},
        {"entities": [7]},
        {"entities": []},
        {"filters": "x"},
        {"filters": [5]},
        {"filters": [{"field": "name"}]},
        {"filters": [{"filterType": "fuzzy", "field": "name"}]},
        {"filters": [{"filterType": "term", "field": "name"}]},
        {"filters": [{"filterType": "term", "value": "x"}]},
        {"filters": [{"filterType": "term", "field": "name", "value": {}}]},
        {"filters": [{"filterType": "wildcard", "field": "name"}]},
        {"filters": [{"filterType": "dateBucket", "field": "created", "value": "LAST_YEAR"}]},
        {"filters": [{"filterType": "range", "field": "rowCount", "from": [1]}]},
        {"filters": [{"filterType": "numeric", "field": "rowCount", "operator": "~"}]},
        {"filters": [{"filterType": "numeric", "field": "rowCount", "operator": "EQ"}]},
        {"filters": [{"filterType": "boolean", "field": "hidden", "value": "yes"}]},
        {"filters": [wildcard("*")] * 101},
        {"orFilters": [[5]]},
        {"notFilters": {"a": 1}},
        {"sort": []},
        {"sort": {"fieldSorts": [{"field": "name", "sortOrder": "UP"}]}},
        {"sort": {"fieldSorts": [{}]}},
    ],
)
@pytest.mark.parametrize("path", [SEARCH, QUERY])
def test_a_malformed_search_is_400(domo: Domo, path: str, asked: dict[str, Any]) -> None:
    body = {"entities": ["DATASET"], "query": "*", **asked}

    assert domo.product("POST", path, body).status_code == 400


def test_a_search_finds_only_what_the_caller_may_see(domo: Domo) -> None:
    create(domo, "Hidden", hidden=True)

    assert search(domo) == ["People", "Sales Orders"]
    assert search(domo, "t-bob") == ["Sales Orders"]
    assert query(domo, "t-wes")["totalResultCount"] == 0
    assert search(domo, entities=["DATAFLOW"]) == []


def test_several_kinds_are_searched_at_once_and_paged_through(domo: Domo) -> None:
    kinds = [["account"], ["dataset", "card"]]

    first = query(domo, entityList=kinds, count=2)
    rest = query(domo, entityList=kinds, count=2, offset=2)

    assert [one["entityType"] for one in first["searchObjects"]] == ["account", "dataset"]
    assert [one["name"] for one in rest["searchObjects"]] == ["Sales Orders"]
    assert first["totalResultCount"] == rest["totalResultCount"] == 3
    assert first["searchResultsMap"].keys() == {"account", "dataset", "card"}
    assert first["searchResultsMap"]["card"] == []


def test_accounts_are_found_by_name_for_those_who_may_use_them(domo: Domo) -> None:
    asked = {
        "combineResults": False,
        "query": "*snow*",
        "filters": [],
        "queryProfile": "GLOBAL",
        "entityList": [["account"]],
        "sort": {"fieldSorts": [{"field": "display_name_sort", "sortOrder": "ASC"}]},
    }

    (found,) = query(domo, **asked)["searchObjects"]

    assert (found["databaseId"], found["displayName"]) == ("3", "Snowflake prod")
    assert (found["ownedById"], found["valid"]) == (str(ADA), True)
    assert query(domo, "t-cat", **asked)["searchObjects"] == []
    assert query(domo, **{**asked, "query": "oracle"})["searchObjects"] == []


def test_facets_count_what_was_found(domo: Domo) -> None:
    create(domo, "Bob's", "t-bob")
    create(domo, "Bob's other", "t-bob")
    create(domo, "Forecast", dataProviderType="jupyter")
    names = ["OWNED_BY_ID", "DATAPROVIDERNAME", "NO_SUCH"]

    found = query(domo, facetValuesToInclude=names, facetValueLimit=1, query="*o*")["facetMap"]
    second = query(domo, facetValuesToInclude=names, facetValueLimit=5, facetValueOffset=1)
    none = query(domo, facetValuesToInclude=names)["facetMap"]

    assert found["OWNED_BY_ID"] == {
        "fieldName": "owned_by_id",
        "searchFacetEnum": "OWNED_BY_ID",
        "facetValues": [
            {
                "value": f"{ADA}:USER",
                "label": "Ada",
                "count": 3,
                "facetType": "user",
                "filterType": "term",
            }
        ],
    }
    owners = second["facetMap"]["OWNED_BY_ID"]["facetValues"]
    assert [(one["value"], one["count"]) for one in owners] == [(f"{BOB}:USER", 2)]
    providers = second["facetMap"]["DATAPROVIDERNAME"]["facetValues"]
    assert [(one["value"], one["count"]) for one in providers] == [("jupyter", 1)]
    assert {name: one["facetValues"] for name, one in none.items()} == {
        "OWNED_BY_ID": [],
        "DATAPROVIDERNAME": [],
    }


def test_a_search_tells_only_the_fields_that_are_asked_for(domo: Domo) -> None:
    found = query(domo, fieldsToReturn=["name", "databaseId"], query="people")

    assert found["searchObjects"] == [{"databaseId": PEOPLE, "name": "People"}]
    assert query(domo, hideSearchObjects=True)["searchObjects"] == []


def listed(domo: Domo, asked: str = "", token: str = "t-ada") -> set[str]:
    return {one["name"] for one in domo.get(f"{V3}?{asked}", token)["dataSources"]}


def test_the_list_is_filtered_by_type_provider_owner_and_time(domo: Domo) -> None:
    before_ms = max(one["created"] for one in domo.get(V3)["dataSources"])
    time.sleep(0.01)
    create(domo, "Notebook", dataProviderType="domo-jupyterdata", dataSourceType="Jupyter")
    create(domo, "Bob's", "t-bob", dataProviderType="webform")

    assert listed(domo, "dataProviderType=webform") == {"Bob's"}
    assert listed(domo, "displayType=webform,domo-jupyterdata") == {"Bob's", "Notebook"}
    assert listed(domo, "type=Jupyter") == {"Notebook"}
    assert listed(domo, "type=domo-jupyterdata") == set()
    assert listed(domo, "type=webform,Jupyter") == {"Bob's", "Notebook"}
    assert listed(domo, f"ownerId={BOB}") == {"Bob's"}
    assert listed(domo, f"createdSince={before_ms + 1}") == {"Bob's", "Notebook"}
    assert listed(domo, f"createdSince={before_ms}") == listed(domo)
    assert domo.product("GET", f"{V3}?createdSince=yesterday").status_code == 400
    newest = domo.get(f"{V3}?orderBy=createdAt&limit=1")["dataSources"]
    assert [one["name"] for one in newest] == ["Bob's"]


def test_the_list_by_owner_knows_users_only(domo: Domo) -> None:
    body = {"type": "DATA_SOURCE", "ids": [SALES], "groupId": FINANCE}
    domo.done("POST", "/data/v1/ui/bulk/reassign", body)

    assert listed(domo, f"ownerId={FINANCE}") == set()


def test_all_tags_are_those_of_the_datasets_in_sight(domo: Domo) -> None:
    domo.done("POST", f"{UI}/{PEOPLE}/tags", ["pii", "staff", "über"])

    assert domo.get(f"{SEARCH}/tags/all") == ["finance", "gold", "pii", "staff", "über"]
    assert domo.get(f"{SEARCH}/tags/all", "t-bob") == ["finance", "gold", "pii"]
    assert domo.get(f"{SEARCH}/tags/all", "t-wes") == []


def test_what_users_and_groups_own_is_asked_not_written(domo: Domo) -> None:
    domo.done("POST", "/data/v1/ui/bulk/reassign", {
        "type": "DATA_SOURCE", "ids": [PEOPLE], "groupId": FINANCE,
    })  # fmt: skip
    body = [{"id": ADA, "type": "USER"}, {"id": str(FINANCE), "type": "GROUP"}, {"id": 99}]

    found = domo.done("POST", f"{UI}/ownedBy", body)

    assert found == [
        {
            "entityIdentifier": {"id": str(ADA), "type": "USER"},
            "dataSourceIds": [SALES],
            "dataSources": [],
        },
        {
            "entityIdentifier": {"id": str(FINANCE), "type": "GROUP"},
            "dataSourceIds": [PEOPLE],
            "dataSources": [],
        },
        {
            "entityIdentifier": {"id": "99", "type": "USER"},
            "dataSourceIds": [],
            "dataSources": [],
        },
    ]
    assert domo.done("POST", f"{UI}/ownedBy", body[:1], "t-wes")[0]["dataSourceIds"] == []


@pytest.mark.parametrize("body", [{}, [5], [{"type": "USER"}], [{"id": 1, "type": "ROBOT"}]])
def test_a_malformed_question_about_owners_is_400(domo: Domo, body: Any) -> None:
    assert domo.product("POST", f"{UI}/ownedBy", body).status_code == 400


def test_statuses_of_one_and_of_many(domo: Domo) -> None:
    one = domo.get(f"{V3}/{SALES}/statuses?expireCache=true")
    many = domo.done("POST", f"{V3}/statuses", [SALES, PEOPLE, "nope"])

    assert (one["id"], one["status"], one["state"]) == (SALES, "SUCCESS", "SUCCESS")
    assert {row["id"]: row["status"] for row in many} == {SALES: "SUCCESS", PEOPLE: "SUCCESS"}
    assert [row["id"] for row in domo.done("POST", f"{V3}/statuses", [SALES, PEOPLE], "t-bob")] == [
        SALES
    ]
    assert domo.product("GET", f"{V3}/nope/statuses").status_code == 404
    assert domo.product("GET", f"{V3}/{PEOPLE}/statuses", token="t-bob").status_code == 403
    assert domo.product("POST", f"{V3}/statuses", [SALES] * 101).status_code == 400
    assert domo.product("POST", f"{V3}/statuses", {"ids": []}).status_code == 400


def test_a_new_dataset_stays_out_of_searches_where_the_switch_says_so(domo: Domo) -> None:
    domo.switch(list_delay_ms=60_000)

    made = create(domo, "Late", tags='["late"]')

    assert "Late" not in search(domo)
    assert query(domo, query="late")["searchObjects"] == []
    assert "late" not in domo.get(f"{SEARCH}/tags/all")
    assert domo.get(f"{V3}/{made}")["name"] == "Late"


def test_lists_and_searches_show_old_names_tags_and_owners_for_a_while(domo: Domo) -> None:
    domo.switch(list_stale_ms=60_000)
    domo.done("PUT", f"{V3}/{SALES}/properties", {"dataSourceName": "Renamed"})
    domo.done("POST", f"{UI}/{SALES}/tags", ["new"])
    reassign = {"type": "DATA_SOURCE", "ids": [SALES], "userId": CAT}
    domo.done("POST", "/data/v1/ui/bulk/reassign", reassign)

    (found,) = domo.get(f"{V3}?nameLike=orders")["dataSources"]
    assert (found["id"], found["owner"]["name"]) == (SALES, "Ada")
    assert sorted(json.loads(found["tags"])) == ["finance", "gold", "pii"]
    assert domo.get(V3)["_metaData"]["executor"] == "SEARCH"
    assert domo.get(f"{V3}?nameLike=renamed")["dataSources"] == []
    assert search(domo, filters=[term("tags", "gold")]) == ["Sales Orders"]
    assert search(domo, filters=[term("tags", "new")]) == []
    assert query(domo, filters=[term("owned_by_id", f"{CAT}:USER")])["searchObjects"] == []
    assert domo.get(f"{SEARCH}/tags/all") == ["finance", "gold", "pii"]
    assert "Sales Orders" in {one["name"] for one in domo.v1("GET", "/datasets")}


def test_what_lists_show_stale_is_read_as_it_is_everywhere_else(domo: Domo) -> None:
    domo.switch(list_stale_ms=60_000)
    domo.done("PUT", f"{V3}/{SALES}/properties", {"dataSourceName": "Renamed"})

    assert domo.get(f"{V3}/{SALES}")["name"] == "Renamed"
    (bulk,) = domo.done("POST", f"{V3}/bulk", [SALES])["dataSources"]
    assert bulk["name"] == "Renamed"
    assert domo.v1("GET", f"/datasets/{SALES}")["name"] == "Renamed"
    assert domo.snapshot()["datasets"][1]["name"] == "Renamed"


def test_lists_show_what_stood_before_all_that_one_request_changed(domo: Domo) -> None:
    domo.switch(list_stale_ms=60_000)
    names = [
        {"dataSourceId": SALES, "properties": {"dataSourceName": name}} for name in ("One", "Two")
    ]

    domo.done("PUT", "/data/v2/datasources/properties", names)

    assert search(domo) == ["People", "Sales Orders"]
    assert domo.get(f"{V3}/{SALES}")["name"] == "Two"


def test_lists_catch_up(domo: Domo) -> None:
    domo.switch(list_stale_ms=400)
    domo.done("PUT", f"{V3}/{SALES}/properties", {"dataSourceName": "Second"})
    assert listed(domo) == {"People", "Sales Orders"}

    wait_until(lambda: listed(domo) == {"People", "Second"})
    domo.done("PUT", f"{V3}/{SALES}/properties", {"dataSourceName": "Third"})

    assert search(domo) == ["People", "Second"]
    wait_until(lambda: search(domo) == ["People", "Third"])


def test_a_deleted_dataset_stays_in_stale_lists_for_a_while(domo: Domo) -> None:
    domo.switch(list_stale_ms=400)

    domo.done("DELETE", f"{V3}/{PEOPLE}")

    assert search(domo) == ["People", "Sales Orders"]
    assert listed(domo) == {"People", "Sales Orders"}
    assert domo.product("GET", f"{V3}/{PEOPLE}").status_code == 404
    wait_until(lambda: listed(domo) == {"Sales Orders"})


def test_who_sees_a_dataset_in_stale_lists_is_decided_by_today(domo: Domo) -> None:
    domo.switch(list_stale_ms=60_000)
    reassign = {"type": "DATA_SOURCE", "ids": [PEOPLE], "userId": BOB}
    domo.done("POST", "/data/v1/ui/bulk/reassign", reassign)

    assert search(domo, "t-bob") == ["People", "Sales Orders"]
    domo.done("DELETE", f"{V3}/{SALES}/permissions/GROUP/{FINANCE}")
    assert search(domo, "t-bob") == ["People"]


def test_a_negative_limit_is_cut_by_the_small_pages_too(domo: Domo) -> None:
    domo.switch(page_limit=1)

    assert len(domo.get(f"{V3}?limit=-1")["dataSources"]) == 1
    assert len(domo.get("/content/v2/users?limit=-1")) == 1
    assert len(domo.get("/content/v2/users")) == 5
    domo.switch(page_limit=0)
    assert len(domo.get("/content/v2/users?limit=-1")) == 5
    assert domo.product("GET", "/content/v2/users?offset=-1").status_code == 400
