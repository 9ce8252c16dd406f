"""Snapshot, logs, reset, faults and switches."""

from datetime import UTC, datetime

from domostate.emulator.call import Call, Reply, as_object, json_reply
from domostate.emulator.control.openapi import read_description
from domostate.emulator.control.pages.routes import ROUTES as PAGES
from domostate.emulator.errors import EstateInvalid, Problem
from domostate.emulator.faults.given import given_from
from domostate.emulator.faults.kept import clear_rules, shown, take
from domostate.emulator.history import history
from domostate.emulator.routing import Route
from domostate.emulator.snapshot import snapshot
from domostate.emulator.switches import as_dict, changed


def read_snapshot(call: Call) -> Reply:
    """The whole estate in the shape of the estate file, with ids; with `rows=true` the rows too."""
    return json_reply(snapshot(call.db, call.now_ms, call.vault if call.flag("rows") else None))


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
    """Back to the estate that seeded the folder, or to the one in the body (JSON, or YAML if its
    content type says so), which then is what later resets go back to. Logs, history, faults,
    switches and counters start over too."""
    # Imported here: only loading an estate needs pydantic, which costs a start 80 ms.
    from domostate.emulator.estate import Estate, check_estate, estate_of
    from domostate.emulator.seeding import seed

    try:
        if call.body.strip() and "yaml" in call.headers.get("content-type", ""):
            name = call.headers.get("x-file-name") or "the estate"
            estate = estate_of(call.body.decode("utf-8", "replace"), name)
        elif call.body.strip():
            estate = check_estate(call.json())
        else:
            estate = Estate.model_validate_json(call.db.fact("estate") or "{}")
    except EstateInvalid as error:
        raise Problem(400, str(error)) from error
    try:
        seed(call.db, call.vault, estate, call.now_ms)
    except EstateInvalid as error:
        raise Problem(400, str(error)) from error
    return json_reply({})


def read_faults(call: Call) -> Reply:
    """The rules, and how often each matched and fired; those that switches stand for come last."""
    return json_reply(shown(call.db))


def add_faults(call: Call) -> Reply:
    """Append a list of rules, or one; an empty list clears them. An object of `rules` and
    `switches` sets switches too. Answers all rules."""
    given = given_from(call.json())
    if given.rules == ():
        clear_rules(call.db)
    take(call.db, given)
    return json_reply(shown(call.db))


def set_faults(call: Call) -> Reply:
    """Replace the rules; like `POST` otherwise."""
    given = given_from(call.json())
    if given.rules is not None:
        clear_rules(call.db)
    take(call.db, given)
    return json_reply(shown(call.db))


def clear_faults(call: Call) -> Reply:
    """Forget all rules but those that switches stand for."""
    clear_rules(call.db)
    return json_reply(shown(call.db))


def read_switches(call: Call) -> Reply:
    """All switches by name."""
    return json_reply(as_dict(call.db.switches))


def set_switches(call: Call) -> Reply:
    """Change the named switches, keep the others. Answers all of them."""
    call.db.set_switches(changed(call.db.switches, as_object(call.json(), "switches")))
    return json_reply(as_dict(call.db.switches))


ROUTES = (
    *PAGES,
    Route("GET", "/_emulator/snapshot", read_snapshot, query=("rows",)),
    Route("GET", "/_emulator/requests", read_requests, query=("since",)),
    Route("GET", "/_emulator/openapi.json", read_description),
    Route("GET", "/_emulator/history", read_history, query=("dataset",)),
    Route("POST", "/_emulator/reset", reset),
    Route("GET", "/_emulator/faults", read_faults),
    Route("POST", "/_emulator/faults", add_faults),
    Route("PUT", "/_emulator/faults", set_faults),
    Route("DELETE", "/_emulator/faults", clear_faults),
    Route("GET", "/_emulator/switches", read_switches),
    Route("PUT", "/_emulator/switches", set_switches),
    Route("POST", "/_emulator/switches", set_switches),
)
