"""Bodies of the emulator's own endpoints."""

from collections.abc import Mapping
from typing import Any

from domostate.emulator.control.samples.filling import Text

_RULE = {"method": "POST", "path": "*/share", "status": [502, 503], "share": 0.2, "times": 3}

SAMPLES: Mapping[str, tuple[Any, ...]] = {
    "POST /_emulator/reset": (
        {
            "users": [{"id": 1, "email": "ada@acme.example", "name": "Ada", "role": "Admin"}],
            "groups": [{"id": 21, "name": "Finance", "members": ["ada@acme.example"]}],
            "datasets": [
                {
                    "name": "Sales Orders",
                    "columns": [{"name": "region", "type": "STRING"}],
                    "permissions": [{"type": "GROUP", "name": "Finance", "access": "CAN_VIEW"}],
                }
            ],
            "switches": {"page_limit": 10},
        },
        Text("users: [{email: ada@acme.example, role: Admin}]\n", "application/yaml"),
    ),
    "POST /_emulator/faults": (
        [_RULE],
        {"rules": [_RULE], "switches": {"error_share": 0.1}},
    ),
    "PUT /_emulator/faults": ([_RULE],),
    "PUT /_emulator/switches": ({"page_limit": 10, "shuffle": False},),
    "POST /_emulator/switches": ({"page_limit": 10, "shuffle": False},),
}
