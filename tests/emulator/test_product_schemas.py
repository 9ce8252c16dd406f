"""Schemas, versions and indexing on the Product plane."""

from typing import Any

import pytest

from tests.emulator.client import Domo, wait_until
from tests.emulator.conftest import PEOPLE, SALES

SCHEMAS = f"/data/v2/datasources/{SALES}/schemas"
INDEXED = f"/query/v1/datasources/{SALES}/schema/indexed"
INDEXES = f"/data/v3/datasources/{SALES}/indexes"


def columns(*names: str) -> list[dict[str, Any]]:
    return [
        {"name": one, "id": one, "type": "STRING", "visible": True, "order": 0} for one in names
    ]


def names(schema: dict[str, Any]) -> list[str]:
    return [one["name"] for one in schema["columns"]]


def indexed(domo: Domo) -> list[str]:
    return names(domo.get(INDEXED)["tables"][0])


def test_the_indexed_schema_has_the_shape_of_the_official_sample(domo: Domo) -> None:
    found = domo.get(f"{INDEXED}?includeHidden=false")

    assert (found["name"], found["dataSourceId"]) == ("schema", SALES)
    assert found["tables"][0]["columns"][0] == {
        "name": "order_id",
        "id": "order_id",
        "type": "LONG",
        "visible": True,
        "order": 0,
    }
    assert [one["order"] for one in found["tables"][0]["columns"]] == [0, 0, 0]


def test_a_new_schema_is_defined_at_once_and_indexed_only_after_the_call(domo: Domo) -> None:
    reply = domo.done("POST", SCHEMAS, {"columns": columns("b", "a"), "objects": [], "views": []})

    assert reply == {"schemaId": 2}
    assert names(domo.get(f"{SCHEMAS}/latest")["schema"]) == ["b", "a"]
    assert indexed(domo) == ["order_id", "region", "amount"]
    assert names(domo.get(f"{SCHEMAS}/indexed")["schema"]) == ["order_id", "region", "amount"]

    key = domo.done("POST", INDEXES, {"dataIds": []})["requestKey"]

    assert domo.get(f"{INDEXES}/{key}/statuses")["requestStatus"] == "SUCCESS"
    assert indexed(domo) == ["b", "a"]
    assert names(domo.get(f"{SCHEMAS}/1")["schema"]) == ["order_id", "region", "amount"]


def test_the_other_index_call_does_the_same(domo: Domo) -> None:
    domo.done("POST", SCHEMAS, {"columns": columns("b")})

    domo.done("POST", f"/query/v1/datasources/{SALES}")

    assert indexed(domo) == ["b"]


def test_each_call_makes_a_version_even_when_nothing_changes(domo: Domo) -> None:
    ids = [domo.done("POST", SCHEMAS, {"columns": columns("b")})["schemaId"] for _ in range(3)]

    assert ids == [2, 3, 4]
    assert domo.product("GET", f"{SCHEMAS}/5").status_code == 404


def test_indexing_takes_the_time_that_the_switch_says(domo: Domo) -> None:
    domo.switch(index_delay_ms=1500)
    domo.done("POST", SCHEMAS, {"columns": columns("b")})

    key = domo.done("POST", INDEXES)["requestKey"]

    assert domo.get(f"{INDEXES}/{key}/statuses")["requestStatus"] == "PENDING"
    assert indexed(domo) != ["b"]
    wait_until(lambda: indexed(domo) == ["b"])
    assert domo.get(f"{INDEXES}/{key}/statuses")["requestStatus"] == "SUCCESS"
    assert domo.product("GET", f"{INDEXES}/0/statuses").status_code == 404


def test_a_hidden_column_is_shown_only_on_request(domo: Domo) -> None:
    hidden = [{"name": "a", "type": "LONG"}, {"name": "b", "type": "LONG", "visible": False}]
    domo.done("POST", SCHEMAS, {"columns": hidden})
    domo.done("POST", INDEXES)

    assert indexed(domo) == ["a"]
    assert names(domo.get(f"{INDEXED}?includeHidden=true")["tables"][0]) == ["a", "b"]


def test_an_upsert_key_that_is_not_sent_back_is_gone(domo: Domo) -> None:
    domo.done("POST", SCHEMAS, {"columns": [{"name": "a", "type": "LONG", "upsertKey": True}]})
    kept = domo.get(f"{SCHEMAS}/latest")["schema"]["columns"][0]
    domo.done("POST", SCHEMAS, {"columns": columns("a")})

    assert kept["upsertKey"] is True
    assert kept["metadata"] == {"colLabel": "a", "colFormat": "", "isEncrypted": False}
    assert "upsertKey" not in domo.get(f"{SCHEMAS}/latest")["schema"]["columns"][0]


def test_names_that_differ_only_in_case_are_taken_and_equal_ones_not(domo: Domo) -> None:
    domo.done("POST", SCHEMAS, {"columns": columns("a", "A")})

    assert domo.product("POST", SCHEMAS, {"columns": columns("a", "a")}).status_code == 400


@pytest.mark.parametrize(
    "body", [{}, {"columns": [{"name": "a", "type": "VARCHAR"}]}, {"columns": 1}]
)
def test_a_malformed_schema_is_400(domo: Domo, body: dict[str, Any]) -> None:
    assert domo.product("POST", SCHEMAS, body).status_code == 400


def test_many_schemas_at_once_where_the_switch_says_so(domo: Domo) -> None:
    domo.done("POST", SCHEMAS, {"columns": columns("b")})
    path = f"/data/v3/datasources/schemaList?dataSourceIds={SALES},{PEOPLE},nope"

    def read(query: str) -> dict[str, list[str]]:
        return {
            one["dataSource"]["id"]: names(one["schemaContract"]["schema"])
            for one in domo.get(path + query)
        }

    assert read("&indexedSchema=false") == {SALES: ["b"], PEOPLE: ["name"]}
    assert read("&indexedSchema=true")[SALES] == ["order_id", "region", "amount"]
    domo.switch(schema_list=False)
    assert domo.product("GET", path).status_code == 404


def test_more_than_100_schemas_are_refused(domo: Domo) -> None:
    ids = ",".join([SALES] * 101)

    reply = domo.product("GET", f"/data/v3/datasources/schemaList?dataSourceIds={ids}")

    assert reply.status_code == 400


def test_a_new_dataset_has_no_table_before_the_first_index_where_the_switch_says_so(
    domo: Domo,
) -> None:
    domo.switch(created_schema_is_indexed=False)
    body = {"dataSourceName": "x", "schema": {"columns": columns("a")}}
    made = domo.done("POST", "/data/v2/datasources", body)["dataSource"]["id"]

    assert domo.get(f"/query/v1/datasources/{made}/schema/indexed")["tables"] == []
    assert domo.get(f"/data/v3/datasources/{made}")["columnCount"] == 0
    domo.done("POST", f"/query/v1/datasources/{made}")
    assert domo.get(f"/data/v3/datasources/{made}")["columnCount"] == 1
