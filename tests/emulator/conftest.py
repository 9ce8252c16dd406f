"""One emulator process for the session, back to one small estate before every test."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.client import Domo, Server

SALES = "4405ff58-1957-45f0-82bd-914d989a3ea3"
PEOPLE = "0dbe6a6a-5588-4a1e-9db4-989ca98762a5"
ADA, BOB, CAT, WES, EVE = 1, 2, 3, 4, 5
FINANCE, WEST, INTERNS = 21, 22, 23
WEST_ONLY = 8

ESTATE: dict[str, Any] = {
    "users": [
        {"id": ADA, "email": "ada@acme.example", "name": "Ada", "role": "Admin"},
        {"id": BOB, "email": "bob@acme.example", "name": "Bob", "role": "Privileged"},
        {"id": CAT, "email": "cat@acme.example", "name": "Cat", "role": "Editor"},
        {"id": WES, "email": "wes@acme.example", "name": "Wes", "role": "Participant"},
        {"id": EVE, "email": "eve@acme.example", "name": "Eve", "role": "Editor", "active": False},
    ],
    "groups": [
        {"id": FINANCE, "name": "Finance", "members": ["bob@acme.example"]},
        {"id": WEST, "name": "West Sales", "members": ["wes@acme.example"], "groups": ["Interns"]},
        {"id": INTERNS, "name": "Interns", "members": ["cat@acme.example"]},
    ],
    "accounts": [{"id": 3, "name": "Snowflake prod", "provider": "snowflake"}],
    "tokens": [
        {"token": f"t-{name}", "user": f"{name}@acme.example"}
        for name in ("ada", "bob", "cat", "wes", "eve")
    ],
    "clients": [
        {"id": "c-ada", "secret": "secret", "user": "ada@acme.example"},
        {"id": "c-cat", "secret": "secret", "user": "cat@acme.example"},
        {
            "id": "c-data",
            "secret": "secret",
            "user": "ada@acme.example",
            "scopes": ["data"],
        },
    ],
    "datasets": [
        {
            "id": SALES,
            "name": "Sales Orders",
            "description": "One row per order line.",
            "owner": {"type": "USER", "email": "ada@acme.example"},
            "tags": ["finance", "pii", "gold"],
            "columns": [
                {"name": "order_id", "type": "LONG"},
                {"name": "region", "type": "STRING"},
                {"name": "amount", "type": "DECIMAL"},
            ],
            "permissions": [{"type": "GROUP", "name": "Finance", "access": "CAN_VIEW"}],
            "pdp": {
                "enabled": True,
                "policies": [
                    {
                        "id": WEST_ONLY,
                        "name": "West only",
                        "users": ["wes@acme.example", "bob@acme.example", "cat@acme.example"],
                        "groups": ["West Sales"],
                        "filters": [{"column": "region", "operator": "EQUALS", "values": ["West"]}],
                    }
                ],
            },
        },
        {"id": PEOPLE, "name": "People", "columns": [{"name": "name", "type": "STRING"}]},
    ],
}


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    process = Server()
    yield process
    process.stop()


@pytest.fixture(scope="session")
def running(server: Server) -> Iterator[Domo]:
    domo = Domo(server.url)
    yield domo
    domo.close()


@pytest.fixture
def domo(running: Domo) -> Domo:
    """The emulator with `ESTATE`, its logs empty and its switches at their defaults."""
    running.reset(ESTATE)
    return running
