"""How searches word what they found (OAS; a capture in nb)."""

from typing import Any

from domostate.emulator.call import Call
from domostate.emulator.product import wire
from domostate.emulator.store.accounts import Account
from domostate.emulator.store.datasets import Dataset
from domostate.emulator.store.people import user_name
from domostate.emulator.store.schemas import indexed_columns
from domostate.emulator.store.searchable import Facet

CUSTOMER = "acme"
_PARTS = frozenset({"alertcount", "impactcounts", "certification"})
_SHOWN = (
    "id", "name", "description", "type", "displayType", "dataProviderType", "owner", "created",
    "lastUpdated", "dataLastUpdated", "nextUpdate", "rowCount", "columnCount", "cardInfo",
    "validConfiguration", "validAccount", "cloudId", "cloudName", "adc", "adcExternal", "hidden",
    "certification", "alertCount", "dataFlowCount", "dataSourceCount", "impactAlertCount",
    "impactCardCount", "impactDataFlowCount", "impactDataSourceCount",
)  # fmt: skip
"""What of the metadata object the search of the data center shows (OAS)."""


def dataset(call: Call, found: Dataset) -> dict[str, Any]:
    """A dataset in the search of the data center. `state` and `status` are VALID in its one sample
    where the metadata say SUCCESS (OAS); that anything else is told as it is, is a GUESS."""
    known = wire.dataset(call, found, _PARTS)
    body = {name: known[name] for name in _SHOWN if name in known}
    for name in ("state", "status"):
        body[name] = "VALID" if known[name] == "SUCCESS" else known[name]
    columns = [wire.indexed_column(one) for one in indexed_columns(call.db, found, call.now_ms)]
    tables = [{"columns": columns}] if columns else []
    return body | {
        "schema": {"name": found.id, "tables": tables},
        "tagsList": call.shuffled(found.tags),
    }


def found_dataset(found: Dataset) -> dict[str, Any]:
    """A dataset in the search across everything."""
    owner = {
        "id": str(found.owner_id),
        "type": found.owner_type,
        "displayName": found.owner_name,
    }
    return _found("dataset", found.id, found.name, owner, found.created_ms, found.touched_ms) | {
        "description": found.description,
        "tags": found.tags,
        "systemTagFields": ["system_tags"],
        "dataProviderType": found.provider,
        "rowCount": found.row_count,
        "pdpEnabled": found.pdp_enabled,
        "cloudId": "domo",
        "cloudName": "Domo",
    }


def found_account(call: Call, found: Account) -> dict[str, Any]:
    """An account in the search across everything."""
    owner = {
        "id": str(found.owner_id),
        "type": "USER",
        "displayName": user_name(call.db, found.owner_id),
    }
    known = wire.account(found)
    times = (found.created_ms, found.modified_ms)
    return _found("account", str(found.id), found.name, owner, *times) | {
        "displayName": found.name,
        "dataProviderType": found.provider,
        "credentialsType": known["credentialsType"],
        "valid": found.valid,
    }


def _found(
    entity: str, thing_id: str, name: str, owner: dict[str, str], created_ms: int, modified_ms: int
) -> dict[str, Any]:
    """What every kind of thing has in common (nb). When it was indexed last is a GUESS."""
    return {
        "entityType": entity,
        "databaseId": thing_id,
        "searchId": {
            "indexName": None,
            "databaseId": thing_id,
            "customer": CUSTOMER,
            "entityType": entity,
        },
        "createDate": created_ms,
        "lastModified": modified_ms,
        "lastIndexed": modified_ms,
        "highlightedFields": {},
        "language": "English",
        "requestAccess": False,
        "score": 1.0,
        "name": name,
        "winnerText": name,
        "ownedById": owner["id"],
        "ownedByName": owner["displayName"],
        "ownedByType": owner["type"],
        "owners": [owner],
        "ownersLocalized": {"localizedMessage": owner["displayName"], "count": 1},
        "customer": CUSTOMER,
    }


def facet(name: str, known: Facet, values: list[tuple[str, str, int]]) -> dict[str, Any]:
    """One grouping of what was found (OAS)."""
    return {
        "fieldName": known.field,
        "searchFacetEnum": name,
        "facetValues": [
            {
                "value": value,
                "label": label,
                "count": count,
                "facetType": known.type,
                "filterType": "term",
            }
            for value, label, count in values
        ],
    }
