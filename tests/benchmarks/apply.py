"""What an apply of creates costs on this side: `python -m tests.benchmarks.apply [N ...]`.

N datasets (100, 1,000 and 5,000) are created through the real program against the emulator. The
bytes that it writes to its record and its CPU time are both given per operation: neither grows
with the number of operations.
"""

import io
import json
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from domostate.cli.main import run
from domostate.record.files import DiskFiles
from tests.scenarios.lab import serving

SIZES = (100, 1_000, 5_000)
ESTATE = {"users": [{"email": "root@acme.example", "name": "Service", "role": "Admin"}]}
CONFIG = "project: bench\nmanifests: datasets\nenvironments:\n  lab:\n    url: {url}\n"


@dataclass(frozen=True)
class Cost:
    """Of one apply."""

    operations: int
    wall_s: float
    cpu_s: float
    bytes_written: int

    def __str__(self) -> str:
        each = f"{self.cpu_s / self.operations * 1e3:6.2f} ms CPU, "
        each += f"{self.bytes_written / self.operations:7.0f} bytes each"
        return (
            f"{self.operations:6,} operations  {self.wall_s:7.1f} s wall  {self.cpu_s:6.1f} s CPU  "
            f"{self.bytes_written / 1e6:7.2f} MB written  ({each})"
        )


def cost_of(count: int) -> Cost:
    """One apply of `count` creates; the emulator is a process of its own."""
    with serving() as lab, tempfile.TemporaryDirectory() as folder:
        lab.reset(ESTATE)
        root = Path(folder)
        (root / "datasets").mkdir()
        (root / "domostate.yml").write_text(CONFIG.format(url=lab.url))
        lines = (
            f"  d{n:05}: {{name: Dataset {n:05}, schema: [{{name: a, type: STRING}}], tags: [t]}}\n"
            for n in range(count)
        )
        (root / "datasets" / "all.yml").write_text("datasets:\n" + "".join(lines))
        written = _counting()
        begun, used = time.perf_counter(), _cpu_s()
        out, err = io.StringIO(), io.StringIO()
        os.environ["DOMO_DEVELOPER_TOKEN"] = "any"
        with chdir(root), redirect_stdout(out), redirect_stderr(err):
            code = run(["apply", "--auto-approve", "--json"])
        assert code == 0, err.getvalue()[-2_000:]
        events = [json.loads(line) for line in out.getvalue().splitlines() if line.startswith("{")]
        operations = sum(one["event"] == "operation_succeeded" for one in events)
        return Cost(operations, time.perf_counter() - begun, _cpu_s() - used, written["bytes"])


def _counting() -> Counter[str]:
    """Counts every byte that is written to the record from now on."""
    counted: Counter[str] = Counter()
    real = _REAL_WRITE

    def write(files: DiskFiles, descriptor: int, content: bytes) -> None:
        counted["bytes"] += len(content)
        real(files, descriptor, content)

    DiskFiles.write = write  # type: ignore[method-assign]
    return counted


_REAL_WRITE = DiskFiles.write


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Prints the cost for each size, and how it grows from the first to the last."""
    sys.stdout.write("apply: creates against the emulator\n")
    costs = [cost_of(count) for count in sizes]
    for cost in costs:
        sys.stdout.write(f"  {cost}\n")
    first, last = costs[0], costs[-1]
    per = [one.bytes_written / one.operations for one in (first, last)]
    cpu = [one.cpu_s / one.operations for one in (first, last)]
    sys.stdout.write(
        f"  from {first.operations:,} to {last.operations:,} operations: bytes each x"
        f"{per[1] / per[0]:.2f}, CPU each x{cpu[1] / cpu[0]:.2f}\n"
    )


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
