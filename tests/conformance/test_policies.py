"""Row policies as two clients of pydomo see them: one of the owner, one of a restricted user."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pydomo as domo_sdk
import pytest

from tests.conformance.conftest import Connecting
from tests.conformance.estate import ALL_ROWS, CAT, FINANCE, NOBODY, SALES, SALES_ROWS, WEST_ONLY
from tests.conformance.shapes import values_of
from tests.emulator.client import Domo

WESTERN = "West,1\n"
EVERY_REGION = [["", 4], ["East", 2], ["North", None], ["West", 1]]


@pytest.fixture
def cat(connect: Connecting, pydomo: domo_sdk.Domo) -> domo_sdk.Domo:
    """pydomo for Cat, whom the policy "West only" names."""
    return connect("c-cat")


def enable(pydomo: domo_sdk.Domo) -> None:
    """Turn PDP on, which pydomo has no name for."""
    pydomo.datasets.update(SALES, {"name": "Sales Orders", "pdpEnabled": True})


def policy(*filters: dict[str, Any], **members: list[int]) -> dict[str, Any]:
    return {"name": "of a test", "filters": list(filters), "users": [], "groups": []} | members


def where(column: str, operator: str, *values: str, negated: bool = False) -> dict[str, Any]:
    return {"column": column, "values": list(values), "operator": operator, "not": negated}


def exported(pydomo: domo_sdk.Domo) -> str:
    return str(pydomo.datasets.data_export(SALES, False))


def test_nobody_is_restricted_before_pdp_is_on(pydomo: domo_sdk.Domo, cat: domo_sdk.Domo) -> None:
    assert exported(cat) == exported(pydomo) == SALES_ROWS


def test_the_restricted_one_exports_and_queries_only_their_rows(
    pydomo: domo_sdk.Domo, cat: domo_sdk.Domo, tmp_path: Path
) -> None:
    enable(pydomo)
    question = "SELECT region, amount FROM table ORDER BY region"

    with cat.datasets.data_export_to_file(SALES, tmp_path / "cat", False) as written:
        filed = written.read()

    assert filed == exported(cat) == WESTERN
    assert cat.ds_get_dict(SALES) == [{"region": "West", "amount": "1"}]
    assert values_of(cat.ds_get(SALES)) == {"region": ["West"], "amount": [1]}
    assert cat.ds_query(SALES, question, return_data=False)["rows"] == [["West", 1]]
    assert cat.ds_query(SALES, "SELECT count(*) AS n FROM table")["n"].tolist() == [1]
    assert exported(pydomo) == SALES_ROWS
    assert pydomo.ds_query(SALES, question, return_data=False)["rows"] == EVERY_REGION
    assert pydomo.ds_query(SALES, "SELECT count(*) AS n FROM table")["n"].tolist() == [4]


@pytest.mark.parametrize(
    "question",
    [
        "SELECT region FROM table WHERE region = 'East' OR 1 = 1",
        "SELECT t.region FROM table t UNION ALL SELECT region FROM table WHERE amount = 2",
        "WITH w AS (SELECT region FROM table) SELECT region FROM w",
        f"SELECT region FROM `{SALES}` WHERE region IN (SELECT region FROM table)",
    ],
)
def test_no_query_reads_around_a_policy(
    pydomo: domo_sdk.Domo, cat: domo_sdk.Domo, question: str
) -> None:
    enable(pydomo)

    assert set(cat.ds_query(SALES, question)["region"]) == {"West"}


def test_the_number_of_rows_is_told_to_everybody(pydomo: domo_sdk.Domo, cat: domo_sdk.Domo) -> None:
    enable(pydomo)

    assert cat.ds_meta(SALES)["rows"] == pydomo.ds_meta(SALES)["rows"] == 4


def test_who_has_no_policy_sees_columns_and_no_rows(
    pydomo: domo_sdk.Domo, cat: domo_sdk.Domo
) -> None:
    enable(pydomo)
    pydomo.pdp_delete(SALES, WEST_ONLY)

    seen = cat.ds_get(SALES)

    assert list(seen.columns) == ["region", "amount"]
    assert len(seen) == 0
    assert cat.ds_query(SALES, "SELECT region FROM table").empty


def test_policies_add_up_by_user_and_by_group(pydomo: domo_sdk.Domo, cat: domo_sdk.Domo) -> None:
    enable(pydomo)
    by_group = policy(where("region", "EQUALS", "East"), groups=[FINANCE])
    of_nobody = policy(where("region", "EQUALS", "North"), groups=[NOBODY])

    pydomo.pdp_create(SALES, by_group)
    pydomo.pdp_create(SALES, of_nobody)
    both = exported(cat)
    pydomo.groups_remove_users(FINANCE, CAT)

    assert both == "West,1\nEast,2\n"
    assert exported(cat) == WESTERN


def test_a_member_of_all_rows_sees_all_rows(pydomo: domo_sdk.Domo, cat: domo_sdk.Domo) -> None:
    enable(pydomo)

    pydomo.pdp_update(SALES, ALL_ROWS, {"users": [CAT]})

    assert exported(cat) == SALES_ROWS


def test_a_changed_policy_acts_at_once(pydomo: domo_sdk.Domo, cat: domo_sdk.Domo) -> None:
    enable(pydomo)
    changed = [where("region", "EQUALS", "East", "North"), where("amount", "LESS_THAN", "3")]

    pydomo.pdp_update(SALES, WEST_ONLY, {"filters": changed})

    assert exported(cat) == "East,2\n"


Row = tuple[str | None, int | None]
HOLDS: dict[str, Callable[[Row], bool]] = {
    "EQUALS": lambda row: row[0] in ("East", "Ost"),
    "LIKE": lambda row: row[0] is not None and row[0][1:] == "ast",
    "BEGINS_WITH": lambda row: str(row[0]).startswith(("E", "N")),
    "ENDS_WITH": lambda row: str(row[0]).endswith("st"),
    "CONTAINS": lambda row: "or" in str(row[0]),
    "GREATER_THAN": lambda row: row[1] is not None and row[1] > 10,
    "LESS_THAN": lambda row: row[1] is not None and row[1] < 10,
    "GREATER_THAN_EQUAL": lambda row: row[1] is not None and row[1] >= 10,
    "LESS_THAN_EQUAL": lambda row: row[1] is not None and row[1] <= 10,
    "BETWEEN": lambda row: row[1] is not None and 9 <= row[1] <= 10,
}
"""Each operator with the values below, row by row. 9, 10 and 11 tell numbers from texts."""
VALUES = {
    "EQUALS": ["East", "Ost"], "LIKE": ["_ast"], "BEGINS_WITH": ["E", "N"], "ENDS_WITH": ["st"],
    "CONTAINS": ["or"], "BETWEEN": ["9", "10"],
}  # fmt: skip
ROWS: list[Row] = [
    ("East", 9), ("East", 10), ("West", 11), ("North", None), ("Ost", -1), (None, 10), ("", 9),
    ("Ostend", 8), ("SE", 10), ("Beast", 12),
]  # fmt: skip


@pytest.mark.parametrize("negated", [False, True], ids=["", "not"])
@pytest.mark.parametrize("operator", HOLDS)
def test_every_operator_shows_the_rows_for_which_it_holds(
    pydomo: domo_sdk.Domo, cat: domo_sdk.Domo, operator: str, negated: bool
) -> None:
    enable(pydomo)
    pydomo.ds_update(
        SALES, pd.DataFrame(ROWS, columns=["region", "amount"]).astype({"amount": "Int64"})
    )
    column = 0 if operator in ("EQUALS", "LIKE") or "WITH" in operator or "CONT" in operator else 1
    name = ("region", "amount")[column]

    condition = where(name, operator, *VALUES.get(operator, ["10"]), negated=negated)
    pydomo.pdp_update(SALES, WEST_ONLY, {"filters": [condition]})

    # Without a value there is nothing that a filter could hold for, negated or not. pandas sends
    # an empty text as no value.
    expected = [
        [region or None, amount]
        for region, amount in ROWS
        if ((region or None), amount)[column] is not None
        and HOLDS[operator]((region, amount)) != negated
    ]
    question = "SELECT region, amount FROM table"
    assert cat.ds_query(SALES, question, return_data=False)["rows"] == expected


def test_rows_that_come_later_are_under_the_policy_too(
    pydomo: domo_sdk.Domo, cat: domo_sdk.Domo, domo: Domo
) -> None:
    enable(pydomo)

    pydomo.datasets.data_import(SALES, "West,7\nEast,8\n", "APPEND")

    assert exported(cat) == "West,1\nWest,7\n"
    assert exported(pydomo) == SALES_ROWS + "West,7\nEast,8\n"
