"""Which rows of a dataset somebody sees (guarantees, access model; product §4)."""

from collections.abc import Iterable

from domostate.emulator.rows.columns import Column
from domostate.emulator.rows.conditions import any_of
from domostate.emulator.rows.pieces import Rows
from domostate.emulator.store.access import viewer
from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset
from domostate.emulator.store.people import User
from domostate.emulator.store.policies import Policy
from domostate.emulator.store.rows import indexed_pieces, stored_pieces
from domostate.emulator.store.schemas import indexed_columns, latest_columns
from domostate.emulator.store.sight import conditions_of, rules_of


def stored_rows(db: Database, dataset: Dataset) -> Rows:
    """Every row as written last, in the columns as defined last."""
    columns = tuple(Column(one["name"], one["type"]) for one in latest_columns(db, dataset))
    return Rows(columns, stored_pieces(db, dataset.id))


def visible_rows(db: Database, user: User, dataset: Dataset, now_ms: int) -> Rows:
    """What a query of the user reads: indexed rows and columns, as far as `store.sight` lets."""
    columns = tuple(
        Column(one["name"], one["type"]) for one in indexed_columns(db, dataset, now_ms)
    )
    pieces = indexed_pieces(db, dataset.id, now_ms)
    sight = rules_of(db, dataset).sight(viewer(db, user))
    if sight.everything:
        return Rows(columns, pieces)
    return Rows(columns, pieces, _where(db, sight.deciding, user, columns))


def previewed_rows(
    db: Database, user: User, dataset: Dataset, policies: list[Policy], now_ms: int
) -> Rows:
    """The rows that these policies show, whoever they name (product §2.9: `previewPdp`)."""
    everything = visible_rows(db, user, dataset, now_ms)
    where = _where(db, policies, user, everything.columns)
    also = f"({everything.where}) AND ({where})" if everything.where else where
    return Rows(everything.columns, everything.pieces, also)


def _where(
    db: Database, policies: Iterable[Policy], user: User, columns: tuple[Column, ...]
) -> str:
    conditions = [conditions_of(one, user.attributes) for one in policies]
    shown = [one for one in conditions if one is not None]
    return any_of(shown, columns, null_under_not=db.switches.null_matches_not)
