"""Requests and replies as a page prints them, as text or as a call of curl."""

import json
import shlex
from collections.abc import Mapping
from typing import Any

import requests

from tests.emulator.client import Domo
from tests.emulator.shapes import differences

HOST = "https://api.domo.com"
TOKEN = "<your-valid-oauth-access-token>"


def send_printed(domo: Domo, text: str, ids: Mapping[str, str] | None = None) -> requests.Response:
    """Send a request that is printed as `METHOD url`, headers, an empty line and the body. Only the
    host, the token and `ids`, those printed to those that exist, are others."""
    head, _, body = _ours(domo, text, ids).partition("\n\n")
    first, *lines = head.splitlines()
    method, url = first.split()
    headers = dict(_header(line) for line in lines)
    return domo.send(method, url, headers=headers, data=body.encode())


def send_curl(
    domo: Domo, text: str, ids: Mapping[str, str] | None = None, piped: bytes = b""
) -> requests.Response:
    """Send what a printed call of curl sends; `piped` is what it finds on its standard input."""
    words = iter(shlex.split(_ours(domo, text, ids).removeprefix("$ ")))
    assert next(words) == "curl"
    url, method, headers, body = next(words), "", {}, b""
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, value = _header(next(words))
            headers[name] = value
        elif word in ("-d", "--data-binary"):
            body = _content(word, next(words), piped)
        else:
            assert word == "-i", f"curl's {word} is not known here"
    return domo.send(method, url, headers=headers, data=body)


def _content(option: str, given: str, piped: bytes) -> bytes:
    if given != "@-":
        return given.encode()
    # What curl's manual says of `-d @file`.
    return piped if option == "--data-binary" else piped.translate(None, b"\r\n\0")


def check_printed(reply: requests.Response, text: str) -> Any:
    """Compare a reply with one that is printed: status, reason, kind of content, and of the body
    keys and types. Returns the printed body, None where there is none."""
    head, _, body = text.strip("\n").partition("\n\n")
    first, *lines = head.splitlines()
    _, status, reason = first.split(" ", 2)
    assert (reply.status_code, reply.reason) == (int(status), reason), reply.text
    headers = dict(_header(line) for line in lines)
    kind = headers.get("Content-Type")
    if kind is None:
        return body or None
    assert reply.headers["content-type"].partition(";")[0] == kind.partition(";")[0]
    printed = json.loads(body)
    assert differences(printed, reply.json()) == []
    return printed


def _ours(domo: Domo, text: str, ids: Mapping[str, str] | None) -> str:
    text = text.strip("\n").replace(TOKEN, domo.access_token())
    for printed, real in {HOST: "", **(ids or {})}.items():
        text = text.replace(printed, real)
    return text


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value.strip()
