"""Snapshot, logs, reset, faults and switches."""

from datetime import UTC, datetime
from typing import Any

from domostate.emulator.call import Call, Reply, as_object, json_reply
from domostate.emulator.errors import EstateInvalid, Problem
from domostate.emulator.faults import Faults
from domostate.emulator.history import history
from domostate.emulator.routing import Route
from domostate.emulator.snapshot import snapshot
from domostate.emulator.switches import as_dict, changed


def read_snapshot(call: Call) -> Reply:
    """The whole estate in the shape of the estate file, with ids."""
    return json_reply(snapshot(call.db, call.now_ms))


def read_requests(call: Call) -> Reply:
    """Every request but those to `/_emulator`, in the order in which they took effect. `status` is
    what was answered, null where the connection was cut instead. `?since=SEQ` leaves out the
    earlier ones."""
    since = call.number("since", 0)
    rows = call.db.all(
        "SELECT seq, at_ms, method, path, status FROM requests WHERE seq>? ORDER BY seq", since
    )
    return json_reply([
        {"seq": row[0], "at": _time(row[1]), "method": row[2], "path": row[3], "status": row[4]}
        for row in rows
    ])  # fmt: skip


def _time(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_history(call: Call) -> Reply:
    """How access stood after each write that changed it."""
    return json_reply(history(call.db, call.query.get("dataset") or None))


def reset(call: Call) -> Reply:
    """Back to the estate that seeded the folder, or to the one in the body, which then is what
    later resets go back to. Logs, history, faults, switches and counters start over too."""
    # Imported here: only loading an estate needs pydantic, which costs a start 80 ms.
    from domostate.emulator.estate import Estate, check_estate
    from domostate.emulator.seeding import seed

    try:
        if call.body.strip():
            estate = check_estate(call.json())
        else:
            estate = Estate.model_validate_json(call.db.fact("estate") or "{}")
    except EstateInvalid as error:
        raise Problem(400, str(error)) from error
    seed(call.db, estate, call.now_ms)
    return json_reply({})


def read_faults(call: Call) -> Reply:
    """The rules, and how often each matched and fired."""
    return json_reply(Faults(call.db).shown())


def add_faults(call: Call) -> Reply:
    """Append a list of rules, or one; an empty list clears them. Answers all rules."""
    given = _rules(call)
    faults = Faults(call.db)
    if not given:
        faults.clear()
    faults.add(given)
    return json_reply(faults.shown())


def set_faults(call: Call) -> Reply:
    """Replace the rules."""
    faults = Faults(call.db)
    faults.clear()
    faults.add(_rules(call))
    return json_reply(faults.shown())


def clear_faults(call: Call) -> Reply:
    """Forget all rules."""
    Faults(call.db).clear()
    return json_reply([])


def _rules(call: Call) -> list[Any]:
    value = call.json()
    if isinstance(value, dict) and isinstance(value.get("rules"), list):
        value = value["rules"]
    return value if isinstance(value, list) else [value]


def read_switches(call: Call) -> Reply:
    """All switches by name."""
    return json_reply(as_dict(call.db.switches))


def set_switches(call: Call) -> Reply:
    """Change the named switches, keep the others. Answers all of them."""
    call.db.set_switches(changed(call.db.switches, as_object(call.json(), "switches")))
    return json_reply(as_dict(call.db.switches))


ROUTES = (
    Route("GET", "/_emulator/snapshot", read_snapshot),
    Route("GET", "/_emulator/requests", read_requests),
    Route("GET", "/_emulator/history", read_history),
    Route("POST", "/_emulator/reset", reset),
    Route("GET", "/_emulator/faults", read_faults),
    Route("POST", "/_emulator/faults", add_faults),
    Route("PUT", "/_emulator/faults", set_faults),
    Route("DELETE", "/_emulator/faults", clear_faults),
    Route("GET", "/_emulator/switches", read_switches),
    Route("PUT", "/_emulator/switches", set_switches),
    Route("POST", "/_emulator/switches", set_switches),
)
