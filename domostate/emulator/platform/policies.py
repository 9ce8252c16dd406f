"""Row policies on the Platform plane (platform §5)."""

from dataclasses import replace
from typing import Any

from domostate.emulator.call import (
    NO_CONTENT,
    Call,
    Reply,
    as_int,
    as_list,
    as_object,
    as_text,
    json_reply,
)
from domostate.emulator.errors import bad_request, not_found
from domostate.emulator.platform import wire
from domostate.emulator.platform.reach import reach
from domostate.emulator.routing import PAGED, Route
from domostate.emulator.store.access import Level
from domostate.emulator.store.datasets import Dataset
from domostate.emulator.store.policies import (
    Filter,
    Policy,
    check_policy,
    delete_policy,
    find_policy,
    policies_of,
    save_policy,
    share_with_members,
)


def list_policies(call: Call) -> Reply:
    """A bare array, All Rows included; paged only when it is asked for."""
    found = policies_of(call.db, reach(call, call.params["id"]).id)
    return json_reply([wire.policy(one) for one in call.page(found, -1)])


def read_policy(call: Call) -> Reply:
    """One policy."""
    return json_reply(wire.policy(_known(call, reach(call, call.params["id"]))))


def create(call: Call) -> Reply:
    """A new policy; names may repeat. Without a type it is a `user` policy (seed 001)."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    given = call.json_object()
    kind = given.get("type") or "user"
    if kind not in ("user", "system"):
        raise bad_request(f"{kind!r} is no type of policy to create.")
    blank = Policy(call.db.next_id("policy"), found.id, kind, "", [], [], [], [])
    policy = _changed(blank, given)
    _store(call, found, policy)
    return json_reply(wire.policy(policy), 201)


def update(call: Call) -> Reply:
    """A partial update: what is left out stays (platform §5). Of All Rows the members may change
    (GUESS), nothing else."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    before = _known(call, found)
    policy = _changed(before, call.json_object())
    if before.type == "open":
        policy = replace(policy, name=before.name)
    _store(call, found, policy)
    return json_reply(wire.policy(policy))


def delete(call: Call) -> Reply:
    """Delete a policy; All Rows is refused (GUESS: 400)."""
    found = reach(call, call.params["id"], Level.CAN_EDIT)
    delete_policy(call.db, _known(call, found))
    return NO_CONTENT


def _known(call: Call, found: Dataset) -> Policy:
    number = as_int(call.params["policy"], "policy id")
    policy = find_policy(call.db, found.id, number)
    if policy is None:
        raise not_found(f"Policy {number} was not found.")
    return policy


def _store(call: Call, found: Dataset, policy: Policy) -> None:
    check_policy(call.db, found, policy, call.now_ms)
    save_policy(call.db, policy)
    share_with_members(call.db, found, policy)


def _changed(policy: Policy, given: dict[str, Any]) -> Policy:
    fields: dict[str, Any] = {}
    if given.get("name") is not None:
        fields["name"] = as_text(given["name"], "name")
    if given.get("filters") is not None:
        filters = as_list(given["filters"], "filters")
        fields["filters"] = [_filter(as_object(one, "filter")) for one in filters]
    for name in ("users", "groups"):
        if given.get(name) is not None:
            ids = [as_int(one, name) for one in as_list(given[name], name)]
            fields[name] = list(dict.fromkeys(ids))
    if given.get("virtualUsers") is not None:
        fields["virtual_users"] = [str(one) for one in as_list(given["virtualUsers"], "users")]
    return replace(policy, **fields)


def _filter(given: dict[str, Any]) -> Filter:
    """This plane has no case switch: a filter written here is case-sensitive (INFER)."""
    return Filter(
        as_text(given.get("column"), "column"),
        as_text(given.get("operator", "EQUALS"), "operator"),
        [as_text(one, "value") for one in as_list(given.get("values"), "values")],
        bool(given.get("not")),
    )


_POLICIES = "/v1/datasets/{id}/policies"
ROUTES = (
    Route(
        "GET", _POLICIES, list_policies, "data", "platform §5",
        "that All Rows is listed; limit and offset, which one SDK sends", query=PAGED,
    ),
    Route(
        "POST", _POLICIES, create, "data", "001; platform §5",
        "400 for unknown columns, users and groups; names may repeat; that one without filters "
        "shows no rows", status=201,
    ),
    Route("GET", _POLICIES + "/{policy}", read_policy, "data", "platform §5"),
    Route(
        "PUT", _POLICIES + "/{policy}", update, "data", "platform §5",
        "that the members of All Rows may change",
    ),
    Route(
        "DELETE", _POLICIES + "/{policy}", delete, "data", "platform §5", "400 for All Rows",
        status=204,
    ),
)  # fmt: skip
