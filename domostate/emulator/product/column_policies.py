"""Column policies on the Product plane (product §4.7)."""

import uuid
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
from domostate.emulator.product.reach import reach
from domostate.emulator.routing import Route
from domostate.emulator.store.access import Level
from domostate.emulator.store.column_policies import (
    ColumnPolicy,
    Mapping,
    Rule,
    check_column_policy,
    check_mapping,
    column_policies_of,
    delete_column_policy,
    delete_mapping,
    find_column_policy,
    find_mapping,
    mappings_of,
    save_column_policy,
    save_mapping,
)
from domostate.emulator.store.datasets import Dataset

_RULES = uuid.UUID("2f0d9a31-94f4-4b50-8a54-8d5c6f0a7e11")


def list_policies(call: Call) -> Reply:
    """The policy groups of a dataset, a bare array as that of the row policies (GUESS)."""
    found = reach(call, call.params["id"])
    return json_reply([_shown(call, one) for one in column_policies_of(call.db, found.id)])


def read_policy(call: Call) -> Reply:
    """One policy group, in the shape that a write sends back (scripts)."""
    found = reach(call, call.params["id"])
    return json_reply(_shown(call, _known(call, found)))


def create_policy(call: Call) -> Reply:
    """A new policy group. No source shows what a write answers: the object (GUESS)."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    return _stored(call, found, ColumnPolicy(call.db.next_id("policy"), found.id, "", []))


def update_policy(call: Call) -> Reply:
    """A full replacement; a rule that is sent with its `policyId` keeps it (scripts)."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    return _stored(call, found, _known(call, found))


def delete_policy(call: Call) -> Reply:
    """Delete a policy group, unless columns are mapped to it."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    delete_column_policy(call.db, _known(call, found))
    return json_reply({})


def _known(call: Call, found: Dataset) -> ColumnPolicy:
    return _policy(call, found, as_int(call.params["policy"], "filterGroupId"))


def _policy(call: Call, found: Dataset, number: int) -> ColumnPolicy:
    policy = find_column_policy(call.db, found.id, number)
    if policy is None:
        raise not_found(f"Policy group {number} was not found.")
    return policy


def _stored(call: Call, found: Dataset, before: ColumnPolicy) -> Reply:
    given = call.json_object()
    _same(given.get("dataSourceId"), found.id, "dataSourceId")
    _same(given.get("type"), "user", "type")
    # A new one is sent with null, or with nothing.
    if given.get("filterGroupId") is not None:
        _same(as_int(given["filterGroupId"], "filterGroupId"), before.id, "filterGroupId")
    listed = as_list(given.get("columnPolicies"), "columnPolicies")
    rules = [
        _rule(call, as_object(one, "columnPolicy"), before, order)
        for order, one in enumerate(listed)
    ]
    if len({one.id for one in rules}) < len(rules):
        raise bad_request("A policyId occurs twice.")
    policy = ColumnPolicy(before.id, found.id, as_text(given.get("name"), "name"), rules)
    check_column_policy(call.db, policy)
    save_column_policy(call.db, policy)
    return json_reply(_shown(call, _policy(call, found, policy.id)))


def _same(value: Any, expected: Any, name: str) -> None:
    if value is not None and value != expected:
        raise bad_request(f"{name} is {expected!r} here, not {value!r}.")


def _rule(call: Call, given: dict[str, Any], before: ColumnPolicy, order: int) -> Rule:
    number = given.get("policyId")
    if number is None:
        number = call.db.next_id("column_rule")
    elif as_int(number, "policyId") not in {one.id for one in before.rules}:
        raise bad_request(f"The policy group has no policy {number!r}.")
    name = given.get("uuid") or str(uuid.uuid5(_RULES, str(number)))
    return Rule(
        as_int(number, "policyId"),
        as_text(name, "uuid"),
        [as_text(one, "value") for one in as_list(given.get("values"), "values")],
        _ids(given, "userIds"),
        _ids(given, "groupIds"),
        bool(given.get("dataSourcePermissions")),
        as_int(given.get("policyOrder", order), "policyOrder"),
        bool(given.get("defaultPolicy")),
    )


def _ids(given: dict[str, Any], name: str) -> list[int]:
    return list(dict.fromkeys(as_int(one, name) for one in as_list(given.get(name), name)))


def _shown(call: Call, found: ColumnPolicy) -> dict[str, Any]:
    return {
        "name": found.name,
        "filterGroupId": found.id,
        "dataSourceId": found.dataset_id,
        "type": "user",
        "columnPolicies": [_shown_rule(call, one) for one in found.rules],
    }


def _shown_rule(call: Call, rule: Rule) -> dict[str, Any]:
    """A rule; empty lists are left out, as in the sample (OAS) and as row policies do."""
    body: dict[str, Any] = {
        "policyId": rule.id,
        "uuid": rule.uuid,
        "values": rule.masks,
        "dataSourcePermissions": rule.dataset_permissions,
        "policyOrder": rule.order,
        "defaultPolicy": rule.usual,
    }
    if rule.users:
        body["userIds"] = call.shuffled(rule.users)
    if rule.groups:
        body["groupIds"] = call.shuffled(rule.groups)
    return body


def list_mappings(call: Call) -> Reply:
    """Which columns are under which policy."""
    found = reach(call, call.params["id"])
    return json_reply([_shown_mapping(one) for one in mappings_of(call.db, found.id)])


def create_mapping(call: Call) -> Reply:
    """Put a column under a policy."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    return _stored_mapping(call, found, None)


def update_mapping(call: Call) -> Reply:
    """Another column or another policy."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    return _stored_mapping(call, found, _known_mapping(call, found))


def remove_mapping(call: Call) -> Reply:
    """Take a column out of its policy."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    delete_mapping(call.db, _known_mapping(call, found))
    return json_reply({})


def _known_mapping(call: Call, found: Dataset) -> Mapping:
    number = as_int(call.params["mapping"], "id")
    mapping = find_mapping(call.db, found.id, number)
    if mapping is None:
        raise not_found(f"Column policy mapping {number} was not found.")
    return mapping


def _stored_mapping(call: Call, found: Dataset, before: Mapping | None) -> Reply:
    given = call.json_object()
    _same(given.get("dataSourceId"), found.id, "dataSourceId")
    number = call.db.next_id("column_mapping") if before is None else before.id
    if given.get("id") is not None:
        _same(as_int(given["id"], "id"), number, "id")
    policy = find_column_policy(
        call.db, found.id, as_int(given.get("filterGroupId"), "filterGroupId")
    )
    if policy is None:
        raise bad_request(f"There is no policy group {given['filterGroupId']}.")
    column = as_text(given.get("columnName"), "columnName")
    mapping = Mapping(number, found.id, policy.id, column, policy.name)
    check_mapping(call.db, found, mapping)
    save_mapping(call.db, mapping)
    return json_reply(_shown_mapping(mapping))


def _shown_mapping(found: Mapping) -> dict[str, Any]:
    return {
        "columnName": found.column,
        "dataSourceId": found.dataset_id,
        "filterGroupId": found.policy_id,
        "id": found.id,
        "policyName": found.policy_name,
    }


_GROUPS = "/api/query/v2/data-control/{id}/policy-group"
_MAPPINGS = "/api/query/v2/data-control/{id}/column-policy-mapping"
_SOURCE = "product §4.7"
_UNSHOWN = "the reply; masks nothing in queries"
ROUTES = (
    Route("GET", _GROUPS, list_policies, source=_SOURCE, doubt=_UNSHOWN),
    Route("POST", _GROUPS, create_policy, source=_SOURCE, doubt=_UNSHOWN),
    Route("GET", _GROUPS + "/{policy}", read_policy, source=_SOURCE, doubt=_UNSHOWN),
    Route("PUT", _GROUPS + "/{policy}", update_policy, source=_SOURCE, doubt=_UNSHOWN),
    Route("DELETE", _GROUPS + "/{policy}", delete_policy, source=_SOURCE, doubt="the reply"),
    Route("GET", _MAPPINGS, list_mappings, source=_SOURCE),
    Route(
        "POST", _MAPPINGS, create_mapping, source=_SOURCE,
        doubt="the reply; a column takes one policy",
    ),
    Route(
        "PUT", _MAPPINGS + "/{mapping}", update_mapping, source=_SOURCE,
        doubt="the reply; a column takes one policy",
    ),
    Route("DELETE", _MAPPINGS + "/{mapping}", remove_mapping, source=_SOURCE, doubt="the reply"),
)  # fmt: skip
