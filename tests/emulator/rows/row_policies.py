"""Row policies, evaluated row by row: written from the access model (guarantees.md, point 3 and 4)
and platform §5, not from the emulator."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.emulator.rows.values import meant, shown

COMPARED = {
    "EQUALS": lambda cell, value: cell == value,
    "GREATER_THAN": lambda cell, value: cell > value,
    "LESS_THAN": lambda cell, value: cell < value,
    "GREATER_THAN_EQUAL": lambda cell, value: cell >= value,
    "LESS_THAN_EQUAL": lambda cell, value: cell <= value,
}
SEARCHED = {
    "BEGINS_WITH": lambda text, value: text.startswith(value),
    "ENDS_WITH": lambda text, value: text.endswith(value),
    "CONTAINS": lambda text, value: value in text,
    "LIKE": lambda text, value: bool(re.fullmatch(_pattern(value), text, re.DOTALL)),
}
OPERATORS = (*COMPARED, *SEARCHED, "BETWEEN")


def _pattern(like: str) -> str:
    return "".join({"%": ".*", "_": "."}.get(one, re.escape(one)) for one in like)


@dataclass(frozen=True)
class Rule:
    """One filter."""

    column: str
    operator: str
    values: tuple[str, ...]
    negated: bool = False
    ignore_case: bool = False
    dynamic: bool = False


@dataclass(frozen=True)
class Reader:
    """Who looks: the attributes that dynamic filters take their values from."""

    attributes: Mapping[str, Sequence[str]]
    null_matches_not: bool = False


def shows(rules: Sequence[Rule] | None, row: Mapping[str, tuple[str, Any]], who: Reader) -> bool:
    """Whether a policy shows a row, which has the type and the value of each column; None is the
    policy that shows everything, and one without filters shows nothing."""
    if rules is None:
        return True
    return bool(rules) and all(_holds(one, row, who) for one in rules)


def _holds(rule: Rule, row: Mapping[str, tuple[str, Any]], who: Reader) -> bool:
    if rule.column not in row:
        return False
    kind, cell = row[rule.column]
    values = list(rule.values)
    if rule.dynamic:
        values = [value for key in rule.values for value in who.attributes.get(key, ())]
        if not values or (rule.operator == "BETWEEN" and len(values) != 2):
            return False
    if cell is None:
        return rule.negated and who.null_matches_not
    if rule.operator == "BETWEEN":
        low, high = values
        found = _one("GREATER_THAN_EQUAL", rule, kind, cell, low) and _one(
            "LESS_THAN_EQUAL", rule, kind, cell, high
        )
    else:
        found = any(_one(rule.operator, rule, kind, cell, value) for value in values)
    return found != rule.negated


def _one(operator: str, rule: Rule, kind: str, cell: Any, value: str) -> bool:
    fold = _small if rule.ignore_case else str
    if operator in SEARCHED:
        return SEARCHED[operator](fold(shown(cell)), fold(value))
    if kind == "STRING":
        return COMPARED[operator](fold(cell), fold(value))
    compared = meant(value, kind)
    return compared is not None and COMPARED[operator](cell, compared)


def _small(text: str) -> str:
    """Small letters, one for each."""
    return "".join(one.lower()[0] for one in text)
