"""`domostate init`: is the place of the state fit for it?"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domostate.record.holder import Holder
from domostate.record.local import LocalBackend
from tests.record.backends.s3_place import CREDENTIALS, S3Factory, serving
from tests.scenarios.lab import CLEAN, Project

Golden = Callable[[str, str], None]

CONFIG = """\
project: acme
environments:
  dev: {url: "http://127.0.0.1:9"}
  prod: {instance: acme}
"""
ONE = 'project: acme\nenvironments:\n  lab: {url: "http://127.0.0.1:9"}\n'


def made(root: Path, text: str, **env: str) -> Project:
    project = Project(root, env)
    project.write("domostate.yml", text)
    return project


@pytest.fixture(scope="module")
def server() -> Iterator[S3Factory]:
    with serving() as factory:
        yield factory


def in_s3(factory: S3Factory) -> str:
    """The `state` of a project in that server's bucket."""
    return f"""\
state:
  backend: s3
  bucket: {factory.bucket}
  region: eu-central-1
  endpoint_url: {factory.url}
"""


def test_every_environment_is_tried_and_said_to_be_ready(tmp_path: Path, golden: Golden) -> None:
    done = made(tmp_path, CONFIG).call("init")

    assert done.code == 0
    golden("init_local.txt", done.said)
    assert [
        path.name for path in (tmp_path / ".domostate" / "state").iterdir() if path.is_dir()
    ] == []


def test_one_environment_may_be_picked(tmp_path: Path) -> None:
    project = made(tmp_path, CONFIG)

    by_flag = project.call("init", "-e", "prod")
    by_variable = project.with_env(DOMOSTATE_ENV="prod").call("init")

    assert by_flag == by_variable
    assert by_flag.out.startswith("prod: ready\n")
    assert "dev" not in by_flag.said
    assert "domostate plan -e prod" in by_flag.err


def test_a_second_init_finds_the_same_and_no_state_is_made(tmp_path: Path) -> None:
    project = made(tmp_path, ONE)

    first, second = project.call("init"), project.call("init")

    assert first == second
    assert "empty; the first apply writes it" in first.out
    assert not project.state_file().exists()


def test_what_an_apply_left_is_counted(applied: Project) -> None:
    state = json.loads(applied.state_file().read_text())

    done = applied.call("init")

    assert done.code == 0, done.said
    assert f"serial {state['serial']}, {len(state['entries'])} datasets" in done.out


def test_a_lock_that_somebody_has_is_told_and_left(tmp_path: Path) -> None:
    project = made(tmp_path, ONE)
    backend = LocalBackend(project.state_file().parent, "lab")
    holder = Holder.this_process("apply", "5f1e", datetime.now(UTC))
    assert backend.take(holder) is None

    done = project.call("init")

    assert done.code == 0, done.said
    assert f"the lock is held by {holder}" in done.out
    assert backend.holder() == holder


def test_without_a_project_it_says_so(tmp_path: Path) -> None:
    done = Project(tmp_path).call("init")

    assert done.code == 64
    assert "holds no domostate.yml" in done.err


def test_an_unknown_environment_is_a_usage_error(tmp_path: Path) -> None:
    done = made(tmp_path, CONFIG).call("init", "-e", "prd")

    assert done.code == 64
    assert "did you mean 'prod'?" in done.err


def test_a_state_of_another_instance_is_refused(applied: Project) -> None:
    config = (applied.root / "domostate.yml").read_text()
    state = applied.state_file().read_bytes()
    applied.replace("domostate.yml", "http://127.0.0.1:", "http://localhost:")

    done = applied.call("init")

    assert done.code == 3, config
    assert "belongs to the instance" in done.err
    assert applied.state_file().read_bytes() == state


def test_a_bucket_that_keeps_its_promises_is_ready(
    tmp_path: Path, server: S3Factory, golden: Golden
) -> None:
    done = made(tmp_path, CONFIG + in_s3(server), **CREDENTIALS).call("init")

    assert done.code == 0, done.said
    golden("init_s3.txt", done.said.replace(str(server.port), "PORT"))
    with closing(server("prod")) as backend:
        assert list(backend.names("probe/")) == []


def test_a_store_that_does_not_compare_is_refused(tmp_path: Path, golden: Golden) -> None:
    with serving("--broken", "ignores-if-match") as broken:
        done = made(tmp_path, ONE + in_s3(broken), **CREDENTIALS).call("init")

    assert done.code == 1
    told = done.said.replace(str(broken.port), "PORT")
    name = told.partition("probe/")[2].partition(" ")[0]
    golden("init_broken.txt", told.replace(name, "NAME"))


def test_no_credentials_are_no_access_and_the_other_environments_are_tried(
    tmp_path: Path, server: S3Factory
) -> None:
    nobody = {key: value for key, value in CREDENTIALS.items() if "ACCESS_KEY" not in key}

    done = made(tmp_path, CONFIG + in_s3(server), **nobody).call("init")

    assert done.code == 9
    assert done.out == ""
    assert done.err.count("no AWS credentials were found") == 2
    assert "dev: not ready" in done.err
    assert "prod: not ready" in done.err


def test_a_secret_that_is_named_and_missing_is_a_usage_error(tmp_path: Path) -> None:
    project = made(tmp_path, ONE + "state: {backend: postgres, url: 'env:NO_SUCH_URL'}\n")

    done = project.call("init")

    assert done.code == 64
    assert "NO_SUCH_URL is not set" in done.err


@pytest.mark.parametrize(
    ("package", "state", "install"),
    [
        ("boto3", "{backend: s3, bucket: acme}", "pip install 'domostate[s3]'"),
        ("psycopg", "{backend: postgres}", "pip install 'domostate[postgres]'"),
    ],
)
def test_a_package_that_is_not_installed_is_named_with_the_command_that_installs_it(
    tmp_path: Path, package: str, state: str, install: str
) -> None:
    made(tmp_path, f"{ONE}state: {state}\n")
    without = f"import sys; sys.modules[{package!r}] = None; from domostate.cli import main as m; "

    done = subprocess.run(
        [sys.executable, "-c", f"{without}sys.exit(m.run(['init']))"],
        cwd=tmp_path,
        env={**CLEAN, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 64, done.stderr
    assert f"the package {package} is not installed" in done.stderr
    assert install in done.stderr
    assert "Traceback" not in done.stderr
