"""Columns: defined versions, the indexed one, and the jobs between them."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from domostate.emulator.call import as_list, as_object, as_text
from domostate.emulator.errors import bad_request
from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset, set_fields
from domostate.emulator.store.rows import mark_indexed, stored_state

Column = dict[str, Any]
"""`name` and `type`; `visible: false`, `upsertKey: true`, `description`, `tags`, and a wrangle's
`newName` and `position`, where they are not the default."""

TYPES = frozenset({"STRING", "DECIMAL", "LONG", "DOUBLE", "DATE", "DATETIME"})


def checked_columns(value: Any) -> list[Column]:
    """The column list of a request, in the stored form; 400 where it is malformed.

    Names that differ only in case are accepted, as Domo accepts them (platform §4.2); the same
    name twice is refused (GUESS).
    """
    columns = [_checked_column(one) for one in as_list(value, "columns")]
    for name, times in Counter(column["name"] for column in columns).items():
        if times > 1:
            raise bad_request(f"Column {name!r} occurs twice.")
    return columns


def _checked_column(value: Any) -> Column:
    given = as_object(value, "column")
    name = as_text(given.get("name"), "column name")
    kind = as_text(given.get("type"), "column type")
    if not name:
        raise bad_request("A column needs a name.")
    if kind not in TYPES:
        raise bad_request(f"Column {name!r} has the unknown type {kind!r}.")
    column: Column = {"name": name, "type": kind}
    if given.get("visible") is False:
        column["visible"] = False
    # Users report that schema updates drop upsert keys (product §2.5, forum 69368): a key that is
    # not sent back is gone.
    if given.get("upsertKey"):
        column["upsertKey"] = True
    # The other side of the same coin (GUESS): what is said of a column is sent back or lost.
    if given.get("description"):
        column["description"] = as_text(given["description"], "column description")
    tags = [as_text(one, "column tag") for one in as_list(given.get("tags"), "column tags")]
    if tags:
        column["tags"] = tags
    return column


def columns_of(db: Database, dataset_id: str, version: int) -> list[Column]:
    """The columns of one version; version 0 has none."""
    row = db.one(
        "SELECT columns FROM schemas WHERE dataset_id=? AND version=?", dataset_id, version
    )
    found: list[Column] = json.loads(row[0]) if row else []
    return found


def latest_columns(db: Database, dataset: Dataset) -> list[Column]:
    """The columns as defined last."""
    return columns_of(db, dataset.id, dataset.schema_version)


def indexed_version(db: Database, dataset: Dataset, now_ms: int) -> int:
    """The version that queries see: the one whose indexing is done by now."""
    if dataset.indexed_version == dataset.schema_version:
        return dataset.indexed_version
    done = "SELECT max(version) FROM index_jobs WHERE dataset_id=? AND ready_ms<=?"
    return max(dataset.indexed_version, db.count(done, dataset.id, now_ms))


def indexed_columns(db: Database, dataset: Dataset, now_ms: int) -> list[Column]:
    """The columns that queries see."""
    return columns_of(db, dataset.id, indexed_version(db, dataset, now_ms))


def indexed_width(db: Database, dataset: Dataset, now_ms: int) -> int:
    """How many columns queries see."""
    version = indexed_version(db, dataset, now_ms)
    if version == dataset.indexed_version:
        return dataset.indexed_width
    return db.count(
        "SELECT width FROM schemas WHERE dataset_id=? AND version=?", dataset.id, version
    )


def define(db: Database, dataset: Dataset, columns: list[Column], now_ms: int) -> int:
    """Store a new version, a repeated one too (product §2.5), and return its number.

    The update time moves (GUESS, product §8).
    """
    version = dataset.schema_version + 1
    add_version(db, dataset.id, version, columns)
    set_fields(db, dataset.id, now_ms, schema_version=version, updated_ms=now_ms)
    return version


def add_version(db: Database, dataset_id: str, version: int, columns: list[Column]) -> None:
    """Store the columns of one version."""
    text = json.dumps(columns)
    db.run("INSERT INTO schemas VALUES (?, ?, ?, ?)", dataset_id, version, text, len(columns))


def request_index(db: Database, dataset: Dataset, now_ms: int, row_state: int | None = None) -> str:
    """Ask for the latest columns, and for the latest rows or those of a state, to be indexed, and
    return the key of the request.

    It is done at once or after the switch `index_delay_ms`. The key looks as in seed 003
    (`indexRequestKey`: a time with milliseconds), but is text: as a number it does not survive a
    client that reads numbers as floats.
    """
    ready_ms = now_ms + db.switches.index_delay_ms
    last = db.count("SELECT max(requested_ms) FROM index_jobs")
    asked_ms = max(now_ms, last + 1)
    at = datetime.fromtimestamp(asked_ms / 1000, UTC)
    key = f"{at:%Y%m%d%H%M%S}.{asked_ms % 1000:03}"
    rows = stored_state(db, dataset.id) if row_state is None else row_state
    job = (key, dataset.id, dataset.schema_version, rows, asked_ms, ready_ms)
    db.run("INSERT INTO index_jobs VALUES (?, ?, ?, ?, ?, ?)", *job)
    if ready_ms <= now_ms:
        set_fields(db, dataset.id, now_ms, indexed_version=dataset.schema_version)
        mark_indexed(db, dataset.id, rows, now_ms)
    return key


def index_job(db: Database, dataset_id: str, key: str) -> tuple[int, int] | None:
    """When an index request was made and when it is done."""
    asked = "SELECT requested_ms, ready_ms FROM index_jobs WHERE dataset_id=? AND key=?"
    row = db.one(asked, dataset_id, key)
    return None if row is None else (row[0], row[1])
