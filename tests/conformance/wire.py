"""What pydomo is expected to send, to the last byte, and what it is to be answered."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from requests.utils import default_headers

from tests.conformance.tap import Exchange

READ = {"accept": "application/json"}
JSON = {**READ, "content-type": "application/json"}
CSV = {**READ, "content-type": "text/csv"}
GZIP = {**CSV, "content-encoding": "gzip"}
CHUNKED = {**CSV, "transfer-encoding": "chunked"}
EXPORT = {"accept": "text/csv"}


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it is expected on the wire, and the status of its reply.

    `headers` are those that differ from call to call. Names in braces stand for the ids of what the
    call has made.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    status: int = 200

    def knowing(self, ids: Mapping[str, Any]) -> "Sent":
        """With the ids in their places."""
        return replace(self, target=named(self.target, ids))


def named(text: str, ids: Mapping[str, Any]) -> str:
    """The text with `{name}` replaced."""
    for name, value in ids.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def get(target: str, status: int = 200) -> Sent:
    return Sent("GET", target, READ, status=status)


def export(target: str, status: int = 200) -> Sent:
    return Sent("GET", target, EXPORT, status=status)


def delete(target: str, status: int = 204) -> Sent:
    return Sent("DELETE", target, READ, status=status)


def post(target: str, value: Any, status: int = 201) -> Sent:
    return Sent("POST", target, JSON, _json(value), status)


def put(target: str, value: Any, status: int = 200) -> Sent:
    return Sent("PUT", target, JSON, _json(value), status)


def patch(target: str, value: Any, status: int = 200) -> Sent:
    return Sent("PATCH", target, JSON, _json(value), status)


def put_csv(target: str, text: str, status: int = 200) -> Sent:
    return Sent("PUT", target, CSV, text.encode(), status)


def put_gzip(target: str, text: str, status: int = 200) -> Sent:
    """The text is that before the packing: the packed bytes hold the time of day."""
    return Sent("PUT", target, GZIP, text.encode(), status)


def put_chunked(target: str, text: str, status: int = 200) -> Sent:
    return Sent("PUT", target, CHUNKED, text.encode(), status)


def _json(value: Any) -> bytes:
    """As pydomo writes JSON: letters beyond ASCII escaped, keys in the order of the caller."""
    return json.dumps(value).encode()


def seen(exchange: Exchange) -> Sent:
    """What went over the wire, in the same terms; what every call sends alike is left out."""
    request = exchange.request
    headers = {name: value for name, value in request.headers.items() if name not in _COMMON}
    length, body = headers.pop("content-length", None), request.body
    announced = exchange.method != "GET" and "transfer-encoding" not in headers
    assert length == (str(len(body)) if announced else None)
    if "content-encoding" in headers:
        body = gzip.decompress(body)
    return Sent(exchange.method, exchange.target, headers, body, exchange.reply.status)


_COMMON = {"host", "user-agent", "accept-encoding", "connection", "authorization"}


def check_common(exchange: Exchange, host: str, token: str) -> None:
    """What every call sends alike, and the form of every reply."""
    usual = {name.lower(): value for name, value in default_headers().items() if name != "Accept"}
    found = {name: exchange.request.headers[name] for name in _COMMON}
    assert found == {**usual, "host": host, "authorization": f"bearer {token}"}
    assert exchange.request.line.endswith(" HTTP/1.1")
    reply = exchange.reply
    assert reply.line == f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"
    kind = exchange.request.headers["accept"] if reply.body else None
    assert reply.headers.get("content-type") == kind
    if reply.body:
        assert reply.headers["content-length"] == str(len(reply.body))
