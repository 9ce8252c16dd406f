"""CPU seconds to load and validate 1,000 ordinary entries.

    python -m tests.benchmarks.manifests_load [entries]

An ordinary entry: 20 columns, 5 tags, 5 shares, 3 policies with 2 filters each.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from domostate.manifests import load, open_project

PER_FILE = 50

PROJECT = """
project: acme-bench
manifests: datasets
environments:
  sandbox:
    url: "emulator:"
    vars: {suffix: " (sandbox)"}
"""


def entry(number: int) -> str:
    """One ordinary dataset as a person would write it."""
    lines = [
        f"  orders_{number}:",
        f'    name: "Orders {number}${{suffix}}"',
        "    description: One row per order line, of one region and one year.",
        "    owner: ada@acme.example",
        "    tags: [finance, pii, certified, daily, gold]",
        "    schema:",
        *(f"      - {{name: column_{n}, type: STRING}}" for n in range(20)),
        "    shares:",
        *(f"      - {{user: user{n}@acme.example, access: CAN_VIEW}}" for n in range(5)),
        "    pdp:",
        "      enabled: true",
        "      policies:",
    ]
    for n in range(3):
        lines += [
            f"        - name: Region {n}",
            "          filters:",
            "            - {column: column_1, operator: EQUALS, values: [West, East]}",
            f"            - {{column: column_2, operator: BETWEEN, values: ['{n}', '{n + 9}']}}",
            f"          users: [user{n}@acme.example]",
            "          groups: [Sales]",
        ]
    return "\n".join(lines) + "\n"


def write_project(folder: Path, entries: int) -> None:
    """A project of so many entries, fifty to a file."""
    (folder / "domostate.yml").write_text(PROJECT)
    (folder / "datasets").mkdir()
    for first in range(0, entries, PER_FILE):
        text = "".join(map(entry, range(first, min(first + PER_FILE, entries))))
        (folder / "datasets" / f"{first:06}.yml").write_text("datasets:\n" + text)


def measure(entries: int) -> float:
    """CPU seconds from opening the project to the desired state."""
    with TemporaryDirectory() as name:
        write_project(Path(name), entries)
        begin = process_time()
        project = open_project(Path(name))
        desired = load(project, project.environment(None))
        spent = process_time() - begin
    assert len(desired.declared) == entries
    return spent


def main() -> None:
    """Measure, and say so."""
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    spent = measure(entries)
    sys.stdout.write(f"load and validate {entries} entries: {spent:.2f} s CPU\n")


if __name__ == "__main__":
    main()
