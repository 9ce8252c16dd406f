"""Merge: what an update method makes of the rows that are there and the rows that come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from domostate.emulator.rows.columns import Column
from domostate.emulator.rows.pieces import Piece, Rows, content, value_in, write_piece
from domostate.emulator.rows.vault import Vault

MOST_PIECES = 24
"""Of one partition, before they are made one; arbitrary: reading takes longer with each."""


def without(vault: Vault, rows: Rows, keys: Sequence[str], doomed: Piece) -> tuple[Piece, ...]:
    """The pieces of `rows` without the rows whose key columns are those of a row of `doomed`.

    Two empty keys are equal (GUESS). A piece that loses nothing stays as it is, and what is left of
    another keeps the columns that it was written with: what a change of the schema hides is there
    again when the change is taken back.
    """
    columns = [column for column in rows.columns if column.name in keys]
    left: list[Piece] = []
    for _, alike in groupby(rows.pieces, key=lambda one: one.columns):
        pieces = list(alike)
        lost = _lost(vault, pieces, columns, doomed)
        for piece in pieces:
            if not lost[piece.file]:
                left.append(piece)
            elif lost[piece.file] < piece.rows:
                left.append(_without(vault, piece, columns, doomed))
    return tuple(left)


def _matched(vault: Vault, piece: Piece, keys: Sequence[Column], doomed: Piece) -> str:
    """Whether a row `old` of a piece is to go."""
    same = " AND ".join(
        f"{value_in(piece.columns, key, 'old.')} IS NOT DISTINCT FROM "
        f"{value_in(doomed.columns, key, 'gone.')}"
        for key in keys
    )
    return f"EXISTS (SELECT 1 FROM {content(vault, [doomed])} AS gone WHERE {same})"


def _lost(
    vault: Vault, pieces: Sequence[Piece], keys: Sequence[Column], doomed: Piece
) -> Counter[str]:
    """How many rows each of the pieces, which have the same columns, loses."""
    old = content(vault, pieces, with_names=True)
    where = _matched(vault, pieces[0], keys, doomed)
    counted = f"SELECT filename, count(*) FROM {old} AS old WHERE {where} GROUP BY filename"
    files = [doomed.file, *(one.file for one in pieces)]
    with vault.reading(files), vault.engine() as engine:
        return Counter({Path(row[0]).name: row[1] for row in engine.execute(counted).fetchall()})


def _without(vault: Vault, piece: Piece, keys: Sequence[Column], doomed: Piece) -> Piece:
    """What is left of a piece."""
    where = _matched(vault, piece, keys, doomed)
    left = f"SELECT old.* FROM {content(vault, [piece])} AS old WHERE NOT {where}"
    return write_piece(vault, left, piece.columns, piece.tag, [piece.file, doomed.file])


def last_of_each(vault: Vault, keys: Sequence[str], new: Piece) -> Piece:
    """Of the new rows with equal keys the one that came last (GUESS)."""
    named = ", ".join(value_in(new.columns, one) for one in new.columns if one.name in keys)
    numbered = f"SELECT *, row_number() OVER () AS number FROM {content(vault, [new])}"
    last = f"QUALIFY row_number() OVER (PARTITION BY {named} ORDER BY number DESC) = 1"
    select = f"SELECT * EXCLUDE (number) FROM ({numbered}) {last} ORDER BY number"
    return write_piece(vault, select, new.columns, new.tag, [new.file])


def compacted(vault: Vault, rows: Rows) -> tuple[Piece, ...]:
    """The same rows in fewer pieces, where a partition has too many that were written with the
    same columns."""
    counts = Counter(one.tag for one in rows.pieces)
    pieces = [one for one in rows.pieces if counts[one.tag] <= MOST_PIECES]
    for tag in sorted(tag for tag, count in counts.items() if count > MOST_PIECES):
        pieces += _compacted_partition(vault, [one for one in rows.pieces if one.tag == tag])
    return tuple(pieces)


def _compacted_partition(vault: Vault, pieces: list[Piece]) -> list[Piece]:
    fewer: list[Piece] = []
    for columns, alike in groupby(pieces, key=lambda one: one.columns):
        some = list(alike)
        if len(some) > 1:
            select = f"SELECT * FROM {content(vault, some)}"
            files = [one.file for one in some]
            some = [write_piece(vault, select, columns, some[0].tag, files)]
        fewer += some
    return fewer
