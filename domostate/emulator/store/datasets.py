"""Datasets: what they are called, who owns them, what is said about them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domostate.emulator.store.database import Database, Row


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset, without its schema, grants and policies."""

    id: str
    name: str
    description: str
    owner_type: str
    owner_id: int
    provider: str
    transport: str
    tags: list[str]
    hidden: bool
    pdp_enabled: bool
    pdp_secured: bool
    pdp_external: bool
    pdp_enabled_column: bool
    schema_version: int
    indexed_version: int
    row_count: int
    stream_id: int | None
    created_ms: int
    updated_ms: int
    touched_ms: int
    data_ms: int | None
    owner_name: str


_DATASET = """SELECT datasets.id, datasets.name, datasets.description, owner_type, owner_id,
provider, transport, tags, hidden, pdp_enabled, pdp_secured, pdp_external, pdp_enabled_column,
schema_version, indexed_version, row_count, stream_id, datasets.created_ms, datasets.updated_ms,
touched_ms, data_ms, CASE owner_type WHEN 'USER' THEN
(SELECT name FROM users WHERE users.id=owner_id) ELSE
(SELECT name FROM groups WHERE groups.id=owner_id) END FROM datasets"""

ORDERS = {
    "name": "datasets.name, datasets.id",
    "nameDescending": "datasets.name DESC, datasets.id",
    "created": "datasets.created_ms DESC, datasets.id",
    "createdAscending": "datasets.created_ms, datasets.id",
    "updated": "datasets.updated_ms DESC, datasets.id",
    "updatedAscending": "datasets.updated_ms, datasets.id",
    "touched": "touched_ms DESC, datasets.id",
    "touchedAscending": "touched_ms, datasets.id",
    "id": "datasets.id",
}


def _dataset(row: Row) -> Dataset:
    return Dataset(
        row[0], row[1], row[2], row[3], row[4], row[5], row[6], json.loads(row[7]), bool(row[8]),
        bool(row[9]), bool(row[10]), bool(row[11]), bool(row[12]), row[13], row[14], row[15],
        row[16], row[17], row[18], row[19], row[20], row[21] or "",
    )  # fmt: skip


def find_dataset(db: Database, dataset_id: str) -> Dataset | None:
    """The dataset of that id, deleted ones excepted."""
    row = db.one(_DATASET + " WHERE datasets.id=? AND deleted=0", dataset_id)
    return None if row is None else _dataset(row)


def was_deleted(db: Database, dataset_id: str) -> bool:
    """Whether there was such a dataset once."""
    return db.one("SELECT 1 FROM datasets WHERE id=? AND deleted=1", dataset_id) is not None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which datasets a list asks for; `visible` is a condition from `access.visible_to`."""

    visible: tuple[str, list[object]]
    name_like: str = ""
    name: str = ""
    owner_id: int | None = None
    provider: str = ""
    ids: Sequence[str] | None = None
    hidden_too: bool = False
    created_before_ms: int | None = None


def list_datasets(
    db: Database, wanted: Wanted, order: str = "name", window: tuple[int, int] = (-1, 0)
) -> list[Dataset]:
    """The asked-for part of the datasets that are wanted, in one of `ORDERS`."""
    condition, values = _where(wanted)
    statement = f"{_DATASET} WHERE {condition} ORDER BY {ORDERS[order]} LIMIT ? OFFSET ?"
    return [_dataset(row) for row in db.all(statement, *values, *window)]


def count_datasets(db: Database, wanted: Wanted) -> int:
    """How many datasets are wanted in all."""
    condition, values = _where(wanted)
    return db.count(f"SELECT count(*) FROM datasets WHERE {condition}", *values)


def _where(wanted: Wanted) -> tuple[str, list[object]]:
    conditions = ["deleted=0", wanted.visible[0]]
    values: list[object] = [*wanted.visible[1]]

    def also(condition: str, *more: object) -> None:
        conditions.append(condition)
        values.extend(more)

    if wanted.name_like:
        also("instr(lower(datasets.name), lower(?))", wanted.name_like)
    if wanted.name:
        also("datasets.name=?", wanted.name)
    if wanted.owner_id is not None:
        also("owner_id=?", wanted.owner_id)
    if wanted.provider:
        also("provider=?", wanted.provider)
    if wanted.ids is not None:
        also("datasets.id IN (SELECT value FROM json_each(?))", json.dumps(list(wanted.ids)))
    if not wanted.hidden_too:
        also("hidden=0")
    if wanted.created_before_ms is not None:
        also("datasets.created_ms<=?", wanted.created_before_ms)
    return " AND ".join(conditions), values


def add_dataset(db: Database, **fields: Any) -> None:
    """Store a new dataset; names are not unique (product §2.4)."""
    db.touch("dataset", fields["id"])
    fields["tags"] = json.dumps(fields.get("tags", []))
    names = ", ".join(fields)
    marks = ", ".join("?" * len(fields))
    db.run(f"INSERT INTO datasets ({names}) VALUES ({marks})", *fields.values())


def set_fields(db: Database, dataset_id: str, now_ms: int, **fields: Any) -> None:
    """Change columns of the dataset's row; it counts as touched."""
    assignments = "".join(f", {name}=?" for name in fields)
    statement = f"UPDATE datasets SET touched_ms=?{assignments} WHERE id=?"
    db.run(statement, now_ms, *fields.values(), dataset_id)


def is_system_tag(tag: str, provider: str) -> bool:
    """Whether Domo itself put the tag there (product §2.6, seed 003 "Stream (Connector) - Get")."""
    return tag.startswith(("s_", "um_", "udt_")) or (tag == provider and provider != "api")


def set_tags(db: Database, dataset: Dataset, tags: Sequence[str], now_ms: int) -> None:
    """Replace all tags; repeated ones collapse. Generated tags are lost when they are left out,
    unless the switch `system_tags_regenerated` brings them back."""
    kept: list[str] = []
    if db.switches.system_tags_regenerated:
        kept = [tag for tag in dataset.tags if is_system_tag(tag, dataset.provider)]
    wanted = list(dict.fromkeys([*tags, *kept]))
    set_fields(db, dataset.id, now_ms, tags=json.dumps(wanted))


def delete_dataset(db: Database, dataset_id: str) -> None:
    """Delete the dataset with everything that hangs on it; only its id is remembered.

    Its stream stays readable as deleted (platform §4.7).
    """
    db.touch("dataset", dataset_id)
    for table in ("schemas", "index_jobs", "grants"):
        db.run(f"DELETE FROM {table} WHERE dataset_id=?", dataset_id)
    mine = "SELECT id FROM policies WHERE dataset_id=?"
    db.run(f"DELETE FROM policy_members WHERE policy_id IN ({mine})", dataset_id)
    db.run("DELETE FROM policies WHERE dataset_id=?", dataset_id)
    db.run("UPDATE streams SET deleted=1 WHERE dataset_id=?", dataset_id)
    db.run("UPDATE datasets SET deleted=1 WHERE id=?", dataset_id)
