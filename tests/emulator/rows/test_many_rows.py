"""A million rows go through the server in memory that does not grow with them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.emulator.client import Domo, Server

PART = 250_000
LINES = 5_000
BOUND = 800 * 1024 * 1024
"""Bytes: the engine's 384 MB, the server, and what the engine does not count."""
COLUMNS = (
    ("id", "LONG"), ("name", "STRING"), ("text", "STRING"), ("amount", "DECIMAL"),
    ("at", "DATETIME"), ("share", "DOUBLE"),
)  # fmt: skip
LINE = (
    '{0},name {1},"some text, ""quoted"", number {0},\n which goes on in a second line",{0}.25,'
    "2024-01-02 03:04:05,{1}.5\n"
)


def csv(first: int, last: int) -> Iterator[bytes]:
    """Rows, some at a time."""
    for begin in range(first, last, LINES):
        numbers = range(begin, min(begin + LINES, last))
        yield "".join(LINE.format(number, number % 1000) for number in numbers).encode()


def peak(server: Server) -> int:
    """The most memory that the server has had, in bytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    line = next(one for one in status.splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


@contextmanager
def served() -> Iterator[tuple[Server, Domo]]:
    server = Server()
    domo = Domo(server.url)
    try:
        yield server, domo
    finally:
        domo.close()
        server.stop()


def load(domo: Domo, rows: int) -> str:
    """A new dataset with so many rows, through parts and a commit."""
    columns = [{"name": name, "type": kind} for name, kind in COLUMNS]
    wanted = {"dataSet": {"name": "Big", "schema": {"columns": columns}}, "updateMethod": "REPLACE"}
    stream = domo.v1("POST", "/streams", wanted)
    run = f"/streams/{stream['id']}/executions"
    run += f"/{domo.v1('POST', run, {})['id']}"
    headers = {"Authorization": f"bearer {domo.access_token()}", "Content-Type": "text/csv"}
    for number, first in enumerate(range(0, rows, PART), 1):
        url = f"{domo.url}/v1{run}/part/{number}"
        body = csv(first, min(first + PART, rows))
        assert domo.session.put(url, data=body, headers=headers, timeout=300).ok
    committed = domo.session.put(f"{domo.url}/v1{run}/commit", headers=headers, timeout=300)
    assert committed.ok, committed.text
    return str(stream["dataSet"]["id"])


def read(domo: Domo, dataset: str, rows: int) -> None:
    """Every row, by export and by query."""
    bearer = {"Authorization": f"bearer {domo.access_token()}"}
    sent = b"".join(csv(0, LINES))
    url = f"{domo.url}/v1/datasets/{dataset}/data"
    with domo.session.get(url, headers=bearer, stream=True, timeout=300) as reply:
        begin, size = b"", 0
        for chunk in reply.iter_content(1 << 20):
            begin += chunk[: max(0, len(sent) - len(begin))]
            size += len(chunk)
    assert begin == sent
    assert size == sum(map(len, csv(0, rows)))
    url = f"{domo.url}/v1/datasets/query/execute/{dataset}"
    asked = {"sql": "SELECT * FROM table ORDER BY share DESC, id"}
    with domo.session.post(url, json=asked, headers=bearer, stream=True, timeout=300) as reply:
        tail = b""
        for chunk in reply.iter_content(1 << 20):
            tail = (tail + chunk)[-200:]
    assert f'"numRows":{rows},' in tail.decode()


@pytest.mark.long
def test_memory_does_not_grow_with_the_rows() -> None:
    """Through parts, commit, export and query."""
    peaks = []
    for rows in (250_000, 1_000_000):
        with served() as (server, domo):
            read(domo, load(domo, rows), rows)
            peaks.append(peak(server))

    assert peaks[1] < BOUND
    assert peaks[1] < 1.7 * peaks[0]


def test_no_statement_makes_a_text_that_takes_all_the_memory() -> None:
    with served() as (server, domo):
        dataset = load(domo, 1)
        asked = {"sql": "SELECT REPEAT('x', 1000000000), LPAD('x', 1000000000, 'y') FROM table"}
        found = domo.v1("POST", f"/datasets/query/execute/{dataset}", asked)

        assert found["rows"] == [[None, None]]
        assert peak(server) < BOUND
