"""The estate that pydomo meets, and its ids."""

from typing import Any

ADA, BOB, CAT, WES = 1, 2, 3, 4
FINANCE, WEST, NOBODY = 21, 22, 23
SNOWFLAKE, CSV = 41, 42
SALES = "4405ff58-1957-45f0-82bd-914d989a3ea3"
PEOPLE = "0dbe6a6a-5588-4a1e-9db4-989ca98762a5"
FEED = 61
"""The stream of SALES."""
ALL_ROWS, WEST_ONLY = 80, 81
"""The policies of SALES."""

SALES_COLUMNS = [{"type": "STRING", "name": "region"}, {"type": "LONG", "name": "amount"}]
"""As the wire has them."""
SALES_ROWS = 'West,1\nEast,2\nNorth,\n"",4\n'
"""What `sales` loads."""

_SALES: dict[str, Any] = {
    "id": SALES,
    "name": "Sales Orders",
    "description": "One row per order.",
    "owner": "ada@acme.example",
    "columns": SALES_COLUMNS,
    "permissions": [{"type": "USER", "email": "cat@acme.example", "access": "CAN_VIEW"}],
    "stream": {"id": FEED},
    "pdp": {
        "enabled": False,
        "policies": [
            {"id": ALL_ROWS, "type": "open", "name": "All Rows"},
            {
                "id": WEST_ONLY,
                "name": "West only",
                "users": ["cat@acme.example"],
                "filters": [{"column": "region", "values": ["West"]}],
            },
        ],
    },
}

ESTATE: dict[str, Any] = {
    "users": [
        {"id": ADA, "email": "ada@acme.example", "name": "Ada", "role": "Admin"},
        {"id": BOB, "email": "bob@acme.example", "name": "Bob", "role": "Privileged"},
        {"id": CAT, "email": "cat@acme.example", "name": "Cat", "role": "Editor"},
        {"id": WES, "email": "wes@acme.example", "name": "Wes", "role": "Participant"},
    ],
    "groups": [
        {
            "id": FINANCE,
            "name": "Finance",
            "creator": "ada@acme.example",
            "members": ["bob@acme.example", "cat@acme.example"],
        },
        {"id": WEST, "name": "West Sales", "members": ["wes@acme.example"]},
        {"id": NOBODY, "name": "Nobody"},
    ],
    "accounts": [
        {"id": SNOWFLAKE, "name": "Snowflake prod", "provider": "snowflake"},
        {"id": CSV, "name": "Drop box", "provider": "domo-csv", "valid": False},
    ],
    "clients": [
        {"id": f"c-{name}", "secret": "secret", "user": f"{name}@acme.example"}
        for name in ("ada", "cat")
    ],
    "datasets": [
        _SALES,
        {"id": PEOPLE, "name": "People", "columns": [{"name": "name", "type": "STRING"}]},
    ],
}
