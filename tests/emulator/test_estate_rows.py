"""Rows in an estate file and in a snapshot."""

import json
import signal
from pathlib import Path
from typing import Any

import requests

from tests.emulator.client import Domo, Server

ROWS = 'id,note\n1,"two\nlines"\n2,""\n3,\n'
ESTATE: dict[str, Any] = {
    "users": [{"email": "ada@acme.test", "name": "Ada", "role": "Admin"}],
    "datasets": [
        {
            "id": "4405ff58-1957-45f0-82bd-914d989a3ea3",
            "name": "Notes",
            "columns": [{"name": "id", "type": "LONG"}, {"name": "note", "type": "STRING"}],
            "csv": ROWS,
        }
    ],
}
NOTES = "4405ff58-1957-45f0-82bd-914d989a3ea3"


def exported(domo: Domo) -> str:
    reply = domo.platform("GET", f"/datasets/{NOTES}/data?includeHeader=true")
    assert reply.ok, reply.text
    return str(reply.text)


def test_the_rows_of_an_estate_are_there_from_the_start(domo: Domo) -> None:
    domo.reset(ESTATE)

    found = domo.v1("GET", f"/datasets/{NOTES}")

    assert (found["rows"], found["columns"]) == (3, 2)
    assert exported(domo) == ROWS


def test_a_snapshot_with_rows_loads_again(domo: Domo) -> None:
    domo.reset(ESTATE)
    whole = requests.get(f"{domo.url}/_emulator/snapshot?rows=true", timeout=5).json()

    domo.reset(whole)

    assert whole["datasets"][0]["csv"] == ROWS
    assert "csv" not in domo.snapshot()["datasets"][0]
    assert exported(domo) == ROWS
    assert requests.get(f"{domo.url}/_emulator/snapshot?rows=true", timeout=5).json() == whole


def test_a_reset_brings_the_rows_of_the_estate_back(domo: Domo) -> None:
    domo.reset(ESTATE)
    domo.platform("PUT", f"/datasets/{NOTES}/data", "9,other\n")

    domo.reset()

    assert exported(domo) == ROWS


def test_rows_that_cannot_be_taken_leave_the_estate_as_it_was(domo: Domo) -> None:
    domo.reset(ESTATE)
    wrong = json.loads(json.dumps(ESTATE))
    wrong["datasets"][0]["csv"] = "id,note\nx,y\n"

    reply = requests.post(f"{domo.url}/_emulator/reset", json=wrong, timeout=5)

    assert reply.status_code == 400
    assert reply.json()["message"] == "the csv of dataset 'Notes': Column id takes a LONG, not x"
    assert exported(domo) == ROWS


def test_milliseconds_come_back_from_queries_exports_and_snapshots(domo: Domo) -> None:
    columns = [{"name": "at", "type": "DATETIME"}]
    rows = "at\n2024-01-02 03:04:05.678\n2024-01-02 03:04:06.000\n"
    domo.reset({**ESTATE, "datasets": [{**ESTATE["datasets"][0], "columns": columns, "csv": rows}]})

    answer = domo.v1("POST", f"/datasets/query/execute/{NOTES}", {"sql": "SELECT at FROM table"})

    assert sorted(answer["rows"]) == [["2024-01-02T03:04:05.678"], ["2024-01-02T03:04:06"]]
    assert exported(domo) == rows
    whole = requests.get(f"{domo.url}/_emulator/snapshot?rows=true", timeout=5).json()
    assert whole["datasets"][0]["csv"] == rows


def test_the_rows_outlive_the_process(tmp_path: Path) -> None:
    estate = tmp_path / "estate.json"
    estate.write_text(json.dumps(ESTATE))
    options = ("--data", str(tmp_path / "data"), "--estate", str(estate))
    Server(*options).stop(signal.SIGKILL)

    again = Server(*options)
    try:
        assert exported(Domo(again.url)) == ROWS
    finally:
        again.stop()
