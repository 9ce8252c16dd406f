"""The embedded emulator: `url: "emulator:"` starts it for as long as a command needs it.

Commands on one such environment share one running process. Each holds a shared lock on a lease
file for as long as it uses the server; the server ends by itself when nobody holds one any more,
so that a command that is killed leaves nothing behind.
"""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import requests
from filelock import FileLock

from domostate.errors import DomostateError, UsageError
from domostate.loopback import besides_environment

__all__ = ["EmulatorFailed", "check_one_estate", "emulator_data", "running_emulator"]

PATIENCE = timedelta(seconds=20)
"""How long an emulator that runs may take to answer, on a machine with much else to do."""


class EmulatorFailed(DomostateError):
    """The embedded emulator did not start."""

    summary = "the embedded emulator did not start"


def emulator_data(root: Path, environment: str) -> Path:
    """The folder in which the embedded emulator of an environment keeps its estate."""
    return root / ".domostate" / "emulator" / environment


_DATABASE = "estate.sqlite"


def check_one_estate(data: Path, *, must_exist: bool) -> None:
    """Look whether a folder keeps an estate, and write nothing.

    Raises:
        UsageError: it keeps several, or none where one `must_exist`.
    """
    if (data / _DATABASE).exists():
        return
    instances = sorted(one.parent.name for one in data.glob(f"*/{_DATABASE}"))
    if instances:
        raise UsageError(
            f"{data} keeps the instances {', '.join(instances)}",
            hint=f"Name one of them: --data {data / instances[0]}",
        )
    if must_exist:
        missing = "there is no such folder" if not data.exists() else f"it has no {_DATABASE}"
        raise UsageError(
            f"{data} keeps no estate: {missing}",
            hint="Give the folder that `domostate emulator serve --data` was given.",
        )


@contextmanager
def running_emulator(data: Path, estate: Path | None) -> Iterator[str]:
    """The base URL of the emulator on `data`, started if nobody runs it yet.

    Raises:
        EmulatorFailed: with what it said on its standard error, such as a mistake in the estate.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        lease = os.open(data / "leases", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise EmulatorFailed(
            f"{data} cannot be used as its data folder: {error.strerror}",
            hint="Choose another folder, or make this one writable.",
        ) from error
    try:
        with FileLock(data / "start.lock"):
            fcntl.flock(lease, fcntl.LOCK_SH)
            url = _answering(data) or _start(data, estate)
        yield url
    finally:
        os.close(lease)


def _answering(data: Path) -> str | None:
    """The URL of a server that already runs on the folder."""
    try:
        url = str(json.loads((data / "server.json").read_text())["url"])
        answered = requests.get(
            f"{url}/_emulator/requests?limit=0",
            timeout=PATIENCE.total_seconds(),
            proxies=besides_environment(url),
        )
        answered.raise_for_status()
    except (OSError, ValueError, KeyError, requests.RequestException):
        return None
    return url


def _start(data: Path, estate: Path | None) -> str:
    command = [sys.executable, "-m", "domostate.emulator", "--port", "0", "--data", str(data)]
    command += ["--leases", str(data / "leases")]
    if estate is not None:
        command += ["--estate", str(estate)]
    log = data / "emulator.log"
    with log.open("wb") as errors:
        # A session of its own: Ctrl-C is for the command, which ends in order and lets go then.
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    assert process.stdout is not None
    line = process.stdout.readline().decode().strip()
    prefix = "emulator ready at "
    if line.startswith(prefix):
        return line.removeprefix(prefix)
    process.stdout.close()
    process.wait(PATIENCE.total_seconds())
    said = log.read_text(errors="replace").strip()
    raise EmulatorFailed(said or f"it ended with exit code {process.returncode}")
