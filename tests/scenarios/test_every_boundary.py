"""G1: an apply of fifty changes, killed at every write, fsync, rename and HTTP call, is finished by
`apply --resume`: nothing is lost, nothing is there twice; nor where the state is in S3 and the
machine is lost with its disk."""

import json
import shutil
from collections.abc import Callable, Iterator

import boto3
import pytest

from tests.record.backends.s3_place import REGION, S3Factory, serving
from tests.scenarios.boundaries import KILLED, dies_at, local_files
from tests.scenarios.fifty import Fifty, fifty_changes
from tests.scenarios.kept_in import in_s3
from tests.scenarios.lab import Lab, Project

PARTS = 8
"""In which the long batteries are done, side by side where there is room."""
ONE_BY_ONE = ("apply", "--auto-approve", "--parallelism", "1")


class Bucket:
    """All that a bucket of the S3 server holds, to be put back."""

    def __init__(self, server: S3Factory) -> None:
        self.name = server.bucket
        self.client = boto3.client("s3", endpoint_url=server.url, region_name=REGION)
        self.kept = {
            key: self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
            for key in self.keys()
        }

    def keys(self) -> Iterator[str]:
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name):
            yield from (one["Key"] for one in page.get("Contents", []))

    def put_back(self) -> None:
        for key in self.keys():
            self.client.delete_object(Bucket=self.name, Key=key)
        for key, content in self.kept.items():
            self.client.put_object(Bucket=self.name, Key=key, Body=content)


@pytest.fixture(scope="module")
def before(serving_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Fifty:
    return fifty_changes(serving_lab, tmp_path_factory.mktemp("boundaries"))


@pytest.fixture(scope="module")
def server() -> Iterator[S3Factory]:
    with serving(page=1000) as factory:
        yield factory


@pytest.fixture(scope="module")
def bucket(remote: Fifty, server: S3Factory) -> Bucket:
    """What the bucket holds before anything was changed."""
    return Bucket(server)


@pytest.fixture(scope="module")
def remote(serving_lab: Lab, server: S3Factory, tmp_path_factory: pytest.TempPathFactory) -> Fifty:
    root = tmp_path_factory.mktemp("remote")
    return fifty_changes(serving_lab, root, lambda one: in_s3(one, server).project)


def killed_at_every(
    before: Fifty,
    step: int,
    first: int = 1,
    lose: Callable[[Project], None] = lambda _: None,
    put_back: Callable[[], None] = lambda: None,
) -> tuple[int, int]:
    """How many boundaries were tried, every `step`th from the `first`, and the last of them."""
    tried, boundary = 0, first
    while True:
        before.put_back()
        put_back()
        code = dies_at(before.project, boundary, *ONE_BY_ONE)
        if code != KILLED:
            assert code == 0
            return tried, boundary - step
        lose(before.project)
        before.check(f"boundary {boundary}")
        tried, boundary = tried + 1, boundary + step


def the_machine_is_lost(project: Project) -> None:
    """With its disk; on another one nothing tells that the holder of the lock is gone."""
    shutil.rmtree(local_files(project), ignore_errors=True)
    holder = json.loads(project.call("lock", "status", "--json").out)["holder"]
    if holder is not None:
        broken = project.call("lock", "break", "--id", holder["id"], "--reason", "lost its machine")
        assert broken.code == 0, broken.said


def test_the_apply_has_fifty_changes(before: Fifty) -> None:
    before.put_back()

    summary = before.project.plan()["summary"]

    assert (summary["add"], summary["change"], summary["forget"]) == (10, 30, 10)


def test_an_apply_killed_at_some_boundaries_is_finished(before: Fifty) -> None:
    _, last = killed_at_every(before, 397)

    assert last > 1_000


def test_an_apply_whose_machine_is_lost_at_some_boundaries_is_finished_on_another_one(
    remote: Fifty, bucket: Bucket
) -> None:
    _, last = killed_at_every(remote, 797, 1, the_machine_is_lost, bucket.put_back)

    assert last > 1_000


@pytest.mark.long
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_an_apply_killed_at_every_boundary_is_finished(
    before: Fifty, capsys: pytest.CaptureFixture[str], part: int
) -> None:
    tried, last = killed_at_every(before, PARTS, part)

    with capsys.disabled():
        print(f"\n{tried} boundaries, up to number {last}: each of them survived")  # noqa: T201


@pytest.mark.long
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_an_apply_whose_machine_is_lost_at_every_boundary_is_finished_on_another_one(
    remote: Fifty, bucket: Bucket, capsys: pytest.CaptureFixture[str], part: int
) -> None:
    tried, last = killed_at_every(remote, PARTS, part, the_machine_is_lost, bucket.put_back)

    with capsys.disabled():
        print(f"\n{tried} boundaries, up to number {last}: the machine was lost at each")  # noqa: T201
