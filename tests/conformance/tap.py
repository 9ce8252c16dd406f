"""A tap on the wire: real sockets between a client and a server, and what passed through them."""

import contextlib
import io
import select
import socket
import threading
from dataclasses import dataclass, field
from http.client import parse_headers
from urllib.parse import urlsplit

CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Message:
    """One request or reply: its first line, its headers by lower-case name, and its body without
    the chunks in which it may have come."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def status(self) -> int:
        """Of a reply."""
        return int(self.line.split(" ")[1])


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its reply."""

    request: Message
    reply: Message

    @property
    def method(self) -> str:
        return self.request.line.split(" ")[0]

    @property
    def target(self) -> str:
        """Path and query as they were sent."""
        return self.request.line.split(" ")[1]


@dataclass(slots=True)
class _Passed:
    """The bytes of one connection, both ways."""

    sent: bytearray = field(default_factory=bytearray)
    received: bytearray = field(default_factory=bytearray)


class Tap:
    """Passes on every byte between whoever connects to `host` and the server at `url`.

    Bytes are noted before they are passed on: who has read a reply finds it in `exchanges`, with
    the request before it. It takes one request a connection, which is what pydomo sends.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = "127.0.0.1:{1}".format(*self._listener.getsockname())
        self._passed: list[_Passed] = []
        self._open: set[socket.socket] = set()
        self._over = False
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    def _listen(self) -> None:
        with self._listener:
            while True:
                client, _ = self._listener.accept()
                if self._over:
                    client.close()
                    return
                passed = _Passed()
                self._passed.append(passed)
                self._threads.append(threading.Thread(target=self._carry, args=(client, passed)))
                self._threads[-1].start()

    def _carry(self, client: socket.socket, passed: _Passed) -> None:
        with client, socket.create_connection(self._server) as server:
            self._open.add(client)
            try:
                _pass_on({client: (server, passed.sent), server: (client, passed.received)})
            except OSError:
                pass  # one side has gone, which the other one learns as both are closed
            finally:
                self._open.discard(client)

    def exchanges(self) -> list[Exchange]:
        """Everything that passed since the last `forget`, in the order of the connections."""
        return [Exchange(_message(one.sent), _message(one.received)) for one in self._passed]

    def forget(self) -> None:
        self._passed.clear()

    def close(self) -> None:
        self._over = True
        socket.create_connection(self._listener.getsockname()).close()
        self._threads[0].join()
        for client in list(self._open):
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()


def _pass_on(ways: dict[socket.socket, tuple[socket.socket, bytearray]]) -> None:
    """Carry from each socket to its other end until both have said their last."""
    while ways:
        for source in select.select(list(ways), [], [])[0]:
            sink, noted = ways[source]
            some = source.recv(CHUNK)
            noted += some
            if some:
                sink.sendall(some)
            else:
                del ways[source]
                sink.shutdown(socket.SHUT_WR)


def _message(raw: bytes | bytearray) -> Message:
    content = io.BytesIO(raw)
    line = content.readline().decode("latin-1").rstrip("\r\n")
    headers = {name.lower(): value for name, value in parse_headers(content).items()}
    body = content.read()
    return Message(line, headers, _unchunked(body) if "transfer-encoding" in headers else body)


def _unchunked(body: bytes) -> bytes:
    content, whole = io.BytesIO(body), bytearray()
    while size := int(content.readline(), 16):
        whole += content.read(size)
        content.readline()
    return bytes(whole)
