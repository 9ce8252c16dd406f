"""Random filters, policies and estates over a small table that holds every sort of cell."""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import product
from random import Random
from typing import Any

from domostate.access.estate import Estate
from domostate.access.filters import Rows
from domostate.model.holding import Holding, RowFilter, RowPolicy
from domostate.model.people import Group, Person
from domostate.model.principal import AccessLevel, Principal, PrincipalType

TYPES: Mapping[str, str] = {"region": "STRING", "amount": "LONG", "day": "DATE", "price": "DOUBLE"}
COMPARING = ["GREATER_THAN", "LESS_THAN", "GREATER_THAN_EQUAL", "LESS_THAN_EQUAL", "BETWEEN"]
SEARCHING = ["BEGINS_WITH", "ENDS_WITH", "CONTAINS", "LIKE"]
WORDS = ["", "a", "A", "b", "ab", "aB", "ba", "zz"]
SPELLINGS = ["", *"aAbB", "ab", "aB", "Ab", "AB", "ba", "bA", "Ba", "BA", "zz", "zZ", "Zz", "ZZ"]
PATTERNS = ["a%", "%b", "%a%", "a_", "_", "%", "a%b", "ab"]
DAYS = [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(6)]

CELLS: Mapping[str, Sequence[Any]] = {
    "region": [None, *SPELLINGS, "bb", "aab", "aba", "abb", "z", "Z", "zb", "q"],
    "amount": [None, *range(-1, 7)],
    "day": [None, dt.date(2025, 12, 31), *DAYS, dt.date(2026, 2, 1)],
    "price": [None, *(n / 4 for n in range(-2, 15))],
}
"""Each class of cells that the filters below can tell apart has one of its own here."""


def tables(columns: Sequence[str]) -> list[dict[str, Any]]:
    """Every row that can be made of the cells, over these columns; the others are empty."""
    rows = product(*(CELLS[one] if one in columns else [None] for one in TYPES))
    return [dict(zip(TYPES, row, strict=True)) for row in rows]


def a_filter(dice: Random, columns: Sequence[str], *, plain: bool = False) -> RowFilter:
    """`plain`: equality only."""
    column = dice.choice(list(columns))
    operators = ["EQUALS"] * 3
    if not plain:
        operators += [dice.choice(COMPARING), *(SEARCHING if column == "region" else [])]
    operator = dice.choice(operators)
    values = _values(dice, column, operator)
    return RowFilter(
        column,
        operator,
        values,
        negated=dice.random() < 0.3,
        ignore_case=dice.random() < 0.3,
        column_type=TYPES[column],
    )


def _values(dice: Random, column: str, operator: str) -> tuple[str, ...]:
    pool = {
        "region": PATTERNS if operator == "LIKE" else WORDS,
        "amount": [str(n) for n in range(6)],
        "day": [day.isoformat() for day in DAYS],
        "price": [str(n / 2) for n in range(7)],
    }[column]
    if operator == "BETWEEN":
        return tuple(dice.choices(pool, k=2))
    return tuple(sorted(set(dice.choices(pool, k=dice.choice([1, 1, 2, 3])))))


def some_rows(dice: Random, columns: Sequence[str], *, plain: bool = False) -> Rows:
    """What up to three policies of up to three filters show."""
    return frozenset(
        frozenset(a_filter(dice, columns, plain=plain) for _ in range(dice.choice([1, 1, 2, 3])))
        for _ in range(dice.choice([0, 1, 1, 2, 3]))
    )


def an_estate(dice: Random, columns: Sequence[str]) -> Estate:
    """Some people, groups in groups (also in a circle), and one dataset."""
    people = {
        str(n): Person(
            str(n),
            f"p{n}@acme.test",
            active=dice.random() > 0.15,
            manages=dice.random() < 0.1,
            attributes={"area": tuple(dice.choices(WORDS, k=dice.choice([1, 2])))},
        )
        for n in range(4)
    }
    names = [f"g{n}" for n in range(4)]
    groups = {
        name: Group(
            name,
            name.upper(),
            users=frozenset(id_ for id_ in people if dice.random() < 0.3),
            groups=frozenset(one for one in names if dice.random() < 0.2),
        )
        for name in names
    }
    everybody = [
        *(Principal(PrincipalType.USER, id_) for id_ in people),
        *(Principal(PrincipalType.GROUP, id_) for id_ in groups),
    ]
    return Estate(people, groups, {"d": a_holding(dice, everybody, columns)})


def a_holding(dice: Random, everybody: Sequence[Principal], columns: Sequence[str]) -> Holding:
    grantable = [level for level in AccessLevel if level not in ("OWNER", "NONE")]
    levels = {who: dice.choice(grantable) for who in everybody if dice.random() < 0.35}
    return Holding(
        dice.choice(everybody),
        levels,
        pdp=dice.random() < 0.8,
        policies=tuple(
            a_policy(dice, f"policy {n}", everybody, columns) for n in range(dice.randrange(4))
        ),
        columns=TYPES,
    )


def a_policy(
    dice: Random, name: str, everybody: Sequence[Principal], columns: Sequence[str]
) -> RowPolicy:
    members = frozenset(who for who in everybody if dice.random() < 0.3)
    if dice.random() < 0.15:
        return RowPolicy("All Rows", (), members, is_open=True)
    filters = [a_filter(dice, columns) for _ in range(dice.choice([1, 1, 2]))]
    dynamic = frozenset[RowFilter]()
    if "region" in columns and dice.random() < 0.2:
        filters.append(RowFilter("region", "EQUALS", ("area",), negated=dice.random() < 0.3))
        dynamic = frozenset(filters[-1:])
    return RowPolicy(name, tuple(filters), members, everyone=dice.random() < 0.1, dynamic=dynamic)
