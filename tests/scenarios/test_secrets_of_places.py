"""No secret of the place where the state is kept is in any output, file or document."""

import json
import logging
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote

import pytest

from tests.scenarios.canaries import forms, leaked
from tests.scenarios.kept_in import CANARY, Kept, kept_in
from tests.scenarios.lab import Project

FOLDERS = ("history/", "journal/", "runs/", "breaks/", "damaged/")
BECAUSE = ("--auto-approve", "--reason", "a test")
COMMANDS = [
    ("plan", "--json"),
    ("plan", "--out", "plan.json"),
    ("apply", "--auto-approve", "--json"),
    ("apply", "plan.json", "--auto-approve"),
    ("state", "list", "--json"),
    ("state", "show"),
    ("state", "history", "--json"),
    ("state", "pull"),
    ("state", "verify", "--json"),
    ("state", "mv", "dataset.orders", "dataset.sales", *BECAUSE),
    ("state", "rebuild", *BECAUSE),
    ("lock", "status", "--json"),
]


@pytest.fixture(params=["s3", "postgres", "http"])
def kept(request: pytest.FixtureRequest, project: Project) -> Iterator[Kept]:
    with kept_in(request.param, project) as found:
        yield found


@pytest.mark.parametrize("around", ["", "a", "ab", "ada:", "user:ada:"])
def test_a_secret_is_found_in_every_form(around: str) -> None:
    secret = 'correct "horse" @/:? battery'

    said = [
        secret,
        quote(secret, safe=""),
        json.dumps(secret),
        secret.encode().hex(),
        b64encode(f"{around}{secret}".encode()).decode(),
        b64encode(f"{around}{secret}{around}".encode()).decode(),
    ]

    assert [one for one in said if not leaked(one, secret)] == []
    assert not leaked("correct horse, battery", secret)
    assert all(len(one) > len(secret) // 2 for one in forms(secret))


def test_no_secret_leaves(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    outputs = dict(_everything(kept))
    outputs["every log"] = caplog.text

    assert outputs["apply"] != ""
    assert any(name.startswith("document history/") for name in outputs)
    assert {name for name, text in outputs.items() if leaked(text, kept.secret, CANARY)} == set()


def _everything(kept: Kept) -> Iterator[tuple[str, str]]:
    """Every output of a life with this project, and all that is kept in the middle and at the
    end."""
    project = kept.project
    for command in (("init",), ("plan",), ("apply", "--auto-approve")):
        yield f"{command} with a wrong secret", kept.wrong_secret.call(*command).said
    yield "init", project.call("init").said
    with project.start("apply", "--auto-approve") as running:
        running.lines(6)
        running.kill()
    yield from _kept_of("a killed run", kept)
    with closing(kept.connect()) as backend:
        holder = backend.holder()
    if holder is not None:
        broken = project.call("lock", "break", "--id", holder.id, "--reason", "killed")
        yield "lock break", broken.said
    done = project.call("apply", "--auto-approve")
    assert done.code == 0, done.said
    yield "apply", done.said
    project.replace("datasets/acme.yml", "One row per order.", "Rows.")
    for command in COMMANDS:
        yield " ".join(command), project.call(*command).said
    yield from _kept_of("the end", kept)


def _kept_of(when: str, kept: Kept) -> Iterator[tuple[str, str]]:
    with closing(kept.connect()) as backend:
        names = ["state", "lock", *(name for one in FOLDERS for name in backend.names(one))]
        for name in names:
            found = backend.read(name)
            if found is not None:
                yield f"document {name}, {when}", found.content.decode(errors="replace")
    for path in kept.project.root.rglob("*"):
        if path.is_file():
            yield f"{path}, {when}", path.read_bytes().decode(errors="replace")
