"""What a machine may lack: such tests are skipped with a reason, and fail where `.ci/run` has
installed it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

__all__ = ["lacking", "postgres_program", "program"]


def lacking(what: str) -> None:
    """Skip the test; fail where nothing may be lacking."""
    if os.environ.get("DOMOSTATE_NOTHING_LACKS"):
        pytest.fail(f"{what} is not on this machine, and was to be installed")
    pytest.skip(f"{what} is not on this machine")


def program(name: str) -> str:
    """The path of a program; the test is skipped where there is none."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        lacking(name)
    return str(found)


def postgres_program(name: str) -> str:
    """The path of a program of PostgreSQL's server, which is seldom in the PATH."""
    found = shutil.which(name)
    if found is not None:
        return found
    for folder in _server_folders():
        if (folder / name).exists():
            return str(folder / name)
    lacking("PostgreSQL's server")
    return ""


def _server_folders() -> list[Path]:
    told = []
    if shutil.which("pg_config"):
        done = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
        told.append(Path(done.stdout.strip()))
    # Where Debian, Homebrew and the project's own packages put them, the latest first.
    places = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/pgsql-*/bin")
    found = (path for place in places for path in Path("/").glob(place.lstrip("/")))
    return [*told, *sorted(found, reverse=True)]
