"""The Simple API: datasets that are written as JSON (platform §4.11)."""

from pathlib import Path

from domostate.emulator.call import NO_CONTENT, Call, Reply, as_text, json_reply
from domostate.emulator.errors import Problem, bad_request
from domostate.emulator.loading import Coming, loading
from domostate.emulator.platform import wire
from domostate.emulator.platform.reach import denied, reach
from domostate.emulator.routing import Route
from domostate.emulator.rows.intake import BadRows
from domostate.emulator.rows.objects import WrongColumns, columns_in, write_objects
from domostate.emulator.rows.vault import Vault
from domostate.emulator.store.access import Level
from domostate.emulator.store.creation import new_dataset
from domostate.emulator.store.people import READ_ONLY_ROLES
from domostate.emulator.store.schemas import Column, checked_columns, latest_columns
from domostate.emulator.work import Work


def create(call: Call) -> Reply:
    """A new dataset without columns; name and description stand in the query, the body or both,
    and then the query counts (GUESS)."""
    if call.caller.role in READ_ONLY_ROLES:
        raise denied(call)
    given = call.json_object()
    name, description = (
        call.query.get(field) or as_text(given.get(field) or "", field)
        for field in ("name", "description")
    )
    if not name:
        raise bad_request("name must not be empty.")
    dataset_id = new_dataset(
        call.db, [], call.now_ms, name=name, description=description, owner_type="USER",
        owner_id=call.caller.id,
    )  # fmt: skip
    return json_reply(wire.dataset(call.db, reach(call, dataset_id)), 201)


def put_rows(call: Call) -> Work:
    """Replace the rows and with them the columns, or add rows that fit the columns. The method is
    told by its exact spelling, and anything else means REPLACE."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    append = call.query.get("updateMethod") == "APPEND"
    before = latest_columns(call.db, found)
    spooled, vault = call.spooled, call.vault
    assert spooled is not None, "the route is spooled"

    def as_csv() -> list[Column]:
        try:
            return _as_csv(vault, spooled, before, append=append)
        except WrongColumns as error:
            raise _invalid(f"Invalid schema. Expected: {_spelt(before)}") from error
        except BadRows as error:
            raise _bad_rows(error) from error

    def load(columns: list[Column]) -> Work:
        current = reach(call, found.id, Level.CAN_EDIT)
        coming = Coming(
            "APPEND" if append else "REPLACE", spooled=spooled, recorded_ms=call.now_ms,
            columns=columns, header=False,
        )  # fmt: skip
        return loading(call, current, coming, _bad_rows, lambda _loaded, _version: NO_CONTENT)

    return Work(as_csv, load)


def _as_csv(vault: Vault, spooled: Path, before: list[Column], *, append: bool) -> list[Column]:
    """Put CSV in the place of the JSON, and return the columns that the dataset then has: those
    that it had, unless a replacement brings others."""
    columns = before
    if not append:
        came = [{"name": one.name, "type": one.type} for one in columns_in(spooled)]
        if came and came != [{"name": one["name"], "type": one["type"]} for one in before]:
            columns = _checked(came)
    path = vault.passing(".csv")
    try:
        write_objects(spooled, [one["name"] for one in columns], path, all_named=append)
        path.replace(spooled)
    finally:
        path.unlink(missing_ok=True)
    return columns


def _checked(came: list[Column]) -> list[Column]:
    try:
        return checked_columns(came)
    except Problem as problem:
        raise BadRows(problem.message) from problem


def _bad_rows(error: BadRows) -> Problem:
    return _invalid(str(error))


def _invalid(reason: str) -> Problem:
    """The 400 of this API is plain text."""
    return Problem(400, body=f"Invalid data provided during upload. {reason}")


def _spelt(columns: list[Column]) -> str:
    spelt = (f"{{type='{one['type']}', name='{one['name']}', metadata=null}}" for one in columns)
    return f"{{columns=[{', '.join(spelt)}]}}"


ROUTES = (
    Route(
        "POST", "/v1/json", create, "data", "platform §4.11",
        "which of query and body counts", query=("name", "description"), status=201,
    ),
    Route(
        "PUT", "/v1/json/{id}/data", put_rows, "data", "platform §4.11",
        "the types that values make; numbers and objects in text columns; the words of refusals "
        "other than that of the schema", spooled=True, in_turn=True,
        query=("updateMethod",), status=204,
    ),
)  # fmt: skip
