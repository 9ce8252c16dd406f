"""Datasets on the Platform plane (platform §4)."""

from typing import Any

from domostate.emulator.call import (
    NO_CONTENT,
    Call,
    Reply,
    as_int,
    as_list,
    as_object,
    as_text,
    json_reply,
)
from domostate.emulator.errors import bad_request
from domostate.emulator.platform import wire
from domostate.emulator.platform.reach import denied, reach
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.access import Level, visible_to
from domostate.emulator.store.creation import new_dataset
from domostate.emulator.store.datasets import (
    Dataset,
    Wanted,
    as_indexed,
    delete_dataset,
    list_datasets,
    set_fields,
)
from domostate.emulator.store.grants import transfer
from domostate.emulator.store.people import READ_ONLY_ROLES, user_exists
from domostate.emulator.store.policies import switch_pdp
from domostate.emulator.store.schemas import Column, checked_columns, define, request_index

LIST_LIMIT = 50
"""The most datasets in one page (platform §4.5)."""
_SORTS = {
    "": "id", "name": "name", "nameDescending": "nameDescending", "dataSourceId": "id",
    "createdAt": "created", "createdAtAscending": "createdAscending",
    "lastUpdated": "updated", "lastUpdatedAscending": "updatedAscending",
    "lastTouched": "touched", "lastTouchedAscending": "touchedAscending",
    # There are no cards and no errors here: every dataset is equal in them.
    "cardCount": "id", "cardCountAscending": "id", "cardViewCount": "id",
    "cardViewCountAscending": "id", "errorState": "id", "errorStateDescending": "id",
}  # fmt: skip


def list_all(call: Call) -> Reply:
    """The datasets that the client's user sees, by page of at most 50. An empty `nameLike` is no
    filter, a negative limit an empty page: pydomo sends both (platform §13.2)."""
    sort = call.query.get("sort", "")
    if sort not in _SORTS:
        raise bad_request(f"sort cannot be {sort!r}.")
    wanted = Wanted(
        visible_to(call.db, call.caller),
        name_like=call.query.get("nameLike", ""),
        **as_indexed(call.db, call.now_ms),
    )
    limit = max(call.number("limit", LIST_LIMIT), 0)
    window = call.capped(limit, max(call.number("offset", 0), 0), LIST_LIMIT)
    found = list_datasets(call.db, wanted, _SORTS[sort], window)
    return json_reply([wire.listed_dataset(one) for one in found])


def read(call: Call) -> Reply:
    """The whole dataset, with schema and policies."""
    return json_reply(wire.dataset(call.db, reach(call, call.params["id"])))


def create(call: Call) -> Reply:
    """A new dataset of the client's user; an owner in the body is ignored (platform §4.3: GUESS).
    Names may repeat."""
    made = make(call, call.json_object())
    return json_reply(wire.created_dataset(call.db, made), 201)


def make(call: Call, given: dict[str, Any]) -> Dataset:
    """The dataset that a body describes, stored."""
    if call.caller.role in READ_ONLY_ROLES:
        raise denied(call)
    name = as_text(given.get("name"), "name")
    if not name:
        raise bad_request("name must not be empty.")
    schema = given.get("schema")
    # The bare "Bad Request" is recorded (THREAD domo-python-sdk#22).
    if not isinstance(schema, dict) or not isinstance(schema.get("columns"), list):
        raise bad_request()
    columns = _columns(schema["columns"])
    dataset_id = new_dataset(
        call.db, columns, call.now_ms, name=name, description=str(given.get("description") or ""),
        owner_type="USER", owner_id=call.caller.id,
    )  # fmt: skip
    return reach(call, dataset_id)


def _columns(given: Any) -> list[Column]:
    """The columns of a body. A number in the place of a name counts as a text: Domo reads with
    Jackson (its words in a refusal, platform §4.10), which takes it so (INFER). pydomo sends
    numbers for a DataFrame whose columns nobody has named."""
    return checked_columns([_with_text_name(one) for one in as_list(given, "columns")])


def _with_text_name(column: Any) -> Any:
    if isinstance(column, dict) and type(column.get("name")) in (int, float):
        return {**column, "name": str(column["name"])}
    return column


def update(call: Call) -> Reply:
    """A partial update: name, description, owner, schema, pdpEnabled; what is left out stays.
    Read-only and empty fields are ignored, because the Java clients send everything back (platform
    §4.6)."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    given = call.json_object()
    fields: dict[str, str] = {}
    if given.get("name"):
        fields["name"] = as_text(given["name"], "name")
    if given.get("description") is not None:
        fields["description"] = as_text(given["description"], "description")
    set_fields(call.db, found.id, call.now_ms, **fields)
    _change_schema(call, found, as_object(given.get("schema"), "schema"))
    enabled = given.get("pdpEnabled")
    if enabled is not None:
        if not isinstance(enabled, bool):
            raise bad_request("pdpEnabled must be true or false.")
        switch_pdp(call.db, found, call.now_ms, enabled=enabled)
    _change_owner(call, found, as_object(given.get("owner"), "owner"))
    return json_reply(wire.dataset(call.db, reach_changed(call, found.id)))


def reach_changed(call: Call, dataset_id: str) -> Dataset:
    """The dataset as it is after a change that may have taken it from the caller."""
    everything: tuple[str, list[object]] = ("1", [])
    return list_datasets(call.db, Wanted(everything, ids=[dataset_id], hidden_too=True), "id")[0]


def _change_schema(call: Call, found: Dataset, schema: dict[str, Any]) -> None:
    """Replaces the column list. This plane has no index call, so the new schema is indexed by
    itself (GUESS), with the delay of the switch `index_delay_ms`."""
    if not schema.get("columns"):
        return
    columns = _columns(schema["columns"])
    define(call.db, found, columns, call.now_ms)
    request_index(call.db, reach_changed(call, found.id), call.now_ms)


def _change_owner(call: Call, found: Dataset, owner: dict[str, Any]) -> None:
    """Only the id counts, the name beside it is decoration (platform §4.6: INFER)."""
    if not owner.get("id"):
        return
    number = as_int(owner["id"], "owner.id")
    if not user_exists(call.db, number):
        raise bad_request(f"There is no user {number}.")
    if (found.owner_type, found.owner_id) != ("USER", number):
        reach(call, found.id, Level.CO_OWNER)
        transfer(call.db, found, "USER", number, call.now_ms)


def delete(call: Call) -> Reply:
    """Irreversible (platform §4.7)."""
    found = reach(call, call.params["id"], Level.CO_OWNER)
    delete_dataset(call.db, found.id, call.now_ms, "hard")
    return NO_CONTENT


ROUTES = (
    Route(
        "GET", "/v1/datasets", list_all, "data", "platform §4.5",
        "the order without sort; which way each sort goes; that the client's user bounds the list",
        query=(*PAGED, "sort", "nameLike"),
    ),
    Route(
        "POST", "/v1/datasets", create, "data", "001; platform §4.3",
        "an owner in the body is ignored", status=201,
    ),
    Route(
        "GET", "/v1/datasets/{id}", read, "data", "platform §4.4",
        "404 for an unknown id; what a deleted one answers (switch deleted_dataset_is_object)",
    ),
    Route(
        "PUT", "/v1/datasets/{id}", update, "data", "002; platform §4.6",
        "what is left out stays; read-only and empty fields are ignored; the new schema is indexed "
        "by itself; a connector's dataset is not refused; the comma behind the last entry of the "
        "body, with which the page prints both, is taken, here as in every body",
    ),
    Route(
        "DELETE", "/v1/datasets/{id}", delete, "data", "platform §4.7", "it takes CO_OWNER",
        status=204,
    ),
)  # fmt: skip
