"""Streams, their schedules and their runs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from domostate.emulator.errors import bad_request
from domostate.emulator.store.database import Database, Row
from domostate.emulator.store.rows import forget_parts, forget_runs, run_parts

PRODUCT_METHODS = frozenset({"REPLACE", "APPEND", "UPSERT", "DELETE"})
"""product §5.1 (wip-spec)."""
PLATFORM_METHODS = frozenset({"REPLACE", "APPEND", "UPSERT"})
"""platform §6: the documents disagree about UPSERT, both spellings are accepted."""


@dataclass(frozen=True, slots=True)
class Stream:
    """How data comes into a dataset. Without a provider it is an API stream."""

    id: int
    dataset_id: str
    provider: str
    transport: dict[str, Any]
    account_id: int | None
    update_method: str
    key_columns: list[str]
    configuration: list[dict[str, Any]]
    """Entries `{category, name, type, value}`; values are always text (product §5.1)."""
    schedule: dict[str, Any]
    """`advancedScheduleJson`, parsed; empty for an API stream."""
    schedule_state: str
    """As somebody set it; empty: follows from the schedule."""
    creator_id: int
    created_ms: int
    modified_ms: int
    deleted: bool = False
    modifier_id: int | None = None
    """Who changed it last; None: nobody has."""
    schedule_options: dict[str, Any] = field(default_factory=dict)
    """What else belongs to the schedule, under the names of the Product plane (seed 003): start
    date, retries, assertion. Unset ones are missing."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One run of a stream; every stream counts its own (platform §6)."""

    stream_id: int
    id: int
    state: str
    run_type: str
    update_method: str
    started_ms: int
    modified_ms: int
    ended_ms: int | None
    due_ms: int | None = None
    """When a connector's run ends by itself (see `runs`); None: it waits for somebody."""
    started_by: int | None = None
    cancelled_by: int | None = None
    row_count: int = 0
    size_bytes: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    """Entries `{category, code, message}`."""


_STREAM = """SELECT id, dataset_id, provider, transport, account_id, update_method, key_columns,
configuration, schedule, schedule_state, creator_id, created_ms, modified_ms, deleted,
modifier_id, schedule_options FROM streams"""
_EXECUTION = """SELECT stream_id, id, state, run_type, update_method, started_ms, modified_ms,
ended_ms, due_ms, started_by, cancelled_by, row_count, size_bytes, errors FROM executions"""


def _stream(row: Row) -> Stream:
    return Stream(
        row[0], row[1], row[2], json.loads(row[3]), row[4], row[5], json.loads(row[6]),
        json.loads(row[7]), json.loads(row[8]), row[9], row[10], row[11], row[12], bool(row[13]),
        row[14], json.loads(row[15]),
    )  # fmt: skip


def find_stream(db: Database, stream_id: int) -> Stream | None:
    """The stream of that id; one whose dataset is gone is found as deleted."""
    row = db.one(_STREAM + " WHERE id=?", stream_id)
    return None if row is None else _stream(row)


def stream_of(db: Database, dataset_id: str) -> Stream | None:
    """The dataset's living stream."""
    row = db.one(_STREAM + " WHERE dataset_id=? AND deleted=0", dataset_id)
    return None if row is None else _stream(row)


def all_streams(db: Database) -> list[Stream]:
    """Every living stream, by id."""
    return [_stream(row) for row in db.all(_STREAM + " WHERE deleted=0 ORDER BY id")]


def streams_by_id(db: Database, ids: Sequence[int]) -> list[Stream]:
    """The living streams among `ids`, by id."""
    among = " WHERE deleted=0 AND id IN (SELECT value FROM json_each(?)) ORDER BY id"
    return [_stream(row) for row in db.all(_STREAM + among, json.dumps(list(ids)))]


def save_stream(db: Database, stream: Stream) -> None:
    """Store a stream as it now is and point its dataset at it."""
    db.run(
        "INSERT OR REPLACE INTO streams VALUES "
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        stream.id, stream.dataset_id, stream.provider, json.dumps(stream.transport),
        stream.account_id, stream.update_method, json.dumps(stream.key_columns),
        json.dumps(stream.configuration), json.dumps(stream.schedule), stream.schedule_state,
        stream.creator_id, stream.created_ms, stream.modified_ms, stream.deleted,
        stream.modifier_id, json.dumps(stream.schedule_options),
    )  # fmt: skip
    db.run("UPDATE datasets SET stream_id=? WHERE id=?", stream.id, stream.dataset_id)


def delete_stream(db: Database, stream: Stream) -> None:
    """Remove the stream; its dataset stays (platform §6)."""
    forget_runs(db, stream.id)
    db.run("DELETE FROM executions WHERE stream_id=?", stream.id)
    db.run("DELETE FROM streams WHERE id=?", stream.id)
    db.run("UPDATE datasets SET stream_id=NULL WHERE id=?", stream.dataset_id)


def check_method(method: Any, known: frozenset[str]) -> str:
    """`method`, if it is one of `known`."""
    if not isinstance(method, str) or method not in known:
        raise bad_request(f"{method!r} is no update method.")
    return method


def schedule_state(stream: Stream) -> str:
    """MANUAL, ACTIVE or INACTIVE: as set, else as the schedule implies (product §5.2)."""
    if stream.schedule_state:
        return stream.schedule_state
    return implied_state(stream.schedule)


def implied_state(schedule: dict[str, Any]) -> str:
    """What follows from a schedule when nobody set the state."""
    return "MANUAL" if schedule.get("type", "MANUAL") == "MANUAL" else "ACTIVE"


def system_tags(stream: Stream) -> list[str]:
    """The tags that Domo generates for a connector dataset, as in the sample of seed 003
    ("Stream (Connector) - Get"); what `udt_` holds for other schedules is a GUESS."""
    if not stream.provider:
        return []
    kind = stream.schedule.get("type", "MANUAL")
    at = stream.schedule.get("at") or "undefined"
    return [
        f"s_{stream.provider}",
        f"udt_{kind} at {at}",
        f"um_{stream.update_method}",
        stream.provider,
    ]


def start_execution(
    db: Database, stream: Stream, run_type: str, now_ms: int, started_by: int | None = None
) -> Execution:
    """Begin a run of an API stream, which waits for its client, in the place of those before."""
    abort_active(db, stream.id, now_ms)
    run = Execution(
        stream.id, next_execution_id(db, stream.id), "ACTIVE", run_type, stream.update_method,
        now_ms, now_ms, None, started_by=started_by,
    )  # fmt: skip
    save_execution(db, run)
    return run


def abort_active(db: Database, stream_id: int, now_ms: int) -> None:
    """End what runs of a stream: one run is active at a time, a new one aborts the others (platform
    §6, older documents; that a connector's runs make way too is a GUESS). A run that was due by now
    has ended by itself."""
    goes_on = "stream_id=? AND state='ACTIVE' AND ifnull(due_ms>?, 1)"
    for run in db.all(f"SELECT id FROM executions WHERE {goes_on}", stream_id, now_ms):
        forget_parts(db, run_parts(stream_id, run[0]))
    db.run(
        "UPDATE executions SET state='ABORTED', ended_ms=?, modified_ms=?, row_count=0, "
        f"size_bytes=0 WHERE {goes_on}",
        now_ms, now_ms, stream_id, now_ms,
    )  # fmt: skip


def next_execution_id(db: Database, stream_id: int) -> int:
    """The number of the stream's next run."""
    return db.count("SELECT max(id) FROM executions WHERE stream_id=?", stream_id) + 1


def save_execution(db: Database, run: Execution) -> None:
    """Store a run as it now is."""
    db.run(
        "INSERT OR REPLACE INTO executions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        run.stream_id, run.id, run.state, run.run_type, run.update_method, run.started_ms,
        run.modified_ms, run.ended_ms, run.due_ms, run.started_by, run.cancelled_by,
        run.row_count, run.size_bytes, json.dumps(run.errors),
    )  # fmt: skip


def executions_of(db: Database, stream_id: int) -> list[Execution]:
    """The runs of a stream, newest first."""
    rows = db.all(_EXECUTION + " WHERE stream_id=? ORDER BY id DESC", stream_id)
    return [_execution(row) for row in rows]


def newest_execution(
    db: Database, stream_id: int, condition: str = "1", *values: Any
) -> Execution | None:
    """The newest run of a stream for which an SQL condition holds."""
    rest = f" WHERE stream_id=? AND {condition} ORDER BY id DESC LIMIT 1"
    row = db.one(_EXECUTION + rest, stream_id, *values)
    return None if row is None else _execution(row)


def find_execution(db: Database, stream_id: int, number: int) -> Execution | None:
    """One run of a stream."""
    row = db.one(_EXECUTION + " WHERE stream_id=? AND id=?", stream_id, number)
    return None if row is None else _execution(row)


def _execution(row: Row) -> Execution:
    errors: list[dict[str, Any]] = json.loads(row[13])
    return Execution(*(*row[:13], errors))
