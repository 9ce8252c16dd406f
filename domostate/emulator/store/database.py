"""The connection, transactions, counters and the facts about the folder itself."""

import json
import secrets
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from domostate.emulator.errors import ServerRefused
from domostate.emulator.faults.given import NOTHING
from domostate.emulator.store.tables import ESTATE_TABLES, FORMAT, TABLES
from domostate.emulator.switches import DEFAULT, Switches, as_dict, changed

Row = tuple[Any, ...]

_FIRST_ID = {
    "user": 1001, "group": 2001, "account": 1, "policy": 1, "stream": 1, "dataset": 1, "card": 5001,
    "column_rule": 1, "column_mapping": 1, "role": 101, "upload": 1,
}  # fmt: skip
"""Users and groups count from different numbers, so that mixing them up shows."""
_DATASETS = uuid.UUID("6f1a4a9e-6d1c-4c59-9a51-0e6d9f0f3c11")


class Database:
    """One SQLite file, one connection, one writer: requests are served one after the other.

    WAL with `synchronous=NORMAL`: what is committed outlives the death of the process (though not
    a power cut), which is what the emulator promises.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, cached_statements=512)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute("PRAGMA temp_store=MEMORY")
        self.touched: dict[tuple[str, str], str] = {}
        self.view_of: Callable[[str, str], str] | None = None
        self.start = NOTHING
        """What the server was started with: every estate begins with it."""
        self.unnamed: set[str] = set()
        """Files of rows that the transaction no longer names: to be removed once it is over."""
        self._prepare(path)
        self.switches = self._stored_switches()
        self.seq = self._highest_seq()

    def _prepare(self, path: Path) -> None:
        tables = {row[0] for row in self.all("SELECT name FROM sqlite_master WHERE type='table'")}
        if tables and "facts" not in tables:
            raise ServerRefused(
                f"{path} is a database of something else.\nUse another --data folder."
            )
        if not tables:
            with self.transaction():
                for statement in TABLES.split(";"):
                    if statement.strip():
                        self.run(statement)
                self.remember("format", FORMAT)
                self.remember("signing_key", secrets.token_hex(32))
        elif self.fact("format") != FORMAT:
            raise ServerRefused(
                f"{path} is an emulator database of format {self.fact('format')}, "
                f"this version reads {FORMAT}.\nUse another --data folder."
            )

    def _stored_switches(self) -> Switches:
        known = as_dict(DEFAULT)
        stored = json.loads(self.fact("switches") or "{}")
        return changed(DEFAULT, {name: stored[name] for name in stored if name in known})

    def _highest_seq(self) -> int:
        row = self.one("SELECT max(seq) FROM requests")
        return int(row[0] or 0) if row else 0

    def close(self) -> None:
        """Fold the WAL into the file and let go of it."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens, or nothing."""
        self._connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part of a transaction that is undone when it raises."""
        self._connection.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO attempt")
            raise
        finally:
            self._connection.execute("RELEASE attempt")

    def run(self, statement: str, *values: Any) -> int:
        """Execute, and tell how many rows it changed."""
        return self._connection.execute(statement, values).rowcount

    def run_many(self, statement: str, rows: Iterable[Row]) -> None:
        """Execute once for each of `rows`."""
        self._connection.executemany(statement, rows)

    def one(self, statement: str, *values: Any) -> Row | None:
        """The first row, or None."""
        found: Row | None = self._connection.execute(statement, values).fetchone()
        return found

    def all(self, statement: str, *values: Any) -> list[Row]:
        """Every row."""
        return self._connection.execute(statement, values).fetchall()

    def count(self, statement: str, *values: Any) -> int:
        """The single number that `statement` selects."""
        row = self.one(statement, *values)
        return int(row[0] or 0) if row else 0

    def touch(self, kind: str, thing_id: str) -> None:
        """Say that the access to a "dataset" or through a "group" is about to change.

        Called before the change, by whatever makes it: how the thing stood is kept until the
        request is over, and the history compares (see `history`).
        """
        key = (kind, thing_id)
        if self.view_of is not None and key not in self.touched:
            self.touched[key] = self.view_of(kind, thing_id)

    def fact(self, name: str) -> str | None:
        """Something remembered about this folder rather than about the estate."""
        row = self.one("SELECT value FROM facts WHERE name=?", name)
        return None if row is None else str(row[0])

    def remember(self, name: str, value: str) -> None:
        """Set a fact."""
        self.run("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, value)

    def set_switches(self, switches: Switches) -> None:
        """Change the switches for this and every later start."""
        self.switches = switches
        self.remember("switches", json.dumps(as_dict(switches)))

    def next_id(self, kind: str) -> int:
        """The next free number of its kind. Numbers are never given out twice, not even after a
        deletion: a recorded id that is gone must stay gone."""
        row = self.one("SELECT last FROM counters WHERE kind=?", kind)
        last = _FIRST_ID[kind] if row is None else row[0] + 1
        self.run("INSERT OR REPLACE INTO counters VALUES (?, ?)", kind, last)
        return int(last)

    def reserve_id(self, kind: str, number: int) -> None:
        """Make sure that `next_id` does not hand out `number`, which somebody chose."""
        last = _FIRST_ID[kind] - 1
        row = self.one("SELECT last FROM counters WHERE kind=?", kind)
        if number > (last if row is None else row[0]):
            self.run("INSERT OR REPLACE INTO counters VALUES (?, ?)", kind, number)

    def next_dataset_id(self) -> str:
        """A new UUID; the same sequence after every reset, so that runs can be repeated. Those that
        an estate chose are left out: a snapshot has ids of this sequence."""
        while True:
            made = str(uuid.uuid5(_DATASETS, str(self.next_id("dataset"))))
            if self.one("SELECT 1 FROM datasets WHERE id=?", made) is None:
                return made

    def empty(self) -> None:
        """Forget the estate, the logs, the faults and the counters."""
        for table in ESTATE_TABLES:
            self.run(f"DELETE FROM {table}")
        self.seq = 0


def now_ms() -> int:
    """The time as Domo's Product plane counts it."""
    return time.time_ns() // 1_000_000
