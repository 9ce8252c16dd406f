"""Projects: a folder with a domostate.yml, and the environments it names."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import ValidationError

from domostate import __version__
from domostate.errors import ManifestError, UsageError
from domostate.manifests.config import EMULATOR, EnvironmentConfig, ProjectConfig, misnamed
from domostate.manifests.explain import explain
from domostate.manifests.fields import Fields
from domostate.manifests.secrets import Credentials, Secret, literals, redacted
from domostate.manifests.source import Findings, Place, Source, read_source
from domostate.manifests.state import LocalState, readable_state
from domostate.manifests.tree import Map, documents
from domostate.manifests.words import nearest, shown

__all__ = ["FILE", "Environment", "Project", "Target", "open_project"]

FILE: Final = "domostate.yml"

_PLATFORM: Final = "https://api.domo.com"


class Target(StrEnum):
    """What an environment stands for."""

    EMULATOR = "emulator"
    """The embedded emulator: its address is known once it runs."""
    URL = "url"
    INSTANCE = "instance"


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment of a project.

    `instance` is how plans and states name it: `acme-dev`, `emulator` or the base URL.
    `base_url` and `platform_url` are empty for the embedded emulator. A budget is a count, or a
    share such as `10%`.
    """

    name: str
    kind: Target
    instance: str
    base_url: str
    platform_url: str
    estate: Path | None
    credentials: Credentials
    vars: Mapping[str, str]
    principals: Mapping[str, str]
    budgets: Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class Project:
    """A project as its domostate.yml describes it.

    `shown_from` is the folder that file names in findings are relative to.
    """

    root: Path
    name: str
    config: ProjectConfig
    shown_from: Path
    fields: Fields = field(compare=False, repr=False)
    """The places in domostate.yml."""

    @property
    def marker(self) -> bool:
        """Whether managed datasets are tagged as this project's."""
        return self.config.marker

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that hold manifests."""
        return tuple(self.root / folder for folder in self.config.folders)

    @property
    def record_folder(self) -> Path:
        """The folder for what runs keep on this machine: their journals, and with the local
        backend the state."""
        state = self.config.state
        local = state if isinstance(state, LocalState) else LocalState()
        return self.root / local.path

    def shown(self, path: Path) -> str:
        """A file's name as findings show it."""
        return Path(os.path.relpath(path, self.shown_from)).as_posix()

    def environment(self, named: str | None = None) -> Environment:
        """The environment of that name, or the only one there is.

        Raises:
            UsageError: there is no such environment, or several and none is named.
        """
        names = sorted(self.config.environments)
        if not named:
            if len(names) > 1:
                raise UsageError(
                    f"{self.name} has several environments: {', '.join(names)}",
                    hint="name one: -e NAME, or DOMOSTATE_ENV=NAME",
                )
            named = names[0]
        if named not in names:
            near = nearest(named, names)
            raise UsageError(
                f"{self.name} has no environment {named!r}",
                hint=f"did you mean {near!r}?" if near else f"there are: {', '.join(names)}",
            )
        return _environment(named, self.config.environments[named], self)


def open_project(folder: Path, *, display_root: Path | None = None) -> Project:
    """Read the domostate.yml of a folder.

    File names in findings are relative to `display_root` (the current folder unless given) when
    the project lies below it, else to the project.

    Raises:
        UsageError: the folder holds no domostate.yml.
        ManifestError: it holds mistakes; all of them are findings.
    """
    root, path = folder.resolve(), folder.resolve() / FILE
    if not os.path.lexists(path):
        raise _missing(folder, root)
    start = (display_root or Path.cwd()).resolve()
    shown_from = start if root.is_relative_to(start) else root
    findings = Findings()
    name = Path(os.path.relpath(path, shown_from)).as_posix()
    source = read_source(path, name, findings)
    body = _body(source, findings) if source is not None else None
    config = _config(body, findings) if body is not None else None
    if body is None or config is None or findings:
        secrets = literals(body)
        found = tuple(redacted(finding, secrets) for finding in findings.sorted())
        raise ManifestError(findings=found)
    return Project(root, config.project, config, shown_from, Fields(body, body.mark))


def _missing(folder: Path, root: Path) -> UsageError:
    if not root.is_dir():
        return UsageError(f"there is no folder {folder}", hint="name another: -C DIR")
    above = next((up for up in root.parents if (up / FILE).is_file()), None)
    if root.joinpath("domostate.yaml").is_file():
        hint = f"rename domostate.yaml to {FILE}"
    elif above is not None:
        hint = f"there is one above: -C {Path(os.path.relpath(above, root)).as_posix()}"
    else:
        hint = f"run domostate in the folder that holds {FILE}, or name it: -C DIR"
    return UsageError(f"{root} holds no {FILE}", hint=hint)


def _body(source: Source, findings: Findings) -> Map | None:
    """The one mapping that domostate.yml holds."""
    bodies = documents(source, findings)
    if len(bodies) == 1 and isinstance(bodies[0].value, Map):
        return bodies[0].value
    if not findings:
        has = (
            f"{len(bodies)} documents"
            if len(bodies) > 1
            else shown(bodies[0].value if bodies else None)
        )
        message = f"{FILE} needs a mapping with project and environments, has {has}"
        findings.add(Place(source, 0), message)
    return None


def _config(body: Map, findings: Findings) -> ProjectConfig | None:
    fields = Fields(body, body.mark)
    if _too_old(body, fields, findings):
        return None
    readable = readable_state(body, fields, findings)
    try:
        config = ProjectConfig.model_validate(readable)
    except ValidationError as error:
        explain(error, ProjectConfig, fields, findings)
        return None
    for path, why in misnamed(config):
        fields.complain(findings, path, why)
    return config


def _too_old(body: Map, fields: Fields, findings: Findings) -> bool:
    """Whether the project asks for another version: its other keys may be unknown here."""
    wanted = body.get("required_version")
    if not isinstance(wanted, str):
        return False
    try:
        matches = SpecifierSet(wanted).contains(__version__, prereleases=True)
    except InvalidSpecifier:
        return False
    if not matches:
        fields.complain(
            findings,
            ("required_version",),
            f"the project asks for domostate {wanted}, this is {__version__}",
            "install a version that fits, or change required_version",
        )
    return not matches


def _environment(name: str, config: EnvironmentConfig, project: Project) -> Environment:
    kind, instance, base, platform = _addresses(config)
    general = project.config.budgets.model_dump(exclude_none=True)
    budgets = {**general, **config.budgets.model_dump(exclude_none=True)}
    return Environment(
        name=name,
        kind=kind,
        instance=instance,
        base_url=base,
        platform_url=config.platform_url or platform,
        estate=project.root / config.estate if config.estate else None,
        credentials=_credentials(config),
        vars={**project.config.vars, **config.vars},
        principals=dict(config.principals),
        budgets=budgets,
    )


def _addresses(config: EnvironmentConfig) -> tuple[Target, str, str, str]:
    if config.instance is not None:
        base = f"https://{config.instance}.domo.com"
        return Target.INSTANCE, config.instance, base, _PLATFORM
    if config.url == EMULATOR:
        return Target.EMULATOR, "emulator", "", ""
    url = config.url or ""
    return Target.URL, url, url, url


def _credentials(config: EnvironmentConfig) -> Credentials:
    stated: dict[str, Any] = config.credentials.model_dump(exclude_none=True)
    return Credentials(**{key: Secret(ref) for key, ref in stated.items()})
