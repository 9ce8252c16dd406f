"""Projects on disk, made from text: what is not given is as plain as can be."""

from pathlib import Path

from domostate.errors import Finding, ManifestError
from domostate.manifests import load, open_project
from domostate.model.desired import Desired

CONFIG = """\
project: acme
environments:
  sandbox:
    url: "emulator:"
    vars: {suffix: " (sandbox)", region: West}
"""

DATASET = "datasets:\n  orders:\n    name: Orders\n"


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    """The files below `root`, with a plain domostate.yml unless one is given."""
    for name, text in {"domostate.yml": CONFIG, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def loaded(root: Path, environment: str | None = None) -> Desired:
    """What the project declares."""
    project = open_project(root, display_root=root)
    return load(project, project.environment(environment))


def findings(root: Path, environment: str | None = None) -> tuple[Finding, ...]:
    """What is wrong with the project, nothing when it loads."""
    try:
        loaded(root, environment)
    except ManifestError as error:
        return error.findings
    return ()
