"""An S3 in a process of its own: moto's, made atomic, with faults and broken promises on demand.

    python -m tests.record.backends.s3_server [--broken NAME]

Prints `ready at http://127.0.0.1:PORT`. moto checks a condition and stores the object in two
steps; here each request is one step, begun once all of its body is there, so that a client which
is stopped half-way holds nobody up. `POST /_lab/faults` takes rules (see `Rule`).
"""

import argparse
import json
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import BytesIO
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

BROKEN = (
    "answers-409",
    "clock-off",
    "forgets-writes",
    "ignores-if-match",
    "ignores-if-none-match",
    "reads-old",
)
"""Promises that a store may break."""

Environ = dict[str, Any]
Headers = list[tuple[str, str]]


@dataclass
class Rule:
    """A fault: what to answer, `times` often, to requests of `method` whose path holds `path`.

    With `after`, the request has its effect all the same. With `overtaken`, somebody else writes
    the same content just then.
    """

    status: int
    code: str = ""
    method: str = "PUT"
    path: str = ""
    times: int = 1
    after: bool = False
    overtaken: bool = False


@dataclass(frozen=True)
class Answer:
    status: str
    headers: Headers
    body: bytes


class Lab:
    """The application: moto behind one lock, with whatever goes wrong around it."""

    def __init__(self, broken: str | None) -> None:
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.broken = broken
        self.rules: list[Rule] = []
        self.lock = threading.Lock()
        self.first_reads: dict[str, Answer] = {}

    def __call__(
        self, environ: Environ, start: Callable[[str, Headers], object]
    ) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        with self.lock:
            rule = self.rule_for(environ)
            whole = len(body) == length
            answer = self.answer(environ, body, rule) if whole else refusal(400, "IncompleteBody")
        # The server has a date of its own.
        start(answer.status, [one for one in answer.headers if one[0].lower() != "date"])
        return [answer.body]

    def rule_for(self, environ: Environ) -> Rule | None:
        for rule in self.rules:
            fits = rule.method == environ["REQUEST_METHOD"] and rule.path in environ["PATH_INFO"]
            if fits and rule.times > 0:
                rule.times -= 1
                return rule
        return None

    def answer(self, environ: Environ, body: bytes, rule: Rule | None) -> Answer:
        if environ["PATH_INFO"] == "/_lab/faults":
            self.rules = [Rule(**one) for one in json.loads(body)]
            return Answer("200 OK", [], b"")
        if rule is None or not rule.status:
            return self.kept(environ, body)
        if rule.after:
            self.kept(environ, body)
        if rule.overtaken:
            another = {**environ, "HTTP_X_AMZ_META_DOMOSTATE_WRITE": "another"}
            another.pop("HTTP_IF_MATCH", None)
            self.kept(another, body)
        return refusal(rule.status, rule.code)

    def kept(self, environ: Environ, body: bytes) -> Answer:
        """What the store answers, as broken as it is."""
        reads = environ["REQUEST_METHOD"] == "GET"
        puts = environ["REQUEST_METHOD"] == "PUT" and environ["PATH_INFO"].count("/") > 2
        match self.broken:
            case "answers-409" if puts:
                return refusal(409, "ConditionalRequestConflict")
            case "forgets-writes" if puts:
                return Answer("200 OK", [("ETag", '"forgotten"')], b"")
            case "ignores-if-match":
                environ.pop("HTTP_IF_MATCH", None)
            case "ignores-if-none-match":
                environ.pop("HTTP_IF_NONE_MATCH", None)
            case "reads-old" if reads and environ["PATH_INFO"] in self.first_reads:
                return self.first_reads[environ["PATH_INFO"]]
        answer = self.real(environ, body)
        if reads and answer.status.startswith("200"):
            self.first_reads[environ["PATH_INFO"]] = answer
        return answer

    def real(self, environ: Environ, body: bytes) -> Answer:
        said: list[Any] = []

        def start(status: str, headers: Headers, _: object = None) -> Callable[[bytes], object]:
            said[:] = [status, headers]
            return lambda _: None

        content = b"".join(self.moto({**environ, "wsgi.input": BytesIO(body)}, start))
        return Answer(said[0], list(said[1]), content)


def refusal(status: int, code: str) -> Answer:
    """As S3 puts it."""
    text = f"<Error><Code>{code}</Code><Message>Told to.</Message></Error>"
    return Answer(f"{status} {code}", [("Content-Type", "application/xml")], text.encode())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--broken", choices=BROKEN)
    lab = Lab(parser.parse_args().broken)
    handler = TenMinutesAhead if lab.broken == "clock-off" else Quiet
    server = make_server("127.0.0.1", 0, lab, threaded=True, request_handler=handler)
    sys.stdout.write(f"ready at http://127.0.0.1:{server.port}\n")
    sys.stdout.flush()
    server.serve_forever()


class Quiet(MotoRequestHandler):
    """Without a line for each request."""

    def log_request(self, *_: object) -> None:
        pass


class TenMinutesAhead(Quiet):
    """With a clock that is wrong."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)


if __name__ == "__main__":
    main()
