"""Datasets on the Product plane: reading, creating, renaming, tagging, deleting (product §2)."""

import json
from typing import Any

from domostate.emulator.call import (
    EMPTY,
    Call,
    Reply,
    as_int,
    as_list,
    as_object,
    as_text,
    json_reply,
)
from domostate.emulator.errors import bad_request
from domostate.emulator.product import wire
from domostate.emulator.product.owners import owner_from
from domostate.emulator.product.reach import reach, reachable, require_creator
from domostate.emulator.routing import Route
from domostate.emulator.store.access import Level, visible_to
from domostate.emulator.store.creation import new_dataset
from domostate.emulator.store.datasets import (
    Wanted,
    count_datasets,
    delete_dataset,
    find_dataset,
    list_datasets,
    set_fields,
    set_tags,
)
from domostate.emulator.store.schemas import checked_columns

BULK_LIMIT = 100
"""More ids are refused (product §8: OAS, scripts+)."""
_ORDERS = {
    "name": "name", "id": "id", "dataSourceId": "id", "created": "created",
    "lastUpdated": "updated", "lastTouched": "touched",
}  # fmt: skip


def read_dataset(call: Call) -> Reply:
    """The metadata of one dataset."""
    if call.query.get("part") and call.flag("includeAllDetails"):
        raise bad_request("part and includeAllDetails exclude each other.")  # product §2.1
    found = reach(call, call.params["id"])
    return json_reply(wire.dataset(call, found, _parts(call)))


def _parts(call: Call) -> frozenset[str] | None:
    asked = call.query.get("part", "")
    if not asked:
        return None
    parts = frozenset(part for part in asked.split(",") if part)
    unknown = parts - wire.PARTS
    if unknown:
        raise bad_request(f"There is no part {', '.join(sorted(unknown))}.")
    return parts


def read_bulk(call: Call) -> Reply:
    """The metadata of up to 100 datasets; unknown and invisible ones are silently missing
    (product §1.3)."""
    ids = [as_text(one, "id") for one in call.json_list()]
    if len(ids) > BULK_LIMIT:
        raise bad_request(f"At most {BULK_LIMIT} ids can be read at once, not {len(ids)}.")
    parts = _parts(call)
    found = reachable(call, ids)
    rows = [wire.dataset(call, one, parts) for one in call.shuffled(list(found.values()))]
    return json_reply({"dataSources": rows})


def list_all(call: Call) -> Reply:
    """The datasets the caller may see, by page (product §1.5)."""
    order = call.query.get("orderBy") or "name"
    if order not in _ORDERS:
        raise bad_request(f"orderBy cannot be {order!r}.")
    owner = call.query.get("ownerId")
    wanted = _listed(
        call,
        name_like=call.query.get("nameLike", ""),
        owner_id=as_int(owner, "ownerId") if owner else None,
        provider=call.query.get("type") or call.query.get("dataProviderType", ""),
        hidden_too=call.flag("includeHidden"),
    )
    return _answer(call, wanted, _ORDERS[order])


def list_by_name(call: Call) -> Reply:
    """The v2 list, with `dataSourceName` as an exact filter. Only its generated specification is
    known (product §2.4), so it answers in the shape of the v3 list."""
    name = call.query.get("dataSourceName", "")
    return _answer(call, _listed(call, name=name), "name")


def _listed(call: Call, **wanted: Any) -> Wanted:
    """Lists may lag behind (product §9): switch `list_delay_ms`."""
    delay_ms = call.db.switches.list_delay_ms
    before = call.now_ms - delay_ms if delay_ms else None
    return Wanted(visible_to(call.db, call.caller), created_before_ms=before, **wanted)


def _answer(call: Call, wanted: Wanted, order: str) -> Reply:
    limit, offset = call.window(50)
    rows = list_datasets(call.db, wanted, order, (limit, offset))
    delayed = bool(call.db.switches.list_delay_ms)
    meta = {
        "totalCount": count_datasets(call.db, wanted),
        "limit": limit,
        "offset": offset,
        # Says whether a lagging index or the store itself answered (product §9).
        "executor": "SEARCH" if delayed else "APIDATA",
        "augmented": False,
    }
    parts = _parts(call)
    return json_reply(
        {"dataSources": [wire.dataset(call, one, parts) for one in rows], "_metaData": meta}
    )


def create(call: Call) -> Reply:
    """A new dataset; names may repeat, so a repeated call makes a second one (product §2.4)."""
    require_creator(call)
    given = call.json_object()
    name = as_text(given.get("dataSourceName"), "dataSourceName")
    if not name:
        raise bad_request("dataSourceName must not be empty.")
    schema = as_object(given.get("schema"), "schema")
    owner = ("USER", call.caller.id)
    if given.get("responsibleUserId"):
        owner = owner_from(call, "USER", given["responsibleUserId"])
    provider = as_text(
        given.get("dataProviderType") or given.get("userDefinedType") or "api", "userDefinedType"
    )
    dataset_id = new_dataset(
        call.db, checked_columns(schema.get("columns")), call.now_ms,
        name=name, description=str(given.get("dataSourceDescription") or ""),
        owner_type=owner[0], owner_id=owner[1], provider=provider,
        tags=_tags_text(given.get("tags")), hidden=bool(given.get("hidden")),
    )  # fmt: skip
    made = find_dataset(call.db, dataset_id)  # the caller may have given it to somebody else
    shown = {} if made is None else wire.dataset(call, made)
    body = shown | {"dataSourceId": dataset_id, "dataSourceName": name}
    return json_reply({"dataSource": body})


def _tags_text(value: Any) -> list[str]:
    """`tags` of a create is text that holds JSON (product §2.4); a list is taken too."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if value else []
        except ValueError as error:
            raise bad_request("tags must be a JSON array in a text.") from error
    return [as_text(one, "tag") for one in as_list(value, "tags")]


def change_properties(call: Call) -> Reply:
    """Name, description, provider; answers the whole object (product §2.2). Whether a description
    that is left out is blanked is a switch."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    given = call.json_object()
    fields: dict[str, str] = {}
    for key, column in _PROPERTIES.items():
        if given.get(key) is not None:
            fields[column] = as_text(given[key], key)
    if fields.get("name") == "":
        raise bad_request("dataSourceName must not be empty.")
    omitted = "dataSourceDescription" not in given
    if "description" not in fields and (
        not omitted or call.db.switches.properties_omitted_is_blank
    ):
        fields["description"] = ""  # null was sent, or leaving it out means the same
    set_fields(call.db, found.id, call.now_ms, **fields)
    return json_reply(wire.dataset(call, reach(call, found.id)))


_PROPERTIES = {
    "dataSourceName": "name",
    "dataSourceDescription": "description",
    "dataProviderType": "provider",
}


def replace_tags(call: Call) -> Reply:
    """Replaces all tags, though the documents call it creating (product §2.6, nb). Answers
    nothing."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    tags = [as_text(one, "tag") for one in call.json_list()]
    set_tags(call.db, found, tags, call.now_ms)
    return EMPTY


def delete(call: Call) -> Reply:
    """Soft or hard, soft by default: either way the dataset is gone for every read (product
    §2.8)."""
    method = call.query.get("deleteMethod") or "soft"
    if method not in ("soft", "hard"):
        raise bad_request("deleteMethod must be soft or hard.")
    found = reach(call, call.params["id"], Level.CO_OWNER)
    delete_dataset(call.db, found.id)
    return json_reply({})


ROUTES = (
    Route("GET", "/api/data/v3/datasources/{id}", read_dataset),
    Route("POST", "/api/data/v3/datasources/bulk", read_bulk),
    Route("GET", "/api/data/v3/datasources", list_all),
    Route("GET", "/api/data/v2/datasources", list_by_name),
    Route("POST", "/api/data/v2/datasources", create),
    Route("PUT", "/api/data/v3/datasources/{id}/properties", change_properties),
    Route("POST", "/api/data/ui/v3/datasources/{id}/tags", replace_tags),
    Route("DELETE", "/api/data/v3/datasources/{id}", delete),
)
