"""Backends: from what domostate.yml says of the state to a connection to it."""

from typing import Final

from domostate.errors import UsageError
from domostate.manifests.project import Environment, Project
from domostate.manifests.secrets import resolve_secret
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
        case HttpState():
            raise UsageError(
                "backend: this version of domostate does not keep states on an HTTP server yet",
                hint="use local, s3 or postgres",
            )


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

    url = resolve_secret(state.url, project.root) if state.url is not None else ""
    return PostgresBackend(PostgresSettings(url, project.name, state.schema_), environment)
