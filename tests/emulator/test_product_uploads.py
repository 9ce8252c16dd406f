"""Uploads on the Product plane: sessions, parts, and the modes of a commit."""

import gzip
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.client import Domo, Server
from tests.emulator.conftest import ESTATE, PEOPLE, SALES
from tests.emulator.row_calls import (
    V3,
    begin,
    commit,
    dataset,
    index,
    put_part,
    select,
    upload,
    versions,
)

# Sessions and parts


def test_a_begun_upload_tells_its_dataset_number_and_time(domo: Domo) -> None:
    one = domo.done("POST", f"{V3.format(PEOPLE)}/uploads")
    other = domo.done("POST", f"{V3.format(PEOPLE)}/uploads/", {})

    assert set(one) == {"dataSourceId", "uploadId", "requestedAsOf"}
    assert one["dataSourceId"] == PEOPLE
    assert other["uploadId"] > one["uploadId"]


def test_nothing_is_seen_before_the_commit(domo: Domo) -> None:
    upload(domo, PEOPLE, "Ann\n", action="APPEND")
    number = begin(domo, PEOPLE)
    put_part(domo, PEOPLE, number, 1, "Bob\n")

    before = select(domo, PEOPLE)
    commit(domo, PEOPLE, number, action="APPEND", index=True)

    assert before == [["Ann"]]
    assert select(domo, PEOPLE) == [["Ann"], ["Bob"]]


def test_parts_come_in_any_order_with_gaps_and_again(domo: Domo) -> None:
    number = begin(domo, PEOPLE)
    for at, text in ((10, "c\n"), (2, "wrong\nrows\n"), (5, "b\n"), (2, "a\n")):
        assert put_part(domo, PEOPLE, number, at, text).status_code == 200
    done = commit(domo, PEOPLE, number, action="APPEND", index=True).json()

    # In the order of the parts, as nothing sorts them.
    rows = domo.done("POST", f"/query/v1/execute/{PEOPLE}", {"sql": "SELECT * FROM table"})["rows"]
    assert rows == [["a"], ["b"], ["c"]]
    assert done["size"] == {
        "rowCount": 3,
        "columnCount": 1,
        "numberOfBytes": 6,
        "partCount": 3,
    }


def test_every_part_may_begin_with_the_header(domo: Domo) -> None:
    found = dataset(domo, "a", "b")

    upload(domo, found, "a,b\n1,2\n", "b,a\n4,3\n", action="REPLACE")

    assert select(domo, found) == [["1", "2"], ["3", "4"]]


def test_a_part_may_be_gzip(domo: Domo) -> None:
    number = begin(domo, PEOPLE)
    put_part(domo, PEOPLE, number, 1, gzip.compress(b"Ann\n"))
    commit(domo, PEOPLE, number, action="APPEND", index=True)

    assert select(domo, PEOPLE) == [["Ann"]]


@pytest.mark.parametrize("part", ["0", "-1", "one", "1.5"])
def test_a_part_has_a_positive_number(domo: Domo, part: str) -> None:
    path = f"{V3.format(PEOPLE)}/uploads/{begin(domo, PEOPLE)}/parts/{part}"

    assert domo.product("PUT", path, {}).status_code == 400


def test_a_committed_upload_takes_no_part_and_no_second_commit(domo: Domo) -> None:
    number = begin(domo, PEOPLE)
    put_part(domo, PEOPLE, number, 1, "Ann\n")
    commit(domo, PEOPLE, number, action="APPEND", index=True)

    late = put_part(domo, PEOPLE, number, 2, "Bob\n")
    again = commit(domo, PEOPLE, number, action="APPEND", index=True)

    assert (late.status_code, again.status_code) == (400, 400)
    assert late.json()["message"] == f"Upload {number} is committed."
    assert select(domo, PEOPLE) == [["Ann"]]


def test_an_upload_belongs_to_its_dataset(domo: Domo) -> None:
    number = begin(domo, PEOPLE)

    assert commit(domo, SALES, number, action="APPEND").status_code == 404
    assert put_part(domo, SALES, number, 1, "x").status_code == 404
    assert commit(domo, PEOPLE, number + 1).status_code == 404


def test_a_commit_with_wrong_rows_is_400_and_the_parts_can_be_mended(domo: Domo) -> None:
    found = dataset(domo, "a", "n:LONG")
    number = begin(domo, found)
    put_part(domo, found, number, 1, "x,1\ny,2,3\n")

    wide = commit(domo, found, number, action="APPEND", index=True)
    put_part(domo, found, number, 1, "x,one\n")
    wrong = commit(domo, found, number, action="APPEND", index=True)
    nothing = select(domo, found)
    put_part(domo, found, number, 1, "x,1\n")
    right = commit(domo, found, number, action="APPEND", index=True)

    assert wide.json()["message"] == (
        "Invalid CSV provided during upload. msg=There are too many columns. Expected 2. "
        "Row 2, column 3."
    )
    assert wrong.json()["message"].startswith("Invalid CSV provided during upload. msg=Column n ")
    assert nothing == []
    assert right.status_code == 200
    assert select(domo, found) == [["x", 1]]


def test_uploads_side_by_side_lose_nothing_to_each_other(domo: Domo) -> None:
    def whole(number: int) -> None:
        one = Domo(domo.url)
        upload(one, PEOPLE, *(f"{number} {part}\n" for part in range(3)), action="APPEND")
        one.close()

    with ThreadPoolExecutor(4) as people:
        list(people.map(whole, range(8)))

    rows = [row[0] for row in select(domo, PEOPLE)]
    assert rows == [f"{number} {part}" for number in range(8) for part in range(3)]
    assert len(versions(domo, PEOPLE)) == 8


# Modes


@pytest.mark.parametrize(
    ("begun", "committed", "left"),
    [
        ({}, {"action": "APPEND"}, ["new", "old"]),
        ({}, {"action": "REPLACE"}, ["new"]),
        ({"appendId": "append"}, {}, ["new", "old"]),
        ({"appendId": "replace"}, {}, ["new"]),
        ({"appendId": "append"}, {"action": "REPLACE"}, ["new"]),
        ({"action": "APPEND", "appendId": "latest"}, {}, ["new", "old"]),
        ({"action": "REPLACE", "appendId": "latest"}, {"appendId": "latest"}, ["new"]),
        ({"appendId": "latest"}, {}, ["new", "old"]),
        ({"appendId": "latest"}, {"action": "REPLACE", "appendId": "latest"}, ["new"]),
        ({}, {}, ["new"]),
    ],
)
def test_the_commit_says_what_becomes_of_the_rows_and_else_the_session(
    domo: Domo, begun: dict[str, Any], committed: dict[str, Any], left: list[str]
) -> None:
    upload(domo, PEOPLE, "old\n", action="REPLACE")

    upload(domo, PEOPLE, "new\n", begun=begun, index=True, **committed)

    assert select(domo, PEOPLE) == [[one] for one in left]


def test_an_upsert_goes_by_the_key_columns_of_the_schema(domo: Domo) -> None:
    found = dataset(domo, "region", "id", "value:LONG", keys=("region", "id"))
    upload(domo, found, "US,1,10\nUS,2,20\nEU,1,30\n", action="REPLACE")

    # The action says append or replace and nothing else: the session is what makes it an upsert.
    done = upload(
        domo, found, "US,1,11\nEU,2,40\nUS,1,12\n", begun={"appendId": "upsert"},
        action="APPEND", index=True,
    )  # fmt: skip

    assert done["status"] == "SUCCESS"
    rows = [["EU", "1", 30], ["EU", "2", 40], ["US", "1", 12], ["US", "2", 20]]
    assert select(domo, found) == rows


@pytest.mark.parametrize("mode", ["upsert", "delete"])
def test_an_upsert_and_a_delete_without_key_columns_are_400(domo: Domo, mode: str) -> None:
    number = begin(domo, PEOPLE, {"appendId": mode})

    reply = commit(domo, PEOPLE, number)

    assert reply.status_code == 400
    assert reply.json()["message"] == f"DataSource {PEOPLE} has no upsertKey columns."


def test_a_delete_takes_the_key_columns_alone_in_the_order_of_the_schema(domo: Domo) -> None:
    found = dataset(domo, "a", "v", "b", keys=("a", "b"))
    upload(domo, found, "1,x,2\n2,y,1\n", action="REPLACE")

    whole = begin(domo, found, {"appendId": "delete"})
    put_part(domo, found, whole, 1, "1,x,2\n")
    refused = commit(domo, found, whole)
    capitals = begin(domo, found, {"appendId": "delete"})
    put_part(domo, found, capitals, 1, "A,B\n")
    commit(domo, found, capitals)
    kept = select(domo, found)
    upload(domo, found, "b,a\n1,2\n", "1,2\n9,9\n", begun={"appendId": "delete"})

    assert refused.status_code == 400
    assert "too many columns. Expected 2" in refused.json()["message"]
    assert kept == [["1", "x", "2"], ["2", "y", "1"]]
    assert select(domo, found) == []


@pytest.mark.parametrize(
    "body",
    [
        {"action": "append"},
        {"action": "UPSERT"},
        {"action": 1},
        {"appendId": "merge"},
        {"appendId": 7},
        {"executionId": "x"},
        {"values": 1},
        {"values": "a,b"},
        {"values": "a", "delimiter": ["|"]},
        [],
    ],
)
def test_a_session_that_cannot_be_understood_is_400(domo: Domo, body: Any) -> None:
    assert domo.product("POST", f"{V3.format(PEOPLE)}/uploads", body).status_code == 400
    assert versions(domo, PEOPLE) == []


@pytest.mark.parametrize(
    "body",
    [{"action": "MERGE"}, {"appendId": {}}, {"index": "yes"}, {"index": 1}, {"dataTag": 1}],
)
def test_a_commit_that_cannot_be_understood_is_400(domo: Domo, body: dict[str, Any]) -> None:
    number = begin(domo, PEOPLE)
    put_part(domo, PEOPLE, number, 1, "Ann\n")

    assert commit(domo, PEOPLE, number, **body).status_code == 400
    assert commit(domo, PEOPLE, number).status_code == 200


def test_an_appended_row_may_have_the_values_of_a_header(domo: Domo) -> None:
    domo.done("POST", f"{V3.format(PEOPLE)}/uploads", {"values": "name"})

    assert select(domo, PEOPLE) == [["name"]]


def test_the_metadata_counts_what_was_written(domo: Domo) -> None:
    upload(domo, PEOPLE, "Ann\nBob\n", action="APPEND")
    upload(domo, PEOPLE, "Cat\n", action="APPEND")

    found = domo.get(V3.format(PEOPLE))

    assert (found["rowCount"], found["columnCount"]) == (3, 1)
    assert domo.v1("GET", f"/datasets/{PEOPLE}")["rows"] == 3


# Ends


def test_a_kill_after_a_commit_loses_neither_rows_nor_parts(tmp_path: Path) -> None:
    server = Server("--data", str(tmp_path))
    domo = Domo(server.url)
    domo.reset(ESTATE)
    upload(domo, PEOPLE, "Ann\n", action="REPLACE")
    open_upload = begin(domo, PEOPLE)
    put_part(domo, PEOPLE, open_upload, 1, "Cat\n")
    upload(domo, PEOPLE, "Bob\n", query="?dataTag=t", action="APPEND", index=False)
    server.stop(signal.SIGKILL)
    domo.close()

    again = Server("--data", str(tmp_path))
    domo = Domo(again.url)
    seen = select(domo, PEOPLE)
    index(domo, PEOPLE)
    indexed = select(domo, PEOPLE)
    commit(domo, PEOPLE, open_upload, action="APPEND", index=True)

    assert seen == [["Ann"]]
    assert indexed == [["Ann"], ["Bob"]]
    assert select(domo, PEOPLE) == [["Ann"], ["Bob"], ["Cat"]]
    assert [one["rowCount"] for one in versions(domo, PEOPLE)] == [1, 1, 1]
    again.stop()
    domo.close()


def test_files_that_no_row_is_in_are_removed(tmp_path: Path) -> None:
    server = Server("--data", str(tmp_path))
    domo = Domo(server.url)
    domo.reset(ESTATE)
    for _ in range(3):
        upload(domo, PEOPLE, "Ann\n", "Bob\n", action="REPLACE")
    number = begin(domo, PEOPLE)
    put_part(domo, PEOPLE, number, 1, "Cat\n")
    put_part(domo, PEOPLE, number, 1, "Dan\n")

    kept = list((tmp_path / "rows" / "kept").iterdir())
    passing = list((tmp_path / "rows" / "passing").iterdir())

    assert len(kept) == 2
    assert [one for one in passing if one.is_file()] == []
    server.stop()
    domo.close()
