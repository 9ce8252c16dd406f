"""Datasets: what they are called, who owns them, what is said about them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from domostate.emulator.store.database import Database, Row
from domostate.emulator.store.listing import datasets_as_listed, remember_listed
from domostate.emulator.store.rows import forget_rows

Condition = tuple[str, list[object]]
"""An SQL condition on `datasets` and the values of its question marks."""
Deletion = Literal["soft", "hard"]
"""How to delete (product §2.8)."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset, without its schema, grants and policies."""

    id: str
    name: str
    description: str
    owner_type: str
    owner_id: int
    provider: str
    type: str
    """Equal to the provider unless something else was said of it."""
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
    column_count: int
    """Of the rows that are stored, 0 before there were any (platform §4.1: FIXTURE)."""
    card_count: int
    card_views: int
    certification: str
    """JSON that `certification_of` reads; empty without one."""
    indexed_width: int
    """How many columns `indexed_version` has."""


_DATASET = """SELECT datasets.id, datasets.name, datasets.description, owner_type, owner_id,
provider, ifnull(nullif(datasets.type, ''), provider), transport, tags, hidden, pdp_enabled,
pdp_secured, pdp_external, pdp_enabled_column, schema_version, indexed_version, row_count,
stream_id, datasets.created_ms, datasets.updated_ms, touched_ms, data_ms,
CASE owner_type WHEN 'USER' THEN (SELECT name FROM users WHERE users.id=owner_id)
ELSE (SELECT name FROM groups WHERE groups.id=owner_id) END, column_count,
card_count, card_views, certification,
(SELECT width FROM schemas WHERE dataset_id=datasets.id AND version=indexed_version)
FROM datasets"""

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
        row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], json.loads(row[8]),
        bool(row[9]), bool(row[10]), bool(row[11]), bool(row[12]), bool(row[13]), row[14], row[15],
        row[16], row[17], row[18], row[19], row[20], row[21], row[22] or "", row[23],
        row[24], row[25], row[26], row[27] or 0,
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

    visible: Condition
    name_like: str = ""
    name: str = ""
    owner: tuple[str, int] | None = None
    provider: str = ""
    display_types: Sequence[str] = ()
    types: Sequence[str] = ()
    ids: Sequence[str] | None = None
    hidden_too: bool = False
    created_since_ms: int | None = None
    created_before_ms: int | None = None
    seen_ms: int | None = None
    """Lists that lag show the datasets as they stood at this time; None: as they stand."""
    conditions: Sequence[Condition] = ()
    """More that must hold: what a search asks for."""


def as_indexed(db: Database, now_ms: int) -> dict[str, Any]:
    """The fields of `Wanted` by which lists and searches lag: switches `list_delay_ms` and
    `list_stale_ms`."""
    delay_ms, stale_ms = db.switches.list_delay_ms, db.switches.list_stale_ms
    return {
        "created_before_ms": now_ms - delay_ms if delay_ms > 0 else None,
        "seen_ms": now_ms - stale_ms if stale_ms > 0 else None,
    }


def list_datasets(
    db: Database, wanted: Wanted, order: str = "name", window: tuple[int, int] = (-1, 0)
) -> list[Dataset]:
    """The asked-for part of the datasets that are wanted, in one of `ORDERS`."""
    return sorted_datasets(db, wanted, ORDERS[order], window)


def sorted_datasets(
    db: Database, wanted: Wanted, order: str, window: tuple[int, int]
) -> list[Dataset]:
    """Like `list_datasets`, in an order given as SQL."""
    clause, condition, values = _asked(db, wanted)
    statement = f"{clause}{_DATASET} WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?"
    return [_dataset(row) for row in db.all(statement, *values, *window)]


def count_datasets(db: Database, wanted: Wanted) -> int:
    """How many datasets are wanted in all."""
    clause, condition, values = _asked(db, wanted)
    return db.count(f"{clause}SELECT count(*) FROM datasets WHERE {condition}", *values)


def counted_datasets(db: Database, wanted: Wanted, value: str, label: str) -> list[Row]:
    """Each value that an SQL expression has on the wanted datasets, a label for it and how many
    have it, the most frequent first."""
    clause, condition, values = _asked(db, wanted)
    return db.all(
        f"{clause}SELECT {value}, max({label}), count(*) FROM datasets WHERE {condition} "
        "GROUP BY 1 ORDER BY 3 DESC, 1",
        *values,
    )


def tags_of_datasets(db: Database, wanted: Wanted) -> list[str]:
    """Every tag on the wanted datasets, once."""
    clause, condition, values = _asked(db, wanted)
    rows = db.all(
        f"{clause}SELECT DISTINCT value FROM datasets, json_each(datasets.tags) "
        f"WHERE {condition} ORDER BY value",
        *values,
    )
    return [row[0] for row in rows]


def _asked(db: Database, wanted: Wanted) -> tuple[str, str, list[object]]:
    """What stands before the SELECT, its condition, and the values of both."""
    if wanted.seen_ms is None:
        clause: Condition = ("", [])
        conditions: list[Condition] = [("deleted=0", []), wanted.visible]
    else:
        clause = datasets_as_listed(db, wanted.seen_ms, wanted.visible)
        conditions = [("deleted=0", [])]
    conditions += [*_where(wanted), *wanted.conditions]
    condition = " AND ".join(f"({one})" for one, _ in conditions)
    return clause[0], condition, [*clause[1], *(value for _, some in conditions for value in some)]


def _where(wanted: Wanted) -> Iterator[Condition]:
    equal = {
        "instr(lower(datasets.name), lower(?))": wanted.name_like or None,
        "datasets.name=?": wanted.name or None,
        "provider=?": wanted.provider or None,
        "datasets.created_ms>=?": wanted.created_since_ms,
        "datasets.created_ms<=?": wanted.created_before_ms,
    }
    for condition, value in equal.items():
        if value is not None:
            yield condition, [value]
    among = {"provider": wanted.display_types, _TYPE: wanted.types}
    yield from (_among(expression, values) for expression, values in among.items() if values)
    if wanted.ids is not None:
        yield _among("datasets.id", wanted.ids)
    if wanted.owner is not None:
        yield "owner_type=? AND owner_id=?", [*wanted.owner]
    if not wanted.hidden_too:
        yield "hidden=0", []


_TYPE = "ifnull(nullif(datasets.type, ''), provider)"


def _among(expression: str, values: Sequence[str]) -> Condition:
    return f"{expression} IN (SELECT value FROM json_each(?))", [json.dumps(list(values))]


def add_dataset(db: Database, **fields: Any) -> None:
    """Store a new dataset; names are not unique (product §2.4)."""
    db.touch("dataset", fields["id"])
    fields["tags"] = json.dumps(fields.get("tags", []))
    names = ", ".join(fields)
    marks = ", ".join("?" * len(fields))
    db.run(f"INSERT INTO datasets ({names}) VALUES ({marks})", *fields.values())


def set_fields(db: Database, dataset_id: str, now_ms: int, **fields: Any) -> None:
    """Change columns of the dataset's row; it counts as touched."""
    remember_listed(db, dataset_id, now_ms)
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


_HANGING = (
    "schemas", "index_jobs", "grants", "column_policies", "column_mappings", "cards",
)  # fmt: skip
"""Tables whose rows go with their dataset."""


def delete_dataset(db: Database, dataset_id: str, now_ms: int, method: Deletion) -> None:
    """Delete the dataset with everything that hangs on it; its id and the method are remembered.

    Either way it is gone for every read, and nothing brings it back: no source has an undelete
    (product §2.8). That "soft" keeps the rows all the same is a GUESS. Its stream stays readable
    as deleted (platform §4.7).
    """
    db.touch("dataset", dataset_id)
    remember_listed(db, dataset_id, now_ms)
    masked = "SELECT id FROM column_policies WHERE dataset_id=?"
    rules = f"SELECT id FROM column_rules WHERE policy_id IN ({masked})"
    db.run(f"DELETE FROM column_rule_members WHERE rule_id IN ({rules})", dataset_id)
    db.run(f"DELETE FROM column_rules WHERE policy_id IN ({masked})", dataset_id)
    for table in _HANGING:
        db.run(f"DELETE FROM {table} WHERE dataset_id=?", dataset_id)
    mine = "SELECT id FROM policies WHERE dataset_id=?"
    db.run(f"DELETE FROM policy_members WHERE policy_id IN ({mine})", dataset_id)
    db.run("DELETE FROM policies WHERE dataset_id=?", dataset_id)
    db.run("UPDATE streams SET deleted=1 WHERE dataset_id=?", dataset_id)
    if method == "hard":
        forget_rows(db, dataset_id)
    db.run("UPDATE datasets SET deleted=1, deletion=? WHERE id=?", method, dataset_id)
