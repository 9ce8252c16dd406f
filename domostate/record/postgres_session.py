"""A session of PostgreSQL that nothing waits for in vain, and that is one session all the time.

Errors leave here in the record's words, and without the password.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import psycopg
from psycopg import conninfo, errors, pq, sql

from domostate import __version__
from domostate.errors import NoAccess, StateError
from domostate.record.patience import Patience

__all__ = [
    "Denied",
    "Lost",
    "Parameters",
    "PostgresSettings",
    "Query",
    "Row",
    "Session",
    "Unprepared",
    "check_whole",
]

Row = tuple[Any, ...]
Query = sql.SQL | sql.Composed
Parameters = Mapping[str, Any]

_SECRETS: Final = ("password", "sslpassword")

_ROUNDS: Final = 3
"""How often two connections are compared. Arbitrary: others may use the same pooler meanwhile."""

_SHARED: Final = (
    "what answers is a pooler that hands a connection to somebody else after each transaction "
    "(such as PgBouncer with pool_mode transaction). The lock of a run would stay with a "
    "connection that is no longer its own"
)


@dataclass(frozen=True, slots=True)
class PostgresSettings:
    """Where the documents are: a table of their own in `schema`, rows of `project`.

    `url` is a connection string as libpq reads it, or empty; what it does not say, the
    environment does (PGHOST, PGPASSFILE, PGSSLMODE, PGSERVICE and so on).
    """

    url: str = field(repr=False)
    project: str
    schema: str = "domostate"


class Lost(Exception):
    """The connection broke off, or none was made. `sent` tells that the statement may have had its
    effect; `told` is for people, once there is no more patience."""

    def __init__(self, told: StateError, *, sent: bool) -> None:
        super().__init__()
        self.told = told
        self.sent = sent


class Denied(NoAccess):
    """The role lacks a right, or the table is somebody else's; nothing happened."""


class Unprepared(Exception):
    """The schema or its table is not there yet."""


class Session:
    """One connection, made when it is needed and again when it is lost; safe between threads."""

    def __init__(self, settings: PostgresSettings, patience: Patience) -> None:
        self._options = _options(settings.url)
        self.patience = patience
        self._connection: psycopg.Connection[Row] | None = None
        self._mutex = threading.RLock()
        self.place: Final = _place(self._options)

    def ask(self, query: Query, parameters: Parameters | None = None) -> Sequence[Row]:
        """The rows of what may be asked any number of times."""
        for _ in self.patience.tries():
            try:
                return self.once(query, parameters)
            except Lost as lost:
                error = lost
        raise error.told from error

    def once(self, query: Query, parameters: Parameters | None = None) -> Sequence[Row]:
        """The rows of what is sent once, and committed when this returns.

        Raises:
            Lost: it may have had its effect or not.
            Unprepared: there is no such table.
            Denied: the role may not do this with the table, or it is none of ours.
            StateError: it had no effect.
        """
        with self._mutex:
            connection = self.connected()
            with _translated(connection, self.place):
                return self._execute(connection, query, parameters)

    def connected(self) -> "psycopg.Connection[Row]":
        """The connection, with a new one in the place of a lost one."""
        with self._mutex:
            if self._connection is None or self._connection.closed:
                self._connection = self._opened()
            return self._connection

    def close(self) -> None:
        """Give the connection back; a second time does nothing."""
        with self._mutex:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def process(self) -> int:
        """The number of the server's process that answers now; raises what `once` raises."""
        return int(self.once(_PROCESS)[0][0])

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else uses this session meanwhile."""
        with self._mutex:
            yield

    def _opened(self) -> "psycopg.Connection[Row]":
        connection = self._connect()
        try:
            with _translated(connection, self.place):
                self._check_own(connection)
                self._execute(connection, _SETTINGS, self._limits())
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect(self) -> "psycopg.Connection[Row]":
        try:
            connection = psycopg.connect(**self._timed(), autocommit=True)
        except psycopg.Error as raised:
            error = _unreachable(raised, self.place, self._secrets())
        else:
            # Prepared statements would be one more thing that a pooler loses.
            connection.prepare_threshold = None
            return connection
        # Out of the clause above: what libpq says is in the message, without the password.
        raise error if isinstance(error, NoAccess) else Lost(error, sent=False)

    def _check_own(self, connection: "psycopg.Connection[Row]") -> None:
        """Raise StateError when a pooler of transactions is between; before anything is set that
        it would hand on to others."""
        direct = connection.info.backend_pid
        if all(self._process(connection) == direct for _ in range(2)):
            return
        # A pooler. With one that keeps its word for a whole session, all is well.
        with self._connect() as other:
            _check(lambda: self._process(connection), lambda: self._process(other), self.place)

    def _process(self, connection: "psycopg.Connection[Row]") -> int:
        return int(self._execute(connection, _PROCESS)[0][0])

    def _execute(
        self,
        connection: "psycopg.Connection[Row]",
        query: Query,
        parameters: Parameters | None = None,
    ) -> Sequence[Row]:
        with _watched(connection, self.patience.answer.total_seconds()):
            cursor = connection.execute(query, parameters)
            return cursor.fetchall() if cursor.description is not None else ()

    def _timed(self) -> dict[str, Any]:
        """The options for connecting; what the address says itself stands."""
        # libpq takes whole seconds, and less than two for two.
        patience = max(2, round(self.patience.connect.total_seconds()))
        return {
            "connect_timeout": patience,
            "application_name": f"domostate {__version__}",
            # A machine that is gone is noticed within a minute, by both ends.
            "keepalives_idle": 20,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            **({"target_session_attrs": "read-write"} if self._several_hosts() else {}),
            **self._options,
        }

    def _several_hosts(self) -> bool:
        return "," in self._options.get("host", "")

    def _limits(self) -> Parameters:
        # The server gives up before we do, so that its answer says what was wrong.
        limit = f"{round(self.patience.answer.total_seconds() * 800)}ms"
        return {"limit": limit}

    def _secrets(self) -> Sequence[str]:
        found = [str(self._options[key]) for key in _SECRETS if self._options.get(key)]
        return [*found, *(quote(one, safe="") for one in found)]


_PROCESS: Final = sql.SQL("SELECT pg_backend_pid()")

_SETTINGS: Final = sql.SQL("""
    SELECT set_config('statement_timeout', %(limit)s, false),
           set_config('lock_timeout', %(limit)s, false),
           set_config('idle_in_transaction_session_timeout', %(limit)s, false),
           set_config('default_transaction_isolation', 'read committed', false),
           set_config('tcp_keepalives_idle', '20', false),
           set_config('tcp_keepalives_interval', '10', false),
           set_config('tcp_keepalives_count', '3', false),
           -- What was acknowledged survives a crash of the server, whatever is usual there.
           CASE WHEN current_setting('synchronous_commit') = 'off'
                THEN set_config('synchronous_commit', 'on', false) END,
           -- The session that tells that a run is at work is idle by its nature.
           CASE WHEN current_setting('idle_session_timeout', true) IS NOT NULL
                THEN set_config('idle_session_timeout', '0', false) END
""")


def check_whole(one: Session, other: Session) -> None:
    """Raise StateError unless each of the two is one session of its own."""
    for _ in one.patience.tries():
        try:
            with one.held(), other.held():
                return _check(one.process, other.process, one.place)
        except Lost as lost:
            error = lost
    raise error.told from error


def _check(one: Callable[[], int], other: Callable[[], int], place: str) -> None:
    """A pooler with one connection answers both from it. One with several gives the last one that
    was used to whoever comes next, or goes round: twice the same one asking meets another."""
    for _ in range(_ROUNDS):
        ours = [one(), one()]
        theirs = [other(), other()]
        ours.append(one())
        if len(set(ours)) > 1 or len(set(theirs)) > 1 or ours[0] == theirs[0]:
            raise StateError(
                f"{place}: {_SHARED}",
                hint="Give the address of the server itself, or of a pool with pool_mode session.",
            )


@contextmanager
def _watched(connection: "psycopg.Connection[Row]", patience_s: float) -> Iterator[None]:
    """Break the connection off when nothing came: what stands between may keep it open for ever,
    and the server's own timeouts do not reach so far."""
    timer = threading.Timer(patience_s, _cut, (connection,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(connection: "psycopg.Connection[Row]") -> None:
    try:
        ours = socket.socket(fileno=connection.fileno())
    except (psycopg.Error, OSError):
        return
    try:
        ours.shutdown(socket.SHUT_RDWR)
    except OSError:
        # It is closed already.
        return
    finally:
        # The descriptor is libpq's.
        ours.detach()


@contextmanager
def _translated(connection: "psycopg.Connection[Row]", place: str) -> Iterator[None]:
    try:
        yield
    except (errors.UndefinedTable, errors.InvalidSchemaName) as error:
        raise Unprepared from error
    except (errors.InsufficientPrivilege, errors.UndefinedColumn) as error:
        raise Denied(f"{place}: {_said(error)}") from error
    except errors.QueryCanceled as error:
        raise StateError(
            f"{place}: the server did not get done in time: {_said(error)}",
            hint="See what it is busy with, or which lock it waits for (pg_stat_activity).",
        ) from error
    except errors.ReadOnlySqlTransaction as error:
        raise StateError(
            f"{place}: {_said(error)}",
            hint="This is a replica, or a server that is being moved. Give the primary's address; "
            "with several hosts, target_session_attrs=read-write finds it.",
        ) from error
    except (errors.SerializationFailure, errors.DeadlockDetected) as error:
        raise Lost(StateError(f"{place}: {_said(error)}"), sent=False) from error
    except psycopg.Error as error:
        if connection.closed:
            raise Lost(_broken_off(place), sent=True) from error
        raise StateError(f"{place}: {_said(error)}") from error


def _broken_off(place: str) -> StateError:
    return StateError(
        f"{place}: the connection broke off, or no answer came in time",
        hint="Look at the server and the network, then run the same command again: it looks at "
        "what is there.",
    )


def _said(error: psycopg.Error) -> str:
    """The server's words in one line, with its code for those who look it up."""
    message = error.diag.message_primary or " ".join(str(error).split())
    return f"{message} ({error.sqlstate})" if error.sqlstate else message


def _options(url: str) -> dict[str, Any]:
    try:
        return dict(conninfo.conninfo_to_dict(url))
    except psycopg.Error:
        # Its message repeats what it could not read, which may be the password.
        raise StateError(
            "state.url: this is not a connection string of PostgreSQL",
            hint="Write postgresql://USER@HOST:5432/DATABASE. What is special in an address "
            "(@ : / ? #) is written as %40 and so on.",
        ) from None


def _place(options: Mapping[str, Any]) -> str:
    """The address without user and password."""
    usual = {one.keyword.decode(): one.val for one in pq.Conninfo.get_defaults()}
    known = {key: value.decode() for key, value in usual.items() if value is not None}
    known.update(options)
    hosts = str(known.get("host") or known.get("hostaddr") or "localhost").split(",")
    ports = str(known.get("port") or "5432").split(",")
    ports = ports if len(ports) == len(hosts) else ports * len(hosts)
    where = ",".join(f"{host}:{port}" for host, port in zip(hosts, ports, strict=False))
    return f"postgresql://{where}/{known.get('dbname') or known.get('user') or ''}"


def _unreachable(error: psycopg.Error, place: str, secrets: Sequence[str]) -> StateError:
    said = " ".join(str(error).split())
    for secret in secrets:
        said = said.replace(secret, "***")
    asked = error.pgconn
    if asked is not None and (asked.used_password or asked.needs_password):
        return NoAccess(
            f"{place}: the server answers and does not let us in: {said}",
            hint="Check user, password and database: in state.url, PGUSER and PGPASSWORD, or the "
            "password file.",
        )
    return StateError(
        f"{place}: cannot connect: {said}",
        hint="Check the address, the network, sslmode, and that the server is up.",
    )
