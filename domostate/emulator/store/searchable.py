"""What can be searched: datasets and accounts, by which fields."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from domostate.emulator.call import as_object
from domostate.emulator.store.accounts import Account, accounts_of
from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import (
    Dataset,
    Wanted,
    counted_datasets,
    sorted_datasets,
)
from domostate.emulator.store.people import User
from domostate.emulator.store.search import (
    Field,
    field_of,
    filters_condition,
    order_of,
    query_condition,
)

_OWNER_NAME = """CASE owner_type
WHEN 'USER' THEN (SELECT name FROM users WHERE users.id=owner_id)
ELSE (SELECT name FROM groups WHERE groups.id=owner_id) END"""
_CERTIFIED = """CASE json_extract(nullif(certification, ''), '$.state')
WHEN 'ACTIVE' THEN 'CERTIFIED' ELSE json_extract(nullif(certification, ''), '$.state') END"""

DATASET_FIELDS: Mapping[str, Field] = {
    "databaseid": Field("datasets.id"),
    "id": Field("datasets.id"),
    "name": Field("datasets.name"),
    "description": Field("description"),
    "tags": Field("datasets.tags", "list"),
    "ownedbyid": Field("owner_id || ':' || owner_type"),
    "ownedbyname": Field(_OWNER_NAME),
    "ownedbytype": Field("owner_type"),
    "dataprovidername": Field("provider"),
    "dataprovidertype": Field("provider"),
    "displaytype": Field("provider"),
    "type": Field("ifnull(nullif(datasets.type, ''), provider)"),
    "transporttype": Field("transport"),
    "certification.state": Field(_CERTIFIED),
    "cloudid": Field("'domo'"),
    "createdate": Field("datasets.created_ms", "number"),
    "created": Field("datasets.created_ms", "number"),
    "lastmodified": Field("touched_ms", "number"),
    "lasttouched": Field("touched_ms", "number"),
    "lastupdated": Field("datasets.updated_ms", "number"),
    "datalastupdated": Field("data_ms", "number"),
    "rowcount": Field("row_count", "number"),
    "cardcount": Field("card_count", "number"),
    "pdpenabled": Field("pdp_enabled", "flag"),
    "hidden": Field("hidden", "flag"),
}
ACCOUNT_FIELDS: Mapping[str, Field] = {
    "databaseid": Field("id"),
    "name": Field("name"),
    "displayname": Field("name"),
    "dataprovidername": Field("provider"),
    "dataprovidertype": Field("provider"),
    "ownedbyid": Field("owner_id || ':USER'"),
    "createdate": Field("created_ms", "number"),
    "lastmodified": Field("modified_ms", "number"),
    "valid": Field("valid", "flag"),
    "used": Field("EXISTS (SELECT 1 FROM streams WHERE account_id=accounts.id)", "flag"),
}
_DATASET_TEXTS = ("name", "description", "tags")
_ACCOUNT_TEXTS = ("name", "dataprovidername")


@dataclass(frozen=True, slots=True)
class Facet:
    """A grouping of what was found: by which field, and what each value is called."""

    field: str
    label: str
    """As SQL."""
    type: str


FACETS = {
    "OWNED_BY_ID": Facet("owned_by_id", _OWNER_NAME, "user"),
    "DATAPROVIDERNAME": Facet("dataprovidername_facet", "provider", "SearchFacetValue"),
}
"""Those of the recorded names that datasets have here (OAS, dl)."""


def datasets_asked(wanted: Wanted, asked: Mapping[str, Any], query: str, now_ms: int) -> Wanted:
    """`wanted` narrowed by the query and the filters of a search."""
    words = query_condition(DATASET_FIELDS, _DATASET_TEXTS, query)
    filters = filters_condition(DATASET_FIELDS, asked, now_ms)
    return replace(wanted, conditions=[*wanted.conditions, words, filters])


def find_datasets(
    db: Database, wanted: Wanted, sort: Mapping[str, Any], window: tuple[int, int]
) -> list[Dataset]:
    """The asked-for part of the datasets that are wanted, in the order of a sort."""
    order = order_of(DATASET_FIELDS, sort, "datasets.name, datasets.id")
    return sorted_datasets(db, wanted, order, window)


def facet_values(
    db: Database, wanted: Wanted, facet: Facet, window: tuple[int, int]
) -> list[tuple[str, str, int]]:
    """The values of one facet with their labels and how many datasets have each, the most
    frequent first."""
    expressions = (field_of(DATASET_FIELDS, facet.field).sql, facet.label)
    found = [(row[0], row[1] or "", row[2]) for row in counted_datasets(db, wanted, *expressions)]
    limit, offset = window
    return found[offset : offset + limit]


def find_accounts(
    db: Database, user: User, asked: Mapping[str, Any], query: str, now_ms: int
) -> list[Account]:
    """The accounts that `user` may use and that a search asks for, in the order of its sort."""
    usable = {one.id: one for one in accounts_of(db, user)}
    words = query_condition(ACCOUNT_FIELDS, _ACCOUNT_TEXTS, query)
    filters = filters_condition(ACCOUNT_FIELDS, asked, now_ms)
    order = order_of(ACCOUNT_FIELDS, as_object(asked.get("sort"), "sort"), "name, id")
    rows = db.all(
        "SELECT id FROM accounts WHERE id IN (SELECT value FROM json_each(?)) "
        f"AND {words[0]} AND {filters[0]} ORDER BY {order}",
        json.dumps(list(usable)), *words[1], *filters[1],
    )  # fmt: skip
    return [usable[row[0]] for row in rows]
