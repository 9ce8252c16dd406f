"""A server of the protocol that Terraform's http backend speaks, in a process of its own.

`gitlab` does as GitLab's state API does: addresses, credentials, the fields that a lock must have,
versions by serial, removal that takes a while. What GitLab answers to a write under a lock that is
gone, its documents do not say: `gitlab` answers 409, and `gitlab-500` as if nobody had thought of
it. `plain` does what Terraform's documents ask for and nothing more. `etag` is `plain` with
conditional requests.

https://developer.hashicorp.com/terraform/language/backend/http
https://docs.gitlab.com/api/terraform_state/
"""

import argparse
import json
import re
import socket
import ssl
import sys
import threading
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import md5, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

KINDS = ("gitlab", "gitlab-500", "plain", "etag")
BROKEN = (
    "clock-off",
    "forgets-locks",
    "forgets-writes",
    "frees-any-lock",
    "ignores-lock-ids",
    "takes-any-id-when-free",
)
"""Promises that a server may break."""

MAINTAINER, DEVELOPER, PASSWORD = "ada", "wes", "glpat-secret"
REMOVAL_S = 0.3
"""How long GitLab's removal in the background takes."""
FIELDS = {"ID", "Operation", "Info", "Who", "Version", "Created", "Path"}
GITLAB = re.compile(r"/api/v4/projects/1/terraform/state/([^/]+)(/lock)?")


@dataclass
class Rule:
    """A fault: what to answer, `times` often, to requests of `method` whose path holds `path`.

    With `after`, the request has its effect all the same. Without a status, the right answer
    arrives with a byte changed on the way.
    """

    status: int = 0
    method: str = "POST"
    path: str = ""
    times: int = 1
    after: bool = False
    retry_after: str = ""


@dataclass
class State:
    """One state: its versions by serial, and its lock."""

    versions: dict[int, bytes] = field(default_factory=dict)
    lock: dict[str, Any] = field(default_factory=dict)
    removed: float = 0.0
    """When its removal is done; 0.0: nobody asked for it."""

    @property
    def latest(self) -> bytes:
        return self.versions[max(self.versions)]


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class Said:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


class Server:
    """All states, behind one lock."""

    def __init__(self, kind: str, broken: str | None, rewrites: bool) -> None:
        self.kind = kind
        self.rewrites = rewrites
        self.broken = broken
        self.states: dict[str, State] = {}
        self.rules: list[Rule] = []
        self.asked: list[tuple[str, str, int]] = []
        self.mutex = threading.Lock()

    def answer(self, asked: Asked) -> Said:
        with self.mutex:
            if asked.path == "/_lab/faults":
                self.rules = [Rule(**one) for one in json.loads(asked.body)]
                return Said(200)
            if asked.path == "/_lab/requests":
                found, self.asked = self.asked, []
                return Said(200, as_json(found))
            said = self.faulty(asked)
            self.asked.append((asked.method, asked.path, said.status))
            return said

    def faulty(self, asked: Asked) -> Said:
        for rule in self.rules:
            if rule.times > 0 and rule.method == asked.method and rule.path in asked.path:
                rule.times -= 1
                if not rule.status:
                    said = self.routed(asked)
                    said.body = said.body.replace(b"a", b"b", 1)
                    return said
                if rule.after:
                    self.routed(asked)
                headers = {"Retry-After": rule.retry_after} if rule.retry_after else {}
                headers["Location"] = "https://elsewhere.test/state?token=canary"
                return Said(rule.status, b'{"message":"Told to."}', headers)
        return self.routed(asked)

    def routed(self, asked: Asked) -> Said:
        md5_told = asked.headers.get("content-md5")
        if md5_told and md5_told != checksum(asked.body):
            return Said(400, b'{"message":"Content-MD5 does not fit"}')
        for name in [key for key, one in self.states.items() if 0 < one.removed < time.monotonic()]:
            del self.states[name]
        return self.gitlab(asked) if self.kind.startswith("gitlab") else self.plain(asked)

    def kept(self, body: bytes) -> bytes:
        if not self.rewrites:
            return body
        return json.dumps(json.loads(body), indent=2, sort_keys=True).encode()

    # GitLab

    def gitlab(self, asked: Asked) -> Said:
        user = user_of(asked)
        if user not in (MAINTAINER, DEVELOPER):
            return Said(401, b'{"message":"401 Unauthorized"}')
        match = GITLAB.fullmatch(asked.path)
        if match is None:
            return Said(404, b'{"message":"404 Project Not Found"}')
        name, locking = unquote(match[1]), bool(match[2])
        if asked.method != "GET" and user != MAINTAINER:
            return Said(403, b'{"message":"403 Forbidden"}')
        state = self.states.get(name)
        if state is not None and state.removed:
            return Said(422, b'{"message":"Terraform::RemoteStateHandler::StateDeletedError"}')
        match (asked.method, locking):
            case ("GET", False):
                return self.gitlab_read(state)
            case ("POST", False):
                return self.gitlab_write(name, asked)
            case ("DELETE", False):
                return self.gitlab_remove(state)
            case ("POST", True):
                return self.gitlab_lock(name, asked, user)
            case ("DELETE", True):
                return self.gitlab_unlock(name, asked)
        return Said(405, b'{"message":"405 Not Allowed"}')

    def gitlab_read(self, state: State | None) -> Said:
        if state is None:
            return Said(404, b'{"message":"404 Not Found"}')
        if not state.versions:
            return Said(204)
        weak = f'W/"{sha256(state.latest).hexdigest()[:32]}"'
        return Said(200, state.latest, {"ETag": weak})

    def gitlab_write(self, name: str, asked: Asked) -> Said:
        if not asked.body:
            return Said(204)
        try:
            serial = json.loads(asked.body).get("serial")
        except (ValueError, AttributeError):
            return Said(422, b'{"message":"422 invalid JSON"}')
        if type(serial) is not int:
            return Said(422, b'{"message":"422 No serial in payload"}')
        state = self.states.setdefault(name, State())
        if state.lock.get("ID") != asked.query.get("ID") and self.broken != "ignores-lock-ids":
            status = 500 if self.kind == "gitlab-500" else 409
            return Said(status, b'{"message":"Conflict"}')
        if serial in state.versions and self.broken != "ignores-lock-ids":
            return Said(422, b'{"message":"Validation failed: Version has already been taken"}')
        if self.broken != "forgets-writes":
            state.versions[serial] = self.kept(asked.body)
        return Said(200)

    def gitlab_remove(self, state: State | None) -> Said:
        if state is None:
            return Said(404, b'{"message":"404 Not Found"}')
        if not state.lock:
            state.removed = time.monotonic() + REMOVAL_S
        return Said(200)

    def gitlab_lock(self, name: str, asked: Asked, user: str) -> Said:
        given = json.loads(asked.body)
        if FIELDS - given.keys() or len(given["ID"]) > 255:
            return Said(400, b'{"error":"a field is missing"}')
        state = self.states.setdefault(name, State())
        free = not state.lock or self.broken == "forgets-locks"
        if free:
            now = datetime.now(UTC).isoformat()
            state.lock = {"ID": given["ID"], "Who": user, "Created": now}
        # What is told of the holder comes from whoever asks; only these are remembered.
        return Said(200 if free else 409, as_json({**given, **state.lock}))

    def gitlab_unlock(self, name: str, asked: Asked) -> Said:
        state = self.states.setdefault(name, State())
        told = asked.query.get("ID") or (json.loads(asked.body).get("ID") if asked.body else None)
        if told is not None and told != state.lock.get("ID") and self.broken != "frees-any-lock":
            return Said(409)
        state.lock = {}
        return Said(200)

    # What Terraform's documents ask for

    def plain(self, asked: Asked) -> Said:
        state = self.states.setdefault(asked.path, State())
        match asked.method:
            case "GET":
                return self.plain_read(state)
            case "POST":
                return self.plain_write(state, asked)
            case "DELETE":
                state.versions.clear()
                return Said(200)
            case "LOCK":
                if state.lock and self.broken != "forgets-locks":
                    return Said(423, as_json(state.lock))
                state.lock = json.loads(asked.body)
                return Said(200)
            case "UNLOCK":
                told = json.loads(asked.body).get("ID") if asked.body else None
                # Terraform's force-unlock sends nothing at all.
                ours = told is None or told == state.lock.get("ID")
                if not ours and self.broken != "frees-any-lock":
                    return Said(409, as_json(state.lock))
                state.lock = {}
                return Said(200)
        return Said(501)

    def plain_read(self, state: State) -> Said:
        if not state.versions:
            return Said(404)
        headers = {"Content-MD5": checksum(state.latest)}
        if self.kind == "etag":
            headers["ETag"] = f'"{sha256(state.latest).hexdigest()}"'
        return Said(200, state.latest, headers)

    def plain_write(self, state: State, asked: Asked) -> Said:
        told = asked.query.get("ID")
        lenient = self.broken == "takes-any-id-when-free" and not state.lock
        if told != state.lock.get("ID") and not lenient and self.broken != "ignores-lock-ids":
            return Said(423, as_json(state.lock))
        if self.kind == "etag":
            present = f'"{sha256(state.latest).hexdigest()}"' if state.versions else None
            wanted = asked.headers.get("if-match")
            if (wanted and wanted != present) or (
                asked.headers.get("if-none-match") == "*" and present
            ):
                return Said(412)
        if self.broken != "forgets-writes":
            state.versions = {1: self.kept(asked.body)}
        return Said(200)


def checksum(body: bytes) -> str:
    return b64encode(md5(body, usedforsecurity=False).digest()).decode()


def user_of(asked: Asked) -> str | None:
    kind, _, told = asked.headers.get("authorization", "").partition(" ")
    if kind == "Bearer":
        return MAINTAINER if told == PASSWORD else None
    if kind != "Basic":
        return None
    user, _, password = b64decode(told).decode().partition(":")
    return user if password == PASSWORD else None


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    states: Server

    def served(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            # Cut off: a server that took half of a body would be none.
            self.close_connection = True
            return
        parts = urlsplit(self.path)
        query = {key: value[-1] for key, value in parse_qs(parts.query).items()}
        headers = {key.lower(): value for key, value in self.headers.items()}
        said = self.states.answer(Asked(self.command, parts.path, query, headers, body))
        now = datetime.now(UTC)
        if self.states.broken == "clock-off":
            now += timedelta(minutes=10)
        lines = {
            "Date": format_datetime(now),
            "Content-Type": "application/json",
            "Content-Length": str(len(said.body)),
            **said.headers,
        }
        head = "".join(f"{key}: {value}\r\n" for key, value in lines.items())
        self.wfile.write(f"HTTP/1.1 {said.status} Said\r\n{head}\r\n".encode() + said.body)

    def log_message(self, *_: object) -> None:
        pass


for method in ("GET", "POST", "PUT", "DELETE", "LOCK", "UNLOCK"):
    setattr(Handler, f"do_{method}", Handler.served)


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    address_family = socket.AF_INET

    def handle_error(self, *_: object) -> None:
        """A connection that was cut is what some tests are about."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kind", choices=KINDS, default="gitlab")
    parser.add_argument("--broken", choices=BROKEN)
    parser.add_argument("--rewrites", action="store_true", help="keep JSON in a form of its own")
    parser.add_argument("--certificate", help="with its key, in one PEM file")
    parser.add_argument("--clients", help="the authority of certificates that callers must have")
    options = parser.parse_args()
    Handler.states = Server(options.kind, options.broken, options.rewrites)
    with Listener(("127.0.0.1", 0), Handler) as listener:
        if options.certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=options.clients)
            context.load_cert_chain(options.certificate)
            context.verify_mode = ssl.CERT_REQUIRED if options.clients else ssl.CERT_NONE
            listener.socket = context.wrap_socket(listener.socket, server_side=True)
        sys.stdout.write(f"ready at http://127.0.0.1:{listener.server_port}\n")
        sys.stdout.flush()
        listener.serve_forever()


if __name__ == "__main__":
    main()
