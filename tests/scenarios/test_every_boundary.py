"""G1: an apply of fifty changes, killed at every write, fsync, rename and HTTP call, is finished by
`apply --resume`: nothing is lost, nothing is there twice."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.acme import BOTH, CONFIG, ESTATE
from tests.scenarios.boundaries import KILLED, dies_at, local_files
from tests.scenarios.declared import declared, mismatches, twice
from tests.scenarios.lab import Lab, Project

APPLY = ("apply", "--auto-approve", "--parallelism", "1")


def _manifest(changed: bool) -> str:
    """Forty datasets; changed: ten more, thirty of the others another, ten no longer declared."""
    lines = ["datasets:"]
    for number in range(50):
        new, gone = number >= 40, number < 10
        if (gone and changed) or (new and not changed):
            continue
        moved = changed and not new
        owner = "eve" if moved and number % 5 == 0 else "ada"
        lines += [
            f"  d{number:02}:",
            f"    name: Boundary {number:02}",
            f"    description: {'Changed.' if moved else 'As it was.'}",
            f"    owner: {owner}@acme.test",
            f"    tags: [{'second' if moved and number % 2 else 'first'}]",
            "    schema: [{name: region, type: STRING}, {name: n, type: LONG}]",
            f"    shares: [{{group: {'West' if moved and number % 3 == 0 else 'East'}, "
            "access: CAN_VIEW}]",
        ]
        if number % 4 == 0:
            value = "West" if moved else "East"
            lines += [
                "    pdp:",
                "      enabled: true",
                f"      policies: [{{name: {value}, users: [wes@acme.test], filters: "
                f"[{{column: region, operator: EQUALS, values: [{value}]}}]}}]",
            ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Before:
    """An applied project with fifty changes to make, which can be put back as often as needed."""

    lab: Lab
    project: Project
    estate: dict[str, Any]
    kept: Path

    def put_back(self) -> None:
        self.lab.reset(self.estate)
        shutil.rmtree(local_files(self.project), ignore_errors=True)
        shutil.copytree(self.kept, local_files(self.project))

    def check(self, boundary: int) -> None:
        """After a kill: the rest is done, and everything is there once."""
        resumed = self.project.call("apply", "--resume", "--auto-approve")
        assert resumed.code == 0, f"boundary {boundary}: {resumed.said}"
        # A run that died before its first line left nothing to resume.
        finished = self.project.call("apply", "--auto-approve")
        assert finished.code == 0, f"boundary {boundary}: {finished.said}"
        again = self.project.call("plan", "--detailed-exitcode")
        assert again.code == 0, f"boundary {boundary}: {again.said}"
        wanted, after = declared(self.project.root, "lab"), self.lab.snapshot()
        assert mismatches(wanted, after) == [], f"boundary {boundary}"
        assert twice(after) == [], f"boundary {boundary}"


@pytest.fixture(scope="module")
def before(serving_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Before:
    root = tmp_path_factory.mktemp("boundaries")
    project = Project(root, BOTH)
    serving_lab.reset(ESTATE)
    project.write("domostate.yml", CONFIG.format(url=serving_lab.url))
    project.write("datasets/many.yml", _manifest(changed=False))
    project.apply()
    project.write("datasets/many.yml", _manifest(changed=True))
    kept = root / "kept"
    shutil.copytree(local_files(project), kept)
    return Before(serving_lab, project, serving_lab.snapshot(), kept)


def killed_at_every(
    before: Before, step: int, lose: Callable[[Project], None] = lambda _: None
) -> int:
    """The number of boundaries; every `step`th of them was tried."""
    boundary = 1
    while True:
        before.put_back()
        code = dies_at(before.project, boundary, *APPLY)
        if code != KILLED:
            assert code == 0
            return boundary
        lose(before.project)
        before.check(boundary)
        boundary += step


def test_the_apply_has_fifty_changes(before: Before) -> None:
    before.put_back()

    summary = before.project.plan()["summary"]

    assert (summary["add"], summary["change"], summary["forget"]) == (10, 30, 10)


def test_an_apply_killed_at_some_boundaries_is_finished(before: Before) -> None:
    assert killed_at_every(before, 211) > 1_000


@pytest.mark.long
def test_an_apply_killed_at_every_boundary_is_finished(before: Before) -> None:
    boundaries = killed_at_every(before, 1)

    print(f"{boundaries - 1} boundaries, each of them survived")  # noqa: T201
    assert boundaries > 1_000
