"""A wire that can be cut: a TCP proxy on this machine."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto

__all__ = ["Cut", "Wire", "silent", "wire_to"]


class Cut(Enum):
    """When the connection breaks."""

    BEFORE = auto()
    """Before the server has all of the request."""
    AFTER = auto()
    """Once the server answers, before any of its answer arrives."""


@dataclass
class Wire:
    """Passes bytes on to `target`, until it is told to cut."""

    target: int
    port: int = 0
    cuts: int = 0
    """How often it was cut so far."""
    _mark: bytes = b""
    _when: Cut = Cut.BEFORE
    _times: int = 0
    _open: list[socket.socket] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def cut(self, mark: bytes, when: Cut, times: int = 1) -> None:
        """Cut the next `times` connections on which `mark` is sent to the server."""
        with self._lock:
            self._mark, self._when, self._times = mark, when, times

    def hang_up(self) -> None:
        """Break every connection that there is; new ones may come."""
        with self._lock:
            present, self._open = self._open, []
        for one in present:
            _close(one)

    def serve(self, listener: socket.socket) -> None:
        """Until the listener is closed."""
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            with self._lock:
                self._open += [client, server]
            doomed = threading.Event()
            for work in (self._requests, self._answers):
                threading.Thread(target=work, args=(client, server, doomed), daemon=True).start()

    def _requests(
        self, client: socket.socket, server: socket.socket, doomed: threading.Event
    ) -> None:
        tail = b""
        for piece in _pieces(client):
            seen, tail = tail + piece, (tail + piece)[-200:]
            cut = self._struck(seen)
            if cut is Cut.BEFORE:
                break
            if cut is Cut.AFTER:
                doomed.set()
                tail = b""
            if not _sent(server, piece):
                break
        _close(client, server)

    def _answers(
        self, client: socket.socket, server: socket.socket, doomed: threading.Event
    ) -> None:
        for piece in _pieces(server):
            if doomed.is_set() or not _sent(client, piece):
                break
        _close(client, server)

    def _struck(self, seen: bytes) -> Cut | None:
        with self._lock:
            if self._times > 0 and self._mark in seen:
                self._times -= 1
                self.cuts += 1
                return self._when
        return None


@contextmanager
def wire_to(target: int) -> Iterator[Wire]:
    """A wire to a port of this machine, until the block ends."""
    wire = Wire(target)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire.port = listener.getsockname()[1]
        threading.Thread(target=wire.serve, args=(listener,), daemon=True).start()
        try:
            yield wire
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            wire.hang_up()


@contextmanager
def silent() -> Iterator[int]:
    """A port where connections come about and nobody ever answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def _pieces(source: socket.socket) -> Iterator[bytes]:
    with suppress(OSError):
        while piece := source.recv(65536):
            yield piece


def _sent(target: socket.socket, piece: bytes) -> bool:
    try:
        target.sendall(piece)
    except OSError:
        return False
    return True


def _close(*sockets: socket.socket) -> None:
    for one in sockets:
        # A shutdown wakes the other thread, which a mere close would leave waiting.
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
