"""Seed 003's own examples of rows: uploads, data versions, partitions, indexing and SQL.

Requests are sent as printed, with ids that exist. `"body": {}` under a reply is its envelope, not
what is answered.
"""

import re
from typing import Any

import pytest

from tests.emulator.client import Domo
from tests.emulator.row_calls import dataset, index, put_text, select, upload
from tests.emulator.shapes import differences

BEGUN = {"dataSourceId": "0dbe6a6a-5588-4a1e-9db4-989ca98762a5", "uploadId": 10}
ROWS = "Jae and Oleksii, why\nhello, it is the way"


def v3(found: str) -> str:
    return f"/data/v3/datasources/{found}"


def test_seed_003_query_with_sql(domo: Domo) -> None:
    domo.switch(query_shape="objects")
    found = dataset(domo, "column", "column2", "column3")
    upload(domo, found, "value,value 2,value 3\nother,b,c\nvalue,value 2,value 3\n", index=True)

    sql = "SELECT * FROM your_table WHERE column = 'value'"
    reply = domo.done("POST", f"/query/v1/execute/{found}", {"sql": sql})

    assert reply == [{"column": "value", "column2": "value 2", "column3": "value 3"}] * 2


def test_seed_003_append_row_to_dataset(domo: Domo) -> None:
    found = dataset(domo, "a", "b")
    body = {"action": "APPEND", "message": "Uploading", "appendId": "latest"}

    reply = domo.product("POST", f"{v3(found)}/uploads", body)

    assert reply.status_code == 200
    assert isinstance(reply.json(), dict)


def test_seed_003_append_row_to_dataset_by_its_parameters(domo: Domo) -> None:
    found = dataset(domo, "a", "b")
    upload(domo, found, "1,2\n", index=True)

    reply = domo.product("POST", f"{v3(found)}/uploads", {"values": "x|y", "delimiter": "|"})
    domo.done("POST", f"{v3(found)}/uploads", {"values": 'say "hi",'})

    assert (reply.status_code, reply.json()) == (200, {})
    assert select(domo, found) == [["1", "2"], ['say "hi"', None], ["x", "y"]]


@pytest.mark.parametrize("headed", [True, False])
def test_seed_003_request_multipart_upload_api_deletes_by_a_primary_key(
    domo: Domo, headed: bool
) -> None:
    found = dataset(domo, "name", "user_id", keys=("user_id",))
    upload(domo, found, "a,12345\nb,67890\nc,54321\nd,1\n", index=True)
    head = "user_id\n" if headed else ""
    # The page writes to api.domo.com, without /api.
    gateway, token = f"{v3(found)}/uploads", {"X-Domo-Developer-Token": "t-ada"}

    begun = domo.send("POST", gateway, {"appendId": "delete"}, token)
    number = begun.json()["uploadId"]
    first = put_text(domo, f"{gateway}/{number}/parts/1", f"{head}12345\n67890\n")
    second = put_text(domo, f"{gateway}/{number}/parts/2", f"{head}54321\n")
    message = {"message": "Deleted inactive user records"}
    done = domo.send("PUT", f"{gateway}/{number}/commit", message, token)

    printed = {"uploadId": 12345, "requestedAsOf": None}
    assert differences(printed, begun.json()) == []
    assert [one.status_code for one in (begun, first, second, done)] == [200] * 4
    assert select(domo, found) == [["d", "1"]]


def test_seed_003_request_multipart_upload_api_deletes_by_a_composite_key(domo: Domo) -> None:
    found = dataset(domo, "amount", "region", "product_id", keys=("region", "product_id"))
    upload(domo, found, "1,US,ABC123\n2,US,DEF456\n3,APAC,GHI789\n", index=True)
    printed = "region,product_id\nUS,ABC123\nEU,DEF456\nAPAC,GHI789\n"

    upload(domo, found, printed, begun={"appendId": "delete"})

    assert select(domo, found) == [["2", "US", "DEF456"]]


def test_seed_003_upload_csv_append_or_replace(domo: Domo) -> None:
    found = dataset(domo, "a", "b")
    body = {"action": None, "appendId": None}

    begun = domo.done("POST", f"{v3(found)}/uploads", body)
    path = f"{v3(found)}/uploads/{begun['uploadId']}"
    part = put_text(domo, f"/api{path}/parts/1", ROWS)
    done = domo.product("PUT", f"{path}/commit", {"action": "APPEND", "index": "true"})

    assert differences(BEGUN | {"requestedAsOf": 1654557838137}, begun) == []
    assert begun["dataSourceId"] == found
    assert begun["requestedAsOf"] > 1_654_557_838_137
    assert (part.status_code, done.status_code) == (200, 200)
    assert select(domo, found) == [["Jae and Oleksii", " why"], ["hello", " it is the way"]]


def test_seed_003_upload_csv_append_with_partitioning(domo: Domo) -> None:
    found = dataset(domo, "column1", "column2")
    body = {"action": None, "appendId": None}

    begun = domo.done("POST", f"{v3(found)}/uploads/?restateDataTag=2024-01", body)
    path = f"{v3(found)}/uploads/{begun['uploadId']}"
    part = put_text(domo, f"/api{path}/parts/1", "column1,column2\nvalue1,value2")
    committed = {"action": "APPEND", "restateDataTag": "2024-01", "index": True}
    done = domo.product("PUT", f"{path}/commit", committed)

    assert differences({"uploadId": 12345}, begun) == []
    assert (part.status_code, done.status_code) == (200, 200)
    assert select(domo, found) == [["value1", "value2"]]
    assert domo.get(f"/query/v1/datasources/{found}/partition") == [
        {"partitionId": "2024-01", "dataId": 1}
    ]


def test_seed_003_index_data_versions_and_their_progress(domo: Domo) -> None:
    found = dataset(domo, "a")
    upload(domo, found, "1\n", index=False)

    asked = domo.done("POST", f"{v3(found)}/indexes", {"dataIds": []})
    progress = domo.get(f"{v3(found)}/indexes/{asked['requestKey']}/statuses")

    assert progress["status"] == "SUCCESS"
    assert select(domo, found) == [["1"]]


def test_seed_003_index_dataset(domo: Domo) -> None:
    found = dataset(domo, "a")
    upload(domo, found, "1\n", index=False)

    reply = domo.product("POST", f"/query/v1/datasources/{found}")

    assert reply.status_code == 200
    assert select(domo, found) == [["1"]]


def test_seed_003_get_data_versions(domo: Domo) -> None:
    found = dataset(domo, "a")
    upload(domo, found, "1\n2\n", index=True)

    (version,) = domo.get(f"{v3(found)}/dataversions/details")

    # The page prints no reply; this is the one of an unofficial specification.
    captured: dict[str, Any] = {
        "dataSourceId": "0000",
        "dataVersionId": 122,
        "datetimeRecorded": 1750189687000,
        "datetimeUploadCompleted": 1750189688000,
        "rowCount": 134,
        "runDurationSeconds": 0,
        "schemaId": 3,
        "sizeBytes": 10183,
        "status": "success",
        "statusMessage": "",
    }
    assert differences(captured, version) == []
    assert version | {"datetimeRecorded": 0, "datetimeUploadCompleted": 0} == {
        "dataSourceId": found,
        "dataVersionId": 1,
        "datetimeRecorded": 0,
        "datetimeUploadCompleted": 0,
        "rowCount": 2,
        "runDurationSeconds": 0,
        "schemaId": 1,
        "sizeBytes": 4,
        "status": "success",
        "statusMessage": "",
    }


def test_seed_003_get_partition_list(domo: Domo) -> None:
    found = dataset(domo, "a")
    upload(domo, found, "1\n", query="?dataTag=b", action="APPEND")
    upload(domo, found, "1\n", query="?dataTag=a", action="APPEND")

    listed = domo.get(f"/query/v1/datasources/{found}/partition")

    assert [one["partitionId"] for one in listed] == ["a", "b"]
    assert all("rowCount" not in one for one in listed)


def test_seed_003_search_partition_list(domo: Domo) -> None:
    found = dataset(domo, "a")
    for tag in ("first", "second"):
        upload(domo, found, "1\n2\n", query=f"?dataTag={tag}", action="APPEND")
    field = {
        "fieldName": "datecompleted",
        "sortOrder": "DESC",
        "filterValues": {"MIN": None, "MAX": None},
    }
    body = {"paginationFields": [field], "limit": 100, "offset": 0}

    listed = domo.done("POST", f"/query/v1/datasources/{found}/partition/list", body)

    captured = {
        "dataId": 372,
        "partitionId": "2013-07-02",
        "dateCompleted": "2023-01-24T14:27:21.000+00:00",
        "rowCount": 1,
    }
    assert differences([captured], listed) == []
    assert [(one["partitionId"], one["rowCount"]) for one in listed] == [
        ("second", 2),
        ("first", 2),
    ]
    assert re.fullmatch(r"\d{4}(-\d\d){2}T\d\d(:\d\d){2}\.\d{3}\+00:00", listed[0]["dateCompleted"])


def test_seed_003_data_version_list_from_magic(domo: Domo) -> None:
    found = dataset(domo, "a")
    upload(domo, found, "1\n", query="?dataTag=t", action="APPEND")
    body = {
        "id": "",
        "type": "LoadFromVault",
        "dataSourceId": found,
        "versionWindow": {"type": "EXPRESSION", "expression": "1=1"},
    }
    path = "/dataprocessing/v2/dataflows/data-version-hydrate?engine=MAGIC&limit=500&offset=0"

    listed = domo.done("POST", path, body)

    assert [(one["dataVersionId"], one["dataTag"]) for one in listed] == [(1, "t")]


def test_seed_003_delete_data_version(domo: Domo) -> None:
    found = dataset(domo, "a")
    upload(domo, found, "1\n", query="?dataTag=old", action="APPEND")
    upload(domo, found, "2\n", query="?dataTag=new", action="APPEND")

    reply = domo.product("DELETE", f"/query/v1/datasources/{found}/tag/old/data")
    index(domo, found)

    assert reply.status_code == 200
    assert select(domo, found) == [["2"]]
    listed = domo.get(f"/query/v1/datasources/{found}/partition")
    assert [one["partitionId"] for one in listed] == ["new", "old"]


def test_seed_003_delete_partition_tag(domo: Domo) -> None:
    found = dataset(domo, "a")
    upload(domo, found, "1\n", query="?dataTag=old", action="APPEND")

    reply = domo.product("DELETE", f"/query/v1/datasources/{found}/partition/old")

    assert reply.status_code == 200
    assert domo.get(f"/query/v1/datasources/{found}/partition") == []
    assert select(domo, found) == [["1"]]
