"""The folder of rows: immutable files, and the engine over them.

A file is complete on disk before anybody speaks of it, and is never changed. Which files count is
for the database to say; what it no longer names is removed when nobody reads it any more.
"""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from domostate.emulator.rows.functions import MACROS

if TYPE_CHECKING:
    from types import TracebackType

    from duckdb import DuckDBPyConnection

MEMORY = "384MB"
"""What the engine may use; it goes to disk beyond that, up to `SPILLED`."""
SPILLED = "8GB"
THREADS = 2


@dataclass(slots=True)
class Made:
    """Files that were made: the names of those that are kept, the paths of those that pass."""

    kept: set[str] = field(default_factory=set)
    passing: set[Path] = field(default_factory=set)


class Vault:
    """One folder; safe between threads."""

    def __init__(self, folder: Path) -> None:
        # The engine compares whole paths with what it may touch.
        self._folder = folder.resolve()
        self._passing = self._folder / "passing"
        self._kept = self._folder / "kept"
        self._engine: DuckDBPyConnection | None = None
        self._lock = threading.Lock()
        self._readers: Counter[str] = Counter()
        self._doomed: set[str] = set()
        self._thread = threading.local()

    def passing(self, suffix: str = "") -> Path:
        """A path for a file that lives as long as one request."""
        self._passing.mkdir(parents=True, exist_ok=True)
        path = self._passing / f"{uuid.uuid4().hex}{suffix}"
        for made in self._making:
            made.passing.add(path)
        return path

    def path(self, file: str) -> Path:
        """Where a kept file lies."""
        return self._kept / file

    def keep(self, path: Path) -> str:
        """Make a finished file last, whatever ends the process, and return its name."""
        self._kept.mkdir(parents=True, exist_ok=True)
        file = f"{uuid.uuid4().hex}{path.suffix}"
        with path.open("rb") as content:
            os.fsync(content.fileno())
        path.rename(self._kept / file)
        for made in self._making:
            made.kept.add(file)
        folder = os.open(self._kept, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return file

    @property
    def _making(self) -> list[Made]:
        """What this thread keeps account of."""
        found: list[Made] = self._thread.__dict__.setdefault("making", [])
        return found

    @contextmanager
    def making(self) -> Iterator[Made]:
        """The files that this thread makes meanwhile; where it fails, they go."""
        made = Made()
        self._making.append(made)
        try:
            yield made
        except BaseException:
            self.forget(made)
            raise
        finally:
            self._making.pop()

    def forget(self, made: Made) -> None:
        """Remove everything that was made."""
        self.drop(made.kept)
        for path in made.passing:
            path.unlink(missing_ok=True)

    def drop(self, files: Collection[str]) -> None:
        """Remove files that nothing names any more; what is being read goes afterwards."""
        with self._lock:
            self._doomed |= set(files)
            self._remove_doomed()

    def reading(self, files: Collection[str]) -> Reading:
        """Hold files, from now on: they stay until the end of the `with` that takes the result."""
        with self._lock:
            self._readers.update(files)
        return Reading(self, tuple(files))

    def let_go(self, files: Collection[str]) -> None:
        """The end of a reading."""
        with self._lock:
            self._readers.subtract(files)
            for file in files:
                if self._readers[file] <= 0:
                    del self._readers[file]
            self._remove_doomed()

    def _remove_doomed(self) -> None:
        for file in [one for one in self._doomed if one not in self._readers]:
            self.path(file).unlink(missing_ok=True)
            self._doomed.discard(file)

    def sweep(self, named: Collection[str]) -> None:
        """Remove whatever a process that was killed has left: only `named` files stay."""
        shutil.rmtree(self._passing, ignore_errors=True)
        self.keep_only(named)

    def keep_only(self, named: Collection[str]) -> None:
        """Remove every kept file but the `named` ones."""
        if self._kept.is_dir():
            self.drop({one.name for one in self._kept.iterdir()} - set(named))

    @contextmanager
    def engine(self) -> Iterator[DuckDBPyConnection]:
        """A connection to the engine, which has no tables of its own."""
        from duckdb import FatalException, InternalException

        engine = self._connection()
        cursor = engine.cursor()
        try:
            yield cursor
        except (FatalException, InternalException):
            # A defect of the engine, after which it refuses everything.
            with self._lock:
                if self._engine is engine:
                    self._engine = None
            raise
        finally:
            with suppress(FatalException, InternalException):
                cursor.close()

    def _connection(self) -> DuckDBPyConnection:
        with self._lock:
            if self._engine is None:
                self._engine = _opened(self._folder, self._passing / "spill")
            return self._engine

    def close(self) -> None:
        """Let go of the engine."""
        with self._lock:
            if self._engine is not None:
                self._engine.close()
                self._engine = None


class Reading:
    """Files that somebody holds; a context manager that lets go of them at its end."""

    def __init__(self, vault: Vault, files: tuple[str, ...]) -> None:
        self._vault = vault
        self._files = files

    def __enter__(self) -> None:
        """Nothing: the files are held already."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go."""
        self._vault.let_go(self._files)


def _opened(folder: Path, spill: Path) -> DuckDBPyConnection:
    """An engine that reads and writes below `folder` and nowhere else, whatever it is told."""
    import duckdb  # a server without rows need not wait for it

    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "threads": THREADS,
        "temp_directory": str(spill),
        "max_temp_directory_size": SPILLED,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    engine = duckdb.connect(":memory:", config=settings)
    # It would take the variables of this program for tables.
    engine.execute("SET GLOBAL python_enable_replacements=false")
    engine.execute("SET GLOBAL TimeZone='UTC'")
    for macro in MACROS:
        engine.execute(f"CREATE MACRO {macro}")
    engine.execute("SET GLOBAL allowed_directories=?", [[str(folder)]])
    engine.execute("SET GLOBAL enable_external_access=false")
    engine.execute("SET GLOBAL lock_configuration=true")
    return engine
