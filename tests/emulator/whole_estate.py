"""An estate with something of everything, and filling the emulator with it."""

from base64 import b64encode
from typing import Any

from tests.emulator.client import Domo
from tests.emulator.conftest import ADA, ESTATE, PEOPLE, SALES, WEST_ONLY
from tests.emulator.row_calls import begin, put_part, upload

FEED = "3fbd2d35-2dd2-44aa-a7d9-bf5d5b1c7a01"
"""What a connector feeds."""
PUSHED = "9d0a3c58-6a55-4c0c-9f5e-2f3f5a6d7b02"
"""What an API stream feeds."""
CONNECTOR, API_STREAM = 61, 62
NOBODY, UNMAPPED = 24, 10
"""A group without members, and a column policy without columns."""
_WEST = {"column": "region", "operator": "EQUALS", "values": ["West"]}
_SALES: dict[str, Any] = next(one for one in ESTATE["datasets"] if one["id"] == SALES)

WHOLE: dict[str, Any] = ESTATE | {
    "roles": [{"id": 101, "name": "Steward", "authorities": ["dataset.manage", "audit"]}],
    "attributes": [{"key": "area", "title": "Sales area"}],
    "users": [
        {**one, "password": "secret", "attributes": {"area": ["West"]}, "profile": {"title": "Ms"}}
        for one in ESTATE["users"]
    ],
    "groups": [*ESTATE["groups"], {"id": NOBODY, "name": "Nobody"}],
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
                    },
                    {"id": UNMAPPED, "name": "Nothing yet"},
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
    "switches": {"account_share_repeat_is_500": False, "run_ms": 3_600_000},
}


def fill(domo: Domo) -> None:
    """`WHOLE`, with rows, a partition, an upload under way and runs of both kinds of streams."""
    domo.reset(WHOLE)
    upload(domo, SALES, "1,West,10.50\n2,East,\n", action="APPEND", dataTag="2024-01")
    assert put_part(domo, SALES, begin(domo, SALES), 1, "4,South,2\n").ok
    domo.done("POST", f"/data/v1/streams/{CONNECTOR}/executions")
    run = domo.v1("POST", f"/streams/{API_STREAM}/executions")["id"]
    path = f"/v1/streams/{API_STREAM}/executions/{run}/part/1"
    assert domo.send("PUT", path, headers=signed(domo, path), data=b"Ada\n").ok


_WITH_ROWS = ("uploads", "indexes", "dataversions", "execut", "partition", "/tag/", "history")


def prepare(domo: Domo, path: str) -> None:
    """As `fill`, but without rows and runs where a path has nothing to do with them."""
    if any(one in path for one in _WITH_ROWS):
        fill(domo)
    else:
        domo.reset(WHOLE)


def signed(domo: Domo, path: str) -> dict[str, str]:
    """Headers by which Ada is let in, whatever the plane."""
    if path.startswith("/oauth"):
        return {"Authorization": "Basic " + b64encode(b"c-ada:secret").decode()}
    if path.startswith("/v1/"):
        return {"Authorization": f"bearer {domo.access_token()}"}
    return {
        "X-DOMO-Developer-Token": "t-ada",
        "X-DOMO-Authentication": "t-ada",
        "X-DOMO-CustomerDomain": "acme.domo.com",
    }


class Ground:
    """The whole estate under one endpoint: before each request as if there had been none."""

    def __init__(self, domo: Domo, path: str) -> None:
        self._domo = domo
        self._path = path
        self._signed: dict[str, str] | None = None

    def headers(self) -> dict[str, str]:
        """What lets Ada in. The estate is as it should be."""
        if self._signed is None:
            prepare(self._domo, self._path)
            self._signed = signed(self._domo, self._path)
        return self._signed

    def trod(self, method: str, status: int) -> None:
        """A request was answered; one that was refused has changed nothing."""
        if method != "GET" and not 400 <= status < 500:
            self._signed = None
