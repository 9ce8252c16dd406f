"""Output: rows as CSV, and the result of a statement as JSON, in files of one request."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from domostate.emulator.rows.columns import (
    Column,
    as_text,
    decimals_of,
    literal,
    name,
    unique_names,
)
from domostate.emulator.rows.pieces import Rows
from domostate.emulator.rows.vault import Vault

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LONGEST_RESULT = 1_000_000
"""Rows that a query answers with at most (platform §4.10: R client, KB)."""
LONGEST_QUERY_S = 60
"""platform §4.10: KB, of the query connector."""
_RAW = "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER ''"
"""How the engine writes texts as they are, one in a line."""


@dataclass(frozen=True, slots=True)
class Result:
    """The rows of a statement in a file, as the inside of a JSON list of lists or of objects;
    `types` are Domo's."""

    path: Path
    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: int


def write_csv(vault: Vault, rows: Rows, *, header: bool) -> Path:
    """The rows as CSV: no value as nothing, an empty text as `""`, lines ended by a line feed. What
    the import would take for something else has quotes.

    Times are as the import takes them, `2019-03-19 18:49:02`, all of a column alike. Whoever asks
    holds the files that it reads.
    """
    decimals = _decimals(vault, rows)
    cells = [
        _cell(as_text(name(known_as), column.type, " ", decimals.get(known_as)), column.type)
        for column, known_as in zip(rows.columns, rows.names, strict=True)
    ]
    # Lines are made here and written as they are: the engine knows only one text to stand for no
    # value, and would write `\\N` as if it were the other.
    # Not by `||`, a chain of which is as deep as there are columns.
    line = "concat(" + ", ',', ".join(cells) + ")" if cells else "''"
    with _file(vault, ".csv") as path:
        with vault.engine() as engine:
            select = f"SELECT {line} FROM ({rows.select(vault)})"
            engine.execute(f"COPY ({select}) TO {literal(str(path))} ({_RAW})")
        if not header:
            return path
        with _file(vault, ".csv") as headed:
            names = ",".join(_quoted(column.name) for column in rows.columns)
            with headed.open("wb") as out, path.open("rb") as content:
                out.write(names.encode() + b"\n")
                shutil.copyfileobj(content, out, 1 << 20)
            path.unlink()
            return headed


def _decimals(vault: Vault, rows: Rows) -> dict[str, int]:
    """How many decimals of a second the times of each column take, by its name in SQL."""
    times = [
        known_as
        for column, known_as in zip(rows.columns, rows.names, strict=True)
        if column.type == "DATETIME"
    ]
    if not times:
        return {}
    most = ", ".join(f"coalesce(max({decimals_of(name(one))}), 0)" for one in times)
    with vault.engine() as engine:
        found = engine.execute(f"SELECT {most} FROM ({rows.select(vault)})").fetchone()
    return dict(zip(times, found or (), strict=True))


@contextmanager
def _file(vault: Vault, suffix: str) -> Iterator[Path]:
    """A file that goes if something fails."""
    path = vault.passing(suffix)
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        raise


# A byte order mark at the beginning of a file would be lost.
_ODD = '[,"\r\n]|^$|^\\\\N$|^\ufeff'
"""What needs quotes, in the words of the engine and of Python."""


def _cell(text: str, kind: str) -> str:
    """A value as a cell of CSV, in the engine's SQL."""
    if kind != "STRING":
        return f"coalesce({text}, '')"
    quoted = f"'\"' || replace({text}, '\"', '\"\"') || '\"'"
    odd = f"regexp_matches({text}, {literal(_ODD)})"
    return f"CASE WHEN {text} IS NULL THEN '' WHEN {odd} THEN {quoted} ELSE {text} END"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if re.search(_ODD, text) else text


def write_json(
    vault: Vault, statement: str, *, as_objects: bool = False, seconds: float = LONGEST_QUERY_S
) -> Result:
    """The result of a statement in the engine's SQL, at most `LONGEST_RESULT` rows. Whoever asks
    holds the files that it reads.

    Raises:
        duckdb.Error: the statement fails, or takes longer than `seconds`.
    """
    with _file(vault, ".json") as path, vault.engine() as engine:
        described = engine.execute(f"DESCRIBE {statement}").fetchall()
        names = tuple(str(row[0]) for row in described)
        kinds = [str(row[1]) for row in described]
        columns = [f"r{n}" for n in range(len(names))]
        values = list(map(_json_value, columns, kinds))
        made = f"json_array({', '.join(values)})"
        if as_objects:
            keys = unique_names([Column(one, "STRING") for one in names])
            pairs = (f"{literal(key)}, {value}" for key, value in zip(keys, values, strict=True))
            made = f"json_object({', '.join(pairs)})"
        limited = f"SELECT * FROM ({statement}) AS t({', '.join(columns)}) LIMIT {LONGEST_RESULT}"
        with _no_longer_than(engine, seconds):
            engine.execute(
                f"COPY (SELECT {made} || ',' FROM ({limited})) TO {literal(str(path))} ({_RAW})"
            )
        row = engine.fetchone()
        rows = int(row[0]) if row else 0
        # The last line ends with a comma too many.
        os.truncate(path, max(path.stat().st_size - 2, 0))
        return Result(path, names, tuple(map(domo_type, kinds)), rows)


@contextmanager
def _no_longer_than(engine: DuckDBPyConnection, seconds: float) -> Iterator[None]:
    stop = threading.Timer(seconds, engine.interrupt)
    stop.daemon = True
    stop.start()
    try:
        yield
    finally:
        stop.cancel()


def domo_type(engine_type: str) -> str:
    """Domo's type for one of the engine's; what Domo does not have is text."""
    if engine_type.startswith("DECIMAL"):
        return "DECIMAL"
    if engine_type.startswith("TIMESTAMP"):
        return "DATETIME"
    if engine_type in ("FLOAT", "DOUBLE"):
        return "DOUBLE"
    if engine_type.removeprefix("U") in _WHOLE:
        return "LONG"
    return "DATE" if engine_type == "DATE" else "STRING"


# To MySQL true is 1.
_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "BOOLEAN"})


def _json_value(expression: str, engine_type: str) -> str:
    kind = domo_type(engine_type)
    match kind:
        case "LONG":
            return f"CAST({expression} AS TINYINT)" if engine_type == "BOOLEAN" else expression
        case "DOUBLE":
            return f"CASE WHEN isfinite({expression}) THEN {expression} END"
        case "DECIMAL":
            return f"CAST({as_text(expression, kind)} AS JSON)"
        case "STRING" if engine_type != "VARCHAR":
            return f"CAST({expression} AS VARCHAR)"
    return as_text(expression, kind)
