"""Rows on the Product plane: who may, indexing, data versions and SQL."""

from typing import Any

import pytest

from tests.emulator.client import Domo, wait_until
from tests.emulator.conftest import PEOPLE, SALES, WEST_ONLY
from tests.emulator.row_calls import (
    V3,
    begin,
    commit,
    execute,
    index,
    put_part,
    select,
    upload,
    versions,
)

ORDERS = "1,West,10.5\n2,East,20\n3,West,\n"


# Rights


@pytest.mark.parametrize(
    ("token", "sees", "writes"), [("t-bob", 200, 403), ("t-cat", 403, 403), ("t-ada", 200, 200)]
)
def test_who_may_write_and_who_may_read(domo: Domo, token: str, sees: int, writes: int) -> None:
    number = begin(domo, SALES)

    def status(method: str, path: str, body: Any = None) -> int:
        return domo.product(method, path, body, token).status_code

    uploads = f"{V3.format(SALES)}/uploads"
    assert status("POST", uploads) == writes
    assert status("POST", uploads, {"values": "1,West,1"}) == writes
    assert put_part(domo, SALES, number, 1, ORDERS, token).status_code == writes
    assert status("PUT", f"{uploads}/{number}/commit", {"action": "APPEND"}) == writes
    assert status("POST", f"{V3.format(SALES)}/indexes", {"dataIds": []}) == writes
    assert status("GET", f"{V3.format(SALES)}/dataversions/details") == sees
    assert status("GET", f"/query/v1/datasources/{SALES}/partition") == sees
    assert status("POST", f"/query/v1/datasources/{SALES}/partition/list", {}) == sees
    hydrate = "/dataprocessing/v2/dataflows/data-version-hydrate"
    assert status("POST", hydrate, {"dataSourceId": SALES}) == sees
    assert status("POST", f"/query/v1/execute/{SALES}", {"sql": "SELECT 1 FROM table"}) == sees


def test_the_gateway_asks_for_a_token_too(domo: Domo) -> None:
    reply = domo.send("POST", f"{V3.format(PEOPLE)}/uploads", {"appendId": "append"})

    assert reply.status_code == 401


def test_an_unknown_dataset_is_404(domo: Domo) -> None:
    assert domo.product("POST", f"{V3.format('nope')}/uploads").status_code == 404
    assert execute(domo, "nope", sql="SELECT 1").status_code == 404


# Indexing


def test_rows_that_are_not_indexed_are_not_seen(domo: Domo) -> None:
    done = upload(domo, PEOPLE, "Ann\n", action="APPEND", index=False)
    text = upload(domo, PEOPLE, "Bob\n", action="APPEND", index="false")
    unseen = select(domo, PEOPLE)
    index(domo, PEOPLE)

    assert (done["indexing"], text["indexing"]) == ({"requested": False}, {"requested": False})
    assert unseen == []
    assert domo.get(V3.format(PEOPLE))["rowCount"] == 2
    assert select(domo, PEOPLE) == [["Ann"], ["Bob"]]


def test_rows_are_indexed_unless_the_commit_says_otherwise(domo: Domo) -> None:
    number = begin(domo, PEOPLE)
    put_part(domo, PEOPLE, number, 1, "Ann\n")

    done = commit(domo, PEOPLE, number, action="APPEND").json()

    assert done["indexing"]["requested"] is True
    key = done["indexing"]["requestKey"]
    status = domo.get(f"{V3.format(PEOPLE)}/indexes/{key}/statuses")
    assert status["progress"]["status"] == "SUCCESS"
    assert select(domo, PEOPLE) == [["Ann"]]


def test_data_versions_are_indexed_by_their_number(domo: Domo) -> None:
    for name in ("Ann", "Bob", "Cat"):
        upload(domo, PEOPLE, f"{name}\n", action="APPEND", index=False)

    index(domo, PEOPLE, 2)
    two = select(domo, PEOPLE)
    index(domo, PEOPLE, 1)
    still = select(domo, PEOPLE)
    index(domo, PEOPLE, 3)

    assert two == still == [["Ann"], ["Bob"]]
    assert select(domo, PEOPLE) == [["Ann"], ["Bob"], ["Cat"]]


@pytest.mark.parametrize("body", [{"dataIds": [9]}, {"dataIds": ["x"]}, {"dataIds": 1}])
def test_an_index_request_for_no_data_version_is_400(domo: Domo, body: dict[str, Any]) -> None:
    assert domo.product("POST", f"{V3.format(PEOPLE)}/indexes", body).status_code == 400


def test_rows_are_seen_once_their_indexing_is_done(domo: Domo) -> None:
    upload(domo, PEOPLE, "Ann\n", action="APPEND")
    domo.switch(index_delay_ms=1500)

    key = upload(domo, PEOPLE, "Bob\n", action="REPLACE")["indexing"]["requestKey"]

    path = f"{V3.format(PEOPLE)}/indexes/{key}/statuses"
    assert domo.get(path)["status"] == "PENDING"
    assert select(domo, PEOPLE) == [["Ann"]]
    wait_until(lambda: select(domo, PEOPLE) == [["Bob"]])
    assert domo.get(path)["status"] == "SUCCESS"


def test_a_new_column_is_seen_by_queries_once_it_is_indexed(domo: Domo) -> None:
    upload(domo, PEOPLE, "Ann\n", action="APPEND")
    columns = [{"name": "name", "type": "STRING"}, {"name": "age", "type": "LONG"}]
    domo.done("POST", f"/data/v2/datasources/{PEOPLE}/schemas", {"columns": columns})

    upload(domo, PEOPLE, "Bob,7\n", action="APPEND", index=False)
    before = select(domo, PEOPLE)
    index(domo, PEOPLE)

    assert before == [["Ann"]]
    assert select(domo, PEOPLE) == [["Ann", None], ["Bob", 7]]
    assert [one["schemaId"] for one in versions(domo, PEOPLE)] == [2, 1]


# Data versions


def test_each_write_is_a_data_version_the_newest_first(domo: Domo) -> None:
    upload(domo, PEOPLE, "Ann\nBob\n", action="REPLACE")
    upload(domo, PEOPLE, "Cat\n", action="APPEND", index=False)
    domo.done("POST", f"{V3.format(PEOPLE)}/uploads", {"values": "Dan"})

    listed = versions(domo, PEOPLE)

    assert [(one["dataVersionId"], one["rowCount"]) for one in listed] == [(3, 1), (2, 1), (1, 2)]
    assert {one["status"] for one in listed} == {"success"}
    assert all(one["datetimeRecorded"] <= one["datetimeUploadCompleted"] for one in listed)


def test_the_versions_of_a_dataflow_come_in_pages(domo: Domo) -> None:
    for name in ("Ann", "Bob", "Cat"):
        upload(domo, PEOPLE, f"{name}\n", action="APPEND")
    path = "/dataprocessing/v2/dataflows/data-version-hydrate"

    def page(query: str) -> list[int]:
        found = domo.done("POST", path + query, {"dataSourceId": PEOPLE})
        return [one["dataVersionId"] for one in found]

    assert page("") == [3, 2, 1]
    assert page("?engine=MAGIC&limit=2&offset=1") == [2, 1]
    assert page("?limit=2&offset=3") == []


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", {}),
        ("", {"dataSourceId": PEOPLE, "type": "WriteToVault"}),
        ("", {"dataSourceId": PEOPLE, "versionWindow": {"expression": "2=2"}}),
        ("", {"dataSourceId": PEOPLE, "versionWindow": []}),
        ("?engine=SQL", {"dataSourceId": PEOPLE}),
        ("?offset=-1", {"dataSourceId": PEOPLE}),
    ],
)
def test_a_dataflow_that_cannot_be_understood_is_400(
    domo: Domo, query: str, body: dict[str, Any]
) -> None:
    path = f"/dataprocessing/v2/dataflows/data-version-hydrate{query}"

    assert domo.product("POST", path, body).status_code == 400


# SQL


def test_a_query_answers_columns_and_rows(domo: Domo) -> None:
    upload(domo, SALES, ORDERS, action="REPLACE")

    reply = execute(domo, SALES, sql=f"SELECT region, sum(amount) AS s FROM `{SALES}` GROUP BY 1")

    found = reply.json()
    assert reply.headers["content-type"] == "application/json"
    assert sorted(found["rows"]) == [["East", 20], ["West", 10.5]]
    assert found | {"rows": []} == {
        "datasource": SALES,
        "columns": ["region", "s"],
        "metadata": [
            {"type": kind, "dataSourceId": SALES}
            | {"maxLength": -1, "minLength": -1, "periodIndex": 0}
            for kind in ("STRING", "DECIMAL")
        ],
        "rows": [],
        "numRows": 2,
        "numColumns": 2,
        "fromcache": False,
    }


def test_a_query_answers_objects_where_the_switch_says_so(domo: Domo) -> None:
    upload(domo, SALES, ORDERS, action="REPLACE")
    domo.switch(query_shape="objects")

    rows = execute(domo, SALES, sql="SELECT *, 'q\"' AS `it's` FROM table WHERE order_id = 3")
    none = execute(domo, SALES, sql="SELECT * FROM table WHERE order_id = 4")

    assert rows.json() == [{"order_id": 3, "region": "West", "amount": None, "it's": 'q"'}]
    assert none.json() == []


def test_a_query_shows_the_rows_of_the_callers_policies(domo: Domo) -> None:
    upload(domo, SALES, ORDERS, action="REPLACE")

    assert len(select(domo, SALES)) == 3
    assert select(domo, SALES, token="t-bob") == [[1, "West", 10.5], [3, "West", None]]
    assert execute(domo, SALES, "t-cat", sql="SELECT * FROM table").status_code == 403


def test_policies_are_previewed_by_who_sees_more(domo: Domo) -> None:
    upload(domo, SALES, ORDERS, action="REPLACE")
    body = {
        "name": "East only",
        "users": [],
        "groups": [],
        "filters": [{"column": "region", "values": ["East"], "operator": "EQUALS", "not": False}],
    }
    made = domo.v1("POST", f"/datasets/{SALES}/policies", body)

    def preview(token: str, *ids: int, on: bool = True) -> list[int]:
        control = {"filterGroupIds": list(ids), "previewPdp": on}
        reply = execute(
            domo, SALES, token, sql="SELECT order_id FROM table limit 100 offset 0",
            context={"dataControlContext": control},
        )  # fmt: skip
        return sorted(row[0] for row in reply.json()["rows"])

    assert preview("t-ada", WEST_ONLY) == [1, 3]
    assert preview("t-ada", made["id"]) == [2]
    assert preview("t-ada", WEST_ONLY, made["id"]) == [1, 2, 3]
    assert preview("t-ada", WEST_ONLY, on=False) == [1, 2, 3]
    assert preview("t-bob", made["id"]) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sql": None},
        {"sql": {"sql": "SELECT 1"}},
        {"sql": ""},
        {"sql": "DELETE FROM table"},
        {"sql": "SELECT nothing FROM table"},
        {"sql": "SELECT FROM WHERE"},
        {"sql": "SELECT 1; SELECT 2"},
        {"sql": "SELECT 1 FROM table", "context": []},
        {"sql": "SELECT 1 FROM table", "context": {"dataControlContext": 1}},
        {
            "sql": "SELECT 1 FROM table",
            "context": {"dataControlContext": {"filterGroupIds": [99], "previewPdp": True}},
        },
    ],
)
def test_a_query_that_cannot_be_answered_is_400(domo: Domo, body: dict[str, Any]) -> None:
    reply = execute(domo, SALES, **body)

    assert reply.status_code == 400
    assert (reply.reason, reply.json()["statusReason"]) == ("Bad Request", "Bad Request")


def test_a_policy_without_filters_shows_no_rows(domo: Domo) -> None:
    """A reading that no source settles, so the page of the emulator tells it."""
    upload(domo, SALES, ORDERS, action="REPLACE", index=True)
    path = f"/datasets/{SALES}/policies/{WEST_ONLY}"
    before = select(domo, SALES, "SELECT order_id FROM table", "t-bob")

    domo.v1("PUT", path, {"filters": []})

    assert before == [[1], [3]]
    assert select(domo, SALES, "SELECT order_id FROM table", "t-bob") == []
    assert len(select(domo, SALES, "SELECT order_id FROM table")) == 3
