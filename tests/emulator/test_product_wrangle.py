"""Descriptions, tags, order and visibility of columns."""

from typing import Any

import pytest

from tests.emulator.client import Domo
from tests.emulator.conftest import SALES
from tests.emulator.shapes import differences

WRANGLE = f"/query/v1/datasources/{SALES}/wrangle"
LATEST = f"/data/v2/datasources/{SALES}/schemas/latest"
SAMPLE = {
    "calculated": False,
    "calculatedExpr": None,
    "description": "",
    "formula": None,
    "name": "Column 1",
    "newName": "Column 1",
    "order": 0,
    "remove": False,
    "tags": None,
    "type": "STRING",
    "visible": True,
}
"""Of an unofficial description (OAS)."""


def column(**changes: Any) -> dict[str, Any]:
    """A column of a request, as the same description has it."""
    body = {
        "id": "amount",
        "invalid": False,
        "name": "amount",
        "newName": "amount",
        "order": 2,
        "referenceDataSourceId": SALES,
        "type": "DECIMAL",
        "visible": True,
    }
    return body | changes


def by_name(domo: Domo) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in domo.get(WRANGLE)["columns"]}


def test_the_columns_are_described_one_by_one(domo: Domo) -> None:
    found = domo.get(WRANGLE)["columns"]

    assert differences([SAMPLE], found) == []
    assert all(one.keys() == SAMPLE.keys() for one in found)
    assert [(one["name"], one["order"]) for one in found] == [
        ("order_id", 0),
        ("region", 1),
        ("amount", 2),
    ]


def test_what_is_said_of_a_column_stays_and_makes_no_version(domo: Domo) -> None:
    said = column(description="Net of tax", tags=["money", "net"], newName="Net amount", order=0)
    domo.done("POST", WRANGLE, {"columns": [said]})

    # Of two that claim a place the one that stood there goes first.
    assert [one["name"] for one in domo.get(WRANGLE)["columns"]] == ["order_id", "amount", "region"]
    found = by_name(domo)["amount"]
    assert (found["description"], found["tags"]) == ("Net of tax", ["money", "net"])
    assert (found["newName"], found["order"]) == ("Net amount", 1)
    assert by_name(domo)["region"]["description"] == ""
    next_version = domo.done(
        "POST",
        f"/data/v2/datasources/{SALES}/schemas",
        {"columns": [{"name": "a", "type": "LONG"}]},
    )
    assert next_version == {"schemaId": 2}


def test_a_repeat_changes_nothing_and_what_is_left_out_stays(domo: Domo) -> None:
    domo.done("POST", WRANGLE, {"columns": [column(description="Net", tags=["money"])]})

    again = domo.done("POST", WRANGLE, {"columns": [column()]})
    same = domo.done("POST", WRANGLE, domo.get(WRANGLE))

    assert again == same == domo.get(WRANGLE)
    assert by_name(domo)["amount"]["description"] == "Net"
    domo.done("POST", WRANGLE, {"columns": [column(description="", tags=[])]})
    assert (by_name(domo)["amount"]["description"], by_name(domo)["amount"]["tags"]) == ("", None)


def test_a_column_that_is_hidden_leaves_the_indexed_schema(domo: Domo) -> None:
    indexed = f"/query/v1/datasources/{SALES}/schema/indexed"
    domo.done("POST", WRANGLE, {"columns": [column(visible=False)]})

    hidden = [one["name"] for one in domo.get(indexed)["tables"][0]["columns"]]
    every = domo.get(f"{indexed}?includeHidden=true")["tables"][0]["columns"]
    domo.done("POST", WRANGLE, {"columns": [column(visible=True)]})

    assert hidden == ["order_id", "region"]
    assert every[2]["visible"] is False
    assert len(domo.get(indexed)["tables"][0]["columns"]) == 3


def test_the_defined_schema_tells_descriptions_and_tags_too(domo: Domo) -> None:
    domo.done("POST", WRANGLE, {"columns": [column(description="Net", tags=["money"])]})

    found = domo.get(LATEST)["schema"]["columns"][2]

    assert (found["description"], found["tags"]) == ("Net", ["money"])


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"columns": "amount"},
        {"columns": ["amount"]},
        {"columns": [{"id": "amount"}]},
        {"columns": [column(name="gone")]},
        {"columns": [column(type="STRING")]},
        {"columns": [column(remove=True)]},
        {"columns": [column(visible="no")]},
        {"columns": [column(order="first")]},
        {"columns": [column(order=2**70)]},
        {"columns": [column(tags="money")]},
        {"columns": [column(tags=[1])]},
        {"columns": [column(description=1)]},
        {"columns": [column(newName=["a"])]},
        {"columns": [column(description="Net"), column(name=None)]},
    ],
)
def test_a_malformed_write_is_400_and_says_nothing(domo: Domo, body: Any) -> None:
    before = domo.get(WRANGLE)

    assert domo.product("POST", WRANGLE, body).status_code == 400
    assert domo.get(WRANGLE) == before


def test_reading_needs_sight_and_writing_the_right_to_edit(domo: Domo) -> None:
    body = {"columns": [column()]}

    assert domo.product("GET", WRANGLE, token="t-bob").status_code == 200
    assert domo.product("POST", WRANGLE, body, "t-bob").status_code == 403
    assert domo.product("GET", WRANGLE, token="t-wes").status_code == 403
    assert domo.product("POST", WRANGLE.replace(SALES, "nowhere"), body).status_code == 404


def test_what_was_said_comes_with_the_snapshot(domo: Domo) -> None:
    said = column(description="Net", tags=["money"], newName="Net amount", order=0, visible=False)
    domo.done("POST", WRANGLE, {"columns": [said]})
    before, first = domo.get(WRANGLE), domo.snapshot()

    domo.reset(first)

    assert domo.get(WRANGLE) == before
    assert domo.snapshot() == first
