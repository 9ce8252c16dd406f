"""Atoms: the smallest questions that a filter asks of one cell."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from math import isfinite
from typing import Any, Final

from domostate.model.holding import RowFilter

__all__ = ["Alternatives", "Atom", "Sort", "asked", "holds_on_text"]


class Sort(StrEnum):
    """What is asked of a cell."""

    EQUAL = "equal"
    ABOVE = "above"
    BELOW = "below"
    BEGINS = "begins"
    ENDS = "ends"
    CONTAINS = "contains"
    LIKE = "like"


@dataclass(frozen=True, slots=True, order=True)
class Atom:
    """A question and what the cell is held against, in the type of the column.

    With `fold` the cell is taken in lower case; `value` is in lower case already.
    """

    sort: Sort
    value: Any
    fold: bool = False


Alternatives = tuple[tuple[Atom, ...], ...]
"""A filter, before it is negated: at least one row of atoms of which all hold."""

_SEARCHED: Final = {
    "BEGINS_WITH": Sort.BEGINS,
    "ENDS_WITH": Sort.ENDS,
    "CONTAINS": Sort.CONTAINS,
    "LIKE": Sort.LIKE,
}
_COMPARED: Final[Mapping[str, tuple[Sort, ...]]] = {
    "EQUALS": (Sort.EQUAL,),
    "GREATER_THAN": (Sort.ABOVE,),
    "LESS_THAN": (Sort.BELOW,),
    "GREATER_THAN_EQUAL": (Sort.ABOVE, Sort.EQUAL),
    "LESS_THAN_EQUAL": (Sort.BELOW, Sort.EQUAL),
}
_WHOLE: Final = re.compile(r"-?[0-9]+")


def asked(one: RowFilter) -> Alternatives | None:
    """What the filter asks, None where nobody can tell: a value that does not fit the column's
    type, an operator on text beside a column of another type, BETWEEN without two ends."""
    if not one.values or one.unknown:
        return None
    if one.operator in _SEARCHED:
        return _searched(one) if one.column_type == "STRING" else None
    fold = one.ignore_case and one.column_type == "STRING"
    try:
        values = [_value(value.lower() if fold else value, one.column_type) for value in one.values]
    except (ValueError, InvalidOperation):
        return None
    if one.operator == "BETWEEN":
        return _between(values, fold) if len(values) == 2 else None
    sorts = _COMPARED.get(one.operator)
    if sorts is None:
        return None
    return tuple((Atom(sort, value, fold),) for value in values for sort in sorts)


def _between(ends: list[Any], fold: bool) -> Alternatives:
    low = [Atom(sort, ends[0], fold) for sort in (Sort.ABOVE, Sort.EQUAL)]
    high = [Atom(sort, ends[1], fold) for sort in (Sort.BELOW, Sort.EQUAL)]
    return tuple((one, other) for one in low for other in high)


def _searched(one: RowFilter) -> Alternatives:
    values = [value.lower() if one.ignore_case else value for value in one.values]
    sort = _SEARCHED[one.operator]
    return tuple((_search(sort, value, one.ignore_case),) for value in values)


def _search(sort: Sort, value: str, fold: bool) -> Atom:
    """The same question in its plainest form: `West%` asks how a cell begins."""
    if sort is not Sort.LIKE:
        return Atom(sort, value, fold)
    core = value.strip("%")
    if "%" in core or "_" in core:
        return Atom(Sort.LIKE, value, fold)
    head, tail = value.endswith("%"), value.startswith("%")
    plain = {(True, True): Sort.CONTAINS, (True, False): Sort.BEGINS, (False, True): Sort.ENDS}
    return Atom(plain.get((head, tail), Sort.EQUAL), core, fold)


def _value(text: str, column_type: str) -> Any:
    """A value as cells of the type are compared.

    Raises ValueError or InvalidOperation where it has no meaning for the type.
    """
    match column_type:
        case "STRING":
            return text
        case "LONG" if _WHOLE.fullmatch(text):
            return int(text)
        case "DECIMAL" if (number := Decimal(text)).is_finite():
            return number
        case "DOUBLE" if isfinite(wide := float(text)):
            return wide
        case "DATE":
            return date.fromisoformat(text)
        case "DATETIME":
            # Time zones of cells are not documented: a value with one is taken in UTC.
            moment = datetime.fromisoformat(text)
            return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    raise ValueError(text)


def holds_on_text(atom: Atom, cell: str) -> bool:
    """Whether an atom about a text holds on this very cell.

    Texts are ordered by their code points. Domo does not say how it orders them (GUESS).
    """
    text, value = cell.lower() if atom.fold else cell, str(atom.value)
    match atom.sort:
        case Sort.EQUAL:
            return text == value
        case Sort.ABOVE:
            return text > value
        case Sort.BELOW:
            return text < value
        case Sort.BEGINS:
            return text.startswith(value)
        case Sort.ENDS:
            return text.endswith(value)
        case Sort.CONTAINS:
            return value in text
        case Sort.LIKE:
            return re.fullmatch("".join(_pattern(value)), text, re.DOTALL) is not None


def _pattern(like: str) -> Iterator[str]:
    for letter in like:
        yield {"%": ".*", "_": "."}.get(letter) or re.escape(letter)
