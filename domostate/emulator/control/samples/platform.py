"""Bodies of the Platform plane."""

from collections.abc import Mapping
from typing import Any

from domostate.emulator.control.samples.filling import COLUMN, EMAIL, GROUP, USER, Text

_DATASET = {
    "name": "Leonhard Euler Party",
    "description": "Mathematician Guest List",
    "rows": 0,
    "schema": {
        "columns": [{"type": "STRING", "name": "Friend"}, {"type": "STRING", "name": "Attending"}]
    },
}
_POLICY = {
    "name": "Only Show Attendees",
    "type": "user",
    "filters": [{"column": COLUMN, "values": ["TRUE"], "operator": "EQUALS", "not": False}],
    "users": [USER],
    "virtualUsers": ["vu:1"],
    "groups": [GROUP],
}
_USER = {
    "name": "Leonhard Euler",
    "email": "euler@acme.example",
    "role": "Admin",
    "title": "Mathematician",
    "alternateEmail": "leonhard@acme.example",
    "phone": "888-361-6010",
    "location": "Basel",
    "timezone": "Europe/Zurich",
    "locale": "de_CH",
    "employeeNumber": 23,
    "department": "Analysis",
}
_ACCOUNT = {
    "name": "Snowflake prod",
    "valid": True,
    "type": {"id": "snowflake", "properties": {"username": "svc", "password": "swordfish"}},
}
_RUN = "/v1/streams/{id}/executions"

SAMPLES: Mapping[str, tuple[Any, ...]] = {
    "POST /oauth/token": (
        Text("grant_type=client_credentials&scope=data", "application/x-www-form-urlencoded"),
    ),
    "POST /clients": (
        {"name": "Nightly", "description": "Runs at night", "scope": ["data", "user"]},
    ),
    "POST /v1/datasets": (_DATASET,),
    "PUT /v1/datasets/{id}": (
        {
            **_DATASET,
            "owner": {"id": USER, "name": "DomoSupport"},
            "pdpEnabled": True,
        },
        {"name": "Leonhard Euler Birthday Bash"},
    ),
    "POST /v1/datasets/{id}/policies": (_POLICY,),
    "PUT /v1/datasets/{id}/policies/{policy}": (_POLICY,),
    "PUT /v1/datasets/{id}/data": (Text("7,West,12.50\n8,,0\n", "text/csv"),),
    "POST /v1/datasets/query/execute/{id}": ({"sql": "SELECT * FROM table"},),
    "POST /v1/json": ({"name": "Party", "description": "Guest list"},),
    "PUT /v1/json/{id}/data": ([{"name": "Pythagoras", "comes": False, "guests": 2}],),
    "POST /v1/streams": (
        {"dataSet": _DATASET, "updateMethod": "APPEND", "keyColumnNames": ["Friend"]},
    ),
    "PATCH /v1/streams/{id}": ({"updateMethod": "REPLACE"},),
    f"POST {_RUN}": ({"updateMethod": None}, {"updateMethod": "APPEND"}),
    f"PUT {_RUN}/{{run}}/part/{{part}}": (Text("7,West,12.50\n", "text/csv"),),
    "POST /v1/users": (_USER,),
    "POST /v1/users/bulk/emails": ([EMAIL],),
    "PUT /v1/users/{id}": ({**_USER, "role": "Privileged"},),
    "POST /v1/groups": ({"name": "Mathematicians", "active": "true", "default": False},),
    "PUT /v1/groups/{id}": ({"name": "Reckoners", "active": True},),
    "POST /v1/accounts": (_ACCOUNT,),
    "PATCH /v1/accounts/{id}": (_ACCOUNT,),
    "POST /v1/accounts/{id}/shares": ({"user": {"id": USER}},),
    "GET /v1/accounts/{id}/shares": ({"user": {"id": USER}},),
}
