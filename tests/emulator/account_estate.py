"""The estate of the tests about accounts, and how they share them."""

from typing import Any

from tests.emulator.client import Domo
from tests.emulator.conftest import CAT, ESTATE

ACCOUNTS = "/data/v1/accounts"
SECRET = "c4n4ry-s3cret"
PROD, BUCKET, MARTS = 3, 4, 5
WITH_ACCOUNTS: dict[str, Any] = ESTATE | {
    "accounts": [
        {
            "id": PROD,
            "name": "Snowflake prod",
            "provider": "snowflake",
            "configuration": {"username": "svc", "password": SECRET},
        },
        {
            "id": BUCKET,
            "name": "Bucket",
            "original_name": "AWS",
            "provider": "amazon-s3",
            "owner": "bob@acme.example",
            "shares": [{"type": "GROUP", "name": "West Sales", "access": "CAN_VIEW"}],
        },
        {"id": MARTS, "name": "Marts", "provider": "snowflake", "owner": "bob@acme.example"},
    ]
}
"""Ada owns `PROD`, Bob `BUCKET`, which a group shares, and `MARTS`, which nobody does."""


def shares(domo: Domo, account: int, token: str = "t-ada") -> dict[tuple[str, str], str]:
    """The access list: (type, id) to level."""
    found = domo.get(f"/data/v2/accounts/share/{account}", token)["list"]
    return {(one["type"], one["id"]): one["accessLevel"] for one in found}


def give(domo: Domo, level: str, user: int = CAT, account: int = PROD, token: str = "t-ada") -> int:
    """Share an account with a user; the status of the reply."""
    body = {"type": "USER", "id": str(user), "accessLevel": level}
    return domo.product("PUT", f"/data/v2/accounts/share/{account}", body, token).status_code
