"""Rows in an estate file, and in a snapshot: CSV with a header, below each dataset.

One `csv` says it all where every row is indexed, was written with the columns of today and is in
no partition. Else there are `pieces`, each a CSV of its own, and what else answers depend on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from domostate.emulator.errors import EstateInvalid
from domostate.emulator.rows.columns import Column
from domostate.emulator.rows.intake import BadRows
from domostate.emulator.rows.load import Load, Loaded, load
from domostate.emulator.rows.output import write_csv
from domostate.emulator.rows.pieces import Piece, Rows
from domostate.emulator.rows.vault import Vault
from domostate.emulator.seeing import stored_rows
from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset, find_dataset, set_fields
from domostate.emulator.store.partitions import DELETED
from domostate.emulator.store.rows import (
    DataVersion,
    Written,
    add_version,
    indexed_state,
    mark_indexed,
    save_pieces,
    states_since,
    stored_state,
    versions_of,
)

if TYPE_CHECKING:
    from domostate.emulator.estate import DatasetEntry

Kind = tuple[tuple[Column, ...], str]
"""The columns and the partition of a piece: what makes rows one piece in a snapshot."""


def column_count(entry: DatasetEntry) -> int:
    """How many columns the rows of a dataset count, as the estate says or leaves unsaid."""
    if entry.column_count is not None:
        return entry.column_count
    written = entry.csv is not None or entry.pieces is not None
    return _usual_width(len(entry.columns), entry.rows, written=written)


def width_said(entry: Mapping[str, Any], dataset: Dataset) -> dict[str, int]:
    """What a snapshot says of the columns of the rows beside the rest of its `entry`."""
    written = "csv" in entry or "pieces" in entry
    usual = _usual_width(len(entry["columns"]), dataset.row_count, written=written)
    return {} if dataset.column_count == usual else {"column_count": dataset.column_count}


def _usual_width(columns: int, rows: int, *, written: bool) -> int:
    """What goes without saying: the columns of today, none before rows were ever written."""
    return columns if rows or written else 0


def seed_rows(db: Database, vault: Vault, entries: Mapping[str, DatasetEntry], now_ms: int) -> None:
    """Give the datasets, by id, the rows of their CSV.

    Raises:
        EstateInvalid: naming each dataset whose CSV cannot be taken.
    """
    findings: list[str] = []
    for dataset_id, entry in entries.items():
        dataset = find_dataset(db, dataset_id)
        assert dataset is not None, "it has just been seeded"
        columns = stored_rows(db, dataset).columns
        try:
            loaded = list(_loaded(vault, entry, columns))
        except BadRows as error:
            findings.append(f"the csv of dataset {dataset.name!r}: {error}")
        else:
            _give(db, dataset, entry, loaded, now_ms)
    if findings:
        raise EstateInvalid(findings)


def _loaded(vault: Vault, entry: DatasetEntry, columns: tuple[Column, ...]) -> Iterable[Loaded]:
    """The pieces of a dataset, which has these columns now."""
    if entry.pieces is None:
        yield _taken(vault, entry.csv or "", (columns, ""))
    for piece in entry.pieces or ():
        own = columns
        if piece.columns is not None:
            own = tuple(Column(one.name, one.type) for one in piece.columns)
        yield _taken(vault, piece.csv, (own, piece.partition))


def _taken(vault: Vault, text: str, kind: Kind) -> Loaded:
    path = vault.passing(".csv")
    try:
        path.write_bytes(text.encode())
        return load(vault, Load(Rows(kind[0]), "REPLACE", tag=kind[1]), [path])
    finally:
        path.unlink(missing_ok=True)


def _give(
    db: Database, dataset: Dataset, entry: DatasetEntry, loaded: Sequence[Loaded], now_ms: int
) -> None:
    states = entry.states or [list(range(len(loaded)))]
    numbers = [
        save_pieces(db, dataset.id, [one for place in state for one in loaded[place].pieces])
        for state in states
    ]
    for written in _written(entry, [loaded[place] for place in states[-1]], numbers):
        add_version(db, dataset.id, written, dataset.schema_version, now_ms)
    mark_indexed(db, dataset.id, numbers[0], now_ms)
    rows = sum(loaded[place].rows for place in states[-1])
    set_fields(db, dataset.id, now_ms, row_count=rows, data_ms=now_ms)


def _written(
    entry: DatasetEntry, stored: Sequence[Loaded], numbers: Sequence[int]
) -> Iterable[Written]:
    """The data versions: those that the estate lists, else one for each partition."""
    if entry.data_versions is None:
        sizes = {one.file: loaded.bytes for loaded in stored for one in loaded.pieces}
        pieces = [piece for loaded in stored for piece in loaded.pieces]
        for tag, rows in usual_versions(pieces):
            size = sum(sizes[one.file] for one in pieces if one.tag == tag)
            yield Written(numbers[0], "REPLACE", rows, size, tag)
    for one in entry.data_versions or ():
        status = DELETED if one.deleted else "SUCCESS"
        yield Written(
            numbers[one.state], "REPLACE", one.rows, one.bytes, one.partition, status=status
        )


def usual_versions(pieces: Iterable[Piece]) -> list[tuple[str, int]]:
    """Partition and rows of the data versions that an estate need not list: one for each partition
    in the order of its first rows, and one where there are no rows."""
    rows: dict[str, int] = {}
    for piece in pieces:
        rows[piece.tag] = rows.get(piece.tag, 0) + piece.rows
    return list(rows.items()) or [("", 0)]


def rows_of(db: Database, vault: Vault, dataset: Dataset, now_ms: int) -> dict[str, Any]:
    """What a snapshot says of the rows of a dataset: nothing before there were any."""
    if not stored_state(db, dataset.id):
        return {}
    versions = versions_of(db, dataset.id)[::-1]
    states = _states(db, dataset.id, [one.row_state for one in versions], now_ms)
    held = list(states.values())
    columns = stored_rows(db, dataset).columns
    if len(held) == 1:
        found = _one_state(vault, held[0], columns)
    else:
        pieces = list(dict.fromkeys(piece for state in held for piece in state))
        found = {
            "pieces": [_piece(vault, [one], columns) for one in pieces],
            "states": [[pieces.index(one) for one in state] for state in held],
        }
    written = [(one.tag, one.rows) for one in versions]
    deleted = any(one.status == DELETED for one in versions)
    if len(held) > 1 or deleted or written != usual_versions(held[-1]):
        places = {number: place for place, number in enumerate(states)}
        found["data_versions"] = [_version(one, places.get(one.row_state, 0)) for one in versions]
    return found


def _one_state(
    vault: Vault, pieces: Sequence[Piece], columns: tuple[Column, ...]
) -> dict[str, Any]:
    """Rows that are indexed as they are stored: one CSV, if they are of one kind, or several."""
    alike = [list(some) for _, some in groupby(pieces, key=_kind)]
    if all(_kind(one) == (columns, "") for one in pieces):
        return {"csv": _text(vault, columns, pieces)}
    return {"pieces": [_piece(vault, some, columns) for some in alike]}


def _states(
    db: Database, dataset_id: str, made: Iterable[int], now_ms: int
) -> dict[int, tuple[Piece, ...]]:
    """The states that answers depend on, by their numbers: what is indexed, then those that data
    versions made since, last what is stored. Pieces without rows are left out."""
    indexed, stored = indexed_state(db, dataset_id, now_ms), stored_state(db, dataset_id)
    wanted = {indexed, stored, *made}
    held = {indexed: (), **states_since(db, dataset_id, indexed)}
    return {
        number: tuple(one for one in pieces if one.rows)
        for number, pieces in held.items()
        if number in wanted
    }


def _kind(piece: Piece) -> Kind:
    return piece.columns, piece.tag


def _piece(vault: Vault, pieces: Sequence[Piece], columns: tuple[Column, ...]) -> dict[str, Any]:
    own, tag = _kind(pieces[0])
    entry: dict[str, Any] = {"partition": tag} if tag else {}
    if own != columns:
        entry["columns"] = [{"name": one.name, "type": one.type} for one in own]
    return entry | {"csv": _text(vault, own, pieces)}


def _text(vault: Vault, columns: tuple[Column, ...], pieces: Sequence[Piece]) -> str:
    if not columns:
        return ""
    path = write_csv(vault, Rows(columns, tuple(pieces)), header=True)
    try:
        return path.read_bytes().decode()
    finally:
        path.unlink(missing_ok=True)


def _version(version: DataVersion, state: int) -> dict[str, Any]:
    entry: dict[str, Any] = {"rows": version.rows, "bytes": version.bytes}
    if version.tag:
        entry["partition"] = version.tag
    if version.status == DELETED:
        entry["deleted"] = True
    return entry | ({"state": state} if state else {})
