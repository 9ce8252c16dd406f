"""A project with fifty changes to make, which can be put back as often as needed."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.scenarios.acme import BOTH, CONFIG, ESTATE
from tests.scenarios.boundaries import local_files
from tests.scenarios.declared import declared, mismatches, twice
from tests.scenarios.lab import Lab, Project

__all__ = ["Fifty", "fifty_changes"]

APPLY = ("apply", "--auto-approve")


@dataclass(frozen=True)
class Fifty:
    """An applied project whose manifests have changed since."""

    lab: Lab
    project: Project
    estate: dict[str, Any]
    kept: Path

    def put_back(self) -> None:
        self.lab.reset(self.estate)
        shutil.rmtree(local_files(self.project), ignore_errors=True)
        shutil.copytree(self.kept, local_files(self.project))

    def check(self, moment: str) -> None:
        """After a kill: the rest is done, and everything is there once."""
        resumed = self.project.call("apply", "--resume", "--auto-approve")
        assert resumed.code == 0, f"{moment}: {resumed.said}"
        # A run that died before its first line left nothing to resume.
        finished = self.project.call(*APPLY)
        assert finished.code == 0, f"{moment}: {finished.said}"
        if "No changes." not in finished.said:
            again = self.project.call("plan", "--detailed-exitcode")
            assert again.code == 0, f"{moment}: {again.said}"
        wanted, after = declared(self.project.root, "lab"), self.lab.snapshot()
        assert mismatches(wanted, after) == [], moment
        assert twice(after) == [], moment


def fifty_changes(
    lab: Lab, root: Path, kept_as: Callable[[Project], Project] = lambda one: one
) -> Fifty:
    """The project, once what it changes was applied; `kept_as` says where its state is."""
    lab.reset(ESTATE)
    project = Project(root, BOTH)
    project.write("domostate.yml", CONFIG.format(url=lab.url))
    project = kept_as(project)
    project.write("datasets/many.yml", _manifest(changed=False))
    project.apply()
    project.write("datasets/many.yml", _manifest(changed=True))
    kept = root / "kept"
    shutil.copytree(local_files(project), kept)
    return Fifty(lab, project, lab.snapshot(), kept)


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
