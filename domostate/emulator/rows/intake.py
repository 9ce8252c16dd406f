"""Intake: CSV as it was sent becomes a piece of rows.

RFC 4180 with bare line feeds, UTF-8; nothing between two commas is no value, `""` is an empty text
(platform §4.8), and so is `\\N` without quotes no value (the R client sends it).
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from domostate.emulator.rows.columns import REFUSED, Column, literal, parsed, physical, tried
from domostate.emulator.rows.newlines import (
    TooLong,
    fields,
    marked_and_quoted,
    marks_in,
    with_plain_newlines,
)
from domostate.emulator.rows.pieces import Piece, content, write_piece
from domostate.emulator.rows.vault import MEMORY, Vault

LONGEST_LINE = 32 * 1024 * 1024
"""Bytes; what Domo takes is not documented. A text field of that size fits the engine's memory."""


class BadRows(Exception):
    """The CSV cannot be taken; the message is for the sender, in Domo's words where known."""


@dataclass(frozen=True, slots=True)
class Intake:
    """How CSV is to be read: `header` takes a first row of a part that names the columns for
    a header, `bad_cells` lets a text that is no value of its column become no value."""

    columns: tuple[Column, ...]
    header: bool = True
    bad_cells: bool = False
    tag: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part as the engine can read it: `header` is its first row where that names the columns."""

    path: Path
    commas: int
    line_end: str
    header: tuple[str, ...] = ()


def take_in(vault: Vault, parts: Sequence[Path], intake: Intake) -> Piece:
    """The parts, in this order, as one piece.

    Raises:
        BadRows: a row has too many or too few columns, a text is no value of its column, or the
            bytes are no UTF-8 or no gzip.
    """
    if not intake.columns and any(part.stat().st_size for part in parts):
        raise BadRows("The DataSet has no columns.")
    with ExitStack() as stack:
        plain = [_plain(vault, part, stack) for part in parts]
        full = [_with_header(part, intake) for part in plain if part.path.stat().st_size]
        select = " UNION ALL ".join(_select(part, intake) for part in full) or _nothing(intake)
        values = ", ".join(
            tried(physical(n), column.type) if intake.bad_cells else parsed(physical(n), column)
            for n, column in enumerate(intake.columns)
        )
        try:
            kept = f"SELECT {values or '*'} FROM ({select})"
            piece = write_piece(vault, kept, intake.columns, intake.tag)
        except _engine_error() as error:
            raise _bad_rows(error) from error
        try:
            _check_width(vault, full, select, piece)
        except BaseException:
            vault.drop([piece.file])
            raise
        return piece


def _plain(vault: Vault, part: Path, stack: ExitStack) -> _Part:
    """The part without gzip, which its first bytes tell: seed 004 sends no Content-Encoding; and
    with line ends that the engine takes."""
    with part.open("rb") as sent:
        packed = sent.read(2) == b"\x1f\x8b"
    if packed:
        unpacked = vault.passing(".csv")
        stack.callback(unpacked.unlink, missing_ok=True)
        _unpack(part, unpacked)
        part = unpacked
    marks = marks_in(part)
    if marks.nulls:
        raise BadRows("The content has NUL bytes, so it is no text in UTF-8.")
    if marks.line_end and not marked_and_quoted(part):
        return _Part(part, marks.commas, marks.line_end)
    mended = vault.passing(".csv")
    stack.callback(mended.unlink, missing_ok=True)
    try:
        with_plain_newlines(part, mended, LONGEST_LINE)
    except TooLong as error:
        raise BadRows(_TOO_LONG) from error
    return _Part(mended, marks.commas, "\n")


def _unpack(packed: Path, into: Path) -> None:
    try:
        with gzip.open(packed, "rb") as sent, into.open("wb") as plain:
            while chunk := sent.read(1 << 20):
                plain.write(chunk)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        # The page's own example sends it with curl's -d, which cannot be read (seed 004).
        raise BadRows(
            f"The gzip content cannot be read: {error}. curl's -d takes bytes out of what it "
            "sends; --data-binary does not."
        ) from error


def _csv(part: _Part, width: int) -> str:
    columns = ", ".join(f"'{one}': 'VARCHAR'" for one in _names(width))
    # Told to look for CRLF the engine makes one row of two, left to itself it finds it.
    end = "new_line='\\n', " if part.line_end == "\n" else ""
    return (
        f"read_csv({literal(str(part.path))}, header={str(bool(part.header)).lower()}, {end}"
        f"auto_detect=false, columns={{{columns}}}, delim=',', quote='\"', escape='\"', "
        "nullstr=['', '\\N'], allow_quoted_nulls=false, strict_mode=true, "
        f"max_line_size={LONGEST_LINE})"
    )


def _select(part: _Part, intake: Intake) -> str:
    """The texts of a part, in the order of the columns."""
    columns = [column.name for column in intake.columns]
    at = [part.header.index(one) for one in columns] if part.header else range(len(columns))
    shown = ", ".join(f"{physical(found)} AS {physical(n)}" for n, found in enumerate(at))
    return f"SELECT {shown} FROM {_csv(part, len(columns))}"


def _nothing(intake: Intake) -> str:
    columns = (f"CAST(NULL AS VARCHAR) AS {one}" for one in _names(len(intake.columns)))
    return f"SELECT {', '.join(columns) or '1'} WHERE false"


def _with_header(part: _Part, intake: Intake) -> _Part:
    """The part, and its first row if that names the columns, in whatever order (GUESS, platform
    §4.8; that a header may come: seed 003, "Delete")."""
    if not intake.header:
        return part
    names = sorted(column.name for column in intake.columns)
    first = _first_row(part.path, len(names))
    if None in first or sorted(map(str, first)) != names:
        return part
    return _Part(part.path, part.commas, part.line_end, tuple(map(str, first)))


def _first_row(path: Path, width: int) -> list[str | None]:
    """The cells of the first row, at most one more than `width`.

    Raises:
        BadRows: a cell is longer than a row may be.
    """
    cells: list[str | None] = []
    try:
        for field, end in fields(path, LONGEST_LINE):
            cells.append(_text(field))
            if end == b"\n" or len(cells) > width:
                break
    except TooLong as error:
        raise BadRows(_TOO_LONG) from error
    return cells


def _text(field: bytes) -> str | None:
    """What a field says. Bytes that are no UTF-8 are for the engine to refuse."""
    text = field.decode(errors="replace")
    if text.startswith('"'):
        return text.removeprefix('"').removesuffix('"').replace('""', '"')
    return None if text in ("", "\\N") else text


def _check_width(vault: Vault, parts: Sequence[_Part], select: str, piece: Piece) -> None:
    """The engine passes over empty cells beyond the last column. But each comma is between two
    cells or in one, so those between them are counted.

    Raises:
        BadRows: there are more cells than columns in a row.
    """
    width = len(piece.columns)
    rows = piece.rows + sum(bool(part.header) for part in parts)
    within = sum(name.count(",") for part in parts for name in part.header)
    between = sum(part.commas for part in parts) - within - (width - 1) * rows
    texts = [physical(n) for n, one in enumerate(piece.columns) if one.type == "STRING"]
    # The cells as they were sent are read once more only if those that were kept, of which some
    # may have been lost, do not account for every comma.
    for cells, source in ((texts, content(vault, [piece])), (_names(width), f"({select})")):
        if between <= (_commas(vault, cells, source) if between > 0 else 0):
            return
    raise _wrong_width(width, width + 1, _first_wide_row(parts, width))


def _names(width: int) -> list[str]:
    return [physical(n) for n in range(width)]


def _commas(vault: Vault, cells: Sequence[str], source: str) -> int:
    counts = (f"coalesce(sum(length({one}) - length(replace({one}, ',', ''))), 0)" for one in cells)
    with vault.engine() as engine:
        found = engine.execute(f"SELECT {' + '.join(counts) or '0'} FROM {source}").fetchone()
    return int(found[0]) if found else 0


def _first_wide_row(parts: Sequence[_Part], width: int) -> int:
    row = cells = 0
    for part in parts:
        row, cells = 1, 0
        for _, end in fields(part.path, LONGEST_LINE):
            cells += 1
            if cells > width:
                return row
            if end == b"\n":
                row, cells = row + 1, 0
    return row


def _engine_error() -> type[Exception]:
    import duckdb

    return duckdb.Error


_TOO_LONG = f"A row is longer than {LONGEST_LINE} bytes, or a quote is not closed."
_REASONS = {
    "Value with unterminated quote found": "A quote is not closed, or text follows one.",
    "This file is not utf-8 encoded": "The content is not UTF-8.",
    "Maximum line size": _TOO_LONG,
    "Out of Memory Error": f"The rows need more memory than the {MEMORY} of the engine.",
}
"""What the engine finds wrong, in words for those who know nothing of its options."""
_ROW = re.compile(r"CSV Error on Line: (\d+)\n")
_WRONG_WIDTH = re.compile(r"\nExpected Number of Columns: (\d+) Found: (\d+)\n")


def _bad_rows(error: Exception) -> Exception:
    """The engine's complaint in Domo's words (platform §4.8), where those are known. What is not
    to be blamed on the content stays what it is."""
    import duckdb

    if isinstance(error, duckdb.IOException):
        return error
    text = str(error)
    complaint = text.partition(": ")[2]
    if complaint.startswith(REFUSED):
        return BadRows(complaint.removeprefix(REFUSED))
    at, widths = _ROW.search(text), _WRONG_WIDTH.findall(text)
    row = int(at[1]) if at else 0
    if widths:
        # The last one: before it stands the row, which may say anything.
        wanted, found = map(int, widths[-1])
        return _wrong_width(wanted, wanted + 1 if found > wanted else found, row)
    reason = next((ours for theirs, ours in _REASONS.items() if theirs in text), _NO_CSV)
    return BadRows(f"Row {row}: {reason}" if row else reason)


_NO_CSV = "The content is no CSV as RFC 4180 has it."


def _wrong_width(wanted: int, column: int, row: int) -> BadRows:
    much = "many" if column > wanted else "few"
    place = f"There are too {much} columns. Expected {wanted}. Row {row}, column {column}."
    return BadRows(place + (" Row: " if much == "few" else ""))
