"""Which rows a dataset has: states of its rows, data versions, and parts that came in.

A state is the list of files that make up the rows; it is never changed, a write makes the next
one. What is stored and what is indexed, and so seen by queries, are two of them.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domostate.emulator.rows.pieces import Piece, as_document, from_document
from domostate.emulator.store.database import Database, Row


@dataclass(frozen=True, slots=True)
class DataVersion:
    """One write of rows, as Domo counts them; `id` counts within the dataset from 1."""

    id: int
    upload_id: int | None
    action: str
    tag: str
    schema_version: int
    rows: int
    bytes: int
    status: str
    message: str
    recorded_ms: int
    completed_ms: int
    row_state: int
    """The number of the state of the rows that it made."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a write of rows made: the number of the state of the rows then, and what came."""

    state: int
    action: str
    rows: int
    bytes: int
    tag: str = ""
    upload_id: int | None = None
    recorded_ms: int = 0
    status: str = "SUCCESS"


def named_files(db: Database) -> list[str]:
    """Every file of rows and parts that the database speaks of."""
    of_states = "SELECT json_extract(value, '$.file') FROM row_states, json_each(pieces)"
    return [row[0] for row in db.all(f"{of_states} UNION SELECT file FROM parts")]


def stored_pieces(db: Database, dataset_id: str) -> tuple[Piece, ...]:
    """The rows as written last."""
    return _pieces(db, dataset_id, _heads(db, dataset_id)[0])


def indexed_pieces(db: Database, dataset_id: str, now_ms: int) -> tuple[Piece, ...]:
    """The rows that queries see: those whose indexing is done by now."""
    return _pieces(db, dataset_id, indexed_state(db, dataset_id, now_ms))


def states_since(db: Database, dataset_id: str, number: int) -> dict[int, tuple[Piece, ...]]:
    """The states from that number on, by their numbers."""
    wanted = "SELECT number FROM row_states WHERE dataset_id=? AND number>=? ORDER BY number"
    numbers = [row[0] for row in db.all(wanted, dataset_id, number)]
    return {one: _pieces(db, dataset_id, one) for one in numbers}


def indexed_state(db: Database, dataset_id: str, now_ms: int) -> int:
    """The number of the state that queries see; 0 before anything is indexed."""
    stored, indexed = _heads(db, dataset_id)
    if stored == indexed:
        return indexed
    done = "SELECT max(row_state) FROM index_jobs WHERE dataset_id=? AND ready_ms<=?"
    return max(indexed, db.count(done, dataset_id, now_ms))


def _heads(db: Database, dataset_id: str) -> tuple[int, int]:
    row = db.one("SELECT stored, indexed FROM row_heads WHERE dataset_id=?", dataset_id)
    return (0, 0) if row is None else (row[0], row[1])


def stored_state(db: Database, dataset_id: str) -> int:
    """The number of the state that was written last; 0 without rows."""
    return _heads(db, dataset_id)[0]


def _pieces(db: Database, dataset_id: str, number: int) -> tuple[Piece, ...]:
    found = "SELECT pieces FROM row_states WHERE dataset_id=? AND number=?"
    row = db.one(found, dataset_id, number)
    return tuple(map(from_document, json.loads(row[0]))) if row else ()


def save_pieces(db: Database, dataset_id: str, pieces: Sequence[Piece]) -> int:
    """Make these the stored rows, and return the number of the state."""
    stored, indexed = _heads(db, dataset_id)
    text = json.dumps([as_document(one) for one in pieces])
    db.run("INSERT INTO row_states VALUES (?, ?, ?)", dataset_id, stored + 1, text)
    db.run("INSERT OR REPLACE INTO row_heads VALUES (?, ?, ?)", dataset_id, stored + 1, indexed)
    return stored + 1


def mark_indexed(db: Database, dataset_id: str, number: int, now_ms: int) -> None:
    """From now on queries see that state; older ones are forgotten."""
    stored, indexed = _heads(db, dataset_id)
    reached = max(indexed_state(db, dataset_id, now_ms), number)
    if not stored or reached == indexed == stored:
        return
    db.run("INSERT OR REPLACE INTO row_heads VALUES (?, ?, ?)", dataset_id, stored, reached)
    waiting = "SELECT row_state FROM index_jobs WHERE dataset_id=?"
    _forget(
        db, dataset_id, f"number<? AND number NOT IN ({waiting} AND ready_ms>?)",
        reached, dataset_id, now_ms,
    )  # fmt: skip


def _forget(db: Database, dataset_id: str, condition: str, *values: object) -> None:
    """Forget states, and release the files that no other state of the dataset names."""
    mine = "SELECT json_extract(value, '$.file') FROM row_states, json_each(pieces)"
    before = {row[0] for row in db.all(f"{mine} WHERE dataset_id=?", dataset_id)}
    db.run(f"DELETE FROM row_states WHERE dataset_id=? AND {condition}", dataset_id, *values)
    db.unnamed |= before - {row[0] for row in db.all(f"{mine} WHERE dataset_id=?", dataset_id)}


def forget_rows(db: Database, dataset_id: str) -> None:
    """Forget everything that was ever written to a dataset."""
    _forget(db, dataset_id, "1")
    for upload in db.all("SELECT id FROM uploads WHERE dataset_id=?", dataset_id):
        forget_parts(db, upload_parts(upload[0]))
    for stream in db.all("SELECT id FROM streams WHERE dataset_id=?", dataset_id):
        forget_runs(db, stream[0])
    for table in ("row_heads", "data_versions", "uploads"):
        db.run(f"DELETE FROM {table} WHERE dataset_id=?", dataset_id)


def add_version(
    db: Database, dataset_id: str, written: Written, schema_version: int, now_ms: int
) -> int:
    """Record a write, and return the number of its data version."""
    last = db.count("SELECT max(id) FROM data_versions WHERE dataset_id=?", dataset_id)
    db.run(
        "INSERT INTO data_versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        dataset_id, last + 1, written.upload_id, written.action, written.tag, schema_version,
        written.rows, written.bytes, written.status, "", written.recorded_ms or now_ms, now_ms,
        written.state,
    )  # fmt: skip
    return last + 1


_VERSION = """SELECT id, upload_id, action, tag, schema_version, rows, bytes, status, message,
recorded_ms, completed_ms, row_state FROM data_versions WHERE dataset_id=?"""


def versions_of(db: Database, dataset_id: str) -> list[DataVersion]:
    """Every data version, newest first; of an emptied partition those marked as deleted too."""
    rows: Iterable[Row] = db.all(f"{_VERSION} ORDER BY id DESC", dataset_id)
    return [DataVersion(*row) for row in rows]


def state_after(db: Database, dataset_id: str, version_id: int) -> int | None:
    """The number of the state of the rows that a data version made; None without that version."""
    made = "SELECT row_state FROM data_versions WHERE dataset_id=? AND id=?"
    row = db.one(made, dataset_id, version_id)
    return None if row is None else int(row[0])


def run_parts(stream_id: int, run_id: int) -> str:
    """The owner of the parts of a stream's run."""
    return f"run/{stream_id}/{run_id}"


def forget_runs(db: Database, stream_id: int) -> None:
    """Forget the parts of every run of a stream."""
    runs = db.all("SELECT id FROM executions WHERE stream_id=?", stream_id)
    for run in runs:
        forget_parts(db, run_parts(stream_id, run[0]))


def upload_parts(upload_id: int) -> str:
    """The owner of the parts of an upload."""
    return f"upload/{upload_id}"


def add_part(db: Database, owner: str, number: int, file: str, size: int) -> None:
    """Keep a part; one that is sent again takes the place of the first."""
    old = db.one("SELECT file FROM parts WHERE owner=? AND number=?", owner, number)
    if old is not None:
        db.unnamed.add(old[0])
    db.run("INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?)", owner, number, file, size)


def parts_of(db: Database, owner: str) -> list[tuple[int, str, int]]:
    """Number, file and bytes of each part, in the order of their numbers."""
    rows = db.all("SELECT number, file, bytes FROM parts WHERE owner=? ORDER BY number", owner)
    return [(row[0], row[1], row[2]) for row in rows]


def forget_parts(db: Database, owner: str) -> None:
    """Forget the parts, and release their files."""
    db.unnamed |= {file for _, file, _ in parts_of(db, owner)}
    db.run("DELETE FROM parts WHERE owner=?", owner)
