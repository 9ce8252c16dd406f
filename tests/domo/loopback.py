"""A real HTTP server on loopback that answers as it is told, and remembers what it was asked."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Answer:
    """`body` is sent as JSON unless it is text; `drop` closes the connection instead."""

    body: Any = None
    status: int = 200
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0
    drop: bool = False


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)


Reply = Answer | Callable[[Request], Answer]
NOT_FOUND = Answer({"status": 404, "message": "no such thing", "toe": "TOE"}, 404)
DROP = Answer(drop=True)


class Loopback:
    """Answers each `METHOD path` with its replies in order; the last one repeats."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._replies: dict[str, list[Reply]] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.loopback = self
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def on(self, asked: str, *replies: Reply) -> None:
        self._replies[asked] = list(replies)

    def asked(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.requests]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reply_to(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            replies = self._replies.get(f"{request.method} {request.path}", [NOT_FOUND])
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
        return reply if isinstance(reply, Answer) else reply(request)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    loopback: Loopback


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.loopback.connections += 1

    def log_message(self, *_: Any) -> None:
        pass

    def serve(self) -> None:
        parts = urlsplit(self.path)
        # To a proxy the whole address is sent.
        path = f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.scheme else parts.path
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        pairs = parse_qs(parts.query, keep_blank_values=True).items()
        query = {key: ",".join(values) for key, values in pairs}
        request = Request(self.command, path, query, dict(self.headers), text)
        answer = self.server.loopback.reply_to(request)
        time.sleep(answer.delay_s)
        if answer.drop:
            self.close_connection = True
        else:
            self._give(answer)

    def _give(self, answer: Answer) -> None:
        body = answer.body
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
        sent = (body or "").encode()
        self.send_response(answer.status)
        if sent:
            self.send_header("Content-Type", answer.type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "Content-Length" not in answer.headers and answer.status != 204:
            self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)
        # An announced length that is not kept: the rest never comes.
        self.close_connection = "Content-Length" in answer.headers


for _method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
    setattr(_Handler, f"do_{_method}", _Handler.serve)
