"""Rows coming in on the Product plane: a session, its parts, and the commit (product §2.9)."""

from collections.abc import Mapping
from typing import Any

from domostate.emulator.call import Call, Reply, as_int, as_text, json_reply
from domostate.emulator.errors import Problem, bad_request, not_found
from domostate.emulator.loading import Coming, keeping, loading
from domostate.emulator.product.reach import reach
from domostate.emulator.routing import Route
from domostate.emulator.rows.intake import BadRows
from domostate.emulator.rows.load import Loaded
from domostate.emulator.store.access import Level
from domostate.emulator.store.datasets import Dataset
from domostate.emulator.store.rows import forget_parts, parts_of, upload_parts
from domostate.emulator.store.schemas import latest_columns, request_index
from domostate.emulator.store.uploads import Upload, add_upload, end_upload, find_upload
from domostate.emulator.work import Work

ACTIONS = frozenset({"APPEND", "REPLACE"})
BY_KEY = frozenset({"UPSERT", "DELETE"})
LATEST = "LATEST"
"""An `appendId` that names no mode: clients send it with every action (dl, scripts+)."""


def begin(call: Call) -> Reply | Work:
    """Begin a session (seed 003 "Request Multipart Upload API"), or append one row if the body has
    `values` (seed 003 "Append Row to DataSet"). Which rights this takes is a GUESS, as for every
    write of rows: those to edit."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    given = call.json_object()
    if given.get("values") is not None:
        return _append_row(call, found, given)
    if given.get("executionId") is not None:
        as_int(given["executionId"], "executionId")
    upload = Upload(
        call.db.next_id("upload"), found.id, _action(given), _append_id(given), _tag(call.query),
        committed=False, requested_ms=call.now_ms,
    )  # fmt: skip
    add_upload(call.db, upload)
    return json_reply({
        "dataSourceId": found.id,
        "uploadId": upload.id,
        "requestedAsOf": call.now_ms,
    })  # fmt: skip


def _action(given: Mapping[str, Any]) -> str:
    action = _said(given, "action")
    if action and action not in ACTIONS:
        raise bad_request(f"action must be APPEND or REPLACE, not {action!r}.")
    return action


def _append_id(given: Mapping[str, Any]) -> str:
    mode = _said(given, "appendId").upper()
    if mode and mode not in ACTIONS | BY_KEY | {LATEST}:
        raise bad_request(
            f"appendId must be replace, append, upsert, delete or latest, not {mode.lower()!r}."
        )
    return mode


def _tag(given: Mapping[str, Any]) -> str:
    """The partition: `restateDataTag` is the older word for `dataTag` (seed 003: "largely
    deprecated and retained for backward compatibility")."""
    return _said(given, "restateDataTag") or _said(given, "dataTag")


def _said(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    return "" if value is None else as_text(value, name)


def _append_row(call: Call, found: Dataset, given: dict[str, Any]) -> Work:
    values = as_text(given["values"], "values")
    delimiter = _said(given, "delimiter") or ","
    cells = [one.replace('"', '""') for one in values.split(delimiter)]
    line = ",".join(f'"{one}"' if one else "" for one in cells)
    path = call.vault.passing(".csv")
    work = loading(
        call, found, Coming("APPEND", spooled=path, header=False), bad_csv,
        lambda _loaded, _version: json_reply({}),
    )  # fmt: skip

    def run() -> object:
        try:
            path.write_text(line + "\n", encoding="utf-8", newline="")
            return work.run()
        finally:
            path.unlink(missing_ok=True)

    return Work(run, work.finish)


def bad_csv(error: BadRows) -> Problem:
    """A refusal of CSV in the words that are known from the other plane (platform §4.8)."""
    return bad_request(f"Invalid CSV provided during upload. msg={error}")


def _open(call: Call) -> tuple[Dataset, Upload]:
    """The session, which must not be committed (GUESS: 400)."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    number = as_int(call.params["upload"], "uploadId")
    upload = find_upload(call.db, found.id, number)
    if upload is None:
        raise not_found(f"DataSource {found.id} has no upload {number}.")
    if upload.committed:
        raise bad_request(f"Upload {number} is committed.")
    return found, upload


def put_part(call: Call) -> Work:
    """One part, in any order and with gaps; a number that comes again replaces the first (seed
    003). What is in it is looked at when the upload is committed."""
    _, upload = _open(call)
    number = as_int(call.params["part"], "part")
    if number < 1:
        raise bad_request("A part is numbered with a positive integer.")
    owner = upload_parts(upload.id)
    return keeping(call, owner, number, lambda: _open(call), lambda: json_reply({}))


def commit(call: Call) -> Work:
    """The parts become rows. What is answered is captured [nb+]."""
    found, upload = _open(call)
    given = call.json_object()
    tag = _tag(given) or upload.tag
    method = _method(upload, given)
    keys: tuple[str, ...] = ()
    if method in BY_KEY:
        columns = latest_columns(call.db, found)
        keys = tuple(one["name"] for one in columns if one.get("upsertKey"))
        if not keys:
            raise bad_request(f"DataSource {found.id} has no upsertKey columns.")
    if method == "APPEND" and tag and call.db.switches.tagged_append_replaces:
        method = "REPLACE"
    index = _flag(given.get("index"))
    parts = parts_of(call.db, upload_parts(upload.id))

    def done(loaded: Loaded, _version: int) -> Reply:
        end_upload(call.db, upload.id)
        forget_parts(call.db, upload_parts(upload.id))
        current = reach(call, found.id)
        indexing: dict[str, Any] = {"requested": index}
        if index:
            indexing["requestKey"] = request_index(call.db, current, call.now_ms)
        return json_reply({
            "dataSourceId": found.id,
            "uploadId": upload.id,
            "dataTag": tag or None,
            "status": "SUCCESS",
            "size": {
                "rowCount": loaded.rows,
                "columnCount": current.column_count,
                "numberOfBytes": loaded.bytes,
                "partCount": len(parts),
            },
            "indexing": indexing,
        })  # fmt: skip

    coming = Coming(
        method, tuple(file for _, file, _ in parts), keys=keys, tag=tag, upload_id=upload.id,
        index=False, recorded_ms=upload.requested_ms,
    )  # fmt: skip
    return loading(call, found, coming, bad_csv, done)


def _method(upload: Upload, given: dict[str, Any]) -> str:
    """How the parts become rows (inferred): a session that began as upsert or delete stays so,
    otherwise the action of the commit decides, then what the session began with."""
    modes = (_append_id(given), upload.append_id)
    said = [
        *(one for one in modes if one in BY_KEY),
        _action(given),
        *(one for one in modes if one in ACTIONS),
        upload.action,
        *("APPEND" for one in modes if one == LATEST),
        "REPLACE",
    ]
    return next(one for one in said if one)


def _flag(value: Any) -> bool:
    """Both true and "true" are printed in seed 003; left out, as in its delete mode, it is true
    (GUESS)."""
    if value is None or isinstance(value, bool):
        return value is not False
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise bad_request(f"index must be true or false, not {value!r}.")


def _routes(prefix: str) -> tuple[Route, ...]:
    uploads = prefix + "/data/v3/datasources/{id}/uploads"
    begun = uploads + "/{upload}"
    return (
        Route(
            "POST", uploads, begin, source="003; product §2.9", in_turn=True,
            doubt="that upload ids are counted over all datasets; `values` in the body; "
            "executionId and includeHistory change nothing",
            query=("dataTag", "restateDataTag", "includeHistory"),
        ),
        Route(
            "PUT", begun + "/parts/{part}", put_part, source="003; product §2.9",
            spooled=True, in_turn=True,
            doubt="the reply; that a committed upload refuses parts",
        ),
        Route(
            "PUT", begun + "/commit", commit, source="003; product §2.9", in_turn=True,
            doubt="which of action and appendId decides; what a partition tag does to an APPEND "
            "(switch tagged_append_replaces); that rows are indexed unless index is false",
        ),
    )  # fmt: skip


# The delete mode of seed 003 is written for `api.domo.com`, without `/api`.
ROUTES = (*_routes("/api"), *_routes(""))
