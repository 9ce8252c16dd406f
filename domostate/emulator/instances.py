"""Several instances on one port: each has its own estate, folder, logs, faults and switches.

A request names its instance by the path, `/instances/acme-dev/api/...`, or by the host, whose
first label is the name: `acme-dev.localhost:8080`, `acme-dev.domo.com`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from domostate.emulator.app import Emulator
from domostate.emulator.control.pages.drawing import list_of_instances
from domostate.emulator.errors import error_body

PREFIX = b"/instances/"
ROOTS = frozenset({b"/", b"/_emulator", b"/_emulator/"})
"""Where the list of instances is, as long as the host names none."""
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
"""An instance's name is a label of a host."""


class Instances:
    """The ASGI application that hands each request to its instance."""

    def __init__(self, emulators: Mapping[str, Emulator]) -> None:
        self._emulators = emulators

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        named, path = _named_by_path(scope["raw_path"])
        emulator = self._emulators.get(named or _named_by_host(scope))
        if emulator is not None:
            root = f"{PREFIX.decode()}{named}" if named else ""
            await emulator({**scope, "raw_path": path, "root_path": root}, receive, send)
        elif scope["method"] == "GET" and scope["raw_path"] in ROOTS:
            page = list_of_instances(path.decode(), sorted(self._emulators))
            response = Response(page.body, page.status, page.headers, page.content_type)
            await response(scope, receive, send)
        else:
            await self._refuse(named, scope, receive, send)

    async def _refuse(self, named: str, scope: Scope, receive: Receive, send: Send) -> None:
        known = ", ".join(sorted(self._emulators))
        message = (
            f"No instance is called {named!r}. There are: {known}."
            if named
            else f"Which instance? Say so by the path, /instances/NAME/..., or by the host. "
            f"There are: {known}."
        )
        text = json.dumps(error_body(404, message, 0))
        await Response(text, 404, media_type="application/json")(scope, receive, send)


def _named_by_path(raw_path: bytes) -> tuple[str, bytes]:
    if not raw_path.startswith(PREFIX):
        return "", raw_path
    name, slash, rest = raw_path[len(PREFIX) :].partition(b"/")
    return name.decode("latin-1"), slash + rest or b"/"


def _named_by_host(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"host":
            return str(value.decode("latin-1")).split(":")[0].split(".")[0].lower()
    return ""
