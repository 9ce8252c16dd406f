"""New datasets, the same on both planes."""

from typing import Any

from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import add_dataset
from domostate.emulator.store.policies import ensure_all_rows
from domostate.emulator.store.schemas import Column, add_version


def new_dataset(db: Database, columns: list[Column], now_ms: int, **fields: Any) -> str:
    """Store a dataset with its first schema and, where the switch says so, its All Rows policy.
    Returns the id."""
    dataset_id = db.next_dataset_id()
    add_version(db, dataset_id, 1, columns)
    add_dataset(
        db, id=dataset_id, schema_version=1,
        indexed_version=int(db.switches.created_schema_is_indexed),
        created_ms=now_ms, updated_ms=now_ms, touched_ms=now_ms, **fields,
    )  # fmt: skip
    if db.switches.all_rows_before_first_enable:
        ensure_all_rows(db, dataset_id)
    return dataset_id
