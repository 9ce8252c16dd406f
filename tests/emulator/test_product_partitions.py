"""Partitions on the Product plane: writing, listing and ending them."""

from typing import Any

import pytest

from tests.emulator.client import Domo
from tests.emulator.conftest import PEOPLE, SALES
from tests.emulator.row_calls import V3, begin, commit, index, put_part, select, upload

QUERY = f"/query/v1/datasources/{PEOPLE}"


def write(domo: Domo, tag: str, *names: str, action: str = "APPEND", **more: Any) -> Any:
    text = "".join(f"{name}\n" for name in names)
    return upload(domo, PEOPLE, text, query=f"?dataTag={tag}", action=action, **more)


def search(domo: Domo, **body: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = domo.done("POST", f"{QUERY}/partition/list", body)
    return found


def tags(listed: list[dict[str, Any]]) -> list[str]:
    return [one["partitionId"] for one in listed]


def names(domo: Domo) -> list[str]:
    return [row[0] for row in select(domo, PEOPLE)]


def by(field: str, order: str = "ASC", low: Any = None, high: Any = None) -> dict[str, Any]:
    bounds = {"MIN": low, "MAX": high}
    return {"fieldName": field, "sortOrder": order, "filterValues": bounds}


def test_partitions_lie_side_by_side(domo: Domo) -> None:
    write(domo, "2024-01", "Ann")
    done = write(domo, "2024-02", "Bob", "Cat")

    assert done["dataTag"] == "2024-02"
    assert names(domo) == ["Ann", "Bob", "Cat"]
    assert [(one["partitionId"], one["rowCount"]) for one in search(domo)] == [
        ("2024-01", 1),
        ("2024-02", 2),
    ]


@pytest.mark.parametrize("action", ["APPEND", "REPLACE"])
@pytest.mark.parametrize("word", ["dataTag", "restateDataTag"])
def test_a_partition_that_is_written_again_is_replaced_and_no_other(
    domo: Domo, action: str, word: str
) -> None:
    upload(domo, PEOPLE, "Zoe\n", action="REPLACE")
    write(domo, "a", "Ann")
    write(domo, "b", "Bob")

    upload(domo, PEOPLE, "Amy\n", query=f"?{word}=a", action=action)

    assert names(domo) == ["Amy", "Bob", "Zoe"]
    assert [(one["partitionId"], one["dataId"]) for one in search(domo)] == [("a", 4), ("b", 3)]


def test_a_partition_grows_where_the_switch_says_so(domo: Domo) -> None:
    domo.switch(tagged_append_replaces=False)
    write(domo, "a", "Ann")

    write(domo, "a", "Amy")

    assert names(domo) == ["Amy", "Ann"]
    assert [(one["dataId"], one["rowCount"]) for one in search(domo)] == [(2, 2)]


def test_an_empty_part_empties_a_partition(domo: Domo) -> None:
    write(domo, "a", "Ann")
    write(domo, "b", "Bob")

    upload(domo, PEOPLE, "", query="?dataTag=a", action="REPLACE")

    assert names(domo) == ["Bob"]
    assert [(one["partitionId"], one["rowCount"]) for one in search(domo)] == [("a", 0), ("b", 1)]


def test_the_commit_may_name_the_partition(domo: Domo) -> None:
    number = begin(domo, PEOPLE, {"action": None, "appendId": "latest"})
    put_part(domo, PEOPLE, number, 1, "Ann\n")

    done = commit(
        domo, PEOPLE, number, index=False, action="APPEND", dataTag="2023-04-27", appendId="latest"
    )

    assert done.json() == {
        "dataSourceId": PEOPLE,
        "uploadId": number,
        "dataTag": "2023-04-27",
        "status": "SUCCESS",
        "size": {"rowCount": 1, "columnCount": 1, "numberOfBytes": 4, "partCount": 1},
        "indexing": {"requested": False},
    }
    assert tags(search(domo)) == ["2023-04-27"]


def test_a_replacement_without_a_tag_ends_every_partition(domo: Domo) -> None:
    write(domo, "a", "Ann")

    upload(domo, PEOPLE, "Zoe\n", action="REPLACE")

    assert names(domo) == ["Zoe"]
    assert search(domo) == domo.get(f"{QUERY}/partition") == []


def test_deleted_data_leaves_queries_at_the_next_index_and_keeps_its_tag(domo: Domo) -> None:
    write(domo, "a", "Ann")
    write(domo, "b", "Bob")

    domo.done("DELETE", f"{QUERY}/tag/a/data")
    before = names(domo)
    index(domo, PEOPLE)

    assert before == ["Ann", "Bob"]
    assert names(domo) == ["Bob"]
    assert domo.get(V3.format(PEOPLE))["rowCount"] == 1
    assert tags(search(domo)) == ["b"]
    assert tags(domo.get(f"{QUERY}/partition")) == ["a", "b"]
    statuses = [one["status"] for one in domo.get(f"{V3.format(PEOPLE)}/dataversions/details")]
    assert statuses == ["success", "deleted"]
    hydrated = domo.done(
        "POST", "/dataprocessing/v2/dataflows/data-version-hydrate", {"dataSourceId": PEOPLE}
    )
    assert [one["dataTag"] for one in hydrated] == ["b"]


def test_a_partition_that_was_deleted_can_be_written_again(domo: Domo) -> None:
    write(domo, "a", "Ann")
    domo.done("DELETE", f"{QUERY}/tag/a/data")
    domo.done("DELETE", f"{QUERY}/tag/a/data")

    write(domo, "a", "Amy")

    assert names(domo) == ["Amy"]
    assert [(one["partitionId"], one["dataId"]) for one in search(domo)] == [("a", 2)]


def test_a_partition_is_gone_after_both_deletes_and_the_index(domo: Domo) -> None:
    write(domo, "a/b c", "Ann")
    write(domo, "b", "Bob")

    domo.done("DELETE", f"{QUERY}/tag/a%2Fb%20c/data")
    domo.done("DELETE", f"{QUERY}/partition/a%2Fb%20c")
    index(domo, PEOPLE)

    assert names(domo) == ["Bob"]
    assert tags(domo.get(f"{QUERY}/partition")) == ["b"]
    assert domo.product("DELETE", f"{QUERY}/partition/a%2Fb%20c").status_code == 404
    assert domo.product("DELETE", f"{QUERY}/tag/a%2Fb%20c/data").status_code == 404


def test_rows_whose_tag_is_removed_stay_and_belong_to_no_partition(domo: Domo) -> None:
    write(domo, "a", "Ann")
    upload(domo, PEOPLE, "Eva\n", action="APPEND", index=False)
    domo.done("DELETE", f"{QUERY}/partition/a")
    unindexed = names(domo)

    write(domo, "a", "Amy")

    assert unindexed == ["Ann"]
    assert names(domo) == ["Amy", "Ann", "Eva"]
    assert [(one["partitionId"], one["rowCount"]) for one in search(domo)] == [("a", 1)]


def test_partitions_are_listed_in_pages_to_the_end(domo: Domo) -> None:
    for number in range(5):
        write(domo, f"p{number}", f"N{number}")

    pages = [search(domo, limit=2, offset=at) for at in (0, 2, 4, 6)]

    assert [tags(page) for page in pages] == [["p0", "p1"], ["p2", "p3"], ["p4"], []]
    domo.switch(page_limit=3)
    assert len(search(domo)) == 3


def test_partitions_are_sorted_and_sifted_by_what_is_listed(domo: Domo) -> None:
    write(domo, "a", "1", "2", "3")
    write(domo, "b", "4")
    write(domo, "c", "5", "6", "7")
    completed = {one["partitionId"]: one["dateCompleted"] for one in search(domo)}

    def sifted(*fields: dict[str, Any]) -> list[str]:
        return tags(search(domo, paginationFields=list(fields)))

    assert sifted(by("datecompleted", "DESC")) == ["c", "b", "a"]
    assert sifted(by("rowCount"), by("partitionId", "DESC")) == ["b", "c", "a"]
    assert sifted(by("rowcount", low=2)) == ["a", "c"]
    assert sifted(by("partitionid", high="b")) == ["a", "b"]
    assert sifted(by("dataId", low=2, high=2)) == ["b"]
    assert sifted(by("datecompleted", low=completed["b"], high=completed["b"])) == ["b"]
    assert sifted(by("datecompleted", low=1, high=2)) == []
    assert sifted(by("datecompleted", high="1999-01-01")) == []


@pytest.mark.parametrize(
    "body",
    [
        {"paginationFields": {}},
        {"paginationFields": [1]},
        {"paginationFields": [{}]},
        {"paginationFields": [by("colour")]},
        {"paginationFields": [by("dataid", "UP")]},
        {"paginationFields": [by("datecompleted", low="yesterday")]},
        {"paginationFields": [by("datecompleted", low=[])]},
        {"paginationFields": [by("partitionid", low=1)]},
        {"limit": "many"},
        {"offset": -1},
    ],
)
def test_a_search_that_cannot_be_understood_is_400(domo: Domo, body: dict[str, Any]) -> None:
    write(domo, "a", "Ann")

    assert domo.product("POST", f"{QUERY}/partition/list", body).status_code == 400


def test_ending_a_partition_takes_the_right_to_edit(domo: Domo) -> None:
    upload(domo, SALES, "1,West,1\n", query="?dataTag=a", action="APPEND")
    path = f"/query/v1/datasources/{SALES}"

    for token in ("t-bob", "t-cat"):
        assert domo.product("DELETE", f"{path}/tag/a/data", token=token).status_code == 403
        assert domo.product("DELETE", f"{path}/partition/a", token=token).status_code == 403
    assert len(domo.get(f"{path}/partition", token="t-bob")) == 1
