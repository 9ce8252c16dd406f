"""Bodies of the Product plane about row and column policies."""

from collections.abc import Mapping
from typing import Any

from domostate.emulator.control.samples.filling import (
    COLUMN,
    COLUMN_POLICY,
    DATASET,
    GROUP,
    GROUP_TEXT,
    USER,
)

_GROUPS = "/api/query/v1/data-control/{id}/filter-groups"
_COLUMN_GROUPS = "/api/query/v2/data-control/{id}/policy-group"
_MAPPINGS = "/api/query/v2/data-control/{id}/column-policy-mapping"
_POLICY = {
    "name": "West",
    "dataSourceId": DATASET,
    "userIds": [USER],
    "virtualUserIds": ["vu:1"],
    "groupIds": [GROUP_TEXT],
    "dataSourcePermissions": False,
    "parameters": [
        {
            "type": "COLUMN", "name": COLUMN, "values": ["West"], "value": "West",
            "operator": "EQUALS", "not": False, "ignoreCase": True,
        },
        {
            "type": "DYNAMIC", "name": COLUMN, "operator": "EQUALS",
            "values": ["domo.policy.managed_user_department"],
        },
    ],
}  # fmt: skip
_COLUMN_POLICY = {
    "name": "Amounts",
    "filterGroupId": None,
    "dataSourceId": DATASET,
    "type": "user",
    "columnPolicies": [
        {
            "uuid": "7a9a1c1e-2d0c-4f0a-9b5e-4f1d6f3f6f10", "values": ["hash", "md5"],
            "dataSourcePermissions": True, "policyOrder": 0, "defaultPolicy": True,
        },
        {
            "uuid": "7a9a1c1e-2d0c-4f0a-9b5e-4f1d6f3f6f11", "values": ["visible"],
            "dataSourcePermissions": False, "userIds": [USER], "groupIds": [GROUP],
            "policyOrder": 1, "defaultPolicy": False,
        },
    ],
    "isNew": True,
}  # fmt: skip
_MAPPING = {
    "columnName": COLUMN,
    "dataSourceId": DATASET,
    "filterGroupId": COLUMN_POLICY,
    "id": None,
}

SAMPLES: Mapping[str, tuple[Any, ...]] = {
    f"POST {_GROUPS}": (_POLICY,),
    f"PUT {_GROUPS}/{{policy}}": (_POLICY,),
    "PUT /api/query/v1/data-control/{id}": (
        {"enabled": True, "external": False, "secured": False, "enabledColumn": False},
    ),
    "POST /api/query/v1/data-control/{id}/bulk/filter-groups/VIRTUAL_USER": (["vu:1"],),
    f"POST {_COLUMN_GROUPS}": (_COLUMN_POLICY,),
    f"PUT {_COLUMN_GROUPS}/{{policy}}": (_COLUMN_POLICY,),
    f"POST {_MAPPINGS}": (_MAPPING,),
    f"PUT {_MAPPINGS}/{{mapping}}": (_MAPPING,),
}
