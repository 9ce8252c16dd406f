"""Runs of streams on the Product plane (product §5.4)."""

from typing import Any

from domostate.emulator.call import Call, Reply, as_int, as_text, json_reply
from domostate.emulator.errors import Problem, bad_request, not_found
from domostate.emulator.product import stream_wire
from domostate.emulator.product.reach import reach
from domostate.emulator.product.streams import known
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.access import Level
from domostate.emulator.store.runs import RUN_TYPES, abort_run, find_run, runs_of, start_run
from domostate.emulator.store.streams import Execution


def execute(call: Call) -> Reply:
    """Start a run: every call starts another (product §5.4), and aborts the one that goes on. What
    is answered is a switch. The type of the run comes as `runType` (portal), as `action` (seed 003)
    or not at all (dl)."""
    stream = known(call, Level.CAN_EDIT)
    given = call.json_object()
    run_type = as_text(given.get("runType") or given.get("action") or "MANUAL", "runType").upper()
    if run_type not in RUN_TYPES:
        raise bad_request(f"{run_type!r} is no type of run.")
    dataset = reach(call, stream.dataset_id)
    run = start_run(call.db, stream, dataset, run_type, call.caller.id, call.now_ms)
    if call.db.switches.execute_reply == "nothing":
        return json_reply({})
    return json_reply(stream_wire.execution(run), 201)


def list_runs(call: Call) -> Reply:
    """The runs, newest first."""
    return json_reply([stream_wire.execution(one) for one in _page(call)])


def list_past(call: Call) -> Reply:
    """The runs, newest first, in nine keys each (seed 003 "Stream Execution History")."""
    return json_reply([stream_wire.past_run(one) for one in _page(call)])


def _page(call: Call) -> list[Execution]:
    return list(call.page(runs_of(call.db, known(call).id, call.now_ms), 50))


def read_run(call: Call) -> Reply:
    """One run."""
    return json_reply(stream_wire.execution(_known_run(call, Level.CAN_VIEW)))


def abort(call: Call) -> Reply:
    """End a run before its time. A `message` in the body becomes its error."""
    run = _known_run(call, Level.CAN_EDIT)
    if run.state != "ACTIVE":
        raise Problem(409, f"Execution {run.id} is over: {run.state}.")
    given = call.json_object()
    problem: dict[str, Any] = {}
    if given.get("message") is not None:
        problem = {
            "category": as_text(given.get("category") or "CONNECTOR", "category"),
            "code": 0,
            "message": as_text(given["message"], "message"),
        }
    aborted = abort_run(call.db, run, call.caller.id, problem, call.now_ms)
    return json_reply(stream_wire.execution(aborted))


def _known_run(call: Call, needed: Level) -> Execution:
    stream = known(call, needed)
    number = as_int(call.params["run"], "executionId")
    run = find_run(call.db, stream.id, number, call.now_ms)
    if run is None:
        raise not_found(f"Stream {stream.id} has no execution {number}.")
    return run


_STREAM = "/api/data/v1/streams/{id}"
ROUTES = (
    Route(
        "POST", f"{_STREAM}/executions", execute, source="003; product §5.4",
        doubt="the reply (switch execute_reply); when and how a run ends (switch run_ms); that a "
        "run which goes on is aborted, as on the other plane",
        status=201,
    ),
    Route(
        "GET", f"{_STREAM}/executions", list_runs, source="product §5.4",
        doubt="the shape of the entries is that of `lastExecution`",
        query=PAGED,
    ),
    Route(
        "GET", _STREAM + "/executions/{run}", read_run, source="product §5.4",
        doubt="path from OAS; the shape is that of `lastExecution`",
    ),
    Route(
        "PUT", _STREAM + "/executions/{run}/abort", abort, source="product §5.4",
        doubt="the state ABORTED; 409 for a run that is over",
    ),
    Route(
        "GET", f"{_STREAM}/history", list_runs, source="product §5.4",
        doubt="the shape of the entries is that of `lastExecution`",
        query=PAGED,
    ),
    Route(
        "GET", f"{_STREAM}/history/aggregate", list_past, source="003; product §5.4",
        doubt="limit and offset",
        query=PAGED,
    ),
)  # fmt: skip
