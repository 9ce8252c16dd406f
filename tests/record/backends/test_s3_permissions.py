"""S3 with the keys of somebody who may do something, on a server that looks at them."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
import pytest
import requests

from domostate.errors import NoAccess
from domostate.record.probe import probe
from tests.record.backends.s3_place import REGION, S3Factory, serving

PAPER = Path(__file__).parents[3] / "docs" / "state.md"


@pytest.fixture(scope="module")
def served() -> Iterator[S3Factory]:
    with serving() as factory:
        yield factory


def may(*actions: str) -> str:
    """A policy that allows just that."""
    allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})


def keys(server: S3Factory, name: str, policy: str) -> dict[str, str]:
    """The keys of a user under this policy."""
    people: Any = boto3.client("iam", endpoint_url=server.url, region_name=REGION)
    people.create_user(UserName=name)
    people.put_user_policy(UserName=name, PolicyName="state", PolicyDocument=policy)
    key = people.create_access_key(UserName=name)["AccessKey"]
    people.close()
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }


@contextmanager
def strict(server: S3Factory, **keys: str) -> Iterator[None]:
    """With these keys, and a server that asks who it is."""
    with patch.dict(os.environ, keys):
        _ask_from(server, "0")
        try:
            yield
        finally:
            _ask_from(server, "inf")


def _ask_from(server: S3Factory, request: str) -> None:
    url = f"{server.url}/moto-api/reset-auth"
    requests.post(url, data=request, timeout=10).raise_for_status()


def test_the_permissions_that_the_papers_name_are_enough(served: S3Factory) -> None:
    (policy,) = re.findall(r"```json\n(.*?)```", PAPER.read_text(encoding="utf-8"), re.DOTALL)
    pair = keys(served, "allowed", policy)

    with strict(served, **pair), closing(served("allowed")) as backend:
        assert probe(backend).lock_holder is None
        assert backend.read("state") is None


def test_who_may_only_read_can_plan(served: S3Factory) -> None:
    with closing(served("readable")) as backend:
        written = backend.create("state", b"first")
    pair = keys(served, "reader", may("s3:GetObject", "s3:ListBucket"))

    with strict(served, **pair), closing(served("readable")) as backend:
        assert backend.read("state") == written
        assert backend.read("lock") is None
        assert list(backend.names("journal/")) == []
        assert backend.now() is not None


def test_who_may_only_read_is_told_what_is_missing(served: S3Factory) -> None:
    pair = keys(served, "denied", may("s3:GetObject", "s3:ListBucket"))

    with strict(served, **pair), closing(served("denied")) as backend:
        assert backend.read("state") is None
        with pytest.raises(NoAccess) as raised:
            backend.create("state", b"first")

    assert "s3:PutObject" in raised.value.hint
    assert pair["AWS_SECRET_ACCESS_KEY"] not in str(raised.value) + raised.value.hint


def test_who_may_not_even_look_is_told(served: S3Factory) -> None:
    pair = keys(served, "blind", may("s3:PutObject"))

    with strict(served, **pair), closing(served("blind")) as backend:
        with pytest.raises(NoAccess):
            backend.read("state")
        with pytest.raises(NoAccess):
            backend.now()
        with pytest.raises(NoAccess):
            backend.names("runs/")


def test_keys_that_nobody_knows_are_refused(served: S3Factory) -> None:
    with (
        strict(served),
        closing(served("stranger")) as backend,
        pytest.raises(NoAccess) as raised,
    ):
        backend.read("state")

    assert "access key" in raised.value.hint
