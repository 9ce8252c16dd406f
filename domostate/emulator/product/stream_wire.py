"""How the Product plane words streams, schedules and runs (seed 003, product §5)."""

import json
import uuid
import zlib
from datetime import UTC, datetime
from typing import Any

from domostate.emulator.call import Call
from domostate.emulator.errors import toe
from domostate.emulator.product import wire
from domostate.emulator.store.accounts import AccountLevel, account_level, find_account
from domostate.emulator.store.datasets import find_dataset
from domostate.emulator.store.runs import latest_runs
from domostate.emulator.store.schedules import minute_of_day, spread_of
from domostate.emulator.store.schemas import latest_columns
from domostate.emulator.store.streams import Execution, Stream, implied_state, schedule_state

SCHEDULES = frozenset({"MANUAL", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "ADVANCED"})
implied = implied_state
SCHEDULE_OPTIONS = {
    "scheduleStartDate": None,
    "scheduleRetryExpression": None,
    "scheduleRetryCount": 0,
    "scheduleAssertion": False,
}
"""What a stream shows where nobody set anything (seed 003)."""
API_TRANSPORT = {"type": "API"}
"""Of a stream without a connector [OAS]."""
_MANAGERS = uuid.UUID("3b0c7d0e-7f0e-4c8a-8f57-9e5f6a1b2c3d")


def stream(call: Call, found: Stream) -> dict[str, Any]:
    """The stream with its dataset embedded; times are seconds here (product §5.1)."""
    dataset = find_dataset(call.db, found.dataset_id)
    columns = latest_columns(call.db, dataset) if dataset is not None else []
    runs = latest_runs(call.db, found.id, call.now_ms)
    options = SCHEDULE_OPTIONS | found.schedule_options
    return {
        "id": found.id,
        "valid": True,
        "invalidExecutionId": None,
        "transport": {"description": None, "version": None, **(found.transport or API_TRANSPORT)},
        "updateMethod": found.update_method,
        "dataProvider": _provider(found),
        "account": _account(call, found),
        "accounts": [],
        "accountTemplate": None,
        "dataSource": wire.dataset(call, dataset) if dataset is not None else None,
        "schemaDefinition": {"columns": [wire.defined_column(one) for one in columns]},
        "scheduleExpression": expression(found),
        "scheduleStartDate": options["scheduleStartDate"],
        "advancedScheduleJson": _schedule(found),
        "scheduleRetryExpression": options["scheduleRetryExpression"],
        "scheduleRetryCount": options["scheduleRetryCount"],
        "lastExecution": execution(runs.last),
        "lastSuccessfulExecution": execution(runs.successful),
        "currentExecution": execution(runs.current),
        "currentExecutionState": "IDLE" if runs.last is None else runs.last.state,
        "createdAt": found.created_ms // 1000,
        "createdBy": found.creator_id,
        "modifiedAt": found.modified_ms // 1000,
        "modifiedBy": found.modifier_id or found.creator_id,
        "scheduleState": schedule_state(found),
        "scheduleAssertion": options["scheduleAssertion"],
        "inactiveScheduleCode": None,
        "configuration": [{"streamId": found.id} | one for one in found.configuration],
    }


def _schedule(found: Stream) -> str | None:
    """Text that holds JSON; an API stream has none [OAS]."""
    return json.dumps(found.schedule, separators=(",", ":")) if found.schedule else None


def _provider(found: Stream) -> dict[str, Any]:
    """The 19 keys of seed 003. Only `key` is anybody's; the number is made from it, and the rest is
    what the sample has."""
    key = found.provider or "api"
    return {
        "id": zlib.crc32(key.encode()) % 10_000,
        "key": key,
        "name": key.replace("-", " ").title(),
        "url": None,
        "defaultConnectorId": None,
        "defaultConnectorLabel": None,
        "authenticationScheme": None,
        "connectorValidatorPresent": False,
        "resourceBundlePresent": False,
        "moduleHandler": None,
        "iconPicker": False,
        "scope": "0",
        "producer": "DOMO",
        "version": "0",
        "dateCreated": _PROVIDERS_MADE_MS,
        "dateUpdated": _PROVIDERS_MADE_MS,
        "visibility": "WITH_CONNECTOR",
        "type": "STANDARD",
        "authenticationSchemeConfiguration": [],
    }


_PROVIDERS_MADE_MS = 1_577_836_800_000


def _account(call: Call, found: Stream) -> dict[str, Any] | None:
    account = None if found.account_id is None else find_account(call.db, found.account_id)
    if account is None:
        return None
    usable = account_level(call.db, call.caller, account) > AccountLevel.NONE
    return wire.account(account) if usable else wire.unshared_account(account)


def execution(run: Execution | None) -> dict[str, Any] | None:
    """A run with the 29 keys of seed 003; `createdAt` is null for one that has just begun
    (portal). Nothing is fetched, so nothing takes memory."""
    if run is None:
        return None
    begun = run.state == "ACTIVE"
    done = run.state == "SUCCESS"
    return {
        "streamId": run.stream_id,
        "executionId": run.id,
        "toe": toe((run.stream_id * 1_000_003 + run.id) % 2**63),
        "startedAt": run.started_ms // 1000,
        "endedAt": None if run.ended_ms is None else run.ended_ms // 1000,
        "updateMethod": run.update_method,
        "index": True,
        "retryCount": 0,
        "retryExecution": None,
        "containerManagerId": f"cm-{uuid.uuid5(_MANAGERS, f'{run.stream_id} {run.id}')}",
        "uploadId": run.id if done else None,
        "indexRequestKey": _index_key(run.ended_ms) if done and run.ended_ms else None,
        "currentState": run.state,
        "runType": run.run_type,
        "createdAt": None if begun else run.started_ms // 1000,
        "modifiedAt": None if begun else run.modified_ms // 1000,
        "latestPhase": None,
        "currentPhase": None,
        "removed": False,
        "rowsInserted": run.row_count if done else 0,
        "bytesInserted": run.size_bytes if done else 0,
        "startedBy": _person(run.started_by),
        "cancelledBy": _person(run.cancelled_by),
        "dataTag": None,
        "peakMemoryUsedBytes": None if begun else 0,
        "peakMemoryCommittedBytes": None if begun else 0,
        "exportable": False,
        "manualIndex": False,
        "errors": [_error(run, number, one) for number, one in enumerate(run.errors, 1)],
    }


def _person(user_id: int | None) -> str | None:
    return None if user_id is None else str(user_id)


def _index_key(at_ms: int) -> float:
    """A time read as a number (seed 003: 20220513224325.628)."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return float(f"{at:%Y%m%d%H%M%S}.{at_ms % 1000:03}")


def _error(run: Execution, number: int, one: dict[str, Any]) -> dict[str, Any]:
    """As captured (nb)."""
    return {
        "id": number,
        "streamId": run.stream_id,
        "executionId": run.id,
        **one,
        "parameters": None,
        "invalidatesExecution": False,
    }


def past_run(run: Execution) -> dict[str, Any]:
    """A run in the aggregated history: nine keys (seed 003)."""
    whole = execution(run) or {}
    return {name: whole[name] for name in _PAST}


_PAST = (
    "streamId", "executionId", "currentState", "rowsInserted", "bytesInserted", "startedAt",
    "endedAt", "updateMethod", "peakMemoryUsedBytes",
)  # fmt: skip


def expression(found: Stream) -> str | None:
    """The Quartz expression that Domo computes from the schedule. It spreads the starting minute
    (seed 003: every 30 minutes became 13/30; inferred)."""
    if not found.provider:
        return None
    schedule = found.schedule
    spread = spread_of(found.id)
    kind = schedule.get("type", "MANUAL")
    if kind == "MANUAL":
        return "MANUAL"
    interval = _interval(schedule)
    if kind == "MINUTE":
        return f"0 {spread % interval}/{interval} * * * ?"
    if kind == "HOUR":
        return f"0 {spread} 0/{interval} * * ?"
    if kind == "ADVANCED":
        return str(schedule.get("expression") or schedule.get("cron") or "") or None
    hour, minute = divmod(minute_of_day(str(schedule.get("at") or ""), spread), 60)
    if kind == "WEEK":
        return f"0 {minute} {hour} ? * {schedule.get('days') or 'MON'}"
    if kind == "MONTH":
        return f"0 {minute} {hour} {schedule.get('day') or 1} * ?"
    return f"0 {minute} {hour} * * ?"


def _interval(schedule: dict[str, Any]) -> int:
    """At least 1, whatever an estate says."""
    text = str(schedule.get("interval") or 1)
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 10 else 1
