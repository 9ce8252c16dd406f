"""How the Product plane words streams, schedules and runs (seed 003, product §5)."""

import json
import re
from typing import Any

from domostate.emulator.call import Call
from domostate.emulator.product import wire
from domostate.emulator.store.datasets import find_dataset
from domostate.emulator.store.people import find_account
from domostate.emulator.store.schemas import latest_columns
from domostate.emulator.store.streams import (
    Execution,
    Stream,
    executions_of,
    implied_state,
    schedule_state,
)

SCHEDULES = frozenset({"MANUAL", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "ADVANCED"})
implied = implied_state


def stream(call: Call, found: Stream) -> dict[str, Any]:
    """The stream with its dataset embedded; times are seconds here (product §5.1)."""
    dataset = find_dataset(call.db, found.dataset_id)
    columns = latest_columns(call.db, dataset) if dataset is not None else []
    runs = executions_of(call.db, found.id)
    done = [one for one in runs if one.state == "SUCCESS"]
    return {
        "id": found.id,
        "valid": True,
        "invalidExecutionId": None,
        "transport": found.transport or {"type": "API", "description": None, "version": None},
        "updateMethod": found.update_method,
        "dataProvider": _provider(found),
        "account": _account(call, found),
        "accounts": [],
        "dataSource": wire.dataset(call, dataset) if dataset is not None else None,
        "schemaDefinition": {"columns": [wire.defined_column(one) for one in columns]},
        "scheduleExpression": expression(found),
        "scheduleStartDate": None,
        "advancedScheduleJson": json.dumps(found.schedule, separators=(",", ":")),
        "scheduleRetryExpression": None,
        "scheduleRetryCount": 0,
        "lastExecution": execution(runs[0]) if runs else None,
        "lastSuccessfulExecution": execution(done[0]) if done else None,
        "currentExecution": None,
        "currentExecutionState": runs[0].state if runs else None,
        "createdAt": found.created_ms // 1000,
        "createdBy": found.creator_id,
        "modifiedAt": found.modified_ms // 1000,
        "modifiedBy": found.creator_id,
        "scheduleState": schedule_state(found),
        "scheduleAssertion": False,
        "inactiveScheduleCode": None,
        "configuration": [{"streamId": found.id} | one for one in found.configuration],
    }


def _provider(found: Stream) -> dict[str, Any]:
    key = found.provider or "api"
    return {"id": 1, "key": key, "name": key.replace("-", " ").title(), "type": "STANDARD"}


def _account(call: Call, found: Stream) -> dict[str, Any] | None:
    account = None if found.account_id is None else find_account(call.db, found.account_id)
    return None if account is None else wire.account(account)


def execution(run: Execution) -> dict[str, Any]:
    """A run."""
    return {
        "streamId": run.stream_id,
        "executionId": run.id,
        "startedAt": run.started_ms // 1000,
        "endedAt": None if run.ended_ms is None else run.ended_ms // 1000,
        "updateMethod": run.update_method,
        "currentState": run.state,
        "runType": run.run_type,
        "createdAt": run.started_ms // 1000,
        "modifiedAt": run.modified_ms // 1000,
        "rowsInserted": 0,
        "bytesInserted": 0,
        "errors": [],
    }


_CLOCK = re.compile(r"(\d{1,2}):(\d{2})\s*([AP]M)?", re.IGNORECASE)


def expression(found: Stream) -> str | None:
    """The Quartz expression that Domo computes from the schedule. It spreads the starting minute
    (seed 003: every 30 minutes became 13/30; inferred), here by the stream's number."""
    if not found.provider:
        return None
    schedule = found.schedule
    spread = found.id * 7 % 60
    kind = schedule.get("type", "MANUAL")
    if kind == "MANUAL":
        return "MANUAL"
    interval = str(schedule.get("interval") or 1)
    if kind == "MINUTE":
        return f"0 {spread % max(int(interval), 1)}/{interval} * * * ?"
    if kind == "HOUR":
        return f"0 {spread} 0/{interval} * * ?"
    if kind == "ADVANCED":
        return str(schedule.get("expression") or schedule.get("cron") or "") or None
    minute, hour = _time(str(schedule.get("at") or ""), spread)
    if kind == "WEEK":
        return f"0 {minute} {hour} ? * {schedule.get('days') or 'MON'}"
    if kind == "MONTH":
        return f"0 {minute} {hour} {schedule.get('day') or 1} * ?"
    return f"0 {minute} {hour} * * ?"


def _time(at: str, spread: int) -> tuple[int, int]:
    """Minute and hour of a time such as 08:01 PM."""
    found = _CLOCK.search(at)
    if found is None:
        return spread, 0
    hour = int(found[1])
    if found[3]:
        hour = hour % 12 + (12 if found[3].upper() == "PM" else 0)
    return int(found[2]), hour
