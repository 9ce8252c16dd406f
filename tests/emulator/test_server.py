"""The life of the process: starting, ending, dying, and being alone in its folder."""

import fcntl
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.emulator.client import Domo, Server
from tests.emulator.conftest import ESTATE


@pytest.fixture(autouse=True)
def _none_left_behind() -> Iterator[None]:
    """A test that fails half-way leaves no process."""
    before = list(Server.started)
    yield
    for server in Server.started[len(before) :]:
        server.stop(signal.SIGKILL)


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    path = tmp_path / "estate.json"
    path.write_text(json.dumps(ESTATE))
    return path


def test_it_says_one_line_when_it_is_ready_and_tidies_up_when_it_ends(tmp_path: Path) -> None:
    server = Server("--data", str(tmp_path / "data"))
    running = json.loads((tmp_path / "data" / "server.json").read_text())

    assert server.first_line == f"emulator ready at {server.url}\n"
    assert running == {"url": server.url, "pid": server.process.pid}
    assert requests.get(f"{server.url}/_emulator/snapshot", timeout=5).status_code == 200

    assert server.stop(signal.SIGTERM) == 0
    assert not (tmp_path / "data" / "server.json").exists()
    assert not list((tmp_path / "data").glob("*-wal"))


def test_without_a_folder_it_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "domostate.emulator", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={"TMPDIR": str(tmp_path)}
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("emulator ready")
        assert list(tmp_path.iterdir())
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0

    assert not list(tmp_path.iterdir())


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path, estate: Path) -> None:
    options = ("--data", str(tmp_path / "data"), "--estate", str(estate))
    for turn in range(3):
        server = Server(*options)
        domo = Domo(server.url)
        domo.faults({"path": f"/{turn}", "status": 500})
        domo.switch(page_limit=turn)
        for number in range(5):
            domo.done("POST", "/data/v2/datasources", {"dataSourceName": f"{turn} {number}"})
        before = domo.snapshot()
        logs = domo.requests(), domo.history()
        server.stop(signal.SIGKILL)
        domo.close()

        again = Server(*options)
        domo = Domo(again.url)
        assert domo.snapshot() == before
        assert (domo.requests(), domo.history()) == logs
        assert len(domo.send("GET", "/_emulator/faults").json()) == turn + 1
        assert len(before["datasets"]) == 2 + 5 * (turn + 1)
        again.stop()
        domo.close()


def test_the_folder_outlives_the_estate_file_and_a_reset_goes_back_to_it(
    tmp_path: Path, estate: Path
) -> None:
    data = ("--data", str(tmp_path / "data"))
    Server(*data, "--estate", str(estate)).stop()
    estate.unlink()

    server = Server(*data)
    domo = Domo(server.url)
    domo.done("DELETE", f"/data/v3/datasources/{ESTATE['datasets'][0]['id']}")
    domo.reset()

    assert len(domo.snapshot()["datasets"]) == 2
    server.stop()
    domo.close()


def test_a_second_process_for_a_folder_is_refused_by_name(tmp_path: Path) -> None:
    first = Server("--data", str(tmp_path))

    code, errors = Server("--data", str(tmp_path), ready=False).ended()

    assert code == 1
    assert f"{tmp_path} is in use" in errors
    assert f"(pid {first.process.pid}, {first.url})" in errors
    first.stop(signal.SIGKILL)
    Server("--data", str(tmp_path)).stop()  # a dead one holds nothing


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        code, errors = Server("--port", port, ready=False).ended()

    assert code == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in errors
    assert "Traceback" not in errors


def test_a_wrong_estate_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "estate.yml"
    path.write_text("users:\n  - {email: a@x, role: Admin}\n  - {email: b@x, role: King}\n")

    code, errors = Server("--estate", str(path), ready=False).ended()

    assert code == 1
    assert f"{path}:3: users[1].role: " in errors
    assert "Traceback" not in errors


def test_it_ends_when_the_last_lease_is_gone(tmp_path: Path) -> None:
    leases = tmp_path / "leases"
    leases.touch()
    with leases.open() as first, leases.open() as second:
        fcntl.flock(first, fcntl.LOCK_SH)
        server = Server("--data", str(tmp_path / "data"), "--leases", str(leases))
        fcntl.flock(second, fcntl.LOCK_SH)
        time.sleep(0.3)
        fcntl.flock(first, fcntl.LOCK_UN)
        time.sleep(0.5)
        assert server.process.poll() is None
        fcntl.flock(second, fcntl.LOCK_UN)
        begin = time.monotonic()
        code, _ = server.ended(within_s=5)

    assert code == 0
    assert time.monotonic() - begin < 2.5
    assert not (tmp_path / "data" / "server.json").exists()


def test_a_client_that_dies_leaves_no_server_behind(tmp_path: Path) -> None:
    leases = tmp_path / "leases"
    leases.touch()
    script = (
        "import fcntl,sys,time\n"
        f"f=open({str(leases)!r})\n"
        "fcntl.flock(f, fcntl.LOCK_SH)\n"
        "print('held', flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as client:
        assert client.stdout is not None
        client.stdout.readline()
        server = Server("--leases", str(leases))
        time.sleep(0.3)
        client.kill()

    assert server.ended(within_s=5)[0] == 0


def test_latency_is_added_to_every_answer_but_our_own() -> None:
    server = Server("--latency-ms", "800")
    url = f"{server.url}/api/content/v2/users/me"

    begin = time.monotonic()
    requests.get(url, headers={"X-DOMO-Developer-Token": "x"}, timeout=5)
    late_s = time.monotonic() - begin
    begin = time.monotonic()
    requests.get(f"{server.url}/_emulator/requests", timeout=5)
    quick_s = time.monotonic() - begin

    assert late_s >= 0.8
    assert quick_s < 0.7
    server.stop()
