"""No secret is in any output or file, whatever happens."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.acme import ESTATE, acme
from tests.scenarios.canaries import leaked
from tests.scenarios.lab import Done, Lab, Project

TOKEN = "canary-token-7f3a91c2"
SECRET = "canary-secret-5b8de604"
ENV = {
    "DOMO_DEVELOPER_TOKEN": TOKEN,
    "DOMO_CLIENT_ID": "c-root",
    "DOMO_CLIENT_SECRET": SECRET,
}
JWT = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+")

TROUBLE: dict[str, dict[str, Any]] = {
    "none": {"path": "/nowhere", "status": 500},
    "an error that repeats the token": {
        "method": "PUT",
        "status": 400,
        "body": {"message": f"bad token {TOKEN}", "toe": TOKEN},
    },
    "a page that repeats the token": {
        "path": "/api/*",
        "status": 403,
        "body": f"<html><title>{TOKEN}</title></html>",
    },
    "a text that repeats the secret": {
        "path": "/oauth/token",
        "status": 400,
        "body": f"client c-root with {SECRET}",
    },
    "a refused token": {
        "path": "/api/content/*",
        "status": 401,
        "body": {"message": f"unknown: {TOKEN}"},
    },
    "cut connections": {"method": "POST", "drop_after": True, "times": 3},
}


@pytest.mark.parametrize("name", TROUBLE)
def test_no_secret_leaves(lab: Lab, tmp_path: Path, name: str) -> None:
    project = _with_canaries(lab, tmp_path)
    lab.fault(**TROUBLE[name])

    outputs = _everything(project)

    found = {what for what, text in outputs.items() if _leaks(text)}
    assert found == set()


@pytest.mark.parametrize(
    "env", [{"DOMO_DEVELOPER_TOKEN": TOKEN + "\n"}, {"DOMO_DEVELOPER_TOKEN": TOKEN + "é"}]
)
def test_a_token_that_cannot_be_sent_is_not_repeated(
    lab: Lab, tmp_path: Path, env: dict[str, str]
) -> None:
    project = _with_canaries(lab, tmp_path).with_env(**env)

    done = project.run("plan")

    assert done.code in (0, 64)
    assert TOKEN not in done.said
    assert "Traceback" not in done.err


def test_secrets_of_files_do_not_leave_either(lab: Lab, tmp_path: Path) -> None:
    project = _with_canaries(lab, tmp_path)
    project.replace(
        "domostate.yml",
        "    vars:",
        "    credentials:\n      developer_token: file:../token\n"
        "      client_id: env:DOMO_CLIENT_ID\n      client_secret: file:../secret\n    vars:",
    )
    project.write("../token", f"{TOKEN}\n")
    project.write("../secret", f"{SECRET}\n")

    outputs = _everything(Project(project.root, {"DOMO_CLIENT_ID": "c-root"}))

    assert {what for what, text in outputs.items() if _leaks(text)} == set()
    assert "Apply complete!" in outputs["apply"]


def _with_canaries(lab: Lab, root: Path) -> Project:
    project = Project(acme(lab, root / "project").root, ENV)
    estate = deepcopy(ESTATE)
    estate["tokens"] = [{"token": TOKEN, "user": "root@acme.test"}]
    estate["clients"] = [{"id": "c-root", "secret": SECRET, "user": "root@acme.test"}]
    lab.reset(estate)
    return project


def _everything(project: Project) -> dict[str, str]:
    """Every output of a life with this project, and every file that is there at its end."""
    outputs = {
        "plan": _text(project.call("plan")),
        "plan --json": _text(project.call("plan", "--json")),
        "plan --out": _text(project.call("plan", "--out", "plan.json")),
    }
    with project.start("apply", "--auto-approve") as running:
        running.lines(6)
        running.kill()
    journal = project.journal_file()
    outputs["journal"] = journal.read_text() if journal.exists() else ""
    outputs["apply --json"] = _text(project.call("apply", "--auto-approve", "--json"))
    outputs["apply PLANFILE"] = _text(project.call("apply", "plan.json", "--auto-approve"))
    project.replace("datasets/acme.yml", "One row per order.", "Rows.")
    outputs["apply"] = _text(project.call("apply", "--auto-approve"))
    for path in project.root.rglob("*"):
        if path.is_file():
            outputs[str(path)] = path.read_bytes().decode(errors="replace")
    return outputs


def _text(done: Done) -> str:
    return done.said


def _leaks(text: str) -> bool:
    return leaked(text, TOKEN, SECRET) or JWT.search(text) is not None
