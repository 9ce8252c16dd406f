"""Roles on the Platform plane: an undocumented list that an SDK once read (platform §7)."""

from typing import Any

from domostate.emulator.call import Call, Reply, as_int, json_reply
from domostate.emulator.errors import not_found
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.roles import Role, all_roles, find_role

LIST_LIMIT = 500


def list_roles(call: Call) -> Reply:
    """Every role, by page as everything on this plane."""
    return json_reply([_shown(one) for one in call.page(all_roles(call.db), 50, LIST_LIMIT)])


def read(call: Call) -> Reply:
    """One role."""
    number = as_int(call.params["id"], "role id")
    role = find_role(call.db, number)
    if role is None:
        raise not_found(f"Role {number} was not found.")
    return json_reply(_shown(role))


def _shown(role: Role) -> dict[str, Any]:
    return {"id": role.id, "name": role.name, "description": role.description}


_DOUBT = "undocumented, seen in 2017; the shape; the scope"
ROUTES = (
    Route("GET", "/v1/roles", list_roles, "user", source="platform §7", doubt=_DOUBT, query=PAGED),
    Route("GET", "/v1/roles/{id}", read, "user", source="platform §7", doubt=_DOUBT),
)
