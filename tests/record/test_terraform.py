"""Terraform itself as the referee: the tests' server speaks its protocol, and our locks and its own
keep each other out. Skipped where there is no terraform, also in CI: it is no package of the
system's."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domostate.record.holder import Holder
from domostate.record.http_address import Addresses
from tests.record.backends.http_place import HttpFactory, serving
from tests.record.backends.state_server import MAINTAINER, PASSWORD

PATIENCE_S = 60

pytestmark = pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not here")


@pytest.fixture(params=["gitlab", "plain"])
def factory(request: pytest.FixtureRequest) -> Iterator[HttpFactory]:
    with serving(kind=request.param) as made:
        yield made


class Terraform:
    """A project of Terraform's whose state lies where ours does."""

    def __init__(self, folder: Path, factory: HttpFactory) -> None:
        self.folder = folder
        where = Addresses(factory.settings, "prod")
        (folder / "main.tf").write_text(f"""
terraform {{
  backend "http" {{
    address        = "{where.document("state")}"
    lock_address   = "{where.lock("state")}"
    unlock_address = "{where.unlock("state")}"
    lock_method    = "{where.lock_method}"
    unlock_method  = "{where.unlock_method}"
    username       = "{MAINTAINER}"
    password       = "{PASSWORD}"
    retry_max      = 0
  }}
}}
variable "text" {{}}
resource "terraform_data" "one" {{
  input = var.text
  provisioner "local-exec" {{
    command = "touch begun; while [ -e wait ]; do sleep 0.1; done"
  }}
}}
""")
        (folder / "rc").write_text("")
        self.env = {**os.environ, "TF_CLI_CONFIG_FILE": str(folder / "rc"), "TF_IN_AUTOMATION": "1"}
        self.env |= {"CHECKPOINT_DISABLE": "1", "TF_CLI_ARGS_apply": "-no-color"}
        self.run("init", "-input=false")

    def run(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        assert done.returncode == code, done.stdout + done.stderr
        # In one line, as it breaks long ones and frames them.
        return " ".join((done.stdout + done.stderr).replace("│", " ").split())

    def apply(self, text: str, code: int = 0) -> str:
        return self.run("apply", "-auto-approve", "-input=false", f"-var=text={text}", code=code)


@pytest.fixture
def terraform(tmp_path: Path, factory: HttpFactory) -> Terraform:
    return Terraform(tmp_path, factory)


def holder() -> Holder:
    at = datetime.now(UTC)
    return Holder.this_process("apply", "5f1e", at).renewed(at)


def test_terraform_keeps_its_state_on_the_server(
    factory: HttpFactory, terraform: Terraform
) -> None:
    terraform.apply("one")
    terraform.apply("two")
    terraform.apply("two")

    assert '"two"' in terraform.run("state", "pull")
    assert {status for _, _, status in factory.requests()} <= {200, 204, 404}
    terraform.run("destroy", "-auto-approve", "-var=text=two")


def test_terraform_is_kept_out_by_our_lock(factory: HttpFactory, terraform: Terraform) -> None:
    mine = holder()
    with closing(factory("prod")) as backend:
        assert backend.take(mine) is None

        said = terraform.apply("one", code=1)

        assert "Error acquiring the state lock" in said
        # Of who has it, this much: the rest that it shows is what it said of itself.
        assert f"run-{mine.id}" in said
        backend.release(mine)
    terraform.apply("one")


def test_our_lock_can_be_broken_with_terraforms_own_means(
    factory: HttpFactory, terraform: Terraform
) -> None:
    mine = holder()
    with closing(factory("prod")) as backend:
        assert backend.take(mine) is None

        terraform.run("force-unlock", "-force", f"run-{mine.id}")

        terraform.apply("one")
        backend.release(mine)
        assert backend.holder() is None


def test_we_are_kept_out_by_terraforms_lock(factory: HttpFactory, terraform: Terraform) -> None:
    wait = terraform.folder / "wait"
    wait.touch()
    command = ["terraform", "apply", "-auto-approve", "-input=false", "-var=text=one"]
    with (
        subprocess.Popen(
            command, cwd=terraform.folder, env=terraform.env, stdout=subprocess.DEVNULL
        ) as running,
        closing(factory("prod")) as backend,
    ):
        try:
            _until_begun(terraform.folder / "begun")
            present = backend.take(holder())
        finally:
            wait.unlink()
        assert running.wait(PATIENCE_S) == 0
        assert present is not None
        assert len(present.id) == len("6c3a5c6b-3f4e-11f0-9cd2-0242ac120002")
        assert present.operation in ("OperationTypeApply", "apply")
        assert backend.holder() is None

        mine = holder()
        assert backend.take(mine) is None
        backend.release(mine)


def _until_begun(path: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while not path.exists():
        assert time.monotonic() < until, "terraform did not begin"
        time.sleep(0.05)
