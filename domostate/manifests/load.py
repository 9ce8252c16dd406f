"""Loads manifests: from the files of a project to what they declare for one environment."""

import gc
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from domostate.errors import Finding, Location, ManifestError
from domostate.kinds.dataset.spec import DatasetSpec, GrantSpec, PolicySpec
from domostate.manifests.collect import Collected, Entry, collect, validated
from domostate.manifests.departures import departures
from domostate.manifests.document import DATASET, GRANT, POLICY
from domostate.manifests.expand import expanded
from domostate.manifests.fields import Fields
from domostate.manifests.files import manifest_files, overlay_file, stray_overlays
from domostate.manifests.patch import apply_overlay
from domostate.manifests.project import FILE, Environment, Project
from domostate.manifests.rules import check, check_identity, check_values
from domostate.manifests.source import Findings, read_source
from domostate.manifests.tree import Document, Seq, documents
from domostate.manifests.variables import substitute
from domostate.model.address import Address
from domostate.model.desired import Declared, Desired

__all__ = ["load"]


def load(project: Project, environment: Environment) -> Desired:
    """What the manifests of a project declare for an environment.

    Raises:
        ManifestError: they hold mistakes, or declare nothing; all findings at once.
    """
    with _without_collection():
        return _Loading(project, environment).desired()


@contextmanager
def _without_collection() -> Iterator[None]:
    # Most of the time would go into looking for cycles among many values that have none, and
    # once more at the end: hence they are counted as old by then.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.freeze()
            gc.unfreeze()
            gc.enable()


@dataclass(slots=True)
class _Loading:
    """One load: what was read, and what was wrong so far."""

    project: Project
    environment: Environment
    findings: Findings = field(default_factory=Findings)
    warnings: Findings = field(default_factory=Findings)
    read: dict[str, bytes] = field(default_factory=dict)

    def desired(self) -> Desired:
        """Everything declared, or all findings."""
        collected = self.collected()
        for sets, adapter, model in (
            (collected.share_sets, GRANT, GrantSpec),
            (collected.policy_sets, POLICY, PolicySpec),
        ):
            for entry in sets.values():
                self.check_set(entry, adapter, model)
        declared = [self.declared(entry, collected) for entry in collected.datasets.values()]
        for twin in collected.twins:
            self.declared(twin, collected)
        check_identity(collected.datasets.values(), self.findings)
        moved, removed = departures(collected, self.findings)
        # The last dataset of a project may go, too: then the removals are all that it declares.
        if not (collected.datasets or collected.removed or self.findings):
            self.nothing_declared()
        if self.findings:
            raise ManifestError(findings=self.findings.sorted())
        by_address = {one.address: one for one in declared if one is not None}
        return Desired(
            declared={address: by_address[address] for address in sorted(by_address)},
            principals=self.environment.principals,
            digest=self.digest(),
            warnings=self.warnings.sorted(),
            moved=moved,
            removed=removed,
        )

    def collected(self) -> Collected:
        """What the files declare, the overlay applied."""
        collected = Collected()
        for path in manifest_files(self.project, self.findings):
            collect(self.documents(path), collected, self.findings)
        overlay = overlay_file(self.project, self.environment, self.findings)
        if overlay is not None:
            apply_overlay(self.documents(overlay), collected, self.findings)
        for stray in stray_overlays(self.project):
            message = f"no environment of {FILE} is called {stray.stem!r}: this file is not read"
            self.warnings.keep(Finding(message, Location(self.project.shown(stray), 1, 1)))
        return collected

    def documents(self, path: Path) -> list[Document]:
        """The documents of a file, variables replaced."""
        source = read_source(path, self.project.shown(path), self.findings)
        if source is None:
            return []
        name = Path(os.path.relpath(path, self.project.root)).as_posix()
        self.read[name] = source.raw
        bodies = documents(source, self.findings)
        if "${" in source.text:
            for body in bodies:
                substitute(body.value, self.environment.vars, self.environment.name, self.findings)
        return bodies

    def check_set(self, entry: Entry, adapter: TypeAdapter[Any], model: Any) -> None:
        """Leave in a set only what is valid, so that its mistakes are found once."""
        kept = Seq(entry.body.mark)
        for n, one in enumerate(entry.body):
            check_values(one, self.findings)
            mark = entry.body.marks[n]
            if validated(adapter, model, one, mark, self.findings) is not None:
                kept.put(one, mark)
        entry.body = kept

    def declared(self, entry: Entry, collected: Collected) -> Declared | None:
        """The entry as the engine sees it, None when it is not valid."""
        body = expanded(entry, collected, self.findings)
        check_values(body, self.findings)
        spec = validated(DATASET, DatasetSpec, body, entry.mark, self.findings)
        check(entry, body, self.findings, self.warnings)
        if spec is None:
            return None
        return Declared(Address("dataset", entry.name), spec, Fields(body, entry.mark))

    def nothing_declared(self) -> None:
        """An empty folder must never look like a wish to forget everything."""
        folders = ", ".join(map(self.project.shown, self.project.folders))
        message = f"nothing declared: no manifest below {folders} holds a dataset"
        hint = "declare one under datasets: in a .yml file, or correct manifests: in domostate.yml"
        self.project.fields.complain(self.findings, ("manifests",), message, hint)

    def digest(self) -> str:
        """Identifies everything that was read, wherever the project lies."""
        made = sha256()
        for name in sorted(self.read):
            made.update(f"{name}\0{len(self.read[name])}\0".encode())
            made.update(self.read[name])
        environment = self.environment
        told = {
            "project": self.project.name,
            "marker": self.project.marker,
            "environment": environment.name,
            "vars": dict(environment.vars),
            "principals": dict(environment.principals),
        }
        made.update(json.dumps(told, sort_keys=True).encode())
        return made.hexdigest()
