"""An estate with something of everything, and filling the emulator with it."""

from typing import Any

from tests.emulator.client import Domo
from tests.emulator.conftest import ADA, ESTATE, PEOPLE, SALES, WEST_ONLY
from tests.emulator.row_calls import begin, put_part, put_text, upload

FEED = "3fbd2d35-2dd2-44aa-a7d9-bf5d5b1c7a01"
"""What a connector feeds."""
PUSHED = "9d0a3c58-6a55-4c0c-9f5e-2f3f5a6d7b02"
"""What an API stream feeds."""
CONNECTOR, API_STREAM = 61, 62
_WEST = {"column": "region", "operator": "EQUALS", "values": ["West"]}
_SALES: dict[str, Any] = next(one for one in ESTATE["datasets"] if one["id"] == SALES)

WHOLE: dict[str, Any] = ESTATE | {
    "roles": [{"id": 101, "name": "Steward", "authorities": ["dataset.manage", "audit"]}],
    "attributes": [{"key": "area", "title": "Sales area"}],
    "users": [
        {**one, "password": "secret", "attributes": {"area": ["West"]}, "profile": {"title": "Ms"}}
        for one in ESTATE["users"]
    ],
    "accounts": [
        {
            "id": 3,
            "name": "Snowflake prod",
            "provider": "snowflake",
            "configuration": {"username": "svc", "password": "swordfish"},
            "shares": [{"type": "GROUP", "name": "Finance", "access": "CAN_VIEW"}],
        }
    ],
    "datasets": [
        {
            **_SALES,
            "certification": {"state": "ACTIVE"},
            "cards": [{"id": 5001, "title": "Sales by region", "columns": ["region"]}],
            "columns": [
                {"name": "order_id", "type": "LONG", "upsert_key": True},
                {"name": "region", "type": "STRING", "description": "Where"},
                {"name": "amount", "type": "DECIMAL", "tags": ["pii"]},
            ],
            "pdp": {
                "enabled": True,
                "policies": [
                    {"id": 7, "type": "open", "name": "All Rows", "users": ["bob@acme.example"]},
                    {
                        "id": WEST_ONLY,
                        "name": "West only",
                        "users": ["wes@acme.example"],
                        "groups": ["West Sales"],
                        "virtual_users": ["vu:1"],
                        "filters": [_WEST],
                    },
                ],
                "column_policies": [
                    {
                        "id": 9,
                        "name": "Amounts",
                        "rules": [{"values": ["hash", "md5"], "default": True}],
                        "columns": [{"column": "amount"}],
                    }
                ],
            },
        },
        {
            "id": FEED,
            "name": "Feed",
            "columns": [{"name": "name", "type": "STRING"}],
            "stream": {
                "id": CONNECTOR,
                "provider": "snowflake",
                "account": "Snowflake prod",
                "schedule": {"type": "DAY", "at": "08:01 PM"},
                "configuration": {"query": "SELECT 1"},
            },
        },
        {
            "id": PUSHED,
            "name": "Pushed",
            "columns": [{"name": "name", "type": "STRING"}],
            "stream": {"id": API_STREAM, "creator": {"id": ADA}},
        },
        {"id": PEOPLE, "name": "People", "columns": [{"name": "name", "type": "STRING"}]},
    ],
    # A 500 on purpose, which is tested elsewhere.
    "switches": {"account_share_repeat_is_500": False},
}


def fill(domo: Domo) -> None:
    """`WHOLE`, with rows, partitions, an upload under way and runs of both kinds of streams."""
    domo.reset(WHOLE)
    upload(domo, SALES, "1,West,10.50\n2,East,\n", action="REPLACE")
    upload(domo, SALES, "3,North,1\n", action="APPEND", dataTag="2024-01")
    assert put_part(domo, SALES, begin(domo, SALES), 1, "4,South,2\n").ok
    domo.done("POST", f"/data/v1/streams/{CONNECTOR}/executions")
    run = domo.v1("POST", f"/streams/{API_STREAM}/executions")["id"]
    token = {"Authorization": f"bearer {domo.access_token()}", "Content-Type": "text/csv"}
    path = f"/v1/streams/{API_STREAM}/executions/{run}/part/1"
    assert domo.send("PUT", path, headers=token, data=b"Ada\n").ok
    assert put_text
