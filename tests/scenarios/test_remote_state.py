"""A project whose state is kept in S3: no machine is needed twice."""

import shutil
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.record.backends.s3_place import S3Factory, serving
from tests.scenarios.kept_in import in_s3
from tests.scenarios.lab import Project


@pytest.fixture(scope="module")
def server() -> Iterator[S3Factory]:
    with serving() as factory:
        yield factory


@pytest.fixture
def remote(project: Project, server: S3Factory) -> Project:
    """The small project with its state in a bucket."""
    return in_s3(project, server, project.root.name).project


def test_another_machine_goes_on_where_the_first_one_stopped(remote: Project) -> None:
    assert remote.call("init").code == 0
    remote.apply()
    shutil.rmtree(remote.root / ".domostate")

    done = remote.call("plan", "--detailed-exitcode")

    assert done.code == 0, done.said
    assert "No changes." in done.said


def test_nothing_of_the_state_stays_on_this_machine(remote: Project, server: S3Factory) -> None:
    remote.apply()

    left = sorted(path.name for path in (remote.root / ".domostate").rglob("*") if path.is_file())
    assert left == []
    with closing(server("lab")) as backend:
        assert backend.holder() is None


def test_a_run_that_finds_the_bucket_gone_writes_nothing(remote: Project) -> None:
    remote.replace("domostate.yml", "bucket: ", "bucket: no-such-")

    done = remote.call("apply", "--auto-approve")

    assert done.code == 1
    assert "state.bucket" in done.err
