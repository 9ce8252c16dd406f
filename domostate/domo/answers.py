"""What Domo's answers mean: decoded JSON, or an error with a next step for people."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from typing import Any, Final
from urllib.parse import urlsplit

from requests import Response

from domostate.errors import (
    Broken,
    Conflict,
    DomoError,
    Forbidden,
    NotFound,
    RateLimited,
    Rejected,
    Unauthorized,
)
from domostate.model.call import Call, Plane

__all__ = ["Asked", "decode"]

_LONGEST_TEXT: Final = 300  # arbitrary: enough for a sentence, short enough for a line
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_WRAPPED_FORBIDDEN: Final = re.compile(r"\(403\)")
_BY_STATUS: Final[dict[int, type[DomoError]]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked with which credential: `credential` names it, `secrets` must not be shown."""

    call: Call
    credential: str = ""
    secrets: tuple[str, ...] = ()


def decode(response: Response, asked: Asked) -> Any:
    """The decoded JSON of a successful answer, None for an empty one.

    Raises:
        DomoError: of the class that the answer calls for; `Broken` also where a success carries
            a web page, as behind an IP allowlist (product §1.1).
    """
    if not 200 <= response.status_code < 300:
        raise _error(response, asked)
    if not response.content:
        return None
    if not _is_json(response):
        raise _error(response, asked)
    try:
        return json.loads(response.content)
    except ValueError as error:
        raise _made(Broken, "the answer is not valid JSON", response, asked) from error


def _error(response: Response, asked: Asked) -> DomoError:
    body = _json_object(response)
    kind = _kind(response, body, asked.call.plane)
    toe = body.get("toe")
    message = _said(response, body) + _next_step(kind, response, asked)
    return _made(kind, message, response, asked, toe if isinstance(toe, str) else "")


def _made(
    kind: type[DomoError], message: str, response: Response, asked: Asked, toe: str = ""
) -> DomoError:
    return kind(
        _without(asked.secrets, message),
        method=asked.call.method,
        path=asked.call.path,
        status=response.status_code,
        toe=_without(asked.secrets, _line(toe)),
    )


def _kind(response: Response, body: dict[str, Any], plane: Plane) -> type[DomoError]:
    status = response.status_code
    # Domo's API speaks JSON. A page under 403 or 404 comes from something in between, or from a
    # host that is no instance: it must never count as "this dataset is absent" or "hidden".
    # 401, 406 and 429 mean the same whoever says them (406: platform §2).
    if _is_page(response) and status not in {401, 406, 429}:
        return Broken
    if status == 403 and plane is Plane.PLATFORM and body and "message" not in body:
        # The Platform API's answer to a token that it does not know (platform §2).
        return Unauthorized
    if status == 400 and _WRAPPED_FORBIDDEN.search(str(body.get("message", ""))):
        # No permission on a dataset, seen on the Platform plane (platform §2); only the text
        # tells it from other bad requests.
        return Forbidden
    if 400 <= status < 500:
        return _BY_STATUS.get(status, Rejected)
    return Broken


def _said(response: Response, body: dict[str, Any]) -> str:
    """What the answer says, in one line."""
    status = response.status_code
    if 300 <= status < 400:
        target = urlsplit(response.headers.get("Location", "")).hostname or "another address"
        return f"it sends on to {target} instead of answering"
    for key in ("message", "error_description", "statusReason", "error", "reason"):
        if body.get(key):
            return _line(str(body[key]))
    if _is_page(response):
        title = _TITLE.search(response.text)
        named = f" titled {_line(unescape(title[1]))!r}" if title else ""
        return f"it answered with a web page{named} instead of JSON"
    if 200 <= status < 300:
        kind = _line(response.headers.get("Content-Type", "")) or "something unnamed"
        return f"it answered with {kind} instead of JSON"
    text = "" if _is_json(response) else _line(response.text)
    return text or _line(response.reason or "") or f"status {status}"


def _next_step(kind: type[DomoError], response: Response, asked: Asked) -> str:
    if kind is Unauthorized:
        credential = asked.credential or "the credentials of this environment"
        return f"; check {credential}: missing, expired, or made on another instance"
    if kind is Broken and _is_page(response):
        if "blocked" in response.text.lower():
            return "; this machine's address may not be on the instance's allowlist"
        return "; check the instance's name, and any proxy on the way"
    return ""


def _json_object(response: Response) -> dict[str, Any]:
    if not _is_json(response):
        return {}
    try:
        body = json.loads(response.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _media_type(response: Response) -> str:
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _is_json(response: Response) -> bool:
    return _media_type(response).endswith(("/json", "+json"))


def _is_page(response: Response) -> bool:
    return _media_type(response) in {"text/html", "application/xhtml+xml"}


def _line(text: str) -> str:
    """Foreign text in one line that is safe to show on a terminal."""
    words = "".join(c if c.isprintable() else " " for c in text).split()
    line = " ".join(words)
    return line if len(line) <= _LONGEST_TEXT else line[: _LONGEST_TEXT - 1] + "…"


def _without(secrets: Iterable[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return text
