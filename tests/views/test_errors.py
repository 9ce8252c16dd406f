import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.errors import (
    DomostateError,
    Finding,
    Location,
    ManifestError,
    Protected,
    Refused,
    Rejected,
    Unreachable,
    UsageError,
)
from domostate.views.errors import error_text, show_error
from domostate.views.terminal import Terminal

Golden = Callable[[str, str], None]


def found(line: int, message: str, source: str = "", column: int = 1, hint: str = "") -> Finding:
    return Finding(message, Location("manifests/sales.yml", line, column), source, hint)


KINDS: dict[str, DomostateError] = {
    "manifests": ManifestError(
        findings=[
            found(14, "unknown key onwer", "    onwer: ada@acme.example", 5, "Did you mean owner?"),
            found(120, "unknown column amuont", "\t- {column: amuont}\r\n", 12),
            found(121, "the same address twice"),
            Finding("no datasets are declared", hint="Add one:\n  domostate init"),
            found(130, "type TEXT is not known", f"- {{name: {'x' * 90}, type: TEXT}}", 107),
        ]
    ),
    "usage": UsageError(
        "Several environments are configured: dev, prod.", hint="Name one with -e."
    ),
    "refused": Refused("revoke: 12 planned, 3 allowed.\n  dataset.sales_orders\n  dataset.targets"),
    "protected": Protected(
        findings=[
            Finding("dataset.a is protected", hint="Declare it:\n  datasets: {a: {name: A}}"),
            Finding("owner: 3 against a limit of 1", hint="allow it by count: --allow owner=2"),
        ]
    ),
    "domo": Rejected(
        "Cannot share with an inactive user",
        method="POST",
        path="/api/data/v3/datasources/4405/share",
        status=400,
        toe="TOE-77-ABC",
    ),
    "unreachable": Unreachable("timed out after 30 s", method="GET", path="/api/users"),
    "bare": DomostateError(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_error_says_what_where_and_what_next(kind: str, golden: Golden) -> None:
    golden(f"error_{kind}.txt", error_text(KINDS[kind]))


def test_after_fifty_findings_the_rest_is_counted() -> None:
    error = ManifestError(findings=[found(n, "unknown key") for n in range(1, 124)])

    lines = error_text(error).splitlines()

    assert len(lines) == 1 + 50 + 1
    assert lines[-1] == "  and 73 more"


def test_an_error_is_said_on_stderr() -> None:
    out, err = io.StringIO(), io.StringIO()

    show_error(KINDS["usage"], Terminal(out, err))

    assert (out.getvalue(), err.getvalue()) == ("", error_text(KINDS["usage"]))


@pytest.mark.parametrize(
    "source",
    [
        "developer_token: c4n4ry",
        '  - "client_secret": c4n4ry, "c4n4ry"',
        "password : c4n4ry # so what",
        'dev: {instance: acme, credentials: {"token":"c4n4ry"}}',
    ],
)
def test_a_literal_secret_is_not_repeated(source: str) -> None:
    error = ManifestError(findings=[found(1, "a secret is only ever named", source, 18)])

    assert "c4n4ry" not in error_text(error)
    assert "(not shown)" in error_text(error)


@pytest.mark.parametrize("source", ["token: env:DOMO", "{token: 'file:domo'}", "key_columns: [a]"])
def test_the_name_of_a_secret_is_shown(source: str) -> None:
    error = ManifestError(findings=[found(1, "no such variable", source, 8)])

    assert source in error_text(error)


@given(st.text(max_size=20), st.text(max_size=200), st.integers(0, 300))
def test_hostile_text_leaves_no_control_characters(text: str, source: str, column: int) -> None:
    hint = text
    finding = Finding(text, Location(text, 1, column), source, hint)
    errors = (
        ManifestError(text, [finding], hint),
        Rejected(text, method=text, path=text, status=400, toe=text),
    )

    for error in errors:
        shown = error_text(error)
        assert all(char.isprintable() or char == "\n" for char in shown)


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=70), st.data())
def test_the_caret_stands_below_its_column(source: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(1, max(len(source), 1)))
    error = ManifestError(findings=[found(1, "wrong", f"x{source}", column + 1)])

    shown = error_text(error).splitlines()

    if "(not shown)" not in shown[2]:
        assert shown[3].index("^") - shown[3].index("| ") - 2 == column
