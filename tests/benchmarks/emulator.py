"""What the emulator takes for reads of a big estate: `python -m tests.benchmarks.emulator [N]`.

N datasets (10,000) with 20 columns, shares, and a policy each third. Requests per second are of
one client connection after the other; per second of the server's CPU time is what tells on a
machine with other work.
"""

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TYPES = ("STRING", "LONG", "DOUBLE", "DATE", "DATETIME", "DECIMAL")
COLUMNS = [{"name": f"column_{n}", "type": TYPES[n % len(TYPES)]} for n in range(20)]
TICKS = os.sysconf("SC_CLK_TCK")
HEADERS = {"X-DOMO-Developer-Token": "t"}


def estate(count: int) -> dict[str, Any]:
    """An estate of that many datasets."""
    users = [
        {
            "email": f"user{n}@acme.example",
            "name": f"User {n}",
            "role": "Admin" if not n else "Editor",
        }
        for n in range(200)
    ]
    groups = [{"name": f"Group {n}", "members": [users[n]["email"]]} for n in range(50)]
    return {
        "users": users,
        "groups": groups,
        "datasets": [_dataset(n) for n in range(count)],
    }


def _dataset(n: int) -> dict[str, Any]:
    policy = {
        "type": "user",
        "name": "West",
        "users": [f"user{n % 200}@acme.example"],
        "filters": [{"column": "column_0", "operator": "EQUALS", "values": ["West"]}],
    }
    return {
        "name": f"Dataset {n:05}",
        "owner": {"type": "USER", "email": f"user{n % 200}@acme.example"},
        "tags": ["a", "b"],
        "columns": COLUMNS,
        "permissions": [
            {"type": "GROUP", "name": f"Group {(n + k) % 50}", "access": "CAN_VIEW"}
            for k in range(5)
        ],
        "pdp": {"enabled": n % 3 == 0, "policies": [policy] if n % 3 == 0 else []},
    }


@contextmanager
def serving(data: Path, *more: str) -> Iterator[tuple[int, int, float]]:
    """A server's pid and port, and how long it took to be ready, in seconds."""
    began = time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "domostate",
        "emulator",
        "serve",
        "--port",
        "0",
        "--data",
        str(data),
        *more,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        ready = time.perf_counter() - began
        yield process.pid, int(line.rsplit(":", 1)[1]), ready
    finally:
        process.terminate()
        process.wait(10)


def cpu_seconds(pid: int) -> float:
    """The CPU time of a process so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_megabytes(pid: int) -> float:
    """The most memory that a process has held, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise ValueError("the system does not tell")


def ask(port: int, calls: Sequence[tuple[str, str, str]]) -> None:
    """Send calls of (method, path, body) over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for method, path, body in calls:
        connection.request(method, path, body, HEADERS)
        reply = connection.getresponse()
        reply.read()
        assert reply.status == 200, (reply.status, path)


def ids_of(port: int) -> list[str]:
    """The ids of all datasets."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/api/data/v3/datasources?limit=-1&part=core", headers=HEADERS)
    return [row["id"] for row in json.loads(connection.getresponse().read())["dataSources"]]


def loads(ids: Sequence[str]) -> dict[str, list[tuple[str, str, str]]]:
    """What is asked, by name."""
    some = [ids[n * 7919 % len(ids)] for n in range(3000)]
    hundreds = [json.dumps(ids[n : n + 100]) for n in range(0, len(ids), 100)]
    base = "/api/data/v3/datasources"
    return {
        "metadata": [("GET", f"{base}/{one}?part=core,permission", "") for one in some],
        "permissions": [("GET", f"{base}/{one}/permissions", "") for one in some],
        "policies": [
            ("GET", f"/api/query/v1/data-control/{one}/filter-groups", "") for one in some
        ],
        "bulk metadata (100 each)": [("POST", f"{base}/bulk?part=core", one) for one in hundreds],
    }


def say(line: str) -> None:
    """One line of the report."""
    sys.stdout.write(f"{line}\n")


def main(count: int = 10_000) -> None:
    """Print what each kind of read costs."""
    folder = Path(tempfile.mkdtemp(prefix="domostate-bench-"))
    try:
        (folder / "estate.yml").write_text(json.dumps(estate(count)))
        with serving(folder / "data", "--estate", str(folder / "estate.yml")) as (_, _, seconds):
            say(f"emulator, {count} datasets: first start {seconds:.1f} s (loads the estate)")
        with serving(folder / "data") as (pid, port, seconds):
            say(f"  start {seconds:.2f} s, then {peak_megabytes(pid):.0f} MB")
            for name, calls in loads(ids_of(port)).items():
                cpu, began = cpu_seconds(pid), time.perf_counter()
                ask(port, calls)
                wall, spent = time.perf_counter() - began, cpu_seconds(pid) - cpu
                say(
                    f"  {name}: {len(calls) / wall:.0f} requests/s, "
                    f"{len(calls) / spent:.0f} per second of server CPU"
                )
            say(f"  peak {peak_megabytes(pid):.0f} MB")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
