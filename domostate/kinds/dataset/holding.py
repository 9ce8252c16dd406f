"""Holdings of datasets: as Domo reports them, and what operations make of them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from domostate.kinds.dataset.owner import OwnerAspect
from domostate.kinds.dataset.pdp import PdpAspect
from domostate.kinds.dataset.policies import Policy, load_policy
from domostate.kinds.dataset.shares import SharesAspect
from domostate.kinds.names import Names
from domostate.model.call import Part, Plane
from domostate.model.change import Document, Operation
from domostate.model.desired import Declared
from domostate.model.holding import Holding, RowFilter, RowPolicy
from domostate.model.observed import Live
from domostate.model.principal import AccessLevel, Principal, PrincipalType

__all__ = ["HOLDING", "PARTS", "TOUCHING", "WHOLE", "after", "holding_of", "owner_wanted"]

PARTS = SharesAspect.parts
"""The live parts that tell of everybody who holds a dataset."""

WHOLE: Final[Mapping[Plane, frozenset[Part]]] = {
    Plane.PRODUCT: frozenset({Part.METADATA, Part.ACCESS, Part.POLICIES, Part.SWITCH, Part.SCHEMA}),
    Plane.PLATFORM: frozenset({Part.DATASET}),
}
"""The live parts that tell of all that decides who sees what."""

HOLDING = frozenset({"reassign_owner", "grant_access", "revoke_access"})
"""The operations that change who holds a dataset."""

_OWNER, _SHARES, _PDP = OwnerAspect(), SharesAspect(), PdpAspect()
_SWITCHED: Final = {"enable_pdp": True, "disable_pdp": False}


def holding_of(live: Live, planes: frozenset[Plane], names: Names) -> Holding | None:
    """The holding of a live dataset as far as it was read, None where not even the owner was."""
    plane = Plane.PRODUCT if Plane.PRODUCT in planes else Plane.PLATFORM

    def was_read(aspect: OwnerAspect | SharesAspect | PdpAspect) -> bool:
        return plane in aspect.parts and aspect.parts[plane] <= live.parts.keys()

    if not was_read(_OWNER):
        return None
    holding = Holding(_OWNER.observe(live, plane, names, None), levels=None, pdp=None)
    if was_read(_SHARES):
        shares = _SHARES.observe(live, plane, names, None)
        holding = replace(holding, levels=shares.levels, foreign=shares.foreign)
    if was_read(_PDP):
        pdp = _PDP.observe(live, plane, names, None)
        policies = tuple(map(_row_policy, pdp.policies))
        if pdp.open_id:
            members = frozenset(pdp.all_rows.all)
            policies = (*policies, RowPolicy("All Rows", (), members, is_open=True, id=pdp.open_id))
        holding = replace(holding, pdp=pdp.enabled, policies=policies)
    return replace(holding, columns=_columns(live))


def _columns(live: Live) -> Mapping[str, str] | None:
    """The columns as they are defined, None where nobody has looked."""
    if Part.SCHEMA in live.parts:
        rows = live.parts[Part.SCHEMA]["columns"]
    elif Part.DATASET in live.parts:
        # Federated datasets come without a schema (platform §4.1).
        rows = (live.parts[Part.DATASET].get("schema") or {}).get("columns", [])
    else:
        return None
    return {one["name"]: one["type"] for one in rows}


def after(holding: Holding, op: Operation) -> Holding:
    """The holding once an operation on its dataset is done."""
    if op.name in _SWITCHED:
        return replace(holding, pdp=_SWITCHED[op.name])
    change = _CHANGES.get(op.name)
    return holding if change is None else change(holding, op.before or {}, op.after or {})


def owner_wanted(declared: Declared, names: Names) -> Principal | None:
    """The owner that an entry declares, None where it declares none that there is."""
    return _OWNER.declared(declared, names)


def _reassigned(holding: Holding, before: Document, then: Document) -> Holding:
    # What a new owner was granted before goes with the transfer. Whether the former one keeps a
    # grant is not documented (product §2.3): none is counted on.
    owner = _principal(then)
    return replace(holding, owner=owner, levels=_without(owner, holding))


def _granted(holding: Holding, before: Document, then: Document) -> Holding:
    who = _principal(then["principal"])
    if who == holding.owner:
        # Domo gives an owner no less than everything.
        return holding
    levels = {**(holding.levels or {}), who: AccessLevel(then["access"])}
    return replace(holding, levels=levels)


def _revoked(holding: Holding, before: Document, then: Document) -> Holding:
    return replace(holding, levels=_without(_principal(before["principal"]), holding))


def _without(who: Principal, holding: Holding) -> Mapping[Principal, AccessLevel] | None:
    if holding.levels is None:
        return None
    return {one: level for one, level in holding.levels.items() if one != who}


def _with_policy(holding: Holding, before: Document, then: Document) -> Holding:
    return replace(holding, policies=(*holding.policies, _row_policy(load_policy(then))))


def _other_policy(holding: Holding, before: Document, then: Document) -> Holding:
    other = _row_policy(load_policy(then))
    policies = (other if _is(one, before) else one for one in holding.policies)
    return replace(holding, policies=tuple(policies))


def _without_policy(holding: Holding, before: Document, then: Document) -> Holding:
    policies = (one for one in holding.policies if not _is(one, before))
    return replace(holding, policies=tuple(policies))


def _all_rows(holding: Holding, before: Document, then: Document) -> Holding:
    members = frozenset(load_policy(then).members.all)
    there = [one for one in holding.policies if one.is_open]
    others = tuple(one for one in holding.policies if not one.is_open)
    # Domo makes the policy itself when row policies are switched on (product §4.6).
    open_ = there[0] if there else RowPolicy(str(then["name"]), is_open=True)
    return replace(holding, policies=(*others, replace(open_, members=members)))


def _altered(holding: Holding, before: Document, then: Document) -> Holding:
    if "columns" not in then:
        return holding
    return replace(holding, columns={one["name"]: one["type"] for one in then["columns"]})


_CHANGES: Final[Mapping[str, Callable[[Holding, Document, Document], Holding]]] = {
    "alter_schema": _altered,
    "create_policy": _with_policy,
    "delete_policy": _without_policy,
    "grant_access": _granted,
    "reassign_owner": _reassigned,
    "revoke_access": _revoked,
    "set_all_rows": _all_rows,
    "update_policy": _other_policy,
}


TOUCHING = frozenset({*_CHANGES, *_SWITCHED, "create_dataset", "create_stream", "delete_dataset"})
"""The operations that may change who sees what."""


def _is(policy: RowPolicy, document: Document) -> bool:
    """Whether a document is this policy's: by its id, and by name where it has none yet."""
    if policy.is_open:
        return False
    if policy.id and document.get("id"):
        return bool(policy.id == document["id"])
    return bool(policy.name == document["name"])


def _row_policy(policy: Policy) -> RowPolicy:
    filters = {
        one: RowFilter(one.column, one.operator, one.values, one.negated, one.ignore_case)
        for one in policy.filters
    }
    return RowPolicy(
        policy.name,
        tuple(sorted(filters.values())),
        frozenset(policy.members.all),
        everyone=policy.everyone,
        dynamic=frozenset(known for one, known in filters.items() if one.dynamic),
        id=policy.id,
    )


def _principal(document: Document) -> Principal:
    return Principal(PrincipalType(document["type"]), document["id"], document["name"])
