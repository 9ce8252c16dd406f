"""Backends: from what domostate.yml says of the state to a connection to it."""

from pathlib import Path
from typing import Final

from domostate.errors import UsageError
from domostate.manifests.project import Environment, Project
from domostate.manifests.secrets import SECRET, resolve_secret
from domostate.manifests.state import HttpState, LocalState, PostgresState, S3State
from domostate.record.documents import Backend

__all__ = ["open_backend"]

_EXTRAS: Final = {"boto3": "s3", "botocore": "s3", "psycopg": "postgres"}
"""The optional part of domostate that brings a package."""


def open_backend(project: Project, environment: Environment) -> Backend:
    """The backend that keeps the state of an environment; whoever asks for it closes it.

    Each backend is imported when it is asked for: a local run need not pay for boto3.

    Raises:
        UsageError: a secret that domostate.yml names is missing, or the package for the backend
            is not installed.
        StateError: what the settings name cannot be.
    """
    try:
        return _opened(project, environment.name)
    except ImportError as error:
        package = (error.name or "").partition(".")[0]
        if package not in _EXTRAS:
            raise
        backend = _EXTRAS[package]
        raise UsageError(
            f"the state is kept with backend: {backend}, and the package {package} is not "
            "installed",
            hint=f"Install it:\n  pip install 'domostate[{backend}]'",
        ) from error


def _opened(project: Project, environment: str) -> Backend:
    match project.config.state:
        case LocalState():
            from domostate.record.local import LocalBackend

            return LocalBackend(project.record_folder, environment)
        case S3State() as state:
            return _s3(state, project, environment)
        case PostgresState() as state:
            return _postgres(state, project, environment)
        case HttpState() as state:
            return _http(state, project, environment)


def _s3(state: S3State, project: Project, environment: str) -> Backend:
    from domostate.record.s3 import S3Backend, S3Settings

    settings = S3Settings(
        bucket=state.bucket,
        prefix=state.prefix or project.name,
        region=state.region,
        endpoint_url=state.endpoint_url,
        profile=state.profile,
        encrypt=state.encrypt,
        kms_key_id=state.kms_key_id,
        use_path_style=state.use_path_style,
    )
    return S3Backend(settings, environment)


def _postgres(state: PostgresState, project: Project, environment: str) -> Backend:
    from domostate.record.postgres import PostgresBackend, PostgresSettings

    url = _secret(state.url, project)
    return PostgresBackend(PostgresSettings(url, project.name, state.schema_), environment)


def _http(state: HttpState, project: Project, environment: str) -> Backend:
    from domostate.record.http import HttpBackend, HttpSettings

    settings = HttpSettings(
        address=state.address,
        username=_plain_or_secret(state.username, project),
        password=_secret(state.password, project),
        token=_secret(state.token, project),
        update_method=state.update_method,
        lock_address=state.lock_address or "",
        lock_method=state.lock_method or "",
        unlock_address=state.unlock_address or "",
        unlock_method=state.unlock_method or "",
        ca_certificate=_file(state.ca_certificate, project),
        client_certificate=_file(state.client_certificate, project),
        client_key=_file(state.client_key, project),
        skip_cert_verification=state.skip_cert_verification,
    )
    return HttpBackend(settings, environment)


def _secret(ref: str | None, project: Project) -> str:
    return "" if ref is None else resolve_secret(ref, project.root)


def _plain_or_secret(value: str | None, project: Project) -> str:
    if value is not None and SECRET.match(value):
        return resolve_secret(value, project.root)
    return value or ""


def _file(path: str | None, project: Project) -> str:
    return "" if path is None else str(project.root / Path(path).expanduser())
