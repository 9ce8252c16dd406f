"""DataFrames there and back: what pydomo reads is what it wrote, and what differs is known."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import pydomo as domo_sdk
import pytest

from tests.conformance.estate import SALES
from tests.conformance.hands import rows_of
from tests.conformance.shapes import values_of
from tests.conformance.tap import Tap
from tests.emulator.client import Domo

pytestmark = pytest.mark.usefixtures("prints")

TEXTS = [
    "plain",
    'quo"ted',
    '"',
    '""',
    "a,b",
    "two\nlines",
    "dos\r\nlines",
    "a lone \r return",
    "\r",
    "\n",
    "tab\tbed",
    " blanks kept ",
    "  ",
    "back\\slash",
    "\\",
    "'",
    "ÄÖÜ ß ñ",
    "日本語",
    "العربية",
    "🙂👩‍👩‍👧",
    "e\u0301 is not \u00e9",
    "\ufeffmark",
    "zero\u200bwidth",
    "True",
    "1",
    "1.50",
    "2024-01-01",
    "=1+1",
    "#comment",
    "x" * 10_000,
]
TEXTS_OF_PANDAS = ["NA", "null", "NULL", "nan", "None", "N/A", ""]
"""What pandas takes for no value when it reads CSV; on the way it is a text like any other."""


def as_it_came(pydomo: domo_sdk.Domo, dataset_id: str, column: str) -> list[str]:
    """The fields of a column as the CSV has them."""
    return [row[column] for row in pydomo.ds_get_dict(dataset_id)]


def test_texts_come_back_as_they_went(pydomo: domo_sdk.Domo) -> None:
    frame = pd.DataFrame({"text": TEXTS, "n": range(len(TEXTS))})

    found = pydomo.ds_get(pydomo.ds_create(frame, "Frame"))

    assert values_of(found) == values_of(frame)
    assert [str(kind) for kind in found.dtypes] == ["string", "Int64"]


def test_texts_that_pandas_takes_for_nothing_are_kept(pydomo: domo_sdk.Domo, domo: Domo) -> None:
    frame = pd.DataFrame({"text": [*TEXTS_OF_PANDAS, None], "n": range(8)})

    dataset_id = pydomo.ds_create(frame, "Frame")

    assert as_it_came(pydomo, dataset_id, "text") == [*TEXTS_OF_PANDAS, ""]
    assert pydomo.ds_get(dataset_id)["text"].isna().all()
    # pandas writes an empty text and no value alike.
    assert rows_of(domo, dataset_id).splitlines()[-2:] == [",6", ",7"]


def test_an_empty_text_that_is_written_as_one_stays_one(pydomo: domo_sdk.Domo, domo: Domo) -> None:
    pydomo.datasets.data_import(SALES, 'a,1\n"",2\n,3\n')

    assert rows_of(domo, SALES) == 'a,1\n"",2\n,3\n'
    question = "SELECT amount FROM table WHERE region IS NULL"
    assert pydomo.ds_query(SALES, question)["amount"].tolist() == [3]


def test_whole_numbers_come_back_exactly(pydomo: domo_sdk.Domo) -> None:
    numbers = [0, -1, 2**53 + 1, 2**63 - 1, -(2**63)]
    frame = pd.DataFrame({
        "long": numbers,
        "some": pd.array([*numbers[:4], None], "Int64"),
        "small": pd.array([1, 2, 3, 255, 0], "uint8"),
    })  # fmt: skip

    dataset_id = pydomo.ds_create(frame, "Frame")

    found = pydomo.ds_get(dataset_id)
    assert values_of(found) == values_of(frame)
    assert {str(kind) for kind in found.dtypes} == {"Int64"}
    asked = pydomo.ds_query(dataset_id, "SELECT long, some FROM table", return_data=False)
    assert asked["rows"] == [[*pair] for pair in zip(numbers, [*numbers[:4], None], strict=True)]


def test_broken_numbers_come_back_to_the_last_bit(pydomo: domo_sdk.Domo) -> None:
    numbers = [0.1 + 0.2, 1 / 3, -0.25, 1e20, 1e-7, 5e-324, 1.7976931348623157e308, 123456.0, None]
    frame = pd.DataFrame({"real": numbers, "n": range(len(numbers))})

    dataset_id = pydomo.ds_create(frame, "Frame")

    assert values_of(pydomo.ds_get(dataset_id)) == values_of(frame)
    assert values_of(frame)["real"] == numbers
    assert pydomo.ds_query(dataset_id, "SELECT real FROM table", return_data=False)["rows"] == [
        [one] for one in numbers
    ]


def test_a_column_of_numbers_with_a_gap_is_one_of_broken_numbers(pydomo: domo_sdk.Domo) -> None:
    dataset_id = pydomo.ds_create(pd.DataFrame({"n": [1, None, 3], "t": ["a", "b", "c"]}), "Frame")

    assert pydomo.utilities.domo_schema(dataset_id)[0] == {"type": "DOUBLE", "name": "n"}
    assert values_of(pydomo.ds_get(dataset_id))["n"] == [1.0, None, 3.0]


def test_an_only_column_keeps_its_gaps_though_pandas_skips_the_empty_lines(
    pydomo: domo_sdk.Domo, domo: Domo
) -> None:
    dataset_id = pydomo.ds_create(pd.DataFrame({"n": [1, None, 3]}), "Frame")

    assert rows_of(domo, dataset_id) == "1.0\n\n3.0\n"
    assert pydomo.ds_meta(dataset_id)["rows"] == 3
    assert values_of(pydomo.ds_query(dataset_id, "SELECT n FROM table")) == {"n": [1.0, None, 3.0]}
    assert values_of(pydomo.ds_get(dataset_id)) == {"n": [1.0, 3.0]}


def test_infinity_is_no_number_and_the_rows_are_refused(pydomo: domo_sdk.Domo, domo: Domo) -> None:
    frame = pd.DataFrame({"region": ["a", "b"], "amount": [1.5, float("inf")]})
    dataset_id = pydomo.ds_create(frame.head(1), "Frame")

    with pytest.raises(Exception, match=r"^Error updating Execution: .*\binf\b"):
        pydomo.ds_update(dataset_id, frame)

    assert rows_of(domo, dataset_id) == "a,1.5\n"


def test_truths_become_texts(pydomo: domo_sdk.Domo) -> None:
    frame = pd.DataFrame({"ok": [True, False, True], "maybe": [True, None, False]})

    dataset_id = pydomo.ds_create(frame, "Frame")

    assert {one["type"] for one in pydomo.utilities.domo_schema(dataset_id)} == {"STRING"}
    assert values_of(pydomo.ds_get(dataset_id)) == {
        "ok": ["True", "False", "True"],
        "maybe": ["True", None, "False"],
    }


TIMES = [
    datetime(2024, 2, 29, 23, 59, 59),
    None,
    datetime(1969, 12, 31, 1, 2, 3),
    datetime(2262, 4, 11, 0, 0, 0),
]


@pytest.mark.parametrize(
    "times", [TIMES, [None, None], [datetime(2024, 1, 1), datetime(2024, 1, 2), None]],
    ids=["", "none", "midnight"],
)  # fmt: skip
@pytest.mark.parametrize("unit", ["ns", "us", "s"])
def test_times_come_back_as_times(
    pydomo: domo_sdk.Domo, times: list[datetime | None], unit: str
) -> None:
    frame = pd.DataFrame(
        {"at": pd.Series(times, dtype=f"datetime64[{unit}]"), "n": range(len(times))}
    )

    dataset_id = pydomo.ds_create(frame, "Frame")

    assert pydomo.utilities.domo_schema(dataset_id)[0] == {"type": "DATETIME", "name": "at"}
    found = pydomo.ds_get(dataset_id)
    assert str(found["at"].dtype).startswith("datetime64")
    assert values_of(found) == values_of(frame)


def test_a_time_keeps_its_fraction_of_a_second(pydomo: domo_sdk.Domo) -> None:
    at = pd.to_datetime(["2024-01-02 03:04:05.678901", "2024-01-02 03:04:05"], format="ISO8601")

    dataset_id = pydomo.ds_create(pd.DataFrame({"at": at}), "Frame")

    # An export writes all times of a column alike.
    assert as_it_came(pydomo, dataset_id, "at") == [
        "2024-01-02 03:04:05.678901",
        "2024-01-02 03:04:05.000000",
    ]
    assert pydomo.ds_query(dataset_id, "SELECT at FROM table")["at"].tolist() == [
        "2024-01-02T03:04:05.678901",
        "2024-01-02T03:04:05",
    ]


def test_what_pandas_keeps_as_objects_becomes_text(pydomo: domo_sdk.Domo) -> None:
    frame = pd.DataFrame({
        "day": [date(2024, 2, 29)],
        "price": [Decimal("1.50")],
        "at": [datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)],
        "kind": pd.Categorical(["a"]),
    })  # fmt: skip

    dataset_id = pydomo.ds_create(frame, "Frame")

    assert {one["type"] for one in pydomo.utilities.domo_schema(dataset_id)} == {"STRING"}
    assert pydomo.ds_get_dict(dataset_id) == [
        {"day": "2024-02-29", "price": "1.50", "at": "2024-01-02 03:04:05+00:00", "kind": "a"}
    ]


def test_days_and_decimals_come_back_from_columns_of_their_type(pydomo: domo_sdk.Domo) -> None:
    columns = [{"type": "DATE", "name": "day"}, {"type": "DECIMAL", "name": "price"}]
    dataset_id = pydomo.datasets.create({"name": "Typed", "schema": {"columns": columns}})["id"]
    frame = pd.DataFrame({"day": [date(2024, 2, 29), None], "price": [Decimal("-1.50"), None]})

    pydomo.datasets.data_import(dataset_id, frame.to_csv(header=False, index=False))

    found = pydomo.ds_get(dataset_id)
    assert values_of(found) == {"day": [pd.Timestamp("2024-02-29"), None], "price": [-1.5, None]}
    assert str(found["day"].dtype).startswith("datetime64")
    asked = pydomo.ds_query(dataset_id, "SELECT day, price FROM table", return_data=False)
    assert asked["rows"] == [["2024-02-29", -1.5], [None, None]]
    assert [one["type"] for one in asked["metadata"]] == ["DATE", "DECIMAL"]


def test_a_frame_of_every_type_comes_back_with_its_gaps(pydomo: domo_sdk.Domo) -> None:
    frame = pd.DataFrame({
        "text": pd.array(["a", None, "c"], "string"),
        "long": pd.array([1, None, 3], "Int64"),
        "real": pd.array([0.5, None, 1.5], "Float64"),
        "at": pd.Series(["2024-01-02 03:04:05", None, "2024-01-03"], dtype="datetime64[ns]"),
    })  # fmt: skip

    found = pydomo.ds_get(pydomo.ds_create(frame, "Frame"))

    assert values_of(found) == values_of(frame)
    assert [str(one) for one in found.dtypes[:3]] == ["string", "Int64", "Float64"]


def test_an_answer_to_a_query_has_the_types_of_its_columns(pydomo: domo_sdk.Domo) -> None:
    question = (
        "SELECT region, count(*) AS n, sum(amount) AS total, avg(amount) AS mean "
        "FROM table GROUP BY region HAVING count(*) > 0 ORDER BY region LIMIT 3 OFFSET 1"
    )

    asked = pydomo.ds_query(SALES, question, return_data=False)

    assert asked["columns"] == ["region", "n", "total", "mean"]
    assert [one["type"] for one in asked["metadata"]] == ["STRING", "LONG", "LONG", "DOUBLE"]
    assert asked["rows"] == [["East", 1, 2, 2.0], ["North", 1, None, None], ["West", 1, 1, 1.0]]
    assert (asked["numRows"], asked["numColumns"], asked["fromcache"]) == (3, 4, False)


def test_the_export_says_how_it_is_to_be_filed(pydomo: domo_sdk.Domo, tap: Tap) -> None:
    pydomo.datasets.data_export(SALES, True)

    headers = tap.exchanges()[-1].reply.headers
    assert headers["content-disposition"] == 'attachment; filename="Sales Orders.csv"'
    assert headers["content-type"] == "text/csv"


def test_a_time_on_its_way_through_read_csv_is_no_text(pydomo: domo_sdk.Domo) -> None:
    """`parse_dates` silently gives texts where the times of a column are written differently."""
    rows = "2024-01-02 03:04:05\n2024-02-01\n2024-03-01T00:00:01\n2024-04-01 00:00:00.250\n"
    columns = {"columns": [{"type": "DATETIME", "name": "at"}]}
    dataset_id = pydomo.datasets.create({"name": "Times", "schema": columns})["id"]

    pydomo.datasets.data_import(dataset_id, rows)

    raw = pydomo.datasets.data_export(dataset_id, True)
    assert str(pydomo.ds_get(dataset_id)["at"].dtype).startswith("datetime64")
    assert len({len(line) for line in io.StringIO(raw).readlines()[1:]}) == 1
