"""PostgreSQL: each document a row, and `UPDATE ... WHERE version = n` decides."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID, uuid4

from psycopg import sql

from domostate.errors import StateError
from domostate.record.canonical import from_bytes
from domostate.record.document_lock import LOCK, DocumentLock
from domostate.record.documents import Document
from domostate.record.holder import Holder
from domostate.record.patience import Patience
from domostate.record.postgres_session import (
    Denied,
    Lost,
    Parameters,
    PostgresSettings,
    Query,
    Row,
    Session,
    Unprepared,
    check_whole,
)
from domostate.record.postgres_table import TABLE, advisory_key, make_table, missing_rights

__all__ = ["PostgresBackend", "PostgresSettings"]

Asking = Callable[[Query, Parameters], Sequence[Row]]

_REMEMBERED: Final = 32
"""How many writes a row remembers. Arbitrary: as many may come while one looks for its own."""

_VERSION: Final = re.compile(r"(\d{1,18})-([0-9a-f]{32})")

_ROW: Final = "project = %(project)s AND environment = %(environment)s AND name = %(name)s"

_READ: Final = f"SELECT version, writes, content FROM {{table}} WHERE {_ROW}"

_CREATE: Final = """
    INSERT INTO {table} (project, environment, name, version, serial, content, writes)
    VALUES (%(project)s, %(environment)s, %(name)s, 1, %(serial)s, %(content)s, ARRAY[%(mark)s])
    ON CONFLICT DO NOTHING RETURNING version
"""

_REPLACE: Final = f"""
    UPDATE {{table}} SET version = version + 1, serial = %(serial)s, content = %(content)s,
        writes = (%(mark)s || writes)[:{_REMEMBERED}],
        changed = clock_timestamp(), changed_by = session_user
    WHERE {_ROW} AND version = %(version)s AND writes[1] = %(last)s RETURNING version
"""

_REMOVE: Final = f"DELETE FROM {{table}} WHERE {_ROW}"

_NAMES: Final = """
    SELECT name FROM {table} WHERE project = %(project)s AND environment = %(environment)s
    AND starts_with(name, %(name)s) ORDER BY name COLLATE "C"
"""

_HELD: Final = f"SELECT content, clock_timestamp() - changed FROM {{table}} WHERE {_ROW}"

_KEY: Final = """
    locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid::bigint = (%(key)s >> 32) & 4294967295 AND objid::bigint = %(key)s & 4294967295
"""
"""The rows of `pg_locks` that are an advisory lock: it shows the two halves of its number."""

_HOLD: Final = sql.SQL(f"""
    SELECT pg_try_advisory_lock(%(key)s)
    WHERE NOT EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND {_KEY})
""")

_OPEN: Final = sql.SQL(f"SELECT EXISTS (SELECT FROM pg_locks WHERE {_KEY})")
"""Whether some session has an advisory lock; asking does not take it."""


class PostgresBackend:
    """The record of one environment in a database; safe to use from several threads.

    A version is a number and the mark of the write that made it: a document that was removed and
    made anew begins with 1 again.

    Whoever has the lock also holds an advisory lock, on a connection that does nothing else. The
    server drops it with the connection, so that nobody waits for the lease of a run that was
    killed.
    """

    remote: Final = True
    leases: Final = True

    def __init__(
        self, settings: PostgresSettings, environment: str, patience: Patience | None = None
    ) -> None:
        self._settings = settings
        self._environment = environment
        self._patience = patience or Patience()
        self._session = Session(settings, self._patience)
        self._alive = Session(settings, self._patience)
        self._lock = DocumentLock(self, self._is_dead)
        self._table = sql.Identifier(settings.schema, TABLE)

    def place(self, name: str) -> str:
        """See `Documents`."""
        where = f"{self._settings.schema}.{TABLE} {self._settings.project}/{self._environment}"
        return f"{self._session.place} {where}/{name}"

    def read(self, name: str) -> Document | None:
        """See `Documents`."""
        found = self._look(name, self._session.ask)
        return None if found is None else _document(found.content, found.number, found.writes[0])

    def create(self, name: str, content: bytes) -> Document | None:
        """See `Documents`."""
        return self._written(name, content, _CREATE, {})

    def replace(self, name: str, content: bytes, version: str) -> Document | None:
        """See `Documents`."""
        match = _VERSION.fullmatch(version)
        if match is None:
            return None
        which = {"version": int(match[1]), "last": UUID(hex=match[2])}
        return self._written(name, content, _REPLACE, which)

    def remove(self, name: str) -> None:
        """See `Documents`."""
        self._asked(_REMOVE, name)

    def names(self, prefix: str) -> Sequence[str]:
        """See `Documents`."""
        return [row[0] for row in self._asked(_NAMES, prefix)]

    def take(self, holder: Holder, instead_of: Holder | None = None) -> Holder | None:
        """See `Locks`. Raises StateError when a pooler is between that shares connections."""
        self._come_alive(holder)
        check_whole(self._session, self._alive)
        return self._lock.take(holder, instead_of)

    def renew(self, holder: Holder) -> bool:
        """See `Locks`."""
        self._come_alive(holder)
        return self._lock.renew(holder)

    def release(self, holder: Holder) -> None:
        """See `Locks`."""
        try:
            self._lock.release(holder)
        finally:
            self._alive.close()

    def holder(self) -> Holder | None:
        """See `Locks`."""
        return self._lock.holder()

    def dead(self, holder: Holder) -> bool | None:
        """See `Locks`. With a session that is open, the last heartbeat decides, by the server's
        clock: a process that was stopped has its connection still."""
        return self._lock.dead(holder)

    def evict(self, holder: Holder) -> bool:
        """See `Locks`."""
        return self._lock.evict(holder)

    def now(self) -> datetime | None:
        """See `Backend`."""
        told: datetime = self._session.ask(sql.SQL("SELECT clock_timestamp()"))[0][0]
        return told.astimezone(UTC)

    def close(self) -> None:
        """See `Backend`."""
        self._session.close()
        self._alive.close()

    def _come_alive(self, holder: Holder) -> None:
        """Hold the advisory lock of `holder`.

        Where a connection of ours that was cut has it still, that one stands for this one until
        the server notices; the next heartbeat tries again.
        """
        self._alive.ask(_HOLD, self._key(holder))

    def _key(self, holder: Holder) -> Parameters:
        settings = self._settings
        parts = (settings.schema, settings.project, self._environment, holder.id)
        return {"key": advisory_key("lock", *parts)}

    def _is_dead(self, holder: Holder) -> bool | None:
        rows = self._asked(_HELD, LOCK)
        written = Holder.from_bytes(rows[0][0]) if rows else None
        if written is None or written.id != holder.id:
            return None
        if not self._session.ask(_OPEN, self._key(holder))[0][0]:
            return True
        return False if rows[0][1] < _lease(written) else None

    def _written(
        self, name: str, content: bytes, statement: str, which: Parameters
    ) -> Document | None:
        """Send a write until it is settled. When the connection broke off, what is there tells
        whether it came through; only a write that is not there is sent again, under the same mark
        and condition, so that of two that come through one counts."""
        mark = uuid4()
        given = {**which, "content": content, "serial": _serial(name, content), "mark": mark}
        query, parameters = self._filled(statement, name, given)
        doubtful = False
        for _ in self._patience.tries():
            try:
                if doubtful and (ours := self._ours(name, content, mark)):
                    return ours
                rows = self._once(query, parameters)
                if rows:
                    return _document(content, rows[0][0], mark)
                return self._ours(name, content, mark) if doubtful else None
            except Lost as lost:
                doubtful, error = doubtful or lost.sent, lost
        raise error.told from error

    def _once(self, query: Query, parameters: Parameters) -> Sequence[Row]:
        """One statement; the table is made when the first document is written."""
        with self._rights_told():
            try:
                return self._session.once(query, parameters)
            except Unprepared:
                make_table(self._session, self._settings.schema)
            try:
                return self._session.once(query, parameters)
            except Unprepared as missing:
                raise Lost(StateError(f"{self.place(TABLE)}: gone again"), sent=False) from missing

    def _ours(self, name: str, content: bytes, mark: UUID) -> Document | None:
        """The document as our write made it, None when the write is not among the last ones."""
        found = self._look(name, self._session.once)
        if found is None or mark not in found.writes:
            return None
        return _document(content, found.number - found.writes.index(mark), mark)

    def _look(self, name: str, asking: Asking) -> "_Found | None":
        with self._rights_told():
            try:
                rows = asking(*self._filled(_READ, name, {}))
            except Unprepared:
                return None
        return _Found(*rows[0]) if rows else None

    def _asked(self, statement: str, name: str, more: Parameters | None = None) -> Sequence[Row]:
        """The rows of what may be asked again; none where there is no table yet."""
        with self._rights_told():
            try:
                return self._session.ask(*self._filled(statement, name, more or {}))
            except Unprepared:
                return ()

    def _filled(self, statement: str, name: str, more: Parameters) -> tuple[Query, Parameters]:
        where = {
            "project": self._settings.project,
            "environment": self._environment,
            "name": name,
        }
        # The table's name apart, nothing is put into a statement: values go beside it.
        return sql.SQL(statement).format(table=self._table), {**where, **more}

    @contextmanager
    def _rights_told(self) -> Iterator[None]:
        try:
            yield
        except Denied as denied:
            raise missing_rights(self._session, self._settings.schema) from denied


class _Found(NamedTuple):
    """A row."""

    number: int
    writes: Sequence[UUID]
    content: bytes


def _lease(holder: Holder) -> timedelta:
    """For how long a heartbeat of the holder's counts."""
    if not holder.expires or not holder.heartbeat:
        return timedelta(0)
    return datetime.fromisoformat(holder.expires) - datetime.fromisoformat(holder.heartbeat)


def _document(content: bytes, number: int, mark: UUID) -> Document:
    return Document(content, f"{number}-{mark.hex}")


def _serial(name: str, content: bytes) -> int | None:
    """For people who look at the table: the state's serial."""
    if name != "state":
        return None
    try:
        value = from_bytes(content)
    except ValueError:
        return None
    serial = value.get("serial") if isinstance(value, dict) else None
    return serial if type(serial) is int else None
