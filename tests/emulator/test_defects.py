"""What nobody foresaw is answered like every error, and told in full where the operator looks."""

import json
import shutil
import signal
import socket
import sqlite3
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path

import pytest
import requests

from tests.emulator.client import Domo, Server
from tests.emulator.conftest import ESTATE, SALES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def served(tmp_path: Path, folder: Path) -> Iterator[tuple[Server, Domo]]:
    """An emulator of this test alone."""
    path = tmp_path / "estate.json"
    path.write_text(json.dumps(ESTATE))
    server = Server("--data", str(folder), "--estate", str(path))
    domo = Domo(server.url)
    yield server, domo
    domo.close()
    server.stop(signal.SIGKILL)


@pytest.fixture
def broken(served: tuple[Server, Domo], folder: Path) -> tuple[Server, Domo]:
    """One whose table of schemas is gone, which no request can cause."""
    with sqlite3.connect(folder / "estate.sqlite") as database:
        database.execute("DROP TABLE schemas")
    return served


def _checked(reply: requests.Response) -> str:
    """The toe of an error body."""
    assert reply.status_code == 500
    assert reply.reason == "Internal Server Error"
    assert reply.headers["content-type"].startswith("application/json")
    body = reply.json()
    assert body.keys() == {"status", "statusReason", "message", "toe"}
    assert (body["status"], body["statusReason"]) == (500, "Internal Server Error")
    return str(body["toe"])


def _log(server: Server) -> str:
    server.process.terminate()
    return server.ended()[1]


def test_a_failing_request_is_answered_and_logged_with_its_toe(
    broken: tuple[Server, Domo],
) -> None:
    server, domo = broken

    toe = _checked(domo.product("GET", f"/data/v3/datasources/{SALES}"))
    again = _checked(domo.platform("POST", "/datasets", {"name": "D", "schema": {"columns": []}}))

    assert [one["status"] for one in domo.requests()] == [500, 200, 500]
    said = _log(server)
    assert f"GET /api/data/v3/datasources/{SALES} failed, toe {toe}\n" in said
    assert f"POST /v1/datasets failed, toe {again}\n" in said
    assert "no such table: schemas" in said


def test_the_connection_goes_on(broken: tuple[Server, Domo]) -> None:
    server, domo = broken
    address = server.url.removeprefix("http://").split(":")
    asked = f"GET /api/data/v3/datasources/{SALES} HTTP/1.1\r\nHost: domo\r\n"
    asked += "X-DOMO-Developer-Token: t-ada\r\n\r\n"
    with socket.create_connection((address[0], int(address[1])), 5) as connection:
        for _ in range(2):
            connection.sendall(asked.encode())
            reply = HTTPResponse(connection)
            reply.begin()
            assert (reply.status, json.loads(reply.read())["status"]) == (500, 500)

    assert [one["status"] for one in domo.requests()] == [500, 500]


def test_so_is_what_fails_below_emulator(broken: tuple[Server, Domo]) -> None:
    server, domo = broken

    toe = _checked(domo.send("GET", "/_emulator/snapshot"))

    assert f"GET /_emulator/snapshot failed, toe {toe}\n" in _log(server)


def test_so_is_a_body_that_cannot_be_kept(served: tuple[Server, Domo], folder: Path) -> None:
    _, domo = served
    shutil.rmtree(folder / "rows", ignore_errors=True)
    (folder / "rows").write_text("in the way")

    _checked(_import(domo))


def test_so_is_work_on_rows_that_are_gone(served: tuple[Server, Domo], folder: Path) -> None:
    _, domo = served
    assert _import(domo).ok
    shutil.rmtree(folder / "rows" / "kept")

    _checked(domo.platform("GET", f"/datasets/{SALES}/data"))

    assert domo.requests()[-1]["status"] == 500


def _import(domo: Domo) -> requests.Response:
    headers = {"Authorization": f"bearer {domo.access_token()}", "Content-Type": "text/csv"}
    return domo.send("PUT", f"/v1/datasets/{SALES}/data", data="1,West,2\n", headers=headers)
