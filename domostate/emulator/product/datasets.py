"""Datasets on the Product plane: reading, creating, renaming, tagging, deleting (product §2)."""

from typing import Any

from domostate.emulator.call import (
    EMPTY,
    Call,
    Reply,
    as_list,
    as_object,
    as_tag,
    as_text,
    json_reply,
)
from domostate.emulator.errors import bad_request
from domostate.emulator.product import wire
from domostate.emulator.product.metadata import PARTS, USUAL_PARTS
from domostate.emulator.product.owners import owner_from
from domostate.emulator.product.reach import (
    reach,
    reach_with_level,
    reachable,
    require_creator,
)
from domostate.emulator.routing import Route
from domostate.emulator.store.access import Level
from domostate.emulator.store.creation import new_dataset
from domostate.emulator.store.datasets import (
    Deletion,
    delete_dataset,
    find_dataset,
    set_fields,
    set_tags,
)
from domostate.emulator.store.schemas import checked_columns
from domostate.emulator.strict_json import read_json

BULK_LIMIT = 100
"""More ids are refused (product §8: OAS, scripts+)."""
PARTS_ASKED = ("part", "requestedParts", "includeAllDetails")
"""The query that `asked_parts` reads."""


def read_dataset(call: Call) -> Reply:
    """The metadata of one dataset."""
    found, mine = reach_with_level(call, call.params["id"])
    return json_reply(wire.dataset(call, found, asked_parts(call), mine))


def asked_parts(call: Call) -> frozenset[str]:
    """The parts of the metadata that a read asks for, by `part` as in the example of seed 003 or
    by `requestedParts` as in its table; `includeAllDetails` is all of them and excludes both
    (product §2.1)."""
    asked = ",".join(call.query.get(name, "") for name in ("part", "requestedParts"))
    parts = frozenset(part for part in asked.split(",") if part)
    if call.flag("includeAllDetails"):
        if parts:
            raise bad_request("part and includeAllDetails exclude each other.")
        return PARTS
    unknown = parts - PARTS
    if unknown:
        raise bad_request(f"There is no part {', '.join(sorted(unknown))}.")
    return parts or USUAL_PARTS


def read_bulk(call: Call) -> Reply:
    """The metadata of up to 100 datasets; unknown and invisible ones are silently missing
    (product §1.3)."""
    ids = [as_text(one, "id") for one in call.json_list()]
    if len(ids) > BULK_LIMIT:
        raise bad_request(f"At most {BULK_LIMIT} ids can be read at once, not {len(ids)}.")
    parts = asked_parts(call)
    found = reachable(call, ids)
    rows = [wire.dataset(call, one, parts) for one in call.shuffled(list(found.values()))]
    return json_reply({"dataSources": rows})


def create(call: Call) -> Reply:
    """A new dataset; names may repeat, so a repeated call makes a second one (product §2.4)."""
    require_creator(call)
    given = call.json_object()
    owner = ("USER", call.caller.id)
    if given.get("responsibleUserId"):
        owner = owner_from(call, "USER", given["responsibleUserId"])
    provider = as_text(
        given.get("dataProviderType") or given.get("userDefinedType") or "api", "userDefinedType"
    )
    return _create(
        call, given, owner_type=owner[0], owner_id=owner[1], provider=provider,
        tags=_tags_text(given.get("tags")), hidden=bool(given.get("hidden")),
    )  # fmt: skip


def create_by_executor(call: Call) -> Reply:
    """The other way to make one (product §2.4: dl), which names only a type. No source shows what
    it answers: as the usual way does (GUESS)."""
    require_creator(call)
    return _create(call, call.json_object(), owner_type="USER", owner_id=call.caller.id)


def _create(call: Call, given: dict[str, Any], **fields: Any) -> Reply:
    """What both ways have in common; domolibrary reads `dataSource.dataSourceId` of the answer."""
    name = as_text(given.get("dataSourceName"), "dataSourceName")
    if not name:
        raise bad_request("dataSourceName must not be empty.")
    schema = as_object(given.get("schema"), "schema")
    dataset_id = new_dataset(
        call.db, checked_columns(schema.get("columns")), call.now_ms,
        name=name, description=str(given.get("dataSourceDescription") or ""),
        type=as_text(given.get("dataSourceType") or "", "dataSourceType"), **fields,
    )  # fmt: skip
    made = find_dataset(call.db, dataset_id)  # the caller may have given it to somebody else
    shown = {} if made is None else wire.dataset(call, made)
    body = shown | {"dataSourceId": dataset_id, "dataSourceName": name}
    return json_reply({"dataSource": body})


def _tags_text(value: Any) -> list[str]:
    """`tags` of a create is text that holds JSON (product §2.4); a list is taken too."""
    if isinstance(value, str):
        try:
            value = read_json(value) if value else []
        except ValueError as error:
            raise bad_request("tags must be a JSON array in a text.") from error
    return [as_tag(one) for one in as_list(value, "tags")]


def change_properties(call: Call) -> Reply:
    """Name, description, provider; answers the whole object (product §2.2)."""
    return json_reply(_changed(call, call.params["id"], call.json_object()))


def change_many_properties(call: Call) -> Reply:
    """The properties of several datasets; one that is refused refuses them all (GUESS). No source
    shows what it answers: the objects, as the single call does (GUESS)."""
    changed: list[dict[str, Any]] = []
    for value in call.json_list():
        given = as_object(value, "entry")
        dataset_id = as_text(given.get("dataSourceId"), "dataSourceId")
        changed.append(_changed(call, dataset_id, as_object(given.get("properties"), "properties")))
    return json_reply(changed)


def _changed(call: Call, dataset_id: str, given: dict[str, Any]) -> dict[str, Any]:
    """The dataset after a change. Whether a description that is left out is blanked is a switch.
    The type stays when the provider changes: a captured dataset has both, and they differ (nb)."""
    found = reach(call, dataset_id, Level.CAN_EDIT)
    fields: dict[str, str] = {}
    for key, column in _PROPERTIES.items():
        if given.get(key) is not None:
            fields[column] = as_text(given[key], key)
    if "" in (fields.get("name"), fields.get("provider")):
        raise bad_request("dataSourceName and dataProviderType must not be empty.")
    if fields.get("provider", found.provider) != found.provider:
        fields["type"] = found.type
    omitted = "dataSourceDescription" not in given
    if "description" not in fields and (
        not omitted or call.db.switches.properties_omitted_is_blank
    ):
        fields["description"] = ""  # null was sent, or leaving it out means the same
    set_fields(call.db, found.id, call.now_ms, **fields)
    return wire.dataset(call, reach(call, found.id))


_PROPERTIES = {
    "dataSourceName": "name",
    "dataSourceDescription": "description",
    "dataProviderType": "provider",
}


def replace_tags(call: Call) -> Reply:
    """Replaces all tags, though the documents call it creating (product §2.6, nb). Answers
    nothing."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    tags = [as_tag(one) for one in call.json_list()]
    set_tags(call.db, found, tags, call.now_ms)
    return EMPTY


def delete(call: Call) -> Reply:
    """Soft or hard, soft by default: either way the dataset is gone for every read (product
    §2.8)."""
    method = _METHODS.get(call.query.get("deleteMethod", ""))
    if method is None:
        raise bad_request("deleteMethod must be soft or hard.")
    found = reach(call, call.params["id"], Level.CO_OWNER)
    delete_dataset(call.db, found.id, call.now_ms, method)
    return json_reply({})


_METHODS: dict[str, Deletion] = {"": "soft", "soft": "soft", "hard": "hard"}
_V3 = "/api/data/v3/datasources"
_TAGS = "/api/data/ui/v3/datasources/{id}/tags"
ROUTES = (
    Route(
        "GET", _V3 + "/{id}", read_dataset, source="003; product §2.1",
        doubt="which keys parts other than permission bring; status and state; 403 without access",
        query=PARTS_ASKED,
    ),
    Route(
        "POST", f"{_V3}/bulk", read_bulk, source="product §1.3, §8",
        doubt="reads the store, not an index",
        query=(*PARTS_ASKED, "includePrivate", "includeFormulas"),
    ),
    Route(
        "POST", "/api/data/v2/datasources", create, source="003; product §2.4",
        doubt="the reply beyond dataSource.dataSourceId; read-only roles are refused",
    ),
    Route(
        "POST", "/api/executor/v1/datasets", create_by_executor, source="product §2.4",
        doubt="the reply; the provider is api whatever the type",
    ),
    Route(
        "PUT", _V3 + "/{id}/properties", change_properties, source="003; product §2.2",
        doubt="a new provider leaves the type alone",
    ),
    Route(
        "PUT", "/api/data/v2/datasources/properties", change_many_properties,
        source="product §2.2", doubt="the reply; all or none",
    ),
    Route(
        "POST", _TAGS, replace_tags, source="003; product §2.6", doubt="400 for an empty tag",
    ),
    Route(
        "DELETE", _V3 + "/{id}", delete, source="product §2.8",
        doubt="what soft and hard differ in; the reply; needs CO_OWNER",
        query=("deleteMethod",),
    ),
)  # fmt: skip
