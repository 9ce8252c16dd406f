"""Row policies on the Product plane (product §4)."""

from typing import Any

from domostate.emulator.call import (
    Call,
    Reply,
    as_int,
    as_list,
    as_object,
    as_text,
    json_reply,
)
from domostate.emulator.errors import bad_request, not_found
from domostate.emulator.product import wire
from domostate.emulator.product.reach import reach
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.access import Level
from domostate.emulator.store.datasets import Dataset, find_dataset
from domostate.emulator.store.policies import (
    Filter,
    Policy,
    check_policy,
    delete_policy,
    find_policy,
    policies_of,
    save_policy,
    share_with_members,
    switch_pdp,
)


def list_policies(call: Call) -> Reply:
    """A bare array. What `options` does not ask for is missing, All Rows included; without
    `paginate` all of it (product §4.1)."""
    found = reach(call, call.params["id"])
    options = frozenset(call.query.get("options", "").split(","))
    policies = policies_of(call.db, found.id)
    if "include_open_policy" not in options:
        policies = [one for one in policies if one.type != "open"]
    if "sort" in options:
        policies.sort(key=lambda one: (one.name, one.id))
    if call.flag("paginate"):
        policies = list(call.page(policies, 50))
    return json_reply([wire.policy(call, one, options) for one in policies])


def create_policy(call: Call) -> Reply:
    """A new policy; names may repeat, so a repeated call makes a second one (product §4.2)."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    given = call.json_object()
    if given.get("type", "user") == "open":
        raise bad_request("There is one policy of type open, and Domo makes it.")
    policy = _policy(call, found, given, call.db.next_id("policy"), None)
    _store(call, found, policy)
    return json_reply(wire.written_policy(call, policy, _policy_set(call, found)))


def update_policy(call: Call) -> Reply:
    """A full replacement: what is left out becomes empty (product §4.3: inferred). Of All Rows
    only the members change."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    before = _known(call, found)
    given = call.json_object()
    named = given.get("filterGroupId")
    if named is not None and as_int(named, "filterGroupId") != before.id:
        raise bad_request("filterGroupId is not the policy of this address.")
    policy = _policy(call, found, given, before.id, before)
    _store(call, found, policy)
    return json_reply(wire.written_policy(call, policy, _policy_set(call, found)))


def delete(call: Call) -> Reply:
    """Delete a policy; All Rows cannot be (product §4.4)."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    delete_policy(call.db, _known(call, found))
    return json_reply({})


def _known(call: Call, found: Dataset) -> Policy:
    number = as_int(call.params["policy"], "filterGroupId")
    policy = find_policy(call.db, found.id, number)
    if policy is None:
        raise not_found(f"Filter group {number} was not found.")  # product §1.3, nb
    return policy


def _store(call: Call, found: Dataset, policy: Policy) -> None:
    check_policy(call.db, found, policy, call.now_ms)
    save_policy(call.db, policy)
    share_with_members(call.db, found, policy)


def _policy(
    call: Call, found: Dataset, given: dict[str, Any], number: int, before: Policy | None
) -> Policy:
    named = given.get("dataSourceId")
    if named is not None and named != found.id:
        raise bad_request("dataSourceId is not the DataSet of this address.")
    parameters = as_list(given.get("parameters"), "parameters")
    built_in = before is not None and before.type == "open"
    return Policy(
        number,
        found.id,
        "open" if built_in else "user",
        before.name if before and built_in else as_text(given.get("name"), "name"),
        [_filter(as_object(one, "parameter")) for one in parameters],
        _ids(given, "userIds"),
        _ids(given, "groupIds"),
        [as_text(one, "virtualUserId") for one in as_list(given.get("virtualUserIds"), "ids")],
        bool(given.get("dataSourcePermissions")),
    )


def _ids(given: dict[str, Any], name: str) -> list[int]:
    return list(dict.fromkeys(as_int(one, name) for one in as_list(given.get(name), name)))


def _filter(given: dict[str, Any]) -> Filter:
    values = as_list(given.get("values"), "values")
    if not values and given.get("value") is not None:
        values = [given["value"]]
    return Filter(
        as_text(given.get("name"), "name"),
        as_text(given.get("operator", "EQUALS"), "operator"),
        [as_text(one, "value") for one in values],
        bool(given.get("not")),
        bool(given.get("ignoreCase")),
        as_text(given.get("type", "COLUMN"), "type"),
    )


def _policy_set(call: Call, found: Dataset) -> int:
    """A number for all policies of a dataset (portal-pr shows one, nobody says what it counts)."""
    return call.db.count("SELECT rowid FROM datasets WHERE id=?", found.id)


def change_switch(call: Call) -> Reply:
    """Turn PDP on or off. The reply echoes all four flags (product §4.5, nb). What a flag that is
    left out becomes is a switch of ours."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    given = call.json_object()
    flags: dict[str, bool] = {}
    for wire_name, name in _FLAGS.items():
        value = given.get(wire_name)
        if value is None:
            if call.db.switches.pdp_switch_omitted_is_false:
                flags[name] = False
        elif isinstance(value, bool):
            flags[name] = value
        else:
            raise bad_request(f"{wire_name} must be true or false.")
    switch_pdp(call.db, found, call.now_ms, **flags)
    return _flags(find_dataset(call.db, found.id) or found)


def read_switch(call: Call) -> Reply:
    """The same four flags (product §4.5: no capture of this reply; presumed equal)."""
    return _flags(reach(call, call.params["id"]))


_FLAGS = {
    "enabled": "enabled",
    "secured": "secured",
    "external": "external",
    "enabledColumn": "enabled_column",
}


def _flags(found: Dataset) -> Reply:
    return json_reply({key: getattr(found, f"pdp_{name}") for key, name in _FLAGS.items()})


_GROUPS = "/api/query/v1/data-control/{id}/filter-groups"
ROUTES = (
    Route(
        "GET", _GROUPS, list_policies, source="product §4.1",
        doubt="what each of the options leaves out; the page size",
        query=(*PAGED, "options", "paginate"),
    ),
    Route(
        "POST", _GROUPS, create_policy, source="product §4.2",
        doubt="400 for unknown columns, users and groups, and for a policy of type open; that one "
        "without filters shows no rows; policies "
        "may be made while PDP is off",
    ),
    Route(
        "PUT", _GROUPS + "/{policy}", update_policy, source="product §4.3",
        doubt="a full replacement, as every client sends everything; of All Rows only the members "
        "change",
    ),
    Route(
        "DELETE", _GROUPS + "/{policy}", delete, source="product §4.4",
        doubt="the reply; 400 for All Rows",
    ),
    Route(
        "PUT", "/api/query/v1/data-control/{id}", change_switch, source="product §4.5",
        doubt="what a flag that is left out becomes (switch pdp_switch_omitted_is_false)",
    ),
    Route(
        "GET", "/api/query/v2/data-control/{id}", read_switch, source="product §4.5",
        doubt="the reply, presumed to be that of the write",
    ),
)  # fmt: skip
