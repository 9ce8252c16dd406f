"""Bodies of the Product plane about rows: uploads, indexes, partitions, queries."""

from collections.abc import Mapping
from typing import Any

from domostate.emulator.control.samples.filling import DATASET, POLICY, VERSION, Text

_DATASETS = "/data/v3/datasources/{id}"
_UPLOADED = {
    f"POST {_DATASETS}/uploads": (
        {"action": None, "appendId": None},
        {"action": "APPEND", "message": "Uploading", "appendId": "latest"},
        {"appendId": "upsert", "executionId": 1},
        {"values": "7,West,12.50", "delimiter": ","},
    ),
    f"PUT {_DATASETS}/uploads/{{upload}}/parts/{{part}}": (Text("7,West,12.50\n", "text/csv"),),
    f"PUT {_DATASETS}/uploads/{{upload}}/commit": (
        {"action": "APPEND", "index": "true"},
        {"action": "APPEND", "restateDataTag": "2024-01", "index": True},
        {"action": "REPLACE", "dataTag": "2024-01", "appendId": "latest", "index": False},
        {"message": "it was deleted"},
    ),
}

SAMPLES: Mapping[str, tuple[Any, ...]] = {
    **_UPLOADED,
    **{key.replace(" ", " /api"): samples for key, samples in _UPLOADED.items()},
    f"POST /api{_DATASETS}/indexes": (
        {"dataIds": [VERSION]},
        {"dataIds": [], "action": "APPEND", "index": "true", "appendId": "latest"},
    ),
    "POST /api/query/v1/datasources/{id}": ({"dataIds": []},),
    "POST /api/dataprocessing/v2/dataflows/data-version-hydrate": (
        {
            "id": "",
            "type": "LoadFromVault",
            "dataSourceId": DATASET,
            "versionWindow": {"type": "EXPRESSION", "expression": "1=1"},
        },
    ),
    "POST /api/query/v1/datasources/{id}/partition/list": (
        {
            "paginationFields": [
                {
                    "fieldName": "datecompleted",
                    "sortOrder": "DESC",
                    "filterValues": {"MIN": None, "MAX": "2034-01-24T14:27:21.000+00:00"},
                }
            ],
            "limit": 100,
            "offset": 0,
        },
    ),
    "POST /api/query/v1/execute/{id}": (
        {"sql": "SELECT * FROM table"},
        {
            "sql": "SELECT count(*) FROM table WHERE 1 = 1",
            "context": {"dataControlContext": {"filterGroupIds": [POLICY], "previewPdp": True}},
        },
    ),
}
