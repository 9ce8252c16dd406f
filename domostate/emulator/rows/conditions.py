"""Conditions: which rows somebody sees, as the engine's SQL.

The rules are those of the row policies (guarantees, access model): a filter holds when the cell
matches one of its values, all filters of a policy must hold, and one policy is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domostate.emulator.rows.columns import Column, as_text, literal, name, tried, unique_names

_COMPARED = {
    "EQUALS": "=",
    "GREATER_THAN": ">",
    "LESS_THAN": "<",
    "GREATER_THAN_EQUAL": ">=",
    "LESS_THAN_EQUAL": "<=",
}
_SEARCHED = {"BEGINS_WITH": "starts_with", "ENDS_WITH": "ends_with", "CONTAINS": "contains"}
NO_ROWS = "false"


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter, its values known; without values it matches nothing."""

    column: str
    operator: str
    values: tuple[str, ...]
    negated: bool = False
    ignore_case: bool = False

    @property
    def comparisons(self) -> tuple[tuple[str, ...], ...]:
        """What a cell is compared with, one after the other: a value each time, or the two ends of
        BETWEEN, which without exactly two is no comparison."""
        if self.operator != "BETWEEN":
            return tuple((value,) for value in self.values)
        return (self.values,) if len(self.values) == 2 else ()


def any_of(
    policies: Sequence[Sequence[Condition]], columns: Sequence[Column], *, null_under_not: bool
) -> str:
    """The rows that at least one policy shows; a policy without filters shows every row.

    `null_under_not` lets an empty cell match a negated filter.
    """
    known = {
        column.name: (column, known_as)
        for column, known_as in zip(columns, unique_names(columns), strict=True)
    }
    shown = []
    for policy in policies:
        holds = [
            _holds(one, *known[one.column], null_under_not) if one.column in known else NO_ROWS
            for one in policy
        ]
        shown.append(" AND ".join(f"({one})" for one in holds) or "true")
    return " OR ".join(f"({one})" for one in shown) or NO_ROWS


def _holds(condition: Condition, column: Column, known_as: str, null_under_not: bool) -> str:
    cell = name(known_as)
    matches = [_matches(condition, values, column, cell) for values in condition.comparisons]
    # A comparison that cannot be made does not hold.
    found = " OR ".join(f"coalesce({one}, false)" for one in matches) or NO_ROWS
    if not condition.negated:
        return f"{cell} IS NOT NULL AND ({found})"
    empty = f"{cell} IS NULL OR " if null_under_not else f"{cell} IS NOT NULL AND "
    return f"{empty}NOT ({found})"


def _matches(condition: Condition, values: tuple[str, ...], column: Column, cell: str) -> str:
    operator, value = condition.operator, values[0]
    if operator == "BETWEEN":
        return _between(condition, values, column, cell)
    if operator in _COMPARED:
        left, right = _comparable(condition, value, column, cell)
        return f"{left} {_COMPARED[operator]} {right}"
    left, right = _folded(condition, as_text(cell, column.type)), _folded(condition, literal(value))
    if operator == "LIKE":
        return f"{left} LIKE {right}"
    return f"{_SEARCHED[operator]}({left}, {right})"


def _between(condition: Condition, values: tuple[str, ...], column: Column, cell: str) -> str:
    low = _comparable(condition, values[0], column, cell)
    high = _comparable(condition, values[1], column, cell)
    return f"{low[0]} >= {low[1]} AND {high[0]} <= {high[1]}"


def _comparable(condition: Condition, value: str, column: Column, cell: str) -> tuple[str, str]:
    """Cell and value in the type of the column."""
    if column.type == "STRING":
        return _folded(condition, cell), _folded(condition, literal(value))
    return cell, f"({tried(literal(value), column.type)})"


def _folded(condition: Condition, text: str) -> str:
    return f"lower({text})" if condition.ignore_case else text
