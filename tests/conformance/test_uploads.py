"""Streams: parts in any order and packed, upserts by key columns, and a frame in many parts."""

import gzip
import random
from pathlib import Path
from typing import Any

import pandas as pd
import pydomo as domo_sdk
import pytest
from pandas.testing import assert_frame_equal

from tests.conformance.estate import FEED, SALES, SALES_ROWS
from tests.conformance.hands import rows_of
from tests.conformance.shapes import values_of
from tests.conformance.tap import Tap
from tests.emulator.client import Domo

KEYED = {
    "name": "Stock",
    "schema": {
        "columns": [
            {"type": "STRING", "name": "shop"},
            {"type": "LONG", "name": "item"},
            {"type": "STRING", "name": "note"},
        ]
    },
}


def keyed(pydomo: domo_sdk.Domo, *keys: str, method: str = "UPSERT") -> tuple[int, str]:
    """A stream with key columns, and its dataset."""
    made = pydomo.streams.create({
        "dataSet": KEYED, "updateMethod": method, "keyColumnNames": list(keys),
    })  # fmt: skip
    return made["id"], made["dataSet"]["id"]


def load(pydomo: domo_sdk.Domo, stream: int, *parts: tuple[int, str], method: Any = None) -> int:
    """A run with these parts, sent in this order, and committed; its number."""
    run: int = pydomo.streams.create_execution(stream, method)["id"]
    for number, text in parts:
        pydomo.streams.upload_part(stream, run, number, text)
    pydomo.streams.commit_execution(stream, run)
    return run


def test_parts_count_by_their_numbers_whatever_order_they_come_in(
    pydomo: domo_sdk.Domo, domo: Domo
) -> None:
    load(pydomo, FEED, (3, "c,3\n"), (1, "a,1\n"), (10, "d,4\n"), (2, "b,2\n"))

    assert rows_of(domo, SALES) == "a,1\nb,2\nc,3\nd,4\n"


def test_a_part_that_comes_again_takes_the_place_of_the_first(
    pydomo: domo_sdk.Domo, domo: Domo
) -> None:
    load(pydomo, FEED, (0, "old,1\n"), (1, "b,2\n"), (0, "new,1\n"))

    assert rows_of(domo, SALES) == "new,1\nb,2\n"


def test_nothing_is_seen_before_the_commit(pydomo: domo_sdk.Domo, domo: Domo) -> None:
    pydomo.streams.create_execution(FEED)
    pydomo.streams.upload_part(FEED, 1, 1, "a,1\n")
    before = rows_of(domo, SALES), pydomo.ds_meta(SALES)["rows"]

    pydomo.streams.commit_execution(FEED, 1)

    assert before == (SALES_ROWS, 4)
    assert (rows_of(domo, SALES), pydomo.ds_meta(SALES)["rows"]) == ("a,1\n", 1)
    assert pydomo.streams.get_execution(FEED, 1)["currentState"] == "SUCCESS"


def test_a_run_may_go_by_another_method_than_its_stream(pydomo: domo_sdk.Domo, domo: Domo) -> None:
    load(pydomo, FEED, (1, "a,1\n"), method="APPEND")
    added = rows_of(domo, SALES)
    load(pydomo, FEED, (1, "b,2\n"))

    assert (added, rows_of(domo, SALES)) == (SALES_ROWS + "a,1\n", "b,2\n")
    assert pydomo.streams.get(FEED)["updateMethod"] == "REPLACE"
    methods = [one["updateMethod"] for one in pydomo.streams.list_executions(FEED, 50, 0)]
    assert methods == ["REPLACE", "APPEND"]


def test_a_part_without_a_line_end_does_not_run_into_the_next(
    pydomo: domo_sdk.Domo, domo: Domo
) -> None:
    load(pydomo, FEED, (1, "a,1"), (2, ""), (3, "b,2"))

    assert rows_of(domo, SALES) == "a,1\nb,2\n"


def test_parts_may_be_packed_each_in_its_way(
    pydomo: domo_sdk.Domo, domo: Domo, tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        (tmp_path / f"{number}.csv").write_text(f'"ü{number}\n",{number}\n')
    packed = tmp_path / "4.csv.gz"
    packed.write_bytes(gzip.compress(b"four,4\n") + gzip.compress(b"more,4\n"))
    streams, run = pydomo.streams, pydomo.streams.create_execution(FEED)["id"]

    streams.upload_csv_part_from_file(FEED, run, 4, str(packed), None)
    streams.upload_gzip_part_from_file(FEED, run, 3, str(tmp_path / "3.csv"), True, 3)
    streams.upload_gzip_part_from_file(FEED, run, 2, str(tmp_path / "2.csv"), False, None)
    streams.upload_csv_part_from_file(FEED, run, 1, str(tmp_path / "1.csv"), None)
    streams.commit_execution(FEED, run)

    assert rows_of(domo, SALES) == '"ü1\n",1\n"ü2\n",2\n"ü3\n",3\nfour,4\nmore,4\n'


def test_packed_rows_of_a_megabyte_come_back(pydomo: domo_sdk.Domo, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("".join(f"region {n},{n}\n" for n in range(60_000)))
    run = pydomo.streams.create_execution(FEED)["id"]

    pydomo.streams.upload_gzip_part_from_file(FEED, run, 1, str(path), True, 65_536)
    pydomo.streams.commit_execution(FEED, run)

    assert pydomo.datasets.data_export(SALES, False) == path.read_text()


@pytest.mark.parametrize("method", ["UPSERT", "APPEND"])
def test_rows_with_the_same_keys_take_the_place_of_the_old_ones(
    pydomo: domo_sdk.Domo, domo: Domo, method: str
) -> None:
    """The documents ask for an upsert by APPEND and key columns, pydomo by UPSERT."""
    stream, dataset_id = keyed(pydomo, "shop", "item", method=method)
    load(pydomo, stream, (1, "a,1,old\na,2,old\nb,1,old\n"))

    load(pydomo, stream, (1, "a,2,new\nc,1,new\nb,2,new\n"))

    rows = sorted(rows_of(domo, dataset_id).splitlines())
    assert rows == ["a,1,old", "a,2,new", "b,1,old", "b,2,new", "c,1,new"]
    assert pydomo.ds_meta(dataset_id)["rows"] == 5


def test_of_equal_keys_in_one_run_the_last_part_counts(pydomo: domo_sdk.Domo, domo: Domo) -> None:
    """GUESS, but the same one every time."""
    stream, dataset_id = keyed(pydomo, "shop")
    load(pydomo, stream, (1, "a,1,first\n"))

    load(pydomo, stream, (3, "a,4,last\n"), (2, "a,3,later\nb,1,x\n"), (1, "a,2,early\n"))

    assert sorted(rows_of(domo, dataset_id).splitlines()) == ["a,4,last", "b,1,x"]


def test_keys_are_told_apart_to_the_letter(pydomo: domo_sdk.Domo, domo: Domo) -> None:
    stream, dataset_id = keyed(pydomo, "shop")
    load(pydomo, stream, (1, 'a,1,\nA,2,\n" a",3,\n"",4,\n,5,\n'))

    load(pydomo, stream, (1, 'A,20,\n"",40,\n,50,\n'))

    rows = sorted(rows_of(domo, dataset_id).splitlines())
    assert rows == sorted(["a,1,", "A,20,", " a,3,", '"",40,', ",50,"])


def test_frames_are_upserted_by_the_key_columns_that_the_dataset_was_made_with(
    pydomo: domo_sdk.Domo,
) -> None:
    first = pd.DataFrame({"id": [1, 2, 3], "name": ["one", "two", "three"], "n": [1.5, None, 3.5]})
    second = pd.DataFrame({"id": [4, 2], "name": ["four", 'tw"o'], "n": [4.5, 2.5]})

    dataset_id = pydomo.ds_create(first, "Upserted", "", "UPSERT", ["id"])
    pydomo.ds_update(dataset_id, second)
    pydomo.ds_update(dataset_id, second)

    found = pydomo.ds_get(dataset_id).sort_values("id", ignore_index=True)
    assert values_of(found) == {
        "id": [1, 2, 3, 4],
        "name": ["one", 'tw"o', "three", "four"],
        "n": [1.5, 2.5, 3.5, 4.5],
    }


def test_an_upsert_needs_key_columns_at_the_latest_when_it_is_committed(
    pydomo: domo_sdk.Domo, domo: Domo
) -> None:
    pydomo.streams.update(FEED, {"updateMethod": "UPSERT"})

    with pytest.raises(Exception, match=r'"status":400.*key'):
        load(pydomo, FEED, (1, "a,1\n"))

    assert rows_of(domo, SALES) == SALES_ROWS


def test_key_columns_must_be_columns(pydomo: domo_sdk.Domo) -> None:
    with pytest.raises(Exception, match=r'^Error creating Stream: \{"status":400'):
        keyed(pydomo, "shop", "colour")


def test_too_many_numbers_left_out_are_refused_in_domos_words(pydomo: domo_sdk.Domo) -> None:
    with pytest.raises(Exception, match=r'"status":400.*Too many non-consecutive part ids\.'):
        load(pydomo, FEED, (1, "a,1\n"), (1000, "b,2\n"))


def test_commits_may_be_held_apart(pydomo: domo_sdk.Domo, domo: Domo) -> None:
    """Domo's rule of one commit in 15 minutes, which is off unless it is asked for."""
    load(pydomo, FEED, (1, "a,1\n"))
    load(pydomo, FEED, (1, "b,2\n"))
    domo.switch(commit_interval_s=900)

    with pytest.raises(Exception, match=r"^Error updating Execution: "):
        load(pydomo, FEED, (1, "c,3\n"))

    assert rows_of(domo, SALES) == "b,2\n"


ROWS = 130_000


def big_frame() -> pd.DataFrame:
    """More than pydomo sends at once: it splits by the memory of a frame, where short texts are
    dear."""
    numbers = range(ROWS)
    texts = {f"t{n}": [f"{row * (n + 7) % 9973:x}" for row in numbers] for n in range(11)}
    return pd.DataFrame({"id": numbers, "share": [row / 7 for row in numbers], **texts})


def test_a_large_frame_goes_in_many_parts_and_comes_back_whole(
    pydomo: domo_sdk.Domo, tap: Tap
) -> None:
    frame = big_frame()

    dataset_id = pydomo.ds_create(frame, "Big")
    targets = [one.target for one in tap.exchanges() if one.method == "PUT"]
    tap.forget()
    found = pydomo.ds_get(dataset_id)

    parts = [int(one.rpartition("/")[2]) for one in targets if "/part/" in one]
    assert len(parts) >= 3
    assert parts == list(range(len(parts)))
    assert_frame_equal(found, frame, check_dtype=False, check_exact=True)
    question = "SELECT count(*) AS n, count(DISTINCT id) AS ids, sum(id) AS total FROM table"
    asked = pydomo.ds_query(dataset_id, question, return_data=False)
    assert asked["rows"] == [[ROWS, ROWS, ROWS * (ROWS - 1) // 2]]


def test_a_large_upsert_by_parts_in_any_order(pydomo: domo_sdk.Domo) -> None:
    """Half of the rows change, a quarter is new."""
    made = pydomo.streams.create({
        "dataSet": {"name": "Many", "schema": {"columns": [
            {"type": "LONG", "name": "id"}, {"type": "STRING", "name": "t"},
        ]}},
        "updateMethod": "UPSERT",
        "keyColumnNames": ["id"],
    })  # fmt: skip
    stream, dataset_id = made["id"], made["dataSet"]["id"]

    def parts(first: int, end: int, text: str) -> list[tuple[int, str]]:
        step = 25_000
        sent = [
            (at // step, "".join(f"{n},{text}{n}\n" for n in range(at, at + step)))
            for at in range(first, end, step)
        ]
        random.Random(stream).shuffle(sent)
        return sent

    load(pydomo, stream, *parts(0, 100_000, "old"))
    load(pydomo, stream, *parts(50_000, 125_000, "new"))

    found = pydomo.ds_get(dataset_id).sort_values("id", ignore_index=True)
    assert found["id"].tolist() == list(range(125_000))
    assert found["t"].tolist() == [f"{'old' if n < 50_000 else 'new'}{n}" for n in range(125_000)]
