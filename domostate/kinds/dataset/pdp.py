"""PDP: which rows people with access see."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from domostate.errors import Finding, NotFound
from domostate.kinds.aspect import Aspect, Draft, Ids, Replies, Setting, Step
from domostate.kinds.dataset.owner import wire_id
from domostate.kinds.dataset.policies import (
    ALL_ROWS,
    Members,
    Pdp,
    PdpDeclared,
    Policy,
    declared_pdp,
    dump_policy,
    policies_of,
    wire_policy,
)
from domostate.kinds.names import Names
from domostate.model.call import Call, Part, Plane
from domostate.model.change import ChangeClass, Document, Operation
from domostate.model.desired import Declared, ListMode
from domostate.model.observed import Live
from domostate.model.principal import Principal

__all__ = ["PdpAspect"]


class PdpAspect(Aspect[PdpDeclared, Pdp]):
    """The switch, the row policies, and the members of All Rows."""

    name = "pdp"
    key = "pdp"
    prefix = "pdp"
    parts = {
        Plane.PRODUCT: frozenset({Part.POLICIES, Part.SWITCH}),
        Plane.PLATFORM: frozenset({Part.DATASET}),
    }
    optional = frozenset({"enabled", "policies", "all_rows"})
    operations_named = frozenset(
        {
            "create_policy",
            "update_policy",
            "delete_policy",
            "set_all_rows",
            "enable_pdp",
            "disable_pdp",
        }
    )
    # Adding somebody to a policy is said to share the dataset with them (product §4.6).
    disturbs = frozenset({"shares"})

    def __init__(self) -> None:
        super().__init__(PdpDeclared, Pdp)

    def is_declared(self, entry: Declared) -> bool:
        return entry.spec.pdp is not None

    def declared(self, entry: Declared, names: Names) -> PdpDeclared | None:
        return declared_pdp(entry, names)

    def observe(self, live: Live, plane: Plane, names: Names, prior: PdpDeclared | None) -> Pdp:
        # The switch is read itself. `adc` of the metadata would save the call, but that it means
        # "PDP is on" and not "has policies" is inferred (product §2.1): under the second reading a
        # dataset whose PDP was switched off would look protected.
        if plane is Plane.PLATFORM:
            raw = live.parts[Part.DATASET]
            enabled, rows = bool(raw.get("pdpEnabled", False)), raw.get("policies") or ()
        else:
            enabled = bool(live.parts[Part.SWITCH].get("enabled", False))
            rows = live.parts[Part.POLICIES]
        policies, all_rows = policies_of(rows, plane, names)
        if all_rows is None:
            return Pdp(enabled, policies)
        return Pdp(enabled, policies, all_rows.members, all_rows.id)

    def fresh(self, declared: PdpDeclared, me: Principal | None) -> Pdp:
        return Pdp(enabled=False)

    def target(
        self,
        declared: PdpDeclared,
        observed: Pdp,
        prior: PdpDeclared | None,
        setting: Setting,
    ) -> Pdp:
        all_rows = observed.all_rows
        if declared.all_rows is not None:
            all_rows = replace(declared.all_rows, virtual=observed.all_rows.virtual)
        return Pdp(
            observed.enabled if declared.enabled is None else declared.enabled,
            _policies(declared, observed),
            all_rows,
            observed.open_id,
        )

    def objections(
        self, declared: PdpDeclared, observed: Pdp, entry: Declared, setting: Setting
    ) -> Iterator[Finding]:
        if declared.policies is None:
            return  # left out, or under `ignore`
        times = Counter(policy.name for policy in observed.policies)
        told_apart = _told_apart(declared, observed)
        for n, policy in enumerate(entry.spec.pdp.policies or ()):
            path = ("pdp", "policies", n)
            if times[policy.name] > 1 and policy.name not in told_apart:
                ids = [one.id for one in observed.policies if one.name == policy.name]
                yield entry.problem(
                    f"{entry.address}: {times[policy.name]} policies of the dataset are called "
                    f"{policy.name!r} (ids {', '.join(ids)})",
                    *path,
                    hint="delete or rename all but one in Domo",
                )
            if Plane.PRODUCT not in setting.planes and any(f.ignore_case for f in policy.filters):
                yield entry.problem(
                    f"{entry.address}: ignore_case needs the Product plane",
                    *path,
                    hint="give the environment a developer_token",
                )

    def remarks(
        self, declared: PdpDeclared, observed: Pdp, after: Pdp, setting: Setting
    ) -> Iterator[str]:
        wanted = {policy.name for policy in declared.policies or ()}
        if declared.policies is not None and declared.mode is ListMode.AT_LEAST:
            left = [one.name for one in observed.policies if one.name not in wanted]
            if left:
                yield f"policies (at_least) leaves: {', '.join(left)}"

    def keyed(self, value: Pdp, against: Pdp) -> Document:
        return {
            "enabled": value.enabled,
            "policies": {f"[{one.name}]": _keyed_policy(one) for one in value.policies},
            "all_rows": _keyed_members(value.all_rows),
        }

    def operations(self, step: Step[Pdp]) -> Iterator[Draft]:
        before, after = step.before, step.after
        old = {policy.id or policy.name: policy for policy in before.policies}
        kept = {policy.id for policy in after.policies if policy.id}
        for policy in after.policies:
            was = old.get(policy.id) if policy.id else None
            if was is None:
                document = dump_policy(policy)
                yield Draft("create_policy", None, document, ChangeClass.WIDENING)
            elif was != policy:
                yield Draft(
                    "update_policy", dump_policy(was), dump_policy(policy), _class(was, policy)
                )
        for policy in before.policies:
            if policy.id not in kept:
                yield Draft("delete_policy", dump_policy(policy), None, ChangeClass.NARROWING)
        if before.all_rows != after.all_rows:
            yield Draft(
                "set_all_rows",
                {**_open(before), "exists": bool(before.open_id)},
                _open(after),
                _members_class(before.all_rows, after.all_rows),
            )
        if before.enabled != after.enabled:
            yield Draft(
                "enable_pdp" if after.enabled else "disable_pdp",
                {"enabled": before.enabled},
                {"enabled": after.enabled},
                ChangeClass.NARROWING if after.enabled else ChangeClass.WIDENING,
            )

    def grants_in(self, declared: Any) -> int:
        policies = declared["policies"] or []
        members = [*policies, declared["all_rows"] or {}]
        named = [len(one.get(key, ())) for one in members for key in ("users", "groups")]
        return len(policies) + sum(named)

    def call(self, op: Operation, ids: Ids, plane: Plane, replies: Replies) -> Call:
        dataset = ids["id"]
        base = _policies_path(dataset, plane)
        match op.name:
            case "create_policy":
                body = wire_policy(op.after or {}, plane, dataset)
                return Call("POST", base, plane, body, repeatable=False)
            case "update_policy":
                after = op.after or {}
                id_ = after["id"] or ids[f"policy:{after['name']}"]
                body = wire_policy(after, plane, dataset, id_)
                return Call("PUT", f"{base}/{id_}", plane, body)
            case "delete_policy":
                return Call("DELETE", f"{base}/{(op.before or {})['id']}", plane)
            case "set_all_rows":
                return _set_all_rows(op, dataset, plane, replies)
            case _:
                return _switch(op, dataset, plane, replies)

    def lookups(self, op: Operation, ids: Ids, plane: Plane) -> dict[str, Call]:
        match op.name, plane:
            case "set_all_rows", _:
                return self._list(ids, plane)
            case "enable_pdp" | "disable_pdp", Plane.PRODUCT:
                path = f"/api/query/v2/data-control/{ids['id']}"
                return {"switch": Call("GET", path, plane)}
            case "enable_pdp" | "disable_pdp", Plane.PLATFORM:
                return {"dataset": Call("GET", f"/v1/datasets/{ids['id']}", plane)}
        return {}

    def traces(self, op: Operation, ids: Ids, plane: Plane) -> dict[str, Call]:
        return self._list(ids, plane) if op.name == "create_policy" else {}

    def _list(self, ids: Ids, plane: Plane) -> dict[str, Call]:
        if plane is Plane.PLATFORM:
            return {"dataset": Call("GET", f"/v1/datasets/{ids['id']}", plane)}
        options = "load_associations,include_open_policy,load_filters,sort"
        path = _policies_path(ids["id"], plane)
        return {"policies": Call("GET", path, plane, query=(("options", options),))}

    def creates(self, op: Operation) -> str:
        return str((op.after or {})["name"]) if op.name == "create_policy" else ""

    def made(self, op: Operation, reply: Any, plane: Plane) -> Ids:
        if op.name != "create_policy":
            return {}
        key = "filterGroupId" if plane is Plane.PRODUCT else "id"
        return {f"policy:{(op.after or {})['name']}": str(reply[key])}

    def settle(self, op: Operation, replies: Replies, plane: Plane) -> Ids | None:
        # The plan creates a policy only where none bears its name.
        name = (op.after or {})["name"]
        found = [raw for raw in _raw(replies) if raw["name"] == name and raw.get("type") != "open"]
        return self.made(op, found[0], plane) if found else None


def _policies(declared: PdpDeclared, observed: Pdp) -> tuple[Policy, ...]:
    if declared.policies is None:
        return observed.policies
    there: dict[str, Policy] = {policy.name: policy for policy in observed.policies}
    there |= _told_apart(declared, observed)
    wanted = {
        policy.name: _taking_over(policy, there.get(policy.name)) for policy in declared.policies
    }
    match declared.mode:
        case ListMode.EXACT:
            rows = list(wanted.values())
        case ListMode.AT_LEAST:
            rows = [one for one in observed.policies if one.name not in wanted]
            rows += wanted.values()
        case ListMode.AT_MOST:
            rows = [one for name, one in wanted.items() if name in there]
    return tuple(sorted(rows, key=lambda one: (one.name, one.id)))


def _told_apart(declared: PdpDeclared, observed: Pdp) -> dict[str, Policy]:
    """Of several policies of one name, the one that is as declared, where the list is closed:
    there the others are strangers, and go."""
    if declared.policies is None or declared.mode is not ListMode.EXACT:
        return {}
    wanted = {policy.name: policy for policy in declared.policies}
    same = [one for one in observed.policies if one == wanted.get(one.name)]
    times = Counter(one.name for one in same)
    return {one.name: one for one in same if times[one.name] == 1}


def _taking_over(policy: Policy, there: Policy | None) -> Policy:
    """The declared policy with the id of the one that bears its name: an update keeps the id,
    which alerts refer to (product §4.4)."""
    if there is None:
        return policy
    return replace(policy, id=there.id, virtual=there.virtual)


def _keyed_policy(policy: Policy) -> Document:
    return {
        "filters": [
            {
                "column": one.column,
                "operator": one.operator,
                "values": list(one.values),
                "not": one.negated,
                "ignore_case": one.ignore_case,
                **({"dynamic": True} if one.dynamic else {}),
            }
            for one in policy.filters
        ],
        **_keyed_members(policy.members),
        **({"everyone": True} if policy.everyone else {}),
    }


def _keyed_members(members: Members) -> Document:
    return {
        "users": {f"[{one.name or one.id}]": True for one in members.users},
        "groups": {f"[{one.name or one.id}]": True for one in members.groups},
    }


def _open(pdp: Pdp) -> Document:
    members = pdp.all_rows
    return dump_policy(Policy(ALL_ROWS, (), members.users, members.groups, id=pdp.open_id))


def _class(before: Policy, after: Policy) -> ChangeClass:
    if before.filters != after.filters or (after.everyone and not before.everyone):
        # Whether other filters show fewer rows is for the access model to say.
        return ChangeClass.WIDENING
    return _members_class(before.members, after.members)


def _members_class(before: Members, after: Members) -> ChangeClass:
    joins = set(after.all) - set(before.all)
    return ChangeClass.WIDENING if joins else ChangeClass.NARROWING


def _policies_path(dataset: str, plane: Plane) -> str:
    if plane is Plane.PLATFORM:
        return f"/v1/datasets/{dataset}/policies"
    return f"/api/query/v1/data-control/{dataset}/filter-groups"


def _raw(replies: Replies) -> list[dict[str, Any]]:
    rows = replies["policies"] if "policies" in replies else replies["dataset"].get("policies")
    return list(rows or ())


def _set_all_rows(op: Operation, dataset: str, plane: Plane, replies: Replies) -> Call:
    """PUT the fetched object back with other members (product §4.3; platform: a guess)."""
    members = op.after or {}
    raw = next((one for one in _raw(replies) if one.get("type") == "open"), None)
    if raw is None:
        raise NotFound("the dataset has no All Rows policy; Domo makes it when PDP is enabled")
    users = [wire_id(one["id"]) for one in members["users"]]
    groups = [wire_id(one["id"]) for one in members["groups"]]
    if plane is Plane.PLATFORM:
        body = {**raw, "users": users, "groups": groups}
        return Call("PUT", f"{_policies_path(dataset, plane)}/{raw['id']}", plane, body)
    body = {
        **{key: value for key, value in raw.items() if key != "resources"},
        "name": raw.get("name", ALL_ROWS),
        "dataSourceId": dataset,
        "userIds": users,
        "groupIds": groups,
        "virtualUserIds": raw.get("virtualUserIds", []),
    }
    return Call("PUT", f"{_policies_path(dataset, plane)}/{raw['filterGroupId']}", plane, body)


def _switch(op: Operation, dataset: str, plane: Plane, replies: Replies) -> Call:
    enabled = (op.after or {})["enabled"]
    if plane is Plane.PLATFORM:
        # `name` may have been required beside `pdpEnabled` (platform §5).
        body = {"name": replies["dataset"]["name"], "pdpEnabled": enabled}
        return Call("PUT", f"/v1/datasets/{dataset}", plane, body)
    # The other flags are echoed: leaving out `enabledColumn` may switch off column PDP (§4.5).
    flags = {
        key: value
        for key, value in (replies["switch"] or {}).items()
        if key in ("external", "secured", "enabledColumn")
    }
    body = {"external": False, **flags, "enabled": enabled}
    return Call("PUT", f"/api/query/v1/data-control/{dataset}", plane, body)
