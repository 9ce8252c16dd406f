"""Definitions of user attributes (product §6 "Custom attributes")."""

from dataclasses import replace
from typing import Any

from domostate.emulator.call import Call, Reply, as_text, json_reply
from domostate.emulator.errors import bad_request, forbidden, not_found
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.attributes import (
    KEYSPACES,
    AttributeKey,
    all_keys,
    delete_key,
    find_key,
    save_key,
)
from domostate.emulator.store.roles import EDIT_USERS, has_authority


def list_keys(call: Call) -> Reply:
    """Every definition. `issuerTypes` is accepted and filters nothing, as in Domo [dl]."""
    return json_reply([_shown(one) for one in call.page(all_keys(call.db), -1)])


def read_key(call: Call) -> Reply:
    """One definition."""
    return json_reply(_shown(_known(call)))


def _known(call: Call) -> AttributeKey:
    found = find_key(call.db, call.params["key"])
    if found is None:
        raise not_found(f"There is no attribute {call.params['key']}.")
    return found


def create_key(call: Call) -> Reply:
    """A new definition under the key of the path; 400 for one that exists [dl]."""
    _require_editor(call)
    key = call.params["key"]
    if not key or find_key(call.db, key) is not None:
        raise bad_request(f"The attribute {key!r} cannot be made: it exists or has no name.")
    return _saved(call, AttributeKey(key, title=key))


def update_key(call: Call) -> Reply:
    """Change a definition. Clients send all of it [dl]; what is left out stays."""
    _require_editor(call)
    return _saved(call, _known(call))


def _saved(call: Call, before: AttributeKey) -> Reply:
    given = call.json_object()
    fields = {
        field: as_text(given[name], name)
        for name, field in _FIELDS.items()
        if given.get(name) is not None
    }
    changed = replace(before, **fields)
    if changed.keyspace not in KEYSPACES:
        raise bad_request(f"keyspace is one of {sorted(KEYSPACES)}.")
    save_key(call.db, changed)
    return json_reply(_shown(changed))


_FIELDS = {
    "keyspace": "keyspace", "title": "title", "description": "description",
    "validator": "validator", "securityVoter": "security_voter",
}  # fmt: skip


def remove_key(call: Call) -> Reply:
    """Remove a definition."""
    _require_editor(call)
    delete_key(call.db, _known(call).key)
    return json_reply({})


def _require_editor(call: Call) -> None:
    if not has_authority(call.db, call.caller, EDIT_USERS):
        raise forbidden()


def _shown(one: AttributeKey) -> dict[str, Any]:
    shown = {name: getattr(one, field) for name, field in _FIELDS.items()}
    return {"key": one.key, **shown}


_KEYS = "/api/user/v1/properties/meta/keys"
_DOUBT = "path and body from dl; the reply; which authority it takes (user.edit)"
ROUTES = (
    Route(
        "GET", _KEYS, list_keys, source="product §6", doubt="shape from dl",
        query=(*PAGED, "issuerTypes"),
    ),
    Route("GET", _KEYS + "/{key}", read_key, source="product §6", doubt="shape; 404"),
    Route("POST", _KEYS + "/{key}", create_key, source="product §6", doubt=_DOUBT),
    Route("PUT", _KEYS + "/{key}", update_key, source="product §6", doubt=_DOUBT),
    Route("DELETE", _KEYS + "/{key}", remove_key, source="product §6", doubt=_DOUBT),
)  # fmt: skip
