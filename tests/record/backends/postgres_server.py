"""A real PostgreSQL of the tests' own: one for the process, a database of its own for each place.

It does not run as root, which PostgreSQL refuses.
"""

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from tests.record.backends.absent import postgres_program

OWNER = "owner"
PASSWORD = "correct horse @/:? battery"
"""With everything that an address must escape."""
PATIENCE_S = 60

_databases = count(1)


@dataclass(frozen=True)
class Server:
    """A running server; everybody signs in with a password."""

    port: int
    folder: Path

    def url(self, database: str, user: str = OWNER, port: int | None = None) -> str:
        return address(port or self.port, database, user)

    def database(self) -> str:
        """A new empty database."""
        name = f"place_{os.getpid()}_{next(_databases)}"
        self.run("postgres", sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return name

    def run(self, database: str, *statements: sql.SQL | sql.Composed) -> list[tuple[object, ...]]:
        """As the owner; the rows of the last statement."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def pg_ctl(self, *arguments: str) -> None:
        as_server([postgres_program("pg_ctl"), "-D", str(self.folder / "data"), *arguments])


def address(port: int, database: str, user: str = OWNER) -> str:
    """A connection string as people write it."""
    return f"postgresql://{user}:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/{database}"


@cache
def server() -> Server:
    """The server of this process, stopped when it ends."""
    initdb = postgres_program("initdb")
    # Below /tmp: the server's user may not enter a folder of the one who runs the tests.
    folder = Path(tempfile.mkdtemp(prefix="domostate-postgres-"))
    password = folder / "password"
    password.write_text(PASSWORD)
    for path in (folder, password):
        give_to_server(path)
    made = Server(free_port(), folder)
    how = ["-U", OWNER, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"]
    as_server([initdb, "-D", str(folder / "data"), f"--pwfile={password}", *how])
    start(made)
    atexit.register(stop, made)
    return made


def start(made: Server) -> None:
    options = f"-p {made.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= "
    # A crash of the machine is not what is tried here.
    options += "-c fsync=off -c max_connections=200"
    made.pg_ctl("-l", str(made.folder / "log"), "-w", "-o", options, "start")


def stop(made: Server) -> None:
    made.pg_ctl("-m", "immediate", "stop")
    shutil.rmtree(made.folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def server_user() -> pwd.struct_passwd | None:
    """Who runs the server: not root, which it refuses."""
    if os.geteuid() != 0:
        return None
    names = {one.pw_name for one in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")


def give_to_server(path: Path) -> None:
    user = server_user()
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid)


def as_server(command: Sequence[str]) -> None:
    user = server_user()
    done = subprocess.run(
        command,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd="/",
        env={**os.environ, "HOME": "/", "LC_ALL": "C"},
        # The server keeps what it inherits: a pipe would never end.
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if "start" in command else subprocess.PIPE,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, f"{command[0]}: {done.stderr}"
