"""Projects whose state is in S3, in PostgreSQL or on an HTTP server, each started for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from domostate.record.documents import Backend
from tests.record.backends import http_place, postgres_place, s3_place
from tests.record.backends.http_place import HttpFactory
from tests.record.backends.postgres_place import PostgresFactory
from tests.record.backends.postgres_server import PASSWORD
from tests.record.backends.s3_place import S3Factory
from tests.record.backends.state_server import PASSWORD as TOKEN
from tests.scenarios.lab import Project

__all__ = ["CANARY", "Kept", "in_http", "in_postgres", "in_s3", "kept_in"]

CANARY = "canary-s3cr3t"
"""Opens nothing; S3's test server asks for no key."""


@dataclass(frozen=True)
class Kept:
    """A project, and how its state is reached besides."""

    project: Project
    connect: Callable[[], Backend]
    secret: str
    """What the place asks for."""
    wrong_secret: Project
    """The same project with a secret that is not the right one."""


@contextmanager
def kept_in(kind: str, project: Project) -> Iterator[Kept]:
    """The project with its state in a place of this kind: s3, postgres, http."""
    match kind:
        case "s3":
            with s3_place.serving() as bucket:
                yield in_s3(project, bucket)
        case "postgres":
            with postgres_place.serving() as database:
                yield in_postgres(project, database)
        case _:
            with http_place.serving() as states:
                yield in_http(project, states)


def in_s3(project: Project, factory: S3Factory, prefix: str = "acme") -> Kept:
    state = f"state: {{backend: s3, bucket: {factory.bucket}, prefix: {prefix}, "
    state += f"region: {s3_place.REGION}, endpoint_url: '{factory.url}'}}\n"
    made = _with_state(project, state, **s3_place.CREDENTIALS)
    secret = s3_place.CREDENTIALS["AWS_SECRET_ACCESS_KEY"]
    wrong = made.with_env(AWS_SECRET_ACCESS_KEY=CANARY)
    return Kept(made, lambda: factory("lab"), secret, wrong)


def in_postgres(project: Project, factory: PostgresFactory) -> Kept:
    url = factory.settings.url
    made = _with_state(project, "state: {backend: postgres, url: 'env:STATE_URL'}\n", STATE_URL=url)
    wrong = made.with_env(STATE_URL=url.replace(quote(PASSWORD, safe=""), CANARY))
    return Kept(made, lambda: factory("lab"), PASSWORD, wrong)


def in_http(project: Project, factory: HttpFactory) -> Kept:
    state = f"""\
state:
  backend: http
  address: "{factory.settings.address}"
  username: ada
  password: env:STATE_PASSWORD
"""
    made = _with_state(project, state, STATE_PASSWORD=TOKEN)
    return Kept(made, lambda: factory("lab"), TOKEN, made.with_env(STATE_PASSWORD=CANARY))


def _with_state(project: Project, state: str, **env: str) -> Project:
    config = (project.root / "domostate.yml").read_text()
    project.write("domostate.yml", config + state)
    return project.with_env(**env)
