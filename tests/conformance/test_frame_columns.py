"""DataFrames whose columns are many, oddly named, none, or others than those of the dataset."""

import json

import pandas as pd
import pydomo as domo_sdk
import pytest

from tests.conformance.estate import FEED, PEOPLE, SALES, SALES_ROWS
from tests.conformance.hands import rows_of
from tests.conformance.shapes import values_of
from tests.conformance.tap import Tap
from tests.emulator.client import Domo

pytestmark = pytest.mark.usefixtures("prints")


def test_a_wide_frame_comes_back(pydomo: domo_sdk.Domo) -> None:
    frame = pd.DataFrame(
        {f"column {n}": [n, n + 1] if n % 2 else [f"t{n}", None] for n in range(500)}
    )

    dataset_id = pydomo.ds_create(frame, "Frame")

    assert values_of(pydomo.ds_get(dataset_id)) == values_of(frame)
    assert pydomo.ds_meta(dataset_id)["columns"] == 500


NAMES = [
    "a b", 'quo"ted', "com,ma", "line\nend", "Ä", "日本", "table", "select", "1", "it's", "`", " x",
]  # fmt: skip


def test_columns_may_be_called_anything(pydomo: domo_sdk.Domo) -> None:
    frame = pd.DataFrame({name: [number] for number, name in enumerate(NAMES)})

    dataset_id = pydomo.ds_create(frame, "Frame")

    assert values_of(pydomo.ds_get(dataset_id)) == values_of(frame)
    asked = pydomo.ds_query(dataset_id, "SELECT * FROM table")
    assert values_of(asked) == values_of(frame)


def test_a_column_may_be_called_by_a_number(pydomo: domo_sdk.Domo) -> None:
    dataset_id = pydomo.ds_create(pd.DataFrame([[1, "a"], [2, "b"]]), "Frame")

    assert values_of(pydomo.ds_get(dataset_id)) == {"0": [1, 2], "1": ["a", "b"]}


def test_columns_that_differ_in_capitals_only_lose_their_rows(
    pydomo: domo_sdk.Domo, domo: Domo
) -> None:
    frame = pd.DataFrame({"name": ["x"], "Name": ["y"]})

    lost = pydomo.ds_create(frame, "Frame")
    domo.switch(case_clash_empties=False)
    kept = pydomo.ds_create(frame, "Frame")

    assert pydomo.ds_meta(lost)["rows"] == len(pydomo.ds_get(lost)) == 0
    assert values_of(pydomo.ds_get(kept)) == {"name": ["x"], "Name": ["y"]}


def test_a_dataset_without_rows_gives_a_frame_with_columns(pydomo: domo_sdk.Domo) -> None:
    found = pydomo.ds_get(PEOPLE)

    assert (list(found.columns), len(found)) == (["name"], 0)
    assert pydomo.ds_get_dict(PEOPLE) == []
    asked = pydomo.ds_query(PEOPLE, "SELECT name FROM table")
    assert (list(asked.columns), len(asked)) == (["name"], 0)


def test_an_empty_frame_breaks_pydomo_and_leaves_a_run_that_the_next_one_ends(
    pydomo: domo_sdk.Domo, domo: Domo
) -> None:
    frame = pd.DataFrame({"region": ["a"], "amount": [1]})

    with pytest.raises(ZeroDivisionError):
        pydomo.ds_update(SALES, frame.head(0))
    left = pydomo.streams.get_execution(FEED, 1)["currentState"]
    kept = rows_of(domo, SALES)
    pydomo.ds_update(SALES, frame)

    assert (left, kept) == ("ACTIVE", SALES_ROWS)
    states = [one["currentState"] for one in pydomo.streams.list_executions(FEED, 50, 0)]
    assert states == ["SUCCESS", "ABORTED"]
    assert rows_of(domo, SALES) == "a,1\n"


def test_a_frame_of_the_same_columns_changes_no_schema(pydomo: domo_sdk.Domo, tap: Tap) -> None:
    frame = pydomo.ds_get(SALES)
    tap.forget()

    pydomo.ds_update(SALES, frame)

    assert [one.method for one in tap.exchanges()] == ["GET", "GET", "POST", "PUT", "PUT"]
    assert values_of(pydomo.ds_get(SALES)) == values_of(frame)


WIDER = pd.DataFrame({"amount": [7.5], "extra": ["x"], "region": ["Süd"]})


def test_an_update_may_bring_other_columns_in_another_order(
    prints: list[str], pydomo: domo_sdk.Domo, domo: Domo
) -> None:
    pydomo.ds_update(SALES, WIDER)

    prints.append("Schema Updated\n")
    assert values_of(pydomo.ds_get(SALES)) == values_of(WIDER)
    assert domo.v1("GET", f"/datasets/{SALES}")["schema"]["columns"] == [
        {"type": "DOUBLE", "name": "amount"},
        {"type": "STRING", "name": "extra"},
        {"type": "STRING", "name": "region"},
    ]


def test_rows_that_stay_are_found_by_the_names_of_the_new_columns(
    prints: list[str], pydomo: domo_sdk.Domo, domo: Domo
) -> None:
    pydomo.streams.update(FEED, {"updateMethod": "APPEND"})

    pydomo.ds_update(SALES, WIDER)
    pydomo.ds_update(SALES, pd.DataFrame({"region": ["Nord"], "new": [1]}))

    prints += ["Schema Updated\n"] * 2
    assert rows_of(domo, SALES) == 'West,\nEast,\nNorth,\n"",\nSüd,\nNord,1\n'


def test_a_schema_that_is_refused_is_not_noticed_until_the_rows_are(
    prints: list[str], pydomo: domo_sdk.Domo, domo: Domo, tap: Tap
) -> None:
    nameless = pd.DataFrame({"region": ["a"], "amount": [1], "": [2]})

    with pytest.raises(Exception, match=r"^Error updating Execution: .*too many columns"):
        pydomo.ds_update(SALES, nameless)

    prints.append("Schema Updated\n")
    put = next(one for one in tap.exchanges() if one.method == "PUT")
    assert (put.target, put.reply.status) == (f"/v1/datasets/{SALES}", 400)
    assert json.loads(put.reply.body)["message"]
    assert rows_of(domo, SALES) == SALES_ROWS
