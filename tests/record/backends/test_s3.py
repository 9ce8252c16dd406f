"""What is special about S3: its answers, its permissions, its encryption."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import boto3
import pytest
import requests

from domostate.errors import NoAccess, StateError
from domostate.record.patience import Patience
from domostate.record.s3 import S3Backend, S3Settings
from tests.record.backends.cutting import Cut, wire_to
from tests.record.backends.s3_place import BUCKET, CREDENTIALS, REGION, S3Factory, serving
from tests.record.backends.s3_server import Rule

ONCE = Patience(budget=timedelta(0))
SECRET = CREDENTIALS["AWS_SECRET_ACCESS_KEY"]


@pytest.fixture(scope="module")
def served() -> Iterator[S3Factory]:
    with serving() as factory:
        yield factory


@pytest.fixture
def server(served: S3Factory) -> Iterator[S3Factory]:
    """The server, in order again afterwards."""
    yield served
    served.faults()


@pytest.fixture
def environment() -> str:
    return f"e{uuid4().hex[:10]}"


@pytest.fixture
def backend(server: S3Factory, environment: str) -> Iterator[S3Backend]:
    with closing(server(environment)) as made:
        yield made


def client(server: S3Factory, service: str = "s3", **keys: str) -> Any:
    return boto3.client(service, endpoint_url=server.url, region_name=REGION, **keys)


@pytest.mark.parametrize(
    "rule",
    [
        Rule(500, "InternalError"),
        Rule(500, "InternalError", after=True),
        Rule(502, after=True),
        Rule(503, "ServiceUnavailable", times=2),
        Rule(503, "SlowDown", times=3),
        Rule(429, "TooManyRequests"),
        Rule(400, "RequestTimeout"),
        Rule(409, "ConditionalRequestConflict", times=3),
    ],
    ids=lambda rule: f"{rule.status}{rule.code}{'-after' * rule.after}",
)
def test_trouble_that_passes_is_waited_for(
    server: S3Factory, backend: S3Backend, rule: Rule
) -> None:
    server.faults(rule)
    first = backend.create("state", b"first")
    assert first is not None
    server.faults(rule)
    second = backend.replace("state", b"second", first.version)

    assert second is not None
    assert backend.read("state") == second


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_reading_and_removing_wait_too(server: S3Factory, backend: S3Backend, method: str) -> None:
    backend.create("state", b"first")
    server.faults(Rule(503, "SlowDown", method, times=2))

    assert list(backend.names("state")) == ["state"]
    backend.remove("state")
    assert backend.read("state") is None


def test_nothing_is_sent_again_behind_our_back(server: S3Factory) -> None:
    hasty = S3Backend(server.settings, "hasty", ONCE)
    server.faults(Rule(500, "InternalError"))

    with closing(hasty), pytest.raises(StateError, match="cannot be written"):
        hasty.create("state", b"first")

    with closing(server("hasty")) as backend:
        assert backend.read("state") is None


def test_a_conflict_that_does_not_end_is_an_error_and_not_a_lost_race(
    server: S3Factory, backend: S3Backend
) -> None:
    server.faults(Rule(409, "ConditionalRequestConflict", times=1_000))

    with pytest.raises(StateError, match="ConditionalRequestConflict"):
        backend.create("state", b"first")

    assert backend.read("state") is None


def test_a_conflict_with_a_write_that_won_is_a_lost_race(
    server: S3Factory, backend: S3Backend
) -> None:
    first = backend.create("state", b"first")
    assert first is not None
    present = backend.replace("state", b"present", first.version)
    server.faults(Rule(409, "ConditionalRequestConflict", times=1_000))

    assert backend.replace("state", b"late", first.version) is None
    assert backend.create("state", b"late") is None
    assert backend.read("state") == present


@pytest.mark.parametrize("after", [False, True], ids=["never arrived", "arrived before"])
def test_an_answer_lost_to_a_write_that_another_followed_is_said_to_be_in_doubt(
    server: S3Factory, backend: S3Backend, after: bool
) -> None:
    first = backend.create("state", b"first")
    assert first is not None
    # The same content from another hand: only the mark tells it from ours.
    server.faults(Rule(500, "InternalError", after=after, overtaken=True))

    with pytest.raises(StateError, match="another run") as raised:
        backend.replace("state", b"second", first.version)

    assert "Run the same command again" in raised.value.hint


@pytest.mark.parametrize("content", [b"second", b"first"], ids=["another", "the same"])
def test_our_own_write_is_known_by_its_mark(
    server: S3Factory, backend: S3Backend, environment: str, content: bytes
) -> None:
    first = backend.create("state", b"first")
    assert first is not None
    with wire_to(server.port) as wire:
        wire.cut(content, Cut.AFTER)
        with closing(server.through(wire.port)(environment)) as wired:
            second = wired.replace("state", content, first.version)
        assert wire.cuts == 1

    assert second is not None
    assert backend.read("state") == second


@pytest.mark.long
def test_more_than_a_thousand_names_are_listed() -> None:
    with serving(page=1_000) as factory, closing(factory("many")) as backend:
        names = [f"runs/{number:04}" for number in range(1_005)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda name: backend.create(name, b"x"), names))

        assert list(backend.names("runs/")) == names


def test_objects_lie_below_prefix_and_environment(server: S3Factory) -> None:
    settings = replace(server.settings, prefix="/team/acme/")
    with closing(S3Backend(settings, "prod")) as backend:
        backend.create("runs/5f1e", b"x")

        assert backend.place("runs/5f1e") == (
            f"s3://{BUCKET}/team/acme/prod/runs/5f1e at {server.url}"
        )
    listed = client(server).list_objects_v2(Bucket=BUCKET, Prefix="team/")
    assert [one["Key"] for one in listed["Contents"]] == ["team/acme/prod/runs/5f1e"]


def test_a_folder_that_somebody_made_in_the_console_is_no_document(
    server: S3Factory, backend: S3Backend
) -> None:
    folder = backend.place("runs/").removeprefix(f"s3://{BUCKET}/").partition(" ")[0]
    client(server).put_object(Bucket=BUCKET, Key=folder, Body=b"")
    backend.create("runs/1", b"x")

    assert list(backend.names("runs/")) == ["runs/1"]


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({"encrypt": True}, ("AES256", None)),
        ({"kms_key_id": "alias/state"}, ("aws:kms", "alias/state")),
        ({"kms_key_id": "alias/state", "encrypt": True}, ("aws:kms", "alias/state")),
    ],
    ids=["of S3", "by a key", "both"],
)
def test_every_write_asks_for_the_encryption_that_is_wanted(
    server: S3Factory, settings: dict[str, Any], shown: tuple[str, str | None]
) -> None:
    environment = "-".join(settings)
    with closing(S3Backend(replace(server.settings, **settings), environment)) as backend:
        first = backend.create("state", b"first")
        assert first is not None
        assert backend.replace("state", b"second", first.version) is not None
        assert backend.read("state") is not None

    head = client(server).head_object(Bucket=BUCKET, Key=f"acme/{environment}/state")
    assert (head.get("ServerSideEncryption"), head.get("SSEKMSKeyId")) == shown


def _error(settings: S3Settings, **environ: str) -> StateError:
    """What somebody is told who opens and reads."""
    with (
        patch.dict(os.environ, environ),
        pytest.raises(StateError) as raised,
        closing(S3Backend(settings, "lab", ONCE)) as backend,
    ):
        backend.read("state")
    assert SECRET not in str(raised.value) + raised.value.hint
    assert raised.value.hint
    return raised.value


def test_a_bucket_that_is_not_there_is_named(server: S3Factory) -> None:
    error = _error(replace(server.settings, bucket="no-such-bucket"))

    assert "s3://no-such-bucket/acme/lab/state" in error.message
    assert "state.bucket" in error.hint


def test_who_has_no_credentials_is_told_where_they_come_from(server: S3Factory) -> None:
    error = _error(server.settings, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")

    assert isinstance(error, NoAccess)
    assert "no AWS credentials" in error.message
    assert "AWS_ACCESS_KEY_ID" in error.hint


def test_half_a_pair_of_keys_is_no_credential(server: S3Factory) -> None:
    error = _error(server.settings, AWS_SECRET_ACCESS_KEY="")

    assert isinstance(error, NoAccess)


def test_a_program_for_credentials_that_fails_is_not_quoted(
    server: S3Factory, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile ci]\ncredential_process = sh -c 'echo canary-4711 >&2; exit 1'\n")
    settings = replace(server.settings, profile="ci")

    error = _error(settings, AWS_CONFIG_FILE=str(config))

    assert isinstance(error, NoAccess)
    assert "canary" not in str(error) + error.hint


def test_a_profile_that_is_not_there_is_said(server: S3Factory) -> None:
    error = _error(replace(server.settings, profile="nobody"))

    assert "no AWS profile" in error.message
    assert "state.profile" in error.hint


@pytest.mark.parametrize(
    ("rule", "kind", "hint"),
    [
        (Rule(403, "RequestTimeTooSkewed", "GET"), StateError, "clock"),
        (Rule(400, "ExpiredToken", "GET"), NoAccess, "Sign in again"),
        (Rule(403, "InvalidAccessKeyId", "GET"), NoAccess, "access key"),
        (Rule(403, "SignatureDoesNotMatch", "GET"), NoAccess, "access key"),
        (Rule(403, "AccessDenied", "GET"), NoAccess, "s3:ListBucket"),
        (Rule(403, "Custom", "GET"), NoAccess, "s3:ListBucket"),
        (Rule(400, "AuthorizationHeaderMalformed", "GET"), StateError, "state.region"),
        (Rule(400, "KMS.DisabledException", "GET"), StateError, "kms_key_id"),
        (Rule(501, "NotImplemented", "GET"), StateError, "conditional writes"),
        (Rule(405, "MethodNotAllowed", "GET"), StateError, "state:"),
        (Rule(503, "SlowDown", "GET"), StateError, "in a while"),
    ],
    ids=lambda value: value.code if isinstance(value, Rule) else "",
)
def test_a_refusal_says_what_to_do(
    server: S3Factory, rule: Rule, kind: type[StateError], hint: str
) -> None:
    server.faults(rule)

    error = _error(server.settings)

    assert type(error) is kind
    assert "s3://acme-state/acme/lab/state" in error.message
    assert rule.code in error.message.replace("(", "")
    assert hint in error.hint


def test_what_is_no_s3_at_all_is_said(tmp_path: Path) -> None:
    with serving() as factory:
        requests.post(
            f"{factory.url}/_lab/faults", json=[{"status": 200, "method": "GET"}], timeout=9
        )

        error = _error(factory.settings)

    assert "does not speak S3" in error.message
