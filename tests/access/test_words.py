"""Rows in words that a manager can read."""

import pytest

from domostate.access.filters import ALL, NONE, Rows, shown, union
from domostate.access.words import rows_text
from domostate.model.holding import RowFilter

WEST = RowFilter("region", "EQUALS", ("West",))


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (NONE, "none"),
        (ALL, "all"),
        (shown(WEST), "region is West"),
        (shown(RowFilter("region", "EQUALS", ("East", "West"))), "region is East or West"),
        (
            shown(RowFilter("region", "EQUALS", ("East", "West"), negated=True)),
            "region is not East nor West",
        ),
        (
            shown(WEST, RowFilter("amount", "GREATER_THAN", ("5",))),
            "amount > 5 and region is West",
        ),
        (
            union(shown(WEST, RowFilter("amount", "BETWEEN", ("1", "9"))), shown(WEST)),
            "(amount is between 1 and 9 and region is West) or region is West",
        ),
        (
            union(shown(RowFilter("a", "EQUALS", ("1", "2"))), shown(WEST)),
            "(a is 1 or 2) or region is West",
        ),
        (
            shown(RowFilter("team", "BEGINS_WITH", ("North West",), ignore_case=True)),
            'team begins with "North West", in upper or lower case',
        ),
        (shown(RowFilter("team", "EQUALS", ("",))), 'team is ""'),
        (
            shown(WEST.unclear("there is no column region")),
            "region is West (unknown: there is no column region)",
        ),
        (
            shown(RowFilter("", "", (), unknown="the policy has no filters")),
            "unknown (the policy has no filters)",
        ),
    ],
)
def test_rows_are_said_in_words(rows: Rows, text: str) -> None:
    assert rows_text(rows) == text
