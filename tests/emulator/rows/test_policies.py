"""Policies: a query shows exactly the rows that a look at every single row would show."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domostate.emulator.rows.columns import Column
from domostate.emulator.rows.conditions import any_of
from domostate.emulator.rows.intake import Intake
from domostate.emulator.rows.pieces import Rows
from domostate.emulator.store.policies import Filter, Policy
from domostate.emulator.store.sight import conditions_of
from tests.emulator.client import Domo
from tests.emulator.conftest import ADA, CAT
from tests.emulator.rows.row_policies import OPERATORS, Reader, Rule, shows
from tests.emulator.rows.values import TEXTS, TYPES, VALUES, shown
from tests.emulator.rows.vaults import Cells, Folder, csv_of, folder

COMPARED_WITH = (
    *TEXTS, "%", "_", "W%", "%e%", "___t", "g", "ö", "GRÖSSE", "-7.25", "1.50", " 1 ", "0",
    "2023-12-31", "2024-01", "9223372036854775807", "-7", "03:04", "x'; DROP", '"', "\t",
)  # fmt: skip
NAMES = (
    "Region", "region", "REGION", "Region_1", 'a"b', "o'x", "select", "a.b", "Größe", "größe",
    "a, b", "\\", "*", "the dataset",
)  # fmt: skip
ATTRIBUTES = ("region", "domo.policy.managed_user_department", "limits", "none")


@pytest.fixture(scope="module")
def rows_folder() -> Iterator[Folder]:
    with folder() as made:
        yield made


@dataclass(frozen=True)
class Look:
    """Columns, rows, policies (None: All Rows) and who looks."""

    columns: tuple[Column, ...]
    rows: list[Cells]
    policies: list[list[Rule] | None]
    who: Reader


def some_rows(random: Random, columns: Sequence[Column]) -> list[Cells]:
    return [
        tuple(random.choice([None, *VALUES[column.type] * 2]) for column in columns)
        for _ in range(12)
    ]


def some_text(random: Random, cells: Sequence[Any]) -> str:
    """What a filter is compared with: often a cell of the column, or what is in one."""
    cell = random.choice([one for one in cells if one is not None] or ["x"])
    text = part = shown(cell)
    if isinstance(cell, str):
        start, end = sorted(random.choices(range(len(text) + 1), k=2))
        part = text[start:end]
    among = (text, text, part, f"{part}%", f"%{part}%", text.swapcase())
    return random.choice((*among, random.choice(COMPARED_WITH)))


def some_rule(random: Random, columns: Sequence[Column], rows: Sequence[Cells]) -> Rule:
    at = random.randrange(len(columns))
    operator = random.choice(OPERATORS)
    dynamic = random.random() < 0.2
    count = 2 if operator == "BETWEEN" else random.choice((0, 1, 1, 2, 3))
    values = [
        random.choice(ATTRIBUTES) if dynamic else some_text(random, [row[at] for row in rows])
        for _ in range(count)
    ]
    column = "gone" if random.random() < 0.03 else columns[at].name
    negated, ignore_case = random.random() < 0.4, random.random() < 0.4
    return Rule(column, operator, tuple(values), negated, ignore_case, dynamic)


def some_look(seed: int) -> Look:
    """Drawn by a plain generator: Hypothesis prefers small examples, which hardly ever match."""
    random = Random(seed)
    names = random.sample(NAMES, random.randint(1, 4))
    columns = tuple(Column(name, random.choice(TYPES)) for name in names)
    rows = some_rows(random, columns)
    policies = [
        [some_rule(random, columns, rows) for _ in range(random.choice((0, 1, 1, 2)))]
        if random.random() < 0.97
        else None
        for _ in range(random.randint(0, 3))
    ]
    cells = [cell for row in rows for cell in row]
    attributes = {
        key: [some_text(random, cells) for _ in range(random.choice((0, 1, 2, 2)))]
        for key in ATTRIBUTES[:3]
    }
    return Look(columns, rows, policies, Reader(attributes, random.random() < 0.5))


def as_row(columns: Sequence[Column], row: Cells) -> dict[str, tuple[str, Any]]:
    return {column.name: (column.type, cell) for column, cell in zip(columns, row, strict=True)}


def as_policy(number: int, some: Sequence[Rule] | None) -> Policy:
    filters = [
        Filter(
            one.column, one.operator, list(one.values), one.negated, one.ignore_case,
            "DYNAMIC" if one.dynamic else "COLUMN",
        )
        for one in some or ()
    ]  # fmt: skip
    kind = "open" if some is None else "user"
    return Policy(number, "d", kind, "p", filters, [1], [], [])


@given(seed=st.integers(0, 2**32))
@settings(max_examples=300)
def test_policies_show_the_rows_that_fulfil_them(seed: int, rows_folder: Folder) -> None:
    look = some_look(seed)
    attributes = {key: list(values) for key, values in look.who.attributes.items()}
    made = [conditions_of(as_policy(number, one), attributes)
            for number, one in enumerate(look.policies)]  # fmt: skip
    where = any_of(
        [one for one in made if one is not None], look.columns,
        null_under_not=look.who.null_matches_not,
    )  # fmt: skip
    piece = rows_folder.taken(Intake(look.columns, header=False), csv_of(look.rows))

    found = rows_folder.rows(Rows(look.columns, (piece,), where))

    rows_folder.clear(piece)
    assert found == [
        row
        for row in look.rows
        if any(shows(one, as_row(look.columns, row), look.who) for one in look.policies)
    ]


def test_the_examples_show_some_rows_and_hide_some() -> None:
    """So that the property above says something of every operator."""
    seen = {
        (rule.operator, rule.negated, shows([rule], as_row(look.columns, row), look.who))
        for look in map(some_look, range(300))
        for policy in look.policies
        for rule in policy or ()
        for row in look.rows
    }

    assert seen == set(product(OPERATORS, (False, True), (False, True)))


DATASET = "11111111-2222-4333-8444-555555555555"
COLUMNS = (Column("id", "LONG"), *(Column(f'the "{kind}"', kind) for kind in TYPES))
ESTATE: dict[str, Any] = {
    "users": [
        {"id": ADA, "email": "ada@acme.example", "name": "Ada", "role": "Admin"},
        {
            "id": CAT, "email": "cat@acme.example", "name": "Cat", "role": "Editor",
            "attributes": {"region": ["West"], "limits": ["1", "2"]},
        },
    ],
    "groups": [{"id": 21, "name": "Cats", "members": ["cat@acme.example"]}],
    "tokens": [{"token": "t-ada", "user": "ada@acme.example"}],
    "clients": [
        {"id": f"c-{one}", "secret": "secret", "user": f"{one}@acme.example"}
        for one in ("ada", "cat")
    ],
    "datasets": [{
        "id": DATASET,
        "name": "Rows",
        "owner": {"type": "USER", "email": "ada@acme.example"},
        "columns": [{"name": one.name, "type": one.type} for one in COLUMNS],
        "permissions": [{"type": "USER", "email": "cat@acme.example", "access": "CAN_VIEW"}],
        "pdp": {"enabled": True, "policies": []},
    }],
}  # fmt: skip


@given(seed=st.integers(0, 2**32))
@settings(max_examples=15)
def test_who_is_restricted_reads_the_rows_of_the_policies(seed: int, running: Domo) -> None:
    """Through both planes: policies are made on the one, rows are sent and read on the other."""
    random = Random(seed)
    running.reset(ESTATE)
    who = Reader(ESTATE["users"][1]["attributes"], random.random() < 0.5)
    running.switch(null_matches_not=who.null_matches_not)
    drawn = some_rows(random, COLUMNS[1:])
    rows = [(number, *one) for number, one in enumerate(drawn)]
    bearer = {"Authorization": f"bearer {running.access_token()}", "Content-Type": "text/csv"}
    sent = running.send("PUT", f"/v1/datasets/{DATASET}/data", headers=bearer, data=csv_of(rows))
    assert sent.status_code == 204
    policies = [
        [some_rule(random, COLUMNS, rows) for _ in range(random.choice((0, 1, 1, 2)))]
        for _ in range(3)
    ]
    policies = [one for one in policies if all(rule.column != "gone" for rule in one)]
    for number, some in enumerate(policies):
        body = {
            "name": f"policy {number}",
            "userIds": [CAT] if number % 2 else [],
            "groupIds": [] if number % 2 else [21],
            "parameters": [
                {
                    "type": "DYNAMIC" if one.dynamic else "COLUMN", "name": one.column,
                    "values": one.values, "operator": one.operator, "not": one.negated,
                    "ignoreCase": one.ignore_case,
                }
                for one in some
            ],
        }  # fmt: skip
        running.done("POST", f"/query/v1/data-control/{DATASET}/filter-groups", body)

    asked = {"sql": "SELECT id FROM table ORDER BY id"}
    reply = running.v1("POST", f"/datasets/query/execute/{DATASET}", asked, "c-cat")
    exported = running.platform("GET", f"/datasets/{DATASET}/data", client="c-cat")

    expected = [
        [one[0]] for one in rows if any(shows(some, as_row(COLUMNS, one), who) for some in policies)
    ]
    assert reply["rows"] == expected
    lines = list(csv.reader(StringIO(exported.text, newline="")))
    assert [int(line[0]) for line in lines] == [one[0] for one in expected]
