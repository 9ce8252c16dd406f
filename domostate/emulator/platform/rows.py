"""Rows on the Platform plane: import, export and query (platform §4.8 to §4.10)."""

import re
from pathlib import Path
from urllib.parse import quote

from domostate.emulator.call import NO_CONTENT, Call, Reply
from domostate.emulator.errors import Problem, bad_request
from domostate.emulator.loading import Coming, loading
from domostate.emulator.platform.reach import reach
from domostate.emulator.querying import Answered, querying
from domostate.emulator.routing import Route
from domostate.emulator.rows.intake import BadRows
from domostate.emulator.rows.output import write_csv
from domostate.emulator.seeing import visible_rows
from domostate.emulator.store.access import Level
from domostate.emulator.work import Work


def bad_csv(error: BadRows) -> Problem:
    """A refusal of CSV, as users have seen it (THREAD domo-python-sdk#44, openstax/domo#144)."""
    return bad_request(f"Invalid CSV provided during upload. msg={error}")


def import_rows(call: Call) -> Work:
    """Replace or add rows. The method is told by its exact spelling, and anything else means
    REPLACE (platform §4.8: DOC)."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    method = "APPEND" if call.query.get("updateMethod") == "APPEND" else "REPLACE"
    coming = Coming(method, spooled=call.spooled, recorded_ms=call.now_ms)
    return loading(call, found, coming, bad_csv, lambda _loaded, _version: NO_CONTENT)


def export_rows(call: Call) -> Work:
    """The rows that the caller sees, as CSV; without a header unless it is asked for."""
    found = reach(call, call.params["id"])
    rows = visible_rows(call.db, call.caller, found, call.now_ms)
    header, vault = call.flag("includeHeader"), call.vault
    named = call.query.get("fileName") or f"{found.name}.csv"
    held = vault.reading(rows.files)

    def run() -> Path:
        with held:
            return write_csv(vault, rows, header=header)

    return Work(run, lambda path: _attached(path, named))


def _attached(path: Path, name: str) -> Reply:
    headers = {"content-disposition": f"attachment; {_file_name(name)}"}
    return Reply(200, content_type="text/csv", headers=headers, long_body=(path,))


_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
"""What needs no quotes in a header (RFC 9110 section 5.6.2)."""


def _file_name(name: str) -> str:
    """The name as RFC 6266 has it: plain as seed 004 prints it where that can be, else in quotes,
    and with letters beyond ASCII once more, spelled out. How Domo writes those is not known."""
    name = "".join(one for one in name if one.isprintable())
    # Clients disagree about what a backslash or a quote means inside of quotes.
    shown = "".join(one if one.isascii() and one not in '"\\' else "_" for one in name)
    written = f"filename={shown}" if _TOKEN.fullmatch(shown) else f'filename="{shown}"'
    if name == shown:
        return written
    return f"{written}; filename*=UTF-8''{quote(name, safe='')}"


def query(call: Call) -> Work:
    """One SELECT over the rows that the caller sees."""
    found = reach(call, call.params["id"])
    sql = call.json_object().get("sql")
    if not isinstance(sql, str):
        # As seen (THREAD domo-python-sdk#62).
        raise bad_request(
            "Cannot deserialize instance of java.lang.String out of START_OBJECT token"
        )
    rows = visible_rows(call.db, call.caller, found, call.now_ms)
    return querying(call.vault, rows, sql, lambda answered: _answer(found.id, answered))


def _answer(dataset_id: str, answered: Answered) -> Reply:
    metadata = [
        {
            "type": kind,
            "dataSourceId": dataset_id,
            "maxLength": -1,
            "minLength": -1,
            "periodIndex": 0,
        }
        for kind in answered.types
    ]
    return answered.reply(dataset_id, metadata)


ROUTES = (
    Route(
        "PUT", "/v1/datasets/{id}/data", import_rows, "data", "001, 004; platform §4.8",
        "whether a first row that names the columns is a header; what a text that is no value of "
        "its column does", spooled=True, in_turn=True, query=("updateMethod",), status=204,
    ),
    Route(
        "GET", "/v1/datasets/{id}/data", export_rows, "data", "004; platform §4.9",
        "how times are written; how a fileName beyond ASCII is",
        query=("includeHeader", "fileName"),
    ),
    Route(
        "POST", "/v1/datasets/query/execute/{id}", query, "data", "platform §4.10",
        "which SQL is taken beyond SELECT over `table`",
    ),
)  # fmt: skip
