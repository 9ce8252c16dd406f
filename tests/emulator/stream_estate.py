"""The estate of the tests about streams and their runs."""

from typing import Any

from tests.emulator.conftest import ESTATE

STREAMS = "/data/v1/streams"
ORDERS = "7c2a9d5e-1b1f-4a57-9c53-0f4b7e6d2a11"
FEED = "1f0a64ce-54bb-4b41-b1d7-3a0a9c6e8d22"
CONNECTOR, API = 40, 41
ACCOUNT = 3
ADAS = {"type": "USER", "email": "ada@acme.example"}


def estate(owner: dict[str, str], account: dict[str, Any]) -> dict[str, Any]:
    """`ORDERS`, fed by a connector with an account of Ada's, and `FEED`, fed by an API stream."""
    return ESTATE | {
        "accounts": [{"id": ACCOUNT, "name": "Prod", "provider": "snowflake"} | account],
        "datasets": [
            {
                "id": ORDERS,
                "name": "Orders",
                "owner": owner,
                "columns": [{"name": "a", "type": "LONG"}],
                "stream": {
                    "id": CONNECTOR,
                    "provider": "snowflake",
                    "account": {"id": ACCOUNT},
                    "schedule": {"type": "DAY", "at": "08:01 PM", "timezone": "UTC"},
                },
            },
            {
                "id": FEED,
                "name": "Feed",
                "columns": [{"name": "a", "type": "LONG"}],
                "stream": {"id": API, "update_method": "APPEND"},
            },
        ],
    }
