"""A real PgBouncer before the tests' PostgreSQL."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import psycopg

from tests.record.backends.absent import program
from tests.record.backends.postgres_server import (
    OWNER,
    PASSWORD,
    PATIENCE_S,
    Server,
    free_port,
    give_to_server,
    server_user,
)


@dataclass(frozen=True)
class Pool:
    """How the pooler hands out its connections to the server."""

    mode: str
    size: int = 3
    goes_round: bool = False
    """Whether each next request gets the connection that rested longest, not shortest."""


@contextmanager
def pooling(server: Server, pool: Pool) -> Iterator[int]:
    """The pooler's port, until the block ends."""
    command = program("pgbouncer")
    folder = Path(mkdtemp(prefix="pooler-", dir=server.folder))
    port = free_port()
    users = folder / "users.txt"
    users.write_text(f'"{OWNER}" "{PASSWORD}"\n')
    settings = folder / "pooler.ini"
    settings.write_text(_settings(server.port, port, str(users), pool))
    for path in (folder, users, settings):
        give_to_server(path)
    user = server_user()
    with subprocess.Popen(
        [command, "-q", str(settings)],
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_for(server.url("postgres", port=port))
            yield port
        finally:
            process.kill()


def _settings(server: int, port: int, users: str, pool: Pool) -> str:
    return f"""
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = {pool.mode}
default_pool_size = {pool.size}
min_pool_size = {pool.size}
server_round_robin = {int(pool.goes_round)}
query_wait_timeout = 5
ignore_startup_parameters = extra_float_digits
"""


def _wait_for(url: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            assert time.monotonic() < until, "the pooler does not answer"
            time.sleep(0.05)
        else:
            return
