"""The server's life: one process for a data folder, from its first to its last request."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from filelock import FileLock, Timeout
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from domostate.emulator.app import CUT, Emulator
from domostate.emulator.errors import ServerRefused
from domostate.emulator.faults.given import NOTHING, Given
from domostate.emulator.faults.kept import clear_rules, take
from domostate.emulator.instances import PREFIX, Instances
from domostate.emulator.rows.vault import Vault
from domostate.emulator.store.database import Database, now_ms
from domostate.emulator.store.rows import named_files

_STOPPED_BY = (signal.SIGTERM, signal.SIGINT)
_LOCK = "emulator.lock"
_RUNNING = "server.json"
_DATABASE = "estate.sqlite"
_ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve. Port 0 is any free one; without `data` a temporary folder is used and removed
    at the end; with `leases` the server ends once nobody holds a shared lock on that file.

    With `instances`, each a name with its estate file, there is not one instance but these, in
    folders of their names below `data`. `start` is set on each, at once and after every reset."""

    host: str = "127.0.0.1"
    port: int = 8080
    data: Path | None = None
    estate: Path | None = None
    start: Given = NOTHING
    leases: Path | None = None
    instances: Mapping[str, Path | None] = field(default_factory=dict)


def serve(options: Options) -> None:
    """Serve until SIGTERM, SIGINT or the end of the last lease. Prints one line on stdout,
    `emulator ready at http://127.0.0.1:8080`, when it accepts connections.

    The estate file fills an empty folder; a folder that has a database already keeps it.

    Raises:
        ServerRefused: another process serves this folder, it cannot be used, or the port is taken.
        EstateInvalid: the estate file cannot be loaded.
    """
    with ExitStack() as stack:
        folder = options.data
        if folder is None:
            temporary = tempfile.TemporaryDirectory(prefix="domostate-emulator-")
            folder = Path(stack.enter_context(temporary))
        with _told(folder):
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(_alone(folder))
            _check_kept(folder, options)
        app = _application(folder, options, stack)
        listener = stack.enter_context(_listening(options.host, options.port))
        url = _url(options.host, listener)
        for name in options.instances or ("",):
            own = folder / name
            with _told(own):
                stack.enter_context(
                    _announced(own, f"{url}{PREFIX.decode()}{name}" if name else url)
                )
        _run(app, listener, url, options.leases)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Say in words what keeps the folder from being used.

    Raises:
        ServerRefused: the system or the database raised something.
    """
    again = "Choose another --data folder."
    try:
        yield
    except OSError as error:
        at = f"{error.filename}: " if error.filename not in (None, str(folder)) else ""
        raise ServerRefused(
            f"{folder} cannot be used as the data folder: {at}{error.strerror or error}.\n{again}"
        ) from error
    except sqlite3.Error as error:
        raise ServerRefused(
            f"{folder / _DATABASE} cannot be used as an emulator's database: {error}.\n{again}"
        ) from error


def _check_kept(folder: Path, options: Options) -> None:
    """Make no estate beside those of several instances."""
    kept = sorted(one.parent.name for one in folder.glob(f"*/{_DATABASE}"))
    if kept and not options.instances and not (folder / _DATABASE).exists():
        flags = " ".join(f"--instance {name}" for name in kept)
        raise ServerRefused(
            f"{folder} keeps the instances {', '.join(kept)}.\n"
            f"Serve them with {flags}, or one with --data {folder / kept[0]}."
        )


def _application(folder: Path, options: Options, stack: ExitStack) -> Emulator | Instances:
    if not options.instances:
        return _instance(folder, options.estate, options, stack)
    return Instances({
        name: _instance(folder / name, estate or options.estate, options, stack, name)
        for name, estate in options.instances.items()
    })  # fmt: skip


def _instance(
    folder: Path, estate: Path | None, options: Options, stack: ExitStack, name: str = ""
) -> Emulator:
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if name:
            stack.enter_context(_alone(folder))
        vault = Vault(folder / _ROWS)
        stack.callback(vault.close)
        db = _database(folder, vault, estate, options.start)
        stack.callback(db.close)
        vault.sweep(named_files(db))
        return Emulator(db, vault, name)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system lets go of whatever ends the process."""
    (folder / _LOCK).touch()  # the lock takes a file that cannot be made for one that is held
    lock = FileLock(folder / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ServerRefused(
            f"{folder} is in use: an emulator {_who(folder)} serves it.\n"
            "Use that one, stop it, or choose another --data folder."
        ) from None
    (folder / _RUNNING).unlink(missing_ok=True)  # of one that was killed
    try:
        yield
    finally:
        lock.release()


def _who(folder: Path) -> str:
    try:
        running = json.loads((folder / _RUNNING).read_text())
        return f"(pid {running['pid']}, {running['url']})"
    except (OSError, ValueError, KeyError):
        return "that is just starting"


def _database(folder: Path, vault: Vault, estate_file: Path | None, start: Given) -> Database:
    db = Database(folder / _DATABASE)
    db.start = start
    if db.fact("estate") is None:
        # Imported here: a folder that is filled already need not wait for pydantic and YAML.
        from domostate.emulator.estate import ONE_ADMIN, load_estate
        from domostate.emulator.seeding import seed

        estate = ONE_ADMIN if estate_file is None else load_estate(estate_file)
        with db.transaction():
            seed(db, vault, estate, now_ms())
    else:
        with db.transaction():
            if start.rules is not None:
                clear_rules(db)
            take(db, start)
    return db


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise ServerRefused(f"{host} is no address of this machine: {error.strerror}") from error
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(2048)
        except OSError as error:
            raise ServerRefused(
                f"Cannot listen on {host}:{port}: {error.strerror}.\n"
                "Another program may use the port; choose one with --port, 0 for any free one."
            ) from error
        yield listener


def _url(host: str, listener: socket.socket) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listener.getsockname()[1]}"


@contextmanager
def _announced(folder: Path, url: str) -> Iterator[None]:
    """`server.json` says who serves the folder, as long as it is true."""
    path = folder / _RUNNING
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"url": url, "pid": os.getpid()}) + "\n")
    fresh.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol, which also lets the application cut its connection."""

    def on_message_begin(self) -> None:
        """Called by the parser at the start of every request."""
        super().on_message_begin()
        self.scope["state"][CUT] = self.transport.abort


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it is ready and watches the leases."""

    def __init__(self, config: uvicorn.Config, url: str, leases: Path | None) -> None:
        super().__init__(config)
        self._url = url
        self._leases = leases
        self._watched: object = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT end the serving and nothing else: uvicorn would raise them once more
        afterwards, before the folder is tidied."""
        before = {one: signal.signal(one, self.handle_exit) for one in _STOPPED_BY}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept connections, and say so."""
        await super().startup(sockets)
        sys.stdout.write(f"emulator ready at {self._url}\n")
        sys.stdout.flush()

    async def main_loop(self) -> None:
        """Run until told to stop, or until the last lease is gone."""
        watching = None
        if self._leases is not None:
            watching = asyncio.create_task(self._watch(self._leases))
        await super().main_loop()
        if watching is not None:
            watching.cancel()

    async def _watch(self, path: Path) -> None:
        from domostate.emulator.leases import Leases  # its locks exist on POSIX systems only

        # Kept for the life of the process: letting go of it closes the file, and with it the lock.
        self._watched = leases = Leases(path)
        while not leases.ended():
            await asyncio.sleep(0.1)
        self.should_exit = True


def _run(app: Emulator | Instances, listener: socket.socket, url: str, leases: Path | None) -> None:
    config = uvicorn.Config(
        app, http=_Protocol, ws="none", lifespan="off", log_config=None, access_log=False,
        proxy_headers=False, server_header=False, timeout_graceful_shutdown=2,
        timeout_keep_alive=75,
    )  # fmt: skip
    _Server(config, url, leases).run(sockets=[listener])
