"""Asking anything at all, and what every answer must be."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

PATIENCE_S = 60
BARE = {"status", "toe"}
"""What is said of a token that is missing or invalid on the Platform plane (platform §2: DOC)."""
FULL = {"status", "statusReason", "toe"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for a target, a path with its query."""

    target: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, reply: requests.Response) -> "Answer":
        return cls(reply.request.path_url, reply.status_code, reply.headers, reply.content)


class Asker:
    """Sends requests as they are: `requests` would tidy them. A connection that is closed without
    an answer raises."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE_S)

    def ask(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        self._connection.request(method, target, body, dict(headers))
        reply = self._connection.getresponse()
        found = {name.lower(): value for name, value in reply.getheaders()}
        return Answer(target, reply.status, found, reply.read())

    def close(self) -> None:
        self._connection.close()


def check_clean(answer: Answer) -> None:
    """No failure of the server; JSON that any parser reads; errors that tell what they are."""
    assert answer.status < 500, f"{answer.status} {answer.body[:500]!r}"
    kind = answer.headers.get("content-type", "").partition(";")[0]
    value = _strict(answer.body) if kind == "application/json" and answer.body else None
    if answer.status >= 400:
        _check_error(answer, kind, value)


def _check_error(answer: Answer, kind: str, value: Any) -> None:
    path = answer.target.partition("?")[0]
    if kind == "text/plain":  # so answers the Simple API (platform §3), and what reads HTTP
        assert answer.status == 400
        assert path.startswith("/v1/json/") or answer.body == b"Invalid HTTP request received."
    elif kind == "text/html":  # where only CSV is accepted (platform §2), and pages for people
        assert answer.status == 406 or path.startswith("/_emulator")
    elif value is None:  # an expired token (platform §2)
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer error")
    elif "error" in value:
        assert path.startswith("/oauth/token")
    else:
        assert isinstance(value["toe"], str)
        assert value["status"] == answer.status
        assert value.keys() >= FULL or (answer.status == 403 and value.keys() == BARE)


def _strict(body: bytes) -> Any:
    return json.loads(body.decode(), parse_constant=_refused)


def _refused(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")
