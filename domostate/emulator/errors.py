"""Refusals and the bodies they travel in."""

import hashlib
from http import HTTPStatus
from typing import Any

_TOE_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TOE_PARTS = ((0, 10), (10, 15), (15, 20))


class Problem(Exception):
    """A request that is answered with an error; whatever it had begun is undone.

    `headers` are sent along. `body` replaces the usual error body where Domo uses another shape.
    """

    def __init__(
        self,
        status: int,
        message: str = "",
        *,
        headers: dict[str, str] | None = None,
        body: Any = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}
        self.body = body


class EstateInvalid(Exception):
    """An estate that cannot be loaded; one finding a line, each with its place."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("\n".join(findings))
        self.findings = findings


class ServerRefused(Exception):
    """The server cannot start here; the message says why and what to do."""


def bad_request(message: str = "Bad Request") -> Problem:
    """400, as both planes answer a body or parameter they cannot accept."""
    return Problem(400, message)


def not_found(message: str) -> Problem:
    """404."""
    return Problem(404, message)


def forbidden(message: str = "You do not have permission to do that.") -> Problem:
    """403, as the Product plane answers (nb: group edit without the right)."""
    return Problem(403, message)


def access_denied() -> Problem:
    """What the Platform plane answers without access to a dataset: 400 around a 403.

    platform §2 "Error behaviour" (THREAD domo-node-sdk#6, 2017; may have changed since).
    """
    return Problem(400, "Infrastructure problem (403): Access is denied")


def toe(seq: int) -> str:
    """Domo's trace id, three groups of 10-5-5 (platform §2); the same for the same request."""
    digest = hashlib.blake2b(seq.to_bytes(8, "big"), digest_size=20).digest()
    letters = "".join(_TOE_LETTERS[byte % 36] for byte in digest)
    return "-".join(letters[start:end] for start, end in _TOE_PARTS)


def reason_phrase(status: int) -> str:
    """The standard phrase of `status`, or nothing where there is none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def error_body(status: int, message: str, seq: int) -> dict[str, Any]:
    """The common error object of both planes (product §1.2, platform §3)."""
    body: dict[str, Any] = {"status": status, "statusReason": reason_phrase(status)}
    if message:
        body["message"] = message
    body["toe"] = toe(seq)
    return body
