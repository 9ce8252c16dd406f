"""Bodies of the Product plane about datasets: what they are, whose they are, who sees them."""

from collections.abc import Mapping
from typing import Any

from domostate.emulator.control.samples.filling import (
    CONNECTED,
    DATASET,
    GROUP,
    GROUP_TEXT,
    USER,
    USER_TEXT,
)

_V3 = "/api/data/v3/datasources"
_UI = "/api/data/ui/v3/datasources"
_BULK = "/api/data/v1/ui/bulk"
_ITEMS = {"ids": [DATASET], "type": "DATA_SOURCE"}
_SHARED = {
    "bulkItems": _ITEMS,
    "dataSourceShareEntity": {
        "permissions": [{"id": USER_TEXT, "type": "USER", "accessLevel": "CAN_VIEW"}],
        "sendEmail": False,
        "message": "For your eyes",
    },
}
_COLUMNS = [
    {"name": "Friend", "id": "Friend", "type": "STRING", "visible": True, "order": 0},
    {
        "name": "Attending", "id": "Attending", "type": "STRING", "visible": True, "order": 0,
        "upsertKey": True, "description": "Who comes", "tags": ["pii"],
    },
]  # fmt: skip

SAMPLES: Mapping[str, tuple[Any, ...]] = {
    f"POST {_V3}/bulk": ([DATASET],),
    f"POST {_V3}/statuses": ([DATASET],),
    "POST /api/data/v2/datasources": (
        {
            "userDefinedType": "api",
            "dataSourceName": "Leonhard Euler Party",
            "dataSourceDescription": "Mathematician Guest List",
            "dataProviderType": "api",
            "dataSourceType": "api",
            "responsibleUserId": USER_TEXT,
            "tags": '["gold"]',
            "hidden": False,
            "cloudId": "domo",
            "schema": {"columns": [{"type": "STRING", "name": "Friend"}]},
        },
    ),
    "POST /api/executor/v1/datasets": (
        {
            "dataSourceName": "Remote Domo Stats",
            "dataSourceDescription": "Made by another application",
            "dataSourceType": "ObservabilityMetrics",
            "schema": {"columns": [{"type": "STRING", "name": "Remote Domo Stats"}]},
        },
    ),
    f"PUT {_V3}/{{id}}/properties": (
        {
            "dataSourceName": "Sales Orders",
            "dataSourceDescription": "One row per order line.",
            "dataProviderType": "api",
        },
        {"dataProviderType": "snowflake"},
    ),
    "PUT /api/data/v2/datasources/properties": (
        [{"dataSourceId": DATASET, "properties": {"dataSourceName": "Sales Orders"}}],
    ),
    f"POST {_UI}/{{id}}/tags": (["tag1", "tag2"],),
    f"POST {_UI}/ownedBy": ([{"id": USER, "type": "USER"}, {"id": GROUP_TEXT, "type": "GROUP"}],),
    f"PUT {_UI}/ownedBy": (
        [{"entityIdentifier": {"id": USER_TEXT, "type": "USER"}, "dataSourceIds": [DATASET]}],
    ),
    "PUT /api/data/v2/datasources/{id}/responsibleUsers": (
        {"responsibleUserId": USER_TEXT},
        {"responsibleGroupId": GROUP_TEXT},
    ),
    "PUT /api/data/v2/datasources/responsible-user/{user}": ([DATASET],),
    f"POST {_BULK}/reassign": (
        {**_ITEMS, "userId": USER_TEXT},
        {**_ITEMS, "groupId": GROUP_TEXT},
    ),
    f"POST {_BULK}/tag": ({"bulkItems": _ITEMS, "tags": ["gold"]},),
    f"POST {_BULK}/tag/delete": ({"bulkItems": _ITEMS, "tags": ["gold"]},),
    f"POST {_BULK}/share": (_SHARED,),
    f"POST {_BULK}/share/check": (_SHARED,),
    f"POST {_BULK}/delete": (_ITEMS,),
    f"POST {_BULK}/delete/check": (_ITEMS,),
    f"PUT {_V3}/{{id}}/permissions": (
        {"id": USER_TEXT, "type": "USER", "accessLevel": "CAN_VIEW"},
    ),
    f"POST {_V3}/{{id}}/share": (
        {
            "permissions": [
                {"id": USER_TEXT, "type": "USER", "accessLevel": "CO_OWNER"},
                {"id": GROUP, "type": "GROUP", "accessLevel": "NONE"},
            ],
            "sendEmail": True,
            "message": "For your eyes",
        },
    ),
    "POST /api/content/v1/share": (
        {
            "resources": [{"type": "dataset", "id": DATASET}],
            "recipients": [{"type": "user", "id": USER}, {"type": "group", "id": GROUP_TEXT}],
            "message": "For your eyes",
        },
    ),
    f"DELETE {_V3}/{{id}}/users": ([{"id": USER_TEXT, "type": "USER"}],),
    f"POST {_V3}/bulk/permissions": ([DATASET],),
    f"POST {_V3}/bulk/directpermissions": ([DATASET],),
    "POST /api/data/v2/datasources/{id}/schemas": (
        {"columns": _COLUMNS, "objects": [], "views": []},
        {"schema": {"columns": _COLUMNS}},
    ),
    "POST /api/query/v1/datasources/{id}/wrangle": (
        {
            "columns": [
                {
                    "id": "region", "name": "region", "newName": "Region", "order": 0,
                    "type": "STRING", "visible": True, "invalid": False, "remove": False,
                    "description": "Where it was sold", "tags": ["pii"],
                    "referenceDataSourceId": DATASET,
                }
            ]
        },
    ),
    "POST /api/data/v2/datasources/account/{id}": ([CONNECTED],),
    f"POST {_UI}/search": (
        {
            "entities": ["DATASET"],
            "filters": [
                {"filterType": "wildcard", "field": "name_sort", "query": "*sales*"},
                {"filterType": "term", "field": "owned_by_id", "value": "1:USER", "not": True},
            ],
            "combineResults": True,
            "query": "*",
            "count": 100,
            "offset": 0,
            "sort": {
                "isRelevance": False,
                "fieldSorts": [{"field": "create_date", "sortOrder": "DESC"}],
            },
        },
    ),
    "POST /api/search/v1/query": (
        {
            "count": 20,
            "offset": 0,
            "query": "*sales*",
            "filters": [
                {"filterType": "term", "field": "dataprovidername_facet", "values": ["api"]},
                {"filterType": "queryString", "field": "name", "queryString": "sales orders"},
                {"filterType": "boolean", "field": "pdpEnabled", "value": True},
                {"filterType": "missing", "field": "description"},
            ],
            "orFilters": [
                {"filterType": "dateBucket", "field": "create_date", "value": "LAST_WEEK"},
                {"filterType": "dateRange", "field": "create_date", "from": 0, "to": 1},
            ],
            "notFilters": [
                {
                    "filterType": "numeric", "field": "row_count", "operator": "GT",
                    "longNumber": 5, "floatNumber": 0.5,
                },
                {"filterType": "range", "field": "row_count", "from": 1, "to": 9},
            ],
            "sort": {"isRelevance": True, "fieldSorts": []},
            "facetValuesToInclude": ["OWNER_ID"],
            "facetValueLimit": 5,
            "facetValueOffset": 0,
            "fieldsToReturn": ["name"],
            "includePhonetic": True,
            "hideSearchObjects": False,
            "entityList": [["dataset"], ["account"]],
        },
    ),
}  # fmt: skip
