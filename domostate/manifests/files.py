"""Files: which files of a project declare something."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from domostate.errors import Finding, Location
from domostate.manifests.project import FILE, Environment, Project
from domostate.manifests.source import Findings

__all__ = ["manifest_files", "overlay_file", "stray_overlays"]

_ENDINGS: Final = (".yml", ".yaml")
_OWN_FOLDERS: Final = ("environments", "policies", "tests")
_OWN_FILES: Final = (FILE, "drift-accept.yml", "waivers.yml")


def manifest_files(project: Project, findings: Findings) -> list[Path]:
    """The files below the manifest folders, in order of their paths.

    Left out is what the project keeps for other purposes at its root, everything whose name
    begins with a dot, and folders that are projects of their own.
    """
    estates = {
        (project.root / one.estate).resolve()
        for one in project.config.environments.values()
        if one.estate
    }
    found: dict[Path, Path] = {}
    for folder in project.folders:
        for path in _below(folder, project, findings):
            real = path.resolve()
            if real not in estates:
                found.setdefault(real, path)
    return sorted(found.values(), key=project.shown)


def overlay_file(project: Project, environment: Environment, findings: Findings) -> Path | None:
    """The overlay of an environment, None where there is none."""
    folder = project.root / "environments"
    there = [path for end in _ENDINGS if (path := folder / f"{environment.name}{end}").exists()]
    if len(there) > 1:
        where = Location(project.shown(there[1]), 1, 1)
        message = f"{environment.name} has another overlay: {project.shown(there[0])}"
        findings.keep(Finding(message, where, hint="keep one of the two"))
    return there[0] if there else None


def stray_overlays(project: Project) -> list[Path]:
    """Overlays of environments that domostate.yml does not name."""
    folder = project.root / "environments"
    if not folder.is_dir():
        return []
    return [
        path
        for path in sorted(folder.iterdir())
        if path.suffix in _ENDINGS
        and path.stem not in project.config.environments
        and not path.name.startswith(".")
    ]


def _below(folder: Path, project: Project, findings: Findings) -> Iterator[Path]:
    if folder.is_dir():
        yield from _walk(folder, project, findings)
    elif folder.is_file() and folder.name.endswith(_ENDINGS):
        yield folder
    else:
        _no_folder(folder, project, findings)


def _walk(folder: Path, project: Project, findings: Findings) -> Iterator[Path]:
    seen: set[str] = set()

    def complain(error: OSError) -> None:
        where = Location(project.shown(Path(error.filename)), 1, 1)
        findings.unread = True
        findings.keep(Finding(f"cannot be read: {error.strerror}", where))

    # Links are followed: a dataset must not vanish because its folder is one.
    for top, names, files in os.walk(folder, onerror=complain, followlinks=True):
        real = os.path.realpath(top)
        is_root = Path(real) == project.root
        if real in seen or (FILE in files and not is_root):
            names.clear()
            continue
        seen.add(real)
        own_folders, own_files = (_OWN_FOLDERS, _OWN_FILES) if is_root else ((), ())
        names[:] = sorted(n for n in names if not n.startswith(".") and n not in own_folders)
        for name in sorted(files):
            path = Path(top, name)
            if name.startswith(".") or name in own_files:
                continue
            if name.endswith(_ENDINGS):
                yield path
            elif path.is_symlink() and not path.exists():
                # It may have been a folder of manifests: what it held must not seem undeclared.
                findings.unread = True
                message = "this link leads nowhere: what it led to may have declared something"
                where = Location(project.shown(path), 1, 1)
                findings.keep(Finding(message, where, hint="restore it, or remove the link"))


def _no_folder(folder: Path, project: Project, findings: Findings) -> None:
    why = "is no folder and no .yml file" if folder.exists() else "is not there"
    findings.unread = True
    message = f"the manifest folder {project.shown(folder)} {why}"
    hint = "manifests: names folders below domostate.yml"
    project.fields.complain(findings, ("manifests",), message, hint)
