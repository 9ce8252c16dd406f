"""The estate of an emulator: read, replaced and taken back over HTTP, as any client would."""

from pathlib import Path
from typing import Any, Final

import requests

from domostate.errors import DomostateError
from domostate.loopback import LoopbackAdapter, besides_environment

__all__ = ["EmulatorRefused", "read_estate", "reset_estate"]

_PATIENCE_S: Final = 120
"""Ten thousand datasets take some seconds to load."""


class EmulatorRefused(DomostateError):
    """The emulator did not do what was asked, or what answers is none."""

    summary = "the emulator"


def read_estate(url: str, *, rows: bool = False) -> str:
    """The whole estate as JSON text, fit to be loaded again; on request with the rows.

    Raises:
        EmulatorRefused: nothing answers there, or no emulator.
    """
    which = "?rows=true" if rows else ""
    return _asked("GET", f"{url}/_emulator/snapshot{which}").text


def reset_estate(url: str, estate: Path | None) -> None:
    """Back to the estate that the emulator began with, or to the one in a file (YAML or JSON),
    which is then what it begins with.

    Raises:
        EmulatorRefused: nothing answers there, or no emulator, or it finds mistakes in the file.
    """
    content: bytes | None = None
    if estate is not None:
        try:
            content = estate.read_bytes()
        except OSError as error:
            raise EmulatorRefused(f"{estate} cannot be read: {error.strerror}") from error
    headers = {"Content-Type": "application/yaml", "X-File-Name": estate.name if estate else ""}
    _asked("POST", f"{url}/_emulator/reset", data=content, headers=headers)


def _asked(method: str, address: str, **content: Any) -> requests.Response:
    try:
        with requests.Session() as session:
            session.mount("http://", LoopbackAdapter())
            reply = session.request(
                method,
                address,
                timeout=_PATIENCE_S,
                proxies=besides_environment(address),
                **content,
            )
    except requests.RequestException as error:
        raise EmulatorRefused(
            f"no answer from {address.rpartition('/_emulator')[0]}",
            hint="Start one with domostate emulator serve, or name another with --url.",
        ) from error
    if reply.status_code == requests.codes.ok:
        return reply
    message = _message(reply)
    if reply.status_code == requests.codes.bad_request and message:
        raise EmulatorRefused(message)
    if message:
        raise EmulatorRefused(
            f"{method} {address} answered {reply.status_code}: {message}",
            hint="Only an emulator's estate can be read and replaced. Where a server has several, "
            "--url names one: http://HOST:PORT/instances/NAME",
        )
    raise EmulatorRefused(
        f"{method} {address} answered {reply.status_code}: this is no emulator",
        hint="Only an emulator's estate can be read and replaced.",
    )


def _message(reply: requests.Response) -> str:
    try:
        return str(reply.json()["message"])
    except (ValueError, KeyError, TypeError):
        return ""
