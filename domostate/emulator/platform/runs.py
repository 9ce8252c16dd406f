"""Rows through a stream's run: parts, commit and abort (platform §6, seed 004)."""

from dataclasses import replace

from domostate.emulator.call import NO_CONTENT, Call, Reply, as_int, json_reply
from domostate.emulator.errors import bad_request, not_found
from domostate.emulator.loading import Coming, keeping, loading
from domostate.emulator.platform import wire
from domostate.emulator.platform.rows import bad_csv
from domostate.emulator.platform.streams import known_stream
from domostate.emulator.routing import Route
from domostate.emulator.rows.load import Loaded
from domostate.emulator.store.access import Level
from domostate.emulator.store.datasets import find_dataset
from domostate.emulator.store.rows import forget_parts, parts_of, run_parts
from domostate.emulator.store.streams import (
    Execution,
    Stream,
    executions_of,
    find_execution,
    save_execution,
)
from domostate.emulator.work import Work

MOST_GAPS = 100
"""Missing numbers between the parts of a run. That there is a limit is known, not which (GUESS;
pydomo's change log has the message)."""


def _active(call: Call) -> tuple[Stream, Execution]:
    """The stream and its run, which must not be over (GUESS: 400)."""
    stream = known_stream(call, Level.CAN_EDIT)
    number = as_int(call.params["run"], "execution id")
    run = find_execution(call.db, stream.id, number)
    if run is None:
        raise not_found(f"Stream {stream.id} has no execution {number}.")
    if run.state != "ACTIVE":
        raise bad_request(f"Execution {number} of stream {stream.id} is {run.state}, not ACTIVE.")
    return stream, run


def put_part(call: Call) -> Work:
    """One part of the rows, in any order; a number that comes again replaces the first. What is in
    it is looked at when the run is committed."""
    stream, run = _active(call)
    number = as_int(call.params["part"], "part id")
    if number < 0:
        raise bad_request("A part id must not be negative.")  # pydomo counts from 0

    def done() -> Reply:
        current = replace(run, modified_ms=call.now_ms)
        save_execution(call.db, current)
        return json_reply(wire.execution(current))

    owner = run_parts(stream.id, run.id)
    return keeping(call, owner, number, lambda: _active(call), done)


def commit(call: Call) -> Work:
    """The parts become the rows of the dataset by the method of the run. The reply still says
    ACTIVE, the next read SUCCESS (seed 004, THREAD domo-python-sdk#27)."""
    stream, run = _active(call)
    dataset = find_dataset(call.db, stream.dataset_id)
    assert dataset is not None, "the stream was reached through its dataset"
    _check_pace(call, stream)
    owner = run_parts(stream.id, run.id)
    parts = parts_of(call.db, owner)
    numbers = [number for number, _, _ in parts]
    if numbers and numbers[-1] - numbers[0] + 1 - len(numbers) > MOST_GAPS:
        raise bad_request(
            "Too many non-consecutive part ids. Make consecutive or upload multiple data versions"
        )

    def done(loaded: Loaded, _version: int) -> Reply:
        forget_parts(call.db, owner)
        over = replace(
            run, state="SUCCESS", modified_ms=call.now_ms, ended_ms=call.now_ms,
            row_count=loaded.rows, size_bytes=loaded.bytes,
        )  # fmt: skip
        save_execution(call.db, over)
        return json_reply(wire.execution(replace(over, state="ACTIVE", ended_ms=None)))

    method = run.update_method
    if method == "APPEND" and stream.key_columns:
        method = "UPSERT"  # so the documents ask for an upsert (platform §6)
    coming = Coming(
        method,
        tuple(file for _, file, _ in parts),
        keys=tuple(stream.key_columns),
        recorded_ms=run.started_ms,
    )
    return loading(call, dataset, coming, bad_csv, done)


def _check_pace(call: Call, stream: Stream) -> None:
    """Domo takes a commit of a stream every 15 minutes (platform §6: DOC); which refusal it gives
    is a GUESS."""
    interval_ms = call.db.switches.commit_interval_s * 1000
    ended = [
        one.ended_ms
        for one in executions_of(call.db, stream.id)
        if one.state == "SUCCESS" and one.ended_ms is not None
    ]
    if interval_ms and ended and call.now_ms - max(ended) < interval_ms:
        raise bad_request(
            f"Stream {stream.id} was committed less than {interval_ms // 1000} seconds ago."
        )


def abort(call: Call) -> Reply:
    """End a run; nothing of it is ever seen."""
    stream, run = _active(call)
    return json_reply(wire.execution(_aborted(call, stream, run)))


def abort_current(call: Call) -> Reply:
    """End whichever run is under way; none is no error (GUESS)."""
    stream = known_stream(call, Level.CAN_EDIT)
    for run in executions_of(call.db, stream.id):
        if run.state == "ACTIVE":
            _aborted(call, stream, run)
    return NO_CONTENT


def _aborted(call: Call, stream: Stream, run: Execution) -> Execution:
    over = replace(run, state="ABORTED", modified_ms=call.now_ms, ended_ms=call.now_ms)
    save_execution(call.db, over)
    forget_parts(call.db, run_parts(stream.id, run.id))
    return over


_RUN = "/v1/streams/{id}/executions/{run}"
ROUTES = (
    Route(
        "PUT", _RUN + "/part/{part}", put_part, "data", "004; platform §6",
        "that a run which is over is refused; that gzip which the page's `curl -d` spoils (it "
        "needs `--data-binary`) is taken, and refused by the commit", spooled=True, in_turn=True,
    ),
    Route(
        "PUT", _RUN + "/commit", commit, "data", "004; platform §6",
        "how many gaps between parts are too many", in_turn=True,
    ),
    Route(
        "PUT", _RUN + "/abort", abort, "data", "platform §6",
        "that the state becomes ABORTED",
    ),
    Route(
        "PUT", "/v1/streams/{id}/executions/abort", abort_current, "data", "platform §6",
        status=204,
    ),
)  # fmt: skip
