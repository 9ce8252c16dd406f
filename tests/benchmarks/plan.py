"""What the main job costs with many datasets, against the emulator in a process of its own.

    python -m tests.benchmarks.plan [datasets]

An ordinary dataset: 20 columns, 5 tags, 5 shares; every third one has row policies (3 of 2
filters), every tenth a stream. Wall time, CPU (user and system, of the domostate process alone),
peak memory and calls by class of endpoint, for a first plan, an apply and a plan without changes.
"""

import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.scenarios.lab import CLEAN, PROGRAM, Lab, Sent, serving

PER_FILE = 50
TOKEN = {"DOMO_DEVELOPER_TOKEN": "any", "DOMO_CLIENT_ID": "any", "DOMO_CLIENT_SECRET": "any"}
SINGLE = frozenset({"pdp switch", "row policies", "access list", "schema"})
"""What only a read of its own tells for each dataset."""

_CLASSES = (
    (r"/api/query/v2/data-control/", "pdp switch"),
    (r"/api/query/v1/data-control/", "row policies"),
    (r"/api/data/v3/datasources/[^/]+/permissions", "access list"),
    (r"/api/data/v3/datasources/schemaList|/schemas?/", "schema"),
    (r"/api/data/v3/datasources/bulk", "metadata, bulk"),
    (r"/api/data/v3/datasources/[0-9a-f-]{36}$", "metadata, single"),
    (r"/api/data/v[23]/datasources$|/v1/datasets$", "list of datasets"),
    (r"/api/data/v1/streams|/v1/streams", "streams"),
    (r"/api/content|/api/identity|/v1/users|/v1/groups|/oauth|/accounts", "people and accounts"),
)

CONFIG = """\
project: acme-bench
manifests: datasets
budgets: {{owner: 100000}}
environments:
  lab:
    url: {url}
"""


@dataclass(frozen=True)
class Cost:
    """What one command took, and what it sent."""

    name: str
    code: int
    said: str
    wall_s: float
    cpu_s: float
    memory_mb: float
    sent: tuple[Sent, ...]

    @property
    def reads(self) -> Counter[str]:
        return Counter(class_of(row) for row in self.sent if not row.writes)

    @property
    def writes(self) -> int:
        return sum(row.writes for row in self.sent)

    def __str__(self) -> str:
        calls = ", ".join(f"{name} {count}" for name, count in self.reads.most_common())
        return (
            f"{self.name}: {self.wall_s:.1f} s wall, {self.cpu_s:.1f} s CPU, "
            f"{self.memory_mb:.0f} MB peak, {len(self.sent)} calls "
            f"({self.writes} writes; reads: {calls})"
        )


def class_of(row: Sent) -> str:
    """The class of endpoint that a request belongs to."""
    return next((name for pattern, name in _CLASSES if re.search(pattern, row.bare)), "other")


def beyond(cost: Cost, datasets: int) -> float:
    """Reads per dataset beyond what only single reads tell."""
    others = sum(count for name, count in cost.reads.items() if name not in SINGLE)
    return others / datasets


def entry(number: int) -> str:
    """One ordinary dataset as a person would write it."""
    lines = [
        f"  orders_{number}:",
        f"    name: Orders {number:05}",
        "    description: One row per order line, of one region and one year.",
        f"    owner: user{number % 40}@acme.test",
        "    tags: [finance, pii, certified, daily, gold]",
        "    schema:",
        *(f"      - {{name: column_{n}, type: STRING}}" for n in range(20)),
        "    shares:",
        *(f"      - {{user: user{(number + n) % 40}@acme.test, access: CAN_VIEW}}" for n in _FIVE),
    ]
    if number % 3 == 0:
        lines += ["    pdp:", "      enabled: true", "      policies:"]
        for n in range(3):
            lines += [
                f"        - name: Region {n}",
                "          filters:",
                "            - {column: column_1, operator: EQUALS, values: [West, East]}",
                f"            - {{column: column_2, operator: BETWEEN, values: ['{n}', '9']}}",
                f"          users: [user{n}@acme.test]",
                "          groups: [Sales]",
            ]
    if number % 10 == 1:
        lines += ["    stream: {update_method: APPEND}"]
    return "\n".join(lines) + "\n"


_FIVE = range(1, 6)


def write_project(folder: Path, url: str, datasets: int) -> None:
    """A project of so many datasets, fifty to a file."""
    (folder / "domostate.yml").write_text(CONFIG.format(url=url))
    (folder / "datasets").mkdir()
    for first in range(0, datasets, PER_FILE):
        text = "".join(map(entry, range(first, min(first + PER_FILE, datasets))))
        (folder / "datasets" / f"{first:06}.yml").write_text("datasets:\n" + text)


def estate() -> dict[str, Any]:
    """Forty people and a group."""
    emails = [f"user{n}@acme.test" for n in range(40)]
    admin = {"email": "root@acme.test", "name": "Service", "role": "Admin"}
    people = [{"email": one, "name": one, "role": "Editor"} for one in emails]
    return {"users": [admin, *people], "groups": [{"name": "Sales", "members": emails[:9]}]}


def measured(lab: Lab, folder: Path, name: str, *arguments: str) -> Cost:
    """The program in its own process, and what it took."""
    mark = lab.mark()
    with tempfile.TemporaryFile() as out:
        began = time.monotonic()
        process = os.posix_spawn(
            PROGRAM,
            [PROGRAM, "-C", str(folder), *arguments],
            {**CLEAN, **TOKEN},
            file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), stream) for stream in (1, 2)],
        )
        _, status, used = os.wait4(process, 0)
        wall = time.monotonic() - began
        out.seek(0)
        said = out.read().decode()
    code = os.waitstatus_to_exitcode(status)
    cpu, memory = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return Cost(name, code, said, wall, cpu, memory, tuple(lab.requests(since=mark)))


def run(lab: Lab, folder: Path, datasets: int) -> Iterable[Cost]:
    """The three commands, one after the other."""
    lab.reset(estate())
    write_project(folder, lab.url, datasets)
    yield measured(lab, folder, "first plan", "plan", "-q")
    yield measured(lab, folder, "apply", "apply", "--auto-approve", "-q")
    yield measured(lab, folder, "plan without changes", "plan", "-q", "--detailed-exitcode")


def main() -> None:
    """Measure, and say so."""
    datasets = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    sys.stdout.write(f"{datasets} datasets\n")
    with tempfile.TemporaryDirectory() as folder, serving() as lab:
        for cost in run(lab, Path(folder), datasets):
            sys.stdout.write(f"{cost}\n")
            if cost.code:
                sys.stdout.write(f"exit code {cost.code}:\n{cost.said[-2000:]}\n")
            sys.stdout.flush()
    sys.stdout.write(
        "calls per dataset beyond PDP, access lists and schemas, plan without changes: "
        f"{beyond(cost, datasets):.3f} (at most 0.1)\n"
    )


if __name__ == "__main__":
    main()
