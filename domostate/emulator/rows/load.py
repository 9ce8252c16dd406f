"""Load: what came in becomes part of the rows of a dataset, by one of the update methods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from domostate.emulator.rows.intake import BadRows, Intake, take_in
from domostate.emulator.rows.merge import compacted, last_of_each, without
from domostate.emulator.rows.pieces import Piece, Rows
from domostate.emulator.rows.vault import Vault


@dataclass(frozen=True, slots=True)
class Load:
    """One write of rows: `method` is REPLACE, APPEND, UPSERT or DELETE; `keys` names the columns
    that the last two go by.

    With a `tag` it writes one partition. REPLACE then replaces only that one.
    """

    before: Rows
    method: str
    keys: tuple[str, ...] = ()
    tag: str = ""
    header: bool = True
    bad_cells: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rows as they are afterwards, and how much came."""

    pieces: tuple[Piece, ...]
    rows: int
    bytes: int


def load(vault: Vault, what: Load, parts: Sequence[Path]) -> Loaded:
    """Carry out a load of CSV parts in the order given.

    Raises:
        BadRows: the parts cannot be taken; nothing has changed.
    """
    _check(what)
    size = sum(part.stat().st_size for part in parts)
    columns = what.before.columns
    if what.method == "DELETE":
        columns = tuple(one for one in columns if one.name in what.keys)
    intake = Intake(columns, what.header, what.bad_cells, what.tag)
    with vault.making() as made:
        came = take_in(vault, parts, intake)
        pieces = compacted(vault, Rows(what.before.columns, _merged(vault, what, came)))
    vault.drop(made.kept - {one.file for one in pieces})
    return Loaded(pieces, came.rows, size)


def _check(what: Load) -> None:
    names = {column.name for column in what.before.columns}
    missing = [key for key in what.keys if key not in names]
    if missing:
        raise BadRows(f"The DataSet has no key column {missing[0]!r}.")
    if what.method in ("UPSERT", "DELETE") and not what.keys:
        raise BadRows(f"{what.method} needs key columns.")


def _merged(vault: Vault, what: Load, came: Piece) -> tuple[Piece, ...]:
    before = what.before
    match what.method:
        case "APPEND":
            return (*before.pieces, came) if came.rows else before.pieces
        case "UPSERT":
            latest = last_of_each(vault, what.keys, came)
            return (*without(vault, before, what.keys, latest), latest)
        case "DELETE":
            return without(vault, before, what.keys, came)
        case _:
            others = [one for one in before.pieces if what.tag and one.tag != what.tag]
            return (*others, came)
