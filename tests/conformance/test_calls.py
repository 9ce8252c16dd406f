"""Every public call of pydomo: what it sends, what it gives back, what it leaves behind."""

import io
import sys
from pathlib import Path
from typing import Any

import pydomo as domo_sdk
import pytest

from tests.conformance import (
    calls_accounts,
    calls_datasets,
    calls_frames,
    calls_people,
    calls_policies,
    calls_streams,
)
from tests.conformance.cases import Case
from tests.conformance.hands import ids_of, read
from tests.conformance.tap import Tap
from tests.conformance.wire import check_common, named, seen
from tests.emulator.client import Domo

TABLES = (
    calls_datasets, calls_policies, calls_streams, calls_people, calls_accounts, calls_frames,
)  # fmt: skip
ROWS = [row for table in TABLES for row in table.CASES]


def _name(value: object) -> str | None:
    return str(value) if isinstance(value, Case) else None


@pytest.mark.parametrize("case", ROWS, ids=_name)
def test_a_call_sends_gives_and_leaves_what_the_table_says(
    case: Case,
    pydomo: domo_sdk.Domo,
    domo: Domo,
    tap: Tap,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case.before(domo)
    before = ids_of(domo, "datasets"), ids_of(domo, "streams")
    monkeypatch.setattr(sys, "stdin", io.StringIO(case.types))

    result = _plain(case.call.on(pydomo, tmp_path))

    printed, exchanges = capsys.readouterr().out, tap.exchanges()
    new = {
        "dataset": next(iter(ids_of(domo, "datasets") - before[0]), None),
        "stream": next(iter(ids_of(domo, "streams") - before[1]), None),
        "id": result.get("id") if isinstance(result, dict) else None,
    }
    assert [seen(one) for one in exchanges] == [one.knowing(new) for one in case.sends]
    for one in exchanges:
        check_common(one, tap.host, pydomo.transport.access_token)
    assert case.gives == result
    assert printed == case.prints
    case.after(domo)
    for path, expected in case.leaves.items():
        assert _found(domo, named(path, new), expected) == expected


def _plain(result: Any) -> Any:
    """An open file as its name and text; everything else as it is."""
    if not isinstance(result, io.TextIOWrapper):
        return result
    with result:
        return Path(result.name).name, result.read()


def _found(domo: Domo, path: str, expected: Any) -> Any:
    """What another client reads there: only the status, the text or the JSON value."""
    reply = read(domo, path)
    if isinstance(expected, int):
        return reply.status_code
    assert reply.ok, reply.text
    return reply.content.decode() if isinstance(expected, str) else reply.json()
