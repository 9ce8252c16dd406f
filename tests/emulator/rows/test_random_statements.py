"""Random statements through HTTP: an answer or a refusal, and nothing that is hidden."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.emulator.client import Domo
from tests.emulator.rows.random_sql import statement
from tests.emulator.rows.vaults import csv_of

CANARY = "CANARY-7f3a"
DATASET = "11111111-2222-4333-8444-555555555555"
COLUMNS = {
    "id": "LONG", "region": "STRING", "amount": "DECIMAL", "at": "DATETIME", "the day": "DATE",
}  # fmt: skip
ESTATE: dict[str, Any] = {
    "users": [
        {"id": 1, "email": "ada@acme.example", "name": "Ada", "role": "Admin"},
        {"id": 2, "email": "cat@acme.example", "name": "Cat", "role": "Editor"},
    ],
    "tokens": [{"token": f"t-{one}", "user": f"{one}@acme.example"} for one in ("ada", "cat")],
    "clients": [{"id": "c-ada", "secret": "secret", "user": "ada@acme.example"}],
    "datasets": [{
        "id": DATASET,
        "name": "Rows",
        "owner": {"type": "USER", "email": "ada@acme.example"},
        "columns": [{"name": name, "type": kind} for name, kind in COLUMNS.items()],
        "permissions": [{"type": "USER", "email": "cat@acme.example", "access": "CAN_VIEW"}],
        "pdp": {
            "enabled": True,
            "policies": [{
                "id": 7,
                "name": "West",
                "users": ["cat@acme.example"],
                "filters": [{"column": "region", "operator": "EQUALS", "values": ["West"]}],
            }],
        },
    }],
}  # fmt: skip
ROWS = [
    (number, region, None if number % 5 == 0 else number / 4, "2024-01-02 03:04:05", "2024-02-29")
    for number, region in enumerate(["West", CANARY] * 20)
]


@pytest.fixture(scope="module")
def asked(running: Domo) -> Domo:
    running.reset(ESTATE)
    bearer = {"Authorization": f"bearer {running.access_token()}", "Content-Type": "text/csv"}
    sent = running.send("PUT", f"/v1/datasets/{DATASET}/data", headers=bearer, data=csv_of(ROWS))
    assert sent.status_code == 204
    return running


def check(asked: Domo, sql: str) -> int:
    """Ask as somebody who sees the West only."""
    reply = asked.product("POST", f"/query/v1/execute/{DATASET}", {"sql": sql}, "t-cat")
    assert reply.status_code in (200, 400), f"{reply.status_code} {sql}"
    assert CANARY not in reply.text, sql
    if reply.ok:
        found = reply.json()
        assert all(len(row) == found["numColumns"] for row in found["rows"])
    return reply.status_code


@given(seed=st.integers(0, 2**32))
@settings(max_examples=150)
def test_a_random_statement_is_answered_or_refused(seed: int, asked: Domo) -> None:
    check(asked, statement(seed))


@given(sql=st.text(st.characters(exclude_categories=["Cs"])))
@settings(max_examples=50)
def test_any_text_is_answered_or_refused(sql: str, asked: Domo) -> None:
    check(asked, sql)


def test_many_random_statements_are_answered(asked: Domo) -> None:
    """So that the properties above say something of answers too."""
    answered = [check(asked, statement(seed)) for seed in range(120)].count(200)

    assert answered > 5


@pytest.mark.long
@given(seed=st.integers(0, 2**32))
@settings(max_examples=5000)
def test_thousands_of_random_statements_are_answered_or_refused(seed: int, asked: Domo) -> None:
    check(asked, statement(seed))
