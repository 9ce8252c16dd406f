"""Who holds a lock, as everybody else is told."""

import getpass
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, Self
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from domostate import __version__
from domostate.record.canonical import as_bytes

__all__ = ["LEASE", "Holder"]

LEASE: Final = timedelta(seconds=60)
"""How long a lock lasts without a heartbeat. Arbitrary: longer than a pause of a machine under
load, short enough to wait for."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock. Times are ISO texts in UTC; `expires` is empty where the lock lasts as
    long as its process."""

    id: str
    user: str
    host: str
    pid: int
    operation: str
    run: str
    created: str
    heartbeat: str = ""
    expires: str = ""
    version: str = ""
    ci_url: str = ""
    commit: str = ""

    @classmethod
    def this_process(cls, operation: str, run: str, now: datetime) -> Self:
        """The running process; each call makes another id."""
        at = now.isoformat(timespec="seconds")
        return cls(
            id=uuid4().hex,
            user=_user(),
            host=socket.gethostname(),
            pid=os.getpid(),
            operation=operation,
            run=run,
            created=at,
            heartbeat=at,
            version=__version__,
            ci_url=_ci_url(os.environ),
            commit=_first(os.environ, _COMMITS),
        )

    @property
    def actor(self) -> str:
        """Who it is, as the state remembers it."""
        return f"{self.user}@{self.host}"

    def renewed(self, now: datetime, lease: timedelta = LEASE) -> Self:
        """The same with a heartbeat now, and a lease from now on."""
        return replace(
            self,
            heartbeat=now.isoformat(timespec="seconds"),
            expires=(now + lease).isoformat(timespec="seconds"),
        )

    def expired(self, now: datetime) -> bool:
        """Whether the lease has run out by the clock of whoever asks."""
        return bool(self.expires) and datetime.fromisoformat(self.expires) < now

    def as_bytes(self) -> bytes:
        """One line of JSON."""
        return as_bytes(asdict(self)) + b"\n"

    @classmethod
    def from_bytes(cls, content: bytes) -> "Holder | None":
        """The holder, None when the bytes tell of none."""
        try:
            return _reader().validate_json(content)
        except ValidationError:
            return None

    def __str__(self) -> str:
        where = f", {self.ci_url}" if self.ci_url else ""
        return (
            f"{self.actor} (pid {self.pid}), {self.operation}, run {self.run}, since "
            f"{self.created}{where}"
        )


@cache
def _reader() -> TypeAdapter[Holder]:
    return TypeAdapter(Holder)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a number that no user bears.
        return "unknown"


_COMMITS: Final = ("GITHUB_SHA", "CI_COMMIT_SHA", "BUILD_SOURCEVERSION", "GIT_COMMIT")
_URLS: Final = ("CI_JOB_URL", "BUILD_URL", "CIRCLE_BUILD_URL", "BUILDKITE_BUILD_URL")


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((environment[name] for name in names if environment.get(name)), "")


def _ci_url(environment: Mapping[str, str]) -> str:
    """The page of the CI run that this process is part of, empty outside of CI."""
    told: Any = environment.get
    if told("GITHUB_RUN_ID"):
        return (
            f"{told('GITHUB_SERVER_URL')}/{told('GITHUB_REPOSITORY')}/actions/runs/"
            f"{told('GITHUB_RUN_ID')}"
        )
    if told("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI") and told("BUILD_BUILDID"):
        return (
            f"{told('SYSTEM_TEAMFOUNDATIONCOLLECTIONURI')}{told('SYSTEM_TEAMPROJECT')}"
            f"/_build/results?buildId={told('BUILD_BUILDID')}"
        )
    return _first(environment, _URLS)
