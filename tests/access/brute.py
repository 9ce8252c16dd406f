"""A second opinion on access: looks at every row of a table, one after the other.

Written from guarantees, "Effective access: the model", and shares no code with the package: it is
the referee. Values of the package are only read.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
LADDER = ["NONE", "CAN_VIEW", "CAN_SHARE", "CAN_EDIT", "CO_OWNER", "OWNER"]


def cell_matches(wanted: Any, cell: Any, kind: str) -> bool:
    """Whether one cell fulfils one filter whose values are known."""
    if cell is None:
        return False
    wanted_values = list(wanted.values)
    if kind == "STRING" and wanted.ignore_case:
        cell = cell.lower()
        wanted_values = [value.lower() for value in wanted_values]
    if kind == "LONG":
        wanted_values = [int(value) for value in wanted_values]
    if kind == "DOUBLE":
        wanted_values = [float(value) for value in wanted_values]
    if kind == "DATE":
        wanted_values = [dt.date.fromisoformat(value) for value in wanted_values]
    if wanted.operator == "BETWEEN":
        hit = wanted_values[0] <= cell <= wanted_values[1]
    else:
        hit = any(_one(wanted.operator, cell, value) for value in wanted_values)
    return not hit if wanted.negated else hit


def _one(operator: str, cell: Any, value: Any) -> bool:
    if operator == "EQUALS":
        return bool(cell == value)
    if operator == "GREATER_THAN":
        return bool(cell > value)
    if operator == "LESS_THAN":
        return bool(cell < value)
    if operator == "GREATER_THAN_EQUAL":
        return not cell < value
    if operator == "LESS_THAN_EQUAL":
        return not cell > value
    if operator == "BEGINS_WITH":
        return bool(cell[: len(value)] == value)
    if operator == "ENDS_WITH":
        return bool(cell[len(cell) - len(value) :] == value) if len(value) <= len(cell) else False
    if operator == "CONTAINS":
        return any(cell[n : n + len(value)] == value for n in range(len(cell) + 1))
    assert operator == "LIKE"
    return _like(cell, value)


def _like(cell: str, pattern: str) -> bool:
    if not pattern:
        return not cell
    if pattern[0] == "%":
        return any(_like(cell[n:], pattern[1:]) for n in range(len(cell) + 1))
    return bool(cell) and pattern[0] in ("_", cell[0]) and _like(cell[1:], pattern[1:])


def rows_in(union: Any, table: Sequence[Row], types: Mapping[str, str]) -> set[int]:
    """The numbers of the rows that a union of conjunctions shows."""
    found = set()
    for filters in union:
        rows = set(range(len(table)))
        for one in filters:
            cells = {row[one.column] for row in table}
            right = {cell for cell in cells if cell_matches(one, cell, types[one.column])}
            rows = {number for number in rows if table[number][one.column] in right}
        found |= rows
    return found


def groups_around(user: str, groups: Mapping[str, Any]) -> set[str]:
    """Every group that the user is in: taken in again and again until nothing changes."""
    found: set[str] = set()
    while True:
        more = {
            id_
            for id_, group in groups.items()
            if user in group.users or any(inner in found for inner in group.groups)
        }
        if more == found:
            return found
        found = more


def access_on(
    person: Any, groups: Mapping[str, Any], holding: Any, table: Sequence[Row]
) -> set[tuple[int, str]]:
    """Every (row, level) that the person has of the dataset."""
    if not person.active:
        return set()
    within = groups_around(person.id, groups)

    def is_mine(principal: Any) -> bool:
        if principal.type == "USER":
            return bool(principal.id == person.id)
        return principal.id in within

    reached = ["NONE"]
    reached += ["OWNER"] * (is_mine(holding.owner) or person.manages)
    reached += [str(level) for who, level in holding.levels.items() if is_mine(who)]
    level = max(reached, key=LADDER.index)
    if level == "NONE":
        return set()
    rows: set[int] = set()
    if not holding.pdp or level in ("OWNER", "CO_OWNER"):
        rows = set(range(len(table)))
    else:
        for policy in holding.policies:
            if not (policy.everyone or any(is_mine(one) for one in policy.members)):
                continue
            if policy.is_open:
                rows = set(range(len(table)))
            else:
                filters = [_concrete(one, policy, person) for one in policy.filters]
                rows |= rows_in([filters], table, holding.columns)
    below = LADDER[1 : LADDER.index(level) + 1]
    return {(row, one) for row in rows for one in below}


class _Concrete:
    def __init__(self, wanted: Any, values: Sequence[str]) -> None:
        self.column, self.operator = wanted.column, wanted.operator
        self.negated, self.ignore_case = wanted.negated, wanted.ignore_case
        self.values = list(values)


def _concrete(wanted: Any, policy: Any, person: Any) -> Any:
    if wanted not in policy.dynamic:
        return wanted
    return _Concrete(wanted, [one for key in wanted.values for one in person.attributes[key]])
