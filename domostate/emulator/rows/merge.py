"""Merge: what an update method makes of the rows that are there and the rows that come."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

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
    return tuple(
        left for piece in rows.pieces for left in _piece_without(vault, piece, columns, doomed)
    )


def _piece_without(
    vault: Vault, piece: Piece, keys: Sequence[Column], doomed: Piece
) -> list[Piece]:
    same = " AND ".join(
        f"{value_in(piece.columns, key, 'old.')} IS NOT DISTINCT FROM "
        f"{value_in(doomed.columns, key, 'gone.')}"
        for key in keys
    )
    matched = f"EXISTS (SELECT 1 FROM {content(vault, [doomed])} AS gone WHERE {same})"
    old = f"FROM {content(vault, [piece])} AS old WHERE"
    files = [piece.file, doomed.file]
    with vault.reading(files), vault.engine() as engine:
        row = engine.execute(f"SELECT count(*) {old} {matched}").fetchone()
    lost = int(row[0]) if row else 0
    if not lost:
        return [piece]
    if lost == piece.rows:
        return []
    select = f"SELECT old.* {old} NOT {matched}"
    return [write_piece(vault, select, piece.columns, piece.tag, files)]


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
    by_tag = sorted(rows.pieces, key=lambda one: one.tag)
    pieces: list[Piece] = []
    for _, of_tag in groupby(by_tag, key=lambda one: one.tag):
        pieces += _compacted_partition(vault, list(of_tag))
    return tuple(pieces)


def _compacted_partition(vault: Vault, pieces: list[Piece]) -> list[Piece]:
    if len(pieces) <= MOST_PIECES:
        return pieces
    fewer = []
    for columns, alike in groupby(pieces, key=lambda one: one.columns):
        some = list(alike)
        if len(some) > 1:
            select = f"SELECT * FROM {content(vault, some)}"
            files = [one.file for one in some]
            some = [write_piece(vault, select, columns, some[0].tag, files)]
        fewer += some
    return fewer
