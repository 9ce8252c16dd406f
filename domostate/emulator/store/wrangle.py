"""What is said of the columns of a dataset: nothing that makes another schema of it."""

import json
from collections.abc import Mapping
from typing import Any

from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset, set_fields
from domostate.emulator.store.schemas import Column, columns_of, indexed_version, latest_columns

_UNSAID: Mapping[str, Any] = {"visible": True, "description": "", "tags": [], "newName": ""}
"""What is not written down, because it goes without saying."""


def wrangled_columns(db: Database, dataset: Dataset) -> list[Column]:
    """The columns as defined last, in the order that was asked for; those that nobody moved stay
    where they stand."""
    columns = list(enumerate(latest_columns(db, dataset)))
    columns.sort(key=lambda one: (one[1].get("position", one[0]), one[0]))
    return [column for _, column in columns]


def say_of_columns(
    db: Database, dataset: Dataset, said: Mapping[str, Mapping[str, Any]], now_ms: int
) -> None:
    """Write down what is said of the columns named in `said`, in the schema defined last and in the
    one that queries see: it makes no version (product §2.5: inferred) and needs no index."""
    for version in {dataset.schema_version, indexed_version(db, dataset, now_ms)}:
        columns = [
            _with(column, said.get(column["name"], {}))
            for column in columns_of(db, dataset.id, version)
        ]
        statement = "UPDATE schemas SET columns=? WHERE dataset_id=? AND version=?"
        db.run(statement, json.dumps(columns), dataset.id, version)
    set_fields(db, dataset.id, now_ms)


def _with(column: Column, said: Mapping[str, Any]) -> Column:
    new = {**column, **said}
    return {name: value for name, value in new.items() if _UNSAID.get(name) != value}
