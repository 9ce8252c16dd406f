"""Sets of rows and levels in words."""

import re
from typing import Final

from domostate.access.filters import ALL, NONE, Rows
from domostate.model.holding import RowFilter

__all__ = ["rows_text"]

_SAID: Final = {
    "EQUALS": ("is", "is not"),
    "LIKE": ("is like", "is not like"),
    "GREATER_THAN": (">", "is not >"),
    "LESS_THAN": ("<", "is not <"),
    "GREATER_THAN_EQUAL": (">=", "is not >="),
    "LESS_THAN_EQUAL": ("<=", "is not <="),
    "BETWEEN": ("is between", "is not between"),
    "BEGINS_WITH": ("begins with", "does not begin with"),
    "ENDS_WITH": ("ends with", "does not end with"),
    "CONTAINS": ("contains", "does not contain"),
}


_JOINED: Final = re.compile(" (and|or|nor) |, ")


def rows_text(rows: Rows) -> str:
    """Which rows, for people: `all`, `none`, or the filters."""
    if rows == NONE:
        return "none"
    if rows == ALL:
        return "all"
    parts = sorted(" and ".join(map(_said, sorted(one))) for one in rows)
    if len(parts) == 1:
        return parts[0]
    return " or ".join(f"({part})" if _JOINED.search(part) else part for part in parts)


def _said(one: RowFilter) -> str:
    if not one.operator:
        return f"unknown ({one.unknown})"
    positive, negative = _SAID.get(one.operator, (one.operator, f"not {one.operator}"))
    verb = negative if one.negated else positive
    joint = " and " if one.operator == "BETWEEN" else (" nor " if one.negated else " or ")
    values = joint.join(map(_value, one.values)) or "nothing"
    folded = ", in upper or lower case" if one.ignore_case else ""
    unclear = f" (unknown: {one.unknown})" if one.unknown else ""
    return f"{one.column} {verb} {values}{folded}{unclear}"


def _value(value: str) -> str:
    # A value that could be read as words of ours is quoted.
    plain = value and all(letter.isalnum() or letter in "._-/:%@+" for letter in value)
    return value if plain else f'"{value}"'
