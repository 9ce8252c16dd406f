"""Rows coming in, whichever way: CSV parts become the rows of a dataset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from domostate.emulator.call import Call, Reply
from domostate.emulator.errors import Problem, not_found
from domostate.emulator.rows.columns import Column as RowColumn
from domostate.emulator.rows.columns import unique_names
from domostate.emulator.rows.intake import BadRows
from domostate.emulator.rows.load import Load, Loaded, load
from domostate.emulator.rows.pieces import Piece, Rows
from domostate.emulator.seeing import stored_rows
from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset, find_dataset, set_fields
from domostate.emulator.store.partitions import supersede
from domostate.emulator.store.rows import Written, add_part, add_version, save_pieces
from domostate.emulator.store.schemas import Column, define, latest_columns, request_index
from domostate.emulator.work import Work


@dataclass(frozen=True, slots=True)
class Coming:
    """A write of rows: kept `files` of the vault, or a `spooled` body; the rest as in `Load`.

    `columns` are those that the dataset has from then on, None: the same as before. With `header`
    a first row that names the columns is one, where the switch `csv_header` says so.
    """

    method: str
    files: Sequence[str] = ()
    spooled: Path | None = None
    keys: tuple[str, ...] = ()
    tag: str = ""
    upload_id: int | None = None
    index: bool = True
    recorded_ms: int = 0
    columns: list[Column] | None = None
    header: bool = True


def loading(
    call: Call,
    dataset: Dataset,
    coming: Coming,
    refused: Callable[[BadRows], Problem],
    done: Callable[[Loaded, int], Reply],
) -> Work:
    """The work of a write, which must be done in turn. `refused` words what cannot be taken, `done`
    answers what was, with the number of the data version."""
    before = _before(call, dataset, coming.columns)
    switches = call.db.switches
    what = Load(
        before, coming.method, coming.keys, coming.tag,
        header=coming.header and switches.csv_header, bad_cells=switches.csv_bad_cells,
    )  # fmt: skip
    vault = call.vault
    # A create with such columns succeeds, and whatever is loaded is lost without a word (platform
    # §4.2: THREAD DomoR#14).
    clash = list(unique_names(before.columns)) != [one.name for one in before.columns]

    def run() -> Loaded:
        paths = [coming.spooled] if coming.spooled else [vault.path(one) for one in coming.files]
        files = [*coming.files, *before.files]
        try:
            with vault.reading(files):
                return load(vault, what, paths)
        except BadRows as error:
            raise refused(error) from error

    def finish(loaded: Loaded) -> Reply:
        found = _with_columns(call, dataset.id, coming.columns)
        made = {one.file for one in loaded.pieces} - set(before.files)
        if found is None:
            vault.drop(made)
            raise not_found(f"DataSet {dataset.id} was deleted meanwhile.")
        pieces = loaded.pieces
        if clash and switches.case_clash_empties:
            call.db.unnamed |= made
            pieces = ()
        state = keep_rows(call.db, found.id, pieces, len(before.columns), call.now_ms)
        version = _record(call, found, coming, loaded, state)
        if coming.index:
            request_index(call.db, found, call.now_ms)
        return done(loaded, version)

    return Work(run, finish)


def keeping(
    call: Call, owner: str, number: int, open_still: Callable[[], object], done: Callable[[], Reply]
) -> Work:
    """The work of a part, which must be done in turn: the spooled body is kept as that one of its
    owner. `open_still` raises where parts are not taken any more."""
    spooled, vault = call.spooled, call.vault
    assert spooled is not None, "the route is spooled"

    def run() -> tuple[str, int]:
        size = spooled.stat().st_size
        return vault.keep(spooled), size

    def finish(made: tuple[str, int]) -> Reply:
        file, size = made
        try:
            open_still()
        except Problem:
            vault.drop([file])
            raise
        add_part(call.db, owner, number, file, size)
        return done()

    return Work(run, finish)


def keep_rows(
    db: Database, dataset_id: str, pieces: Sequence[Piece], width: int, now_ms: int
) -> int:
    """Make these the stored rows of the dataset, and return the number of the state. That the
    update time moves with the rows is a GUESS."""
    state = save_pieces(db, dataset_id, pieces)
    rows = sum(one.rows for one in pieces)
    set_fields(
        db, dataset_id, now_ms,
        row_count=rows, column_count=width, data_ms=now_ms, updated_ms=now_ms,
    )  # fmt: skip
    return state


def _before(call: Call, dataset: Dataset, columns: list[Column] | None) -> Rows:
    """The rows that are there, in the columns that they will have."""
    before = stored_rows(call.db, dataset)
    if columns is None:
        return before
    return Rows(tuple(RowColumn(one["name"], one["type"]) for one in columns), before.pieces)


def _record(call: Call, found: Dataset, coming: Coming, loaded: Loaded, state: int) -> int:
    """Remember the write as a data version, and return its number."""
    if coming.method == "REPLACE":
        supersede(call.db, found.id, coming.tag)
    written = Written(
        state, coming.method, loaded.rows, loaded.bytes, coming.tag, coming.upload_id,
        coming.recorded_ms,
    )  # fmt: skip
    return add_version(call.db, found.id, written, found.schema_version, call.now_ms)


def _with_columns(call: Call, dataset_id: str, columns: list[Column] | None) -> Dataset | None:
    """The dataset as it stands by now, with the columns that the rows bring."""
    found = find_dataset(call.db, dataset_id)
    if found is None or columns is None or columns == latest_columns(call.db, found):
        return found
    define(call.db, found, columns, call.now_ms)
    return find_dataset(call.db, dataset_id)
