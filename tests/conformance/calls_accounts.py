"""pydomo's `accounts` client and its helpers."""

from typing import Any

from tests.conformance.cases import Case, call
from tests.conformance.estate import CSV, SNOWFLAKE
from tests.conformance.shapes import DIGITS
from tests.conformance.wire import delete, get, patch, post

BASE = "/v1/accounts"


def _account(number: Any, name: str, kind: str, valid: bool = True) -> dict[str, Any]:
    shown = {"id": kind, "properties": {}}
    return {
        "id": str(number) if isinstance(number, int) else number,
        "name": name,
        "valid": valid,
        "type": shown,
    }


PROD = _account(SNOWFLAKE, "Snowflake prod", "snowflake")
BOX = _account(CSV, "Drop box", "domo-csv", valid=False)
NEW = {
    "name": "Kopie ü",
    "valid": True,
    "type": {"id": "domo-csv", "properties": {"password": "s3cret"}},
}
MADE = _account(DIGITS, "Kopie ü", "domo-csv")
CHANGE = {
    "name": "Snowflake test",
    "valid": False,
    "type": {"id": "snowflake", "properties": {"role": "R"}},
}
CHANGED = _account(SNOWFLAKE, "Snowflake test", "snowflake", valid=False)
_LISTED = [get(f"{BASE}?limit=50&offset={offset}") for offset in (0, 50)]

CASES = (
    Case(
        call("accounts.create", **NEW),
        sends=[post(BASE, NEW, 200)],
        gives=MADE,
        prints=f"{NEW}\n",  # with the password
        leaves={"/accounts/{id}": MADE},
    ),
    Case(call("accounts.get", SNOWFLAKE), sends=[get(f"{BASE}/{SNOWFLAKE}")], gives=PROD),
    Case(call("accounts.list"), sends=_LISTED, gives=[PROD, BOX]),
    Case(
        call("accounts.list", per_account=1),
        sends=[get(f"{BASE}?limit=1&offset={offset}") for offset in (0, 1, 2)],
        gives=[PROD, BOX],
        how="in pages of one",
    ),
    Case(
        call("accounts.list", limit=1, offset=1),
        sends=[get(f"{BASE}?limit=1&offset=1")],
        gives=[BOX],
        how="up to a limit",
    ),
    Case(
        call("accounts.update", SNOWFLAKE, **CHANGE),
        sends=[patch(f"{BASE}/{SNOWFLAKE}", CHANGE, 202)],
        leaves={f"/accounts/{SNOWFLAKE}": CHANGED},
    ),
    Case(
        call("accounts.delete", SNOWFLAKE),
        sends=[delete(f"{BASE}/{SNOWFLAKE}")],
        leaves={f"/accounts/{SNOWFLAKE}": 404, "/accounts": [BOX]},
    ),
    Case(
        call("accounts_create", **NEW),
        sends=[post(BASE, NEW, 200)],
        gives=MADE,
        prints=f"{NEW}\n",
        leaves={"/accounts/{id}": MADE},
    ),
    Case(call("accounts_get", SNOWFLAKE), sends=[get(f"{BASE}/{SNOWFLAKE}")], gives=PROD),
    Case(call("accounts_list"), sends=_LISTED, gives=[PROD, BOX]),
    Case(
        call("accounts_update", SNOWFLAKE, name="Snowflake test"),
        sends=[patch(f"{BASE}/{SNOWFLAKE}", {"name": "Snowflake test"}, 202)],
        leaves={f"/accounts/{SNOWFLAKE}": {**PROD, "name": "Snowflake test"}},
    ),
    Case(
        call("accounts_delete", SNOWFLAKE),
        sends=[delete(f"{BASE}/{SNOWFLAKE}")],
        leaves={f"/accounts/{SNOWFLAKE}": 404, "/accounts": [BOX]},
    ),
)
