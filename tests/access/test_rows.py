"""Sets of rows are compared as the rows themselves would be, or on the safe side of that."""

from collections import Counter
from random import Random

import pytest

from domostate.access.compare import Verdict, compared, contained, same
from domostate.access.filters import ALL, NONE, Rows, shown, union
from domostate.model.holding import RowFilter
from tests.access import brute
from tests.access.cases import TYPES, some_rows, tables

PAIRS = [("region", "amount"), ("region", "day"), ("amount", "price"), ("region",)]
TABLES = {columns: tables(columns) for columns in PAIRS}


def agree(seed: int) -> Verdict:
    """One random case; fails where the model is wrong, and says what it said."""
    dice = Random(seed)
    columns = dice.choice(PAIRS)
    plain = dice.random() < 0.4
    rows, among = (some_rows(dice, columns, plain=plain) for _ in range(2))
    if dice.random() < 0.3:
        among = union(rows, among) - frozenset(list(rows)[:1])
    table = TABLES[columns]
    missing = brute.rows_in(rows, table, TYPES) - brute.rows_in(among, table, TYPES)

    said = compared(rows, among)

    shown_as = f"seed {seed}: {rows} among {among}"
    if said.contained:
        assert not missing, f"{shown_as}: {table[min(missing)]} is not"
    elif said.exact:
        assert missing, f"{shown_as}: all of them are"
    if plain:
        assert said.exact, f"{shown_as}: equality is decided exactly"
    return said


def agree_on(seeds: range) -> Counter[Verdict]:
    return Counter(map(agree, seeds))


def test_the_model_agrees_with_the_rows_themselves() -> None:
    said = agree_on(range(5_000))

    assert said[Verdict(contained=True, exact=True)] > 500
    assert said[Verdict(contained=False, exact=True)] > 1_500


@pytest.mark.long
@pytest.mark.parametrize("part", range(8))
def test_the_model_agrees_with_the_rows_themselves_at_length(part: int) -> None:
    agree_on(range(25_000 * part, 25_000 * (part + 1)))


def where(column: str, operator: str, *values: str, **more: object) -> Rows:
    return shown(RowFilter(column, operator, values, column_type=TYPES[column], **more))  # type: ignore[arg-type]


WEST, EAST = where("region", "EQUALS", "West"), where("region", "EQUALS", "East")
BOTH = where("region", "EQUALS", "East", "West")


def test_a_list_of_values_is_the_union_of_its_values() -> None:
    assert same(BOTH, union(WEST, EAST))
    assert not contained(BOTH, WEST)
    assert contained(WEST, BOTH)


def test_what_is_not_something_and_what_is_leave_the_empty_cells_out() -> None:
    others = where("region", "EQUALS", "West", negated=True)

    assert contained(EAST, others)
    assert not contained(ALL, union(WEST, others))


def test_everything_holds_anything_and_nothing_is_in_all() -> None:
    assert contained(WEST, ALL)
    assert contained(NONE, WEST)
    assert contained(NONE, NONE)
    assert not contained(ALL, BOTH)


def test_ranges_are_compared_by_their_ends() -> None:
    small = where("amount", "BETWEEN", "1", "3")

    assert contained(small, where("amount", "LESS_THAN", "4"))
    assert contained(small, where("amount", "EQUALS", "1", "2", "3"))
    assert contained(where("price", "GREATER_THAN", "2"), where("price", "GREATER_THAN_EQUAL", "2"))
    assert not contained(
        where("price", "BETWEEN", "1", "3"), where("price", "EQUALS", "1", "2", "3")
    )


def test_numbers_are_numbers_and_not_texts() -> None:
    assert contained(where("amount", "EQUALS", "10"), where("amount", "GREATER_THAN", "9"))
    assert same(where("price", "EQUALS", "1"), where("price", "EQUALS", "1.0"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (where("region", "BEGINS_WITH", "West A"), where("region", "BEGINS_WITH", "West")),
        (where("region", "BEGINS_WITH", "West"), where("region", "CONTAINS", "est")),
        (where("region", "EQUALS", "Westport"), where("region", "LIKE", "West%")),
        (where("region", "EQUALS", "wEST"), where("region", "EQUALS", "west", ignore_case=True)),
        (where("region", "BEGINS_WITH", "East"), where("region", "BEGINS_WITH", "W", negated=True)),
        (where("region", "LIKE", "W_st"), where("region", "LIKE", "W_st", "E_st")),
    ],
)
def test_texts_are_compared_where_it_can_be_shown(one: Rows, other: Rows) -> None:
    assert contained(one, other)
    assert not contained(other, one)


def test_what_nobody_knows_is_only_as_wide_as_itself() -> None:
    (unknown,) = next(iter(WEST))
    unclear = shown(unknown.unclear("no such column"))

    assert same(unclear, unclear)
    assert contained(unclear, ALL)
    assert not contained(unclear, WEST)
    assert not contained(WEST, unclear)
    assert not compared(unclear, WEST).exact


@pytest.mark.parametrize(
    "odd",
    [
        where("amount", "EQUALS", "many"),
        where("amount", "BEGINS_WITH", "1"),
        where("day", "GREATER_THAN", "yesterday"),
        where("price", "EQUALS", "nan"),
        where("region", "BETWEEN", "a"),
        where("region", "EQUALS"),
        where("region", "SOUNDS_LIKE", "a"),
    ],
)
def test_a_filter_that_makes_no_sense_is_unknown(odd: Rows) -> None:
    assert contained(odd, odd)
    assert contained(odd, ALL)
    assert not contained(odd, NONE)


def test_more_than_can_be_told_apart_is_not_taken_for_contained() -> None:
    many = [where("region", "CONTAINS", letter) for letter in "abcdefghijkl"]

    assert contained(union(*many[:6]), *many)
    assert contained(many[0], *many)
    assert not contained(ALL, *many)
