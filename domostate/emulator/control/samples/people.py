"""Bodies of the Product plane about users, groups, roles and accounts."""

from collections.abc import Mapping
from typing import Any

from domostate.emulator.control.samples.filling import (
    ATTRIBUTE,
    EMAIL,
    GROUP,
    GROUP_TEXT,
    ROLE,
    USER,
    USER_TEXT,
    Text,
)

_USERS = "/api/identity/v1/users"
_GROUPS = "/api/content/v2/groups"
_ROLES = "/api/authorization/v1/roles"
_KEYS = "/api/user/v1/properties/meta/keys/{key}"
_ATTRIBUTE = {
    "key": "region",
    "keyspace": "customer-defined",
    "securityVoter": "FULL_VIS_ADMIN_IDP",
    "validator": "ANY_VALUE",
    "title": "Sales region",
    "description": "Where somebody sells",
}
_GRANTS = ["dataset.manage", "audit"]

SAMPLES: Mapping[str, tuple[Any, ...]] = {
    "POST /api/content/v2/authentication": (
        {"method": "password", "emailAddress": EMAIL, "password": "secret"},
    ),
    f"POST {_USERS}/search": (
        {
            "filters": [
                {"filterType": "text", "field": "emailAddress", "text": EMAIL},
                {"field": "id", "filterType": "value", "values": [USER], "operator": "EQ"},
            ],
            "ids": [USER_TEXT],
            "parts": ["GROUPS"],
            "attributes": ["displayName", "region"],
            "limit": 100,
            "offset": 0,
            "sort": {"field": "displayName", "order": "ASC"},
            "includeDeleted": False,
            "onlyDeleted": False,
            "includeSupport": False,
            "showCount": True,
        },
    ),
    f"POST {_USERS}": (
        {"displayName": "Leonhard Euler", "emailAddress": "euler@acme.example", "roleId": 2},
    ),
    "POST /api/content/v3/users": (
        {"displayName": "Emmy", "detail": {"email": "emmy@acme.example"}, "roleId": 2},
    ),
    f"PATCH {_USERS}/{{id}}": (
        {"displayName": "Leonhard Euler", "emailAddress": "euler@acme.example", "roleId": 2},
        {
            "attributes": [
                {"key": "title", "values": ["Mathematician"]},
                {"key": ATTRIBUTE, "values": ["West"]},
            ]
        },
    ),
    f"POST {_KEYS}": (_ATTRIBUTE,),
    f"PUT {_KEYS}": (_ATTRIBUTE,),
    f"POST {_ROLES}": (
        {"name": "Librarian", "description": "Looks after data", "fromRoleId": ROLE},
    ),
    f"PUT {_ROLES}/{{id}}": ({"name": "Librarian", "description": "Looks after data"},),
    f"PATCH {_ROLES}/{{id}}/authorities": (_GRANTS,),
    f"PUT {_ROLES}/{{id}}/authorities": (_GRANTS,),
    f"DELETE {_ROLES}/{{id}}/authorities": (_GRANTS,),
    f"PUT {_ROLES}/{{id}}/users": ([USER],),
    f"POST {_GROUPS}/permissions": ([GROUP_TEXT],),
    f"POST {_GROUPS}/get": ([GROUP],),
    f"POST {_GROUPS}": ({"name": "Mathematicians", "type": "open", "description": "They count"},),
    f"PUT {_GROUPS}": (
        [{"groupId": GROUP, "name": "Reckoners", "type": "closed", "description": "They count"}],
    ),
    f"PUT {_GROUPS}/access": (
        [
            {
                "groupId": GROUP,
                "addMembers": [{"id": USER, "type": "USER"}],
                "removeMembers": [{"id": USER_TEXT, "type": "USER"}],
                "addOwners": [{"id": USER, "type": "USER"}],
                "removeOwners": [{"id": USER, "type": "USER"}],
            }
        ],
    ),
    f"DELETE {_GROUPS}": ([GROUP_TEXT],),
    "POST /api/data/v1/accounts": (
        {
            "displayName": "Snowflake prod",
            "name": "Snowflake",
            "dataProviderType": "snowflake",
            "configurations": {"username": "svc", "password": "swordfish"},
        },
    ),
    "PUT /api/data/v1/accounts/{id}/name": (Text("Snowflake prod"),),
    "PUT /api/data/v1/providers/{provider}/account/{id}": (
        {"username": "svc", "password": "swordfish"},
    ),
    "PUT /api/data/v2/accounts/share/{id}": (
        {"type": "GROUP", "id": GROUP_TEXT, "accessLevel": "CAN_VIEW"},
    ),
    "PUT /api/data/v1/accounts/{id}/share": (
        {"type": "USER", "id": USER, "permissions": ["READ", "WRITE"]},
    ),
}
