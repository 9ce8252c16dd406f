"""Pieces: the files that make up the rows of a dataset, and the rows as one relation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

from domostate.emulator.rows.columns import (
    ENGINE_TYPES,
    Column,
    converted,
    literal,
    name,
    physical,
    unique_names,
)
from domostate.emulator.rows.vault import Vault


@dataclass(frozen=True, slots=True)
class Piece:
    """One immutable file of rows; `tag` names its partition, empty without one."""

    file: str
    columns: tuple[Column, ...]
    rows: int
    bytes: int
    tag: str = ""


def as_document(piece: Piece) -> dict[str, Any]:
    """The piece as JSON keeps it."""
    return asdict(piece)


def from_document(document: dict[str, Any]) -> Piece:
    """The piece behind its JSON form."""
    columns = tuple(Column(one["name"], one["type"]) for one in document["columns"])
    return Piece(**{**document, "columns": columns})


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a dataset as its columns stand: what a piece does not have is empty, and a value
    that cannot be had in a column's new type too (GUESS)."""

    columns: tuple[Column, ...]
    pieces: tuple[Piece, ...] = ()
    where: str = ""
    """A condition on the columns in the engine's SQL, empty for all rows."""
    names: tuple[str, ...] = field(init=False)
    """Under which SQL finds the columns."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(unique_names(self.columns)))

    @property
    def files(self) -> list[str]:
        """The files that it reads."""
        return [piece.file for piece in self.pieces]

    def select(self, vault: Vault) -> str:
        """The rows as a SELECT, in the order in which they came."""
        if not self.columns:
            return "SELECT 1 AS nothing WHERE false"
        alike = groupby(self.pieces, key=lambda one: one.columns)
        parts = [self._of(columns, pieces, vault) for columns, pieces in alike]
        text = " UNION ALL ".join(parts) if parts else self._empty()
        if not self.where:
            return text
        # Past a LIMIT the engine looks at no row with somebody else's condition, whose errors
        # would tell of hidden rows.
        return f"SELECT * FROM ({text}) WHERE {self.where} LIMIT {2**63 - 1}"

    def _of(self, columns: tuple[Column, ...], pieces: Iterable[Piece], vault: Vault) -> str:
        """The rows of pieces that have the same columns."""
        shown = [
            f"{value_in(columns, column)} AS {name(known_as)}"
            for column, known_as in zip(self.columns, self.names, strict=True)
        ]
        return f"SELECT {', '.join(shown)} FROM {content(vault, pieces)}"

    def _empty(self) -> str:
        shown = [
            f"CAST(NULL AS {ENGINE_TYPES[column.type]}) AS {name(known_as)}"
            for column, known_as in zip(self.columns, self.names, strict=True)
        ]
        return f"SELECT {', '.join(shown)} WHERE false"


def value_in(columns: Sequence[Column], wanted: Column, of: str = "") -> str:
    """What stands for a column of the dataset in a piece that has these columns; `of` is what the
    piece is called there, with a dot."""
    for position, column in enumerate(columns):
        if column.name == wanted.name:
            return converted(f"{of}{physical(position)}", column.type, wanted.type)
    return f"CAST(NULL AS {ENGINE_TYPES[wanted.type]})"


def content(vault: Vault, pieces: Iterable[Piece], *, with_names: bool = False) -> str:
    """Pieces as something to select from, their columns called as in the files; `with_names` adds
    the path of each row's file, as `filename`."""
    paths = ", ".join(literal(str(vault.path(piece.file))) for piece in pieces)
    return f"read_parquet([{paths}]{', filename=true' if with_names else ''})"


def write_piece(
    vault: Vault, select: str, columns: Sequence[Column], tag: str = "", files: Sequence[str] = ()
) -> Piece:
    """The rows of a SELECT, whose columns stand in that order, as a new kept piece; `files` are
    the pieces that it reads."""
    path = vault.passing(".parquet")
    try:
        with vault.reading(files), vault.engine() as engine:
            named = ", ".join(physical(n) for n in range(len(columns))) or "nothing"
            copy = f"COPY (SELECT * FROM ({select}) AS t({named})) TO {literal(str(path))}"
            engine.execute(f"{copy} (FORMAT parquet, COMPRESSION zstd)")
            row = engine.fetchone()
        rows = int(row[0]) if row else 0
        size = path.stat().st_size
        return Piece(vault.keep(path), tuple(columns), rows, size, tag)
    finally:
        path.unlink(missing_ok=True)
