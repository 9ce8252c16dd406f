"""Where a project keeps its state: what domostate.yml may say, and what people are told."""

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel
from ruamel.yaml import YAML

from domostate.manifests import open_project, project_schema
from domostate.manifests.state import HttpState, LocalState, PostgresState, S3State
from tests.manifests.mistakes import Mistake, config
from tests.manifests.projects import findings, write

PROJECT = "project: acme\nenvironments:\n  dev:\n    instance: acme\n"
SCHEMA = Draft202012Validator(project_schema())

GOOD: dict[str, Any] = {
    "": LocalState(),
    "state: {}": LocalState(),
    "state: {path: /var/lib/domostate}": LocalState(path="/var/lib/domostate"),
    "state: {backend: local, path: here}": LocalState(path="here"),
    "state: {backend: s3, bucket: acme-state}": S3State(backend="s3", bucket="acme-state"),
    """state:
  backend: s3
  bucket: arn:aws:s3:eu-central-1:123456789012:accesspoint/state
  prefix: teams/acme
  region: eu-central-1
  endpoint_url: https://minio.acme.example:9000/
  profile: ci
  encrypt: true
  kms_key_id: alias/state
  use_path_style: true
""": S3State(
        backend="s3",
        bucket="arn:aws:s3:eu-central-1:123456789012:accesspoint/state",
        prefix="teams/acme",
        region="eu-central-1",
        endpoint_url="https://minio.acme.example:9000",
        profile="ci",
        encrypt=True,
        kms_key_id="alias/state",
        use_path_style=True,
    ),
    "state: {backend: postgres}": PostgresState(backend="postgres"),
    "state: {backend: postgres, url: env:STATE_URL, schema: iac}": PostgresState(
        backend="postgres", url="env:STATE_URL", schema="iac"
    ),
    "state: {backend: http, address: https://state.acme.example/acme}": HttpState(
        backend="http", address="https://state.acme.example/acme"
    ),
    """state:
  backend: http
  address: https://gitlab.acme.example/api/v4/projects/42/terraform/state/acme-{environment}
  update_method: POST
  lock_address: https://gitlab.acme.example/api/v4/projects/42/terraform/state/acme-{environment}/lock
  lock_method: POST
  unlock_address: https://gitlab.acme.example/api/v4/projects/42/terraform/state/acme-{environment}/lock
  unlock_method: DELETE
  username: gitlab-ci-token
  password: env:CI_JOB_TOKEN
  ca_certificate: certificates/acme.pem
""": HttpState(
        backend="http",
        address="https://gitlab.acme.example/api/v4/projects/42/terraform/state/acme-{environment}",
        lock_address="https://gitlab.acme.example/api/v4/projects/42/terraform/state/acme-{environment}/lock",
        lock_method="POST",
        unlock_address="https://gitlab.acme.example/api/v4/projects/42/terraform/state/acme-{environment}/lock",
        unlock_method="DELETE",
        username="gitlab-ci-token",
        password="env:CI_JOB_TOKEN",
        ca_certificate="certificates/acme.pem",
    ),
}


def state(name: str, text: str, key: str, says: str, hint: str = "") -> Mistake:
    """A mistake in `state` that is pointed at by `key`."""
    line = f"state: {text}"
    where = f"5:{re.search(rf'{key}:', line).start() + 1}"  # type: ignore[union-attr]
    return config(name, f"{PROJECT}{line}\n", where, says, hint)


S3 = "backend: s3, bucket: acme-state"
HTTP = "backend: http, address: https://a.example/s"

MISTAKES = [
    state("an unknown backend", "{backend: locl}", "backend", "unknown backend 'locl'", "'local'"),
    state("another's name", "{backend: gcs}", "backend", "unknown backend 'gcs'", "local, s3"),
    state("capitals", "{backend: S3, bucket: b-b}", "backend", "unknown backend 'S3'", "'s3'"),
    state("a number", "{backend: 3}", "backend", "backend needs text, has the number 3"),
    state("no value", "{backend: }", "backend", "backend has no value"),
    state("a bare word", "s3", "state", "state needs a mapping, has the text 's3'"),
    state("no bucket", "{backend: s3}", "state", "bucket is missing"),
    state(
        "a misspelt key", "{backend: s3, bukcet: acme}", "bukcet", "unknown key 'bukcet'", "'buck"
    ),
    state(
        "a misspelt backend", "{bakend: s3, bucket: acme}", "bakend", "unknown key 'bakend'", "'ba"
    ),
    state(
        "an option of the backend before",
        f"{{{S3}, path: .domostate}}",
        "path",
        "path belongs to backend: local, and this is backend: s3",
        "leave it out",
    ),
    state(
        "no backend named",
        "{bucket: acme-state}",
        "bucket",
        "bucket belongs to backend: s3, and this is backend: local",
        "add backend: s3",
    ),
    state(
        "a lock of another",
        f"{{{S3}, lock_method: POST}}",
        "lock_method",
        "lock_method belongs to backend: http, and this is backend: s3",
    ),
    state("an address as bucket", "{backend: s3, bucket: 's3://acme'}", "bucket", "name alone"),
    state("no text", f"{{{S3}, region: 1}}", "region", "region needs text, has the number 1"),
    state("no switch", f"{{{S3}, encrypt: AES256}}", "encrypt", "encrypt needs true or false"),
    state(
        "no http",
        f"{{{S3}, endpoint_url: minio}}",
        "endpoint_url",
        "begins with http:// or https://",
    ),
    state("no address", "{backend: http}", "state", "address is missing"),
    state(
        "an ftp address", "{backend: http, address: 'ftp://a/b'}", "address", "begins with http://"
    ),
    state("a small method", f"{{{HTTP}, lock_method: post}}", "lock_method", "a word in capitals"),
    state(
        "an odd schema", "{backend: postgres, schema: 'a b'}", "schema", "letters, digits and '_'"
    ),
    state(
        "two sorts of trust",
        f"{{{HTTP}, ca_certificate: a.pem, skip_cert_verification: true}}",
        "skip_cert_verification",
        "skip_cert_verification trusts everybody",
    ),
]


@pytest.mark.parametrize("text", GOOD, ids=lambda text: " ".join(text.split())[:50] or "none")
def test_each_backend_has_its_options(text: str, tmp_path: Path) -> None:
    written = f"{PROJECT}{text}\n"

    project = open_project(write(tmp_path, {"domostate.yml": written}))

    assert project.config.state == GOOD[text]
    SCHEMA.validate(YAML(typ="safe", pure=True).load(written))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: one.name)
def test_a_mistake_is_told_once_with_its_place_and_what_to_do(
    mistake: Mistake, tmp_path: Path
) -> None:
    found = findings(write(tmp_path, mistake.files))

    assert [str(one.where) for one in found] == [mistake.where]
    assert mistake.says in found[0].message
    assert mistake.hint in found[0].hint


SEEN_BY_A_SCHEMA = ("unknown key", "is missing", "needs", "belongs to", "unknown backend")


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: one.name)
def test_what_an_editor_can_see_is_marked(mistake: Mistake) -> None:
    if any(words in mistake.says for words in SEEN_BY_A_SCHEMA):
        assert list(
            SCHEMA.iter_errors(YAML(typ="safe", pure=True).load(mistake.files["domostate.yml"]))
        )


def test_several_mistakes_come_together(tmp_path: Path) -> None:
    text = f"{PROJECT}state:\n  backend: s3\n  path: x\n  bukcet: acme\n  region: 1\n"

    found = findings(write(tmp_path, {"domostate.yml": text}))

    assert [str(one.where) for one in found] == [
        "domostate.yml:7:3",
        "domostate.yml:8:3",
        "domostate.yml:9:3",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{backend: postgres, url: 'postgres://ada:hunter2@db.example/state'}",
        "{backend: postgres, url: 'host=db.example password=hunter2'}",
        "{backend: postgres, ulr: 'postgres://ada:hunter2@db.example/state'}",
        "{url: 'postgres://ada:hunter2@db.example/state'}",
        "{backend: postgres, url: {a: hunter2}}",
        "{backend: postgres, url: [hunter2]}",
        "{backend: http, address: 'https://ada:hunter2@a.example/s'}",
        "{backend: s3, bucket: acme, endpoint_url: 'https://ada:hunt@er2hunter2@a.example'}",
        f"{{{HTTP}, password: hunter2}}",
        f"{{{HTTP}, pasword: hunter2}}",
        f"{{{HTTP}, token: hunter2}}",
        "{backend: postgres, url: 'postgres://ada:hunter2@db.example/state'",
        "\n  backend: http\n  address: https://a.example/s\n  pass: 3\n  token: hunter2",
    ],
)
def test_a_secret_in_the_file_is_never_repeated(text: str, tmp_path: Path) -> None:
    found = findings(write(tmp_path, {"domostate.yml": f"{PROJECT}state: {text}\n"}))

    assert found
    assert "hunter2" not in repr(found)


def test_a_password_in_the_address_of_an_environment_is_not_repeated_either(tmp_path: Path) -> None:
    text = "project: acme\nenvironments:\n  dev: {url: 'https://ada:hunter2@a.example', zzz: 1}\n"

    found = findings(write(tmp_path, {"domostate.yml": text}))

    assert found
    assert "hunter2" not in repr(found)


def test_journals_lie_beside_a_local_state_and_in_the_usual_folder_else(tmp_path: Path) -> None:
    for text, folder in {
        "": ".domostate/state",
        "state: {path: kept}": "kept",
        f"state: {{{S3}}}": ".domostate/state",
    }.items():
        project = open_project(write(tmp_path, {"domostate.yml": f"{PROJECT}{text}\n"}))

        assert project.record_folder == tmp_path / folder


PAPER = (Path(__file__).parents[2] / "docs" / "state.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAPER, re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_examples_of_the_papers_are_read(text: str, tmp_path: Path) -> None:
    project = open_project(write(tmp_path, {"domostate.yml": PROJECT + text}))

    assert f"backend: {project.config.state.backend}" in text


@pytest.mark.parametrize("model", [LocalState, S3State, PostgresState, HttpState])
def test_every_option_is_in_the_papers(model: type[BaseModel]) -> None:
    options = {field.alias or name for name, field in model.model_fields.items()}

    assert [
        one for one in sorted(options) if f"`{one}`" not in PAPER and f"{one}:" not in PAPER
    ] == []
