"""The repository's sample project, on its way to an emulator in a process of its own."""

import shutil
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.scenarios.lab import Lab, Project

REPOSITORY = Path(__file__).parents[2]
SAMPLE = REPOSITORY / "manifests"
CHANGE = Path("change/the-quarter-moves-on.yml")
LAB = """
  lab:
    url: {url}
    vars: {{suffix: " (lab)"}}
    credentials:
      developer_token: env:LAB_TOKEN
      client_id: env:LAB_ID
      client_secret: env:LAB_SECRET
    budgets: {{widen: 600, owner: 40}}
"""
ANYBODY = {"LAB_TOKEN": "any", "LAB_ID": "any", "LAB_SECRET": "any"}


def sample(lab: Lab, root: Path) -> Project:
    """A copy of `manifests/` with one more environment, `lab`; the lab holds its estate."""
    shutil.copytree(SAMPLE, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".domostate"))
    config = root / "domostate.yml"
    config.write_text(config.read_text() + LAB.format(url=lab.url))
    shutil.copy(root / "environments" / "sandbox.yml", root / "environments" / "lab.yml")
    lab.reset(estate(root / "estate.yml"))
    lab.token = "any"
    return Project(root, ANYBODY)


def estate(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return found


def take_the_change(project: Project) -> None:
    shutil.copy(project.root / CHANGE, project.root / "environments" / "lab.yml")
