"""Effects: what a plan means for people, from what is there and what its operations make of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import reduce
from typing import Final

from domostate.access.delta import AccessChange, ChangeKind, delta
from domostate.access.effective import Why
from domostate.access.estate import Estate
from domostate.access.words import rows_text
from domostate.kinds.names import Names
from domostate.kinds.registry import TOUCHING, holding_after, holding_of, holding_parts
from domostate.model.call import Part, Plane
from domostate.model.change import Action, Change
from domostate.model.effects import AccessRow, Effects
from domostate.model.holding import Holding
from domostate.model.observed import Observed, Presence
from domostate.model.people import Group, Person
from domostate.model.plan import Budget, Plan
from domostate.model.principal import Principal, PrincipalType
from domostate.planning.fingerprint import fingerprint
from domostate.planning.scope import Limits

__all__ = [
    "Crowd",
    "Holdings",
    "effects_of",
    "holdings_of",
    "parts_to_tell",
    "strayed",
    "with_effects",
]

WIDEN: Final = "widen"


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who is in the groups that a plan's datasets name, and which users manage every dataset."""

    groups: Mapping[str, Group] = field(default_factory=dict)
    managing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the datasets of a plan let whom do before it and after it, by address."""

    before: Mapping[str, Holding]
    after: Mapping[str, Holding]

    @property
    def groups(self) -> frozenset[str]:
        """The ids of the groups that any of them names."""
        named = frozenset[Principal]().union(
            *(one.named for one in (*self.before.values(), *self.after.values()))
        )
        return frozenset(one.id for one in named if one.type is PrincipalType.GROUP)


def parts_to_tell(plan: Plan, planes: frozenset[Plane]) -> Mapping[str, frozenset[Part]]:
    """What has to be read besides, by Domo id, to tell what the plan means for people."""
    return {
        change.id: holding_parts(change.address.kind, planes)
        for change in _touching(plan.changes)
        if change.id is not None and Action.CREATE not in change.actions
    }


def holdings_of(plan: Plan, observed: Observed, names: Names) -> Holdings:
    """The holdings before and after the plan, of each dataset whose access it may change."""
    before: dict[str, Holding] = {}
    after: dict[str, Holding] = {}
    for change in _touching(plan.changes):
        address = str(change.address)
        there = _there(change, observed, names)
        if there is not None and Action.CREATE not in change.actions:
            before[address] = there
        if there is not None and Action.DELETE not in change.actions:
            after[address] = reduce(holding_after, change.operations, there)
    return Holdings(before, after)


def effects_of(holdings: Holdings, ids: Mapping[str, str], crowd: Crowd, names: Names) -> Effects:
    """What becomes of everybody's access; `ids` are the Domo ids of the addresses."""
    directory = names.directory
    people = {
        id_: Person(id_, email, id_ not in directory.inactive, id_ in crowd.managing)
        for id_, email in directory.users.items()
    }
    found = delta(
        Estate(people, crowd.groups, holdings.before),
        Estate(people, crowd.groups, holdings.after),
        "" if directory.me is None else directory.me.id,
    )
    return Effects(
        rows=tuple(_row(one, ids) for one in found.changes),
        gain=len(found.gaining),
        lose=len(found.losing),
        change_rows=len(found.changing_rows),
        by_role=found.by_role,
        seen={address: _fingerprint(one) for address, one in sorted(holdings.before.items())},
    )


def strayed(plan: Plan, observed: Observed, names: Names) -> tuple[str, ...]:
    """The addresses whose datasets let others see them than they did when the plan was made."""
    there = holdings_of(plan, observed, names).before
    seen = plan.effects.seen
    return tuple(one for one in sorted(seen) if _fingerprint(there.get(one)) != seen[one])


def _fingerprint(holding: Holding | None) -> str:
    """Of all that decides who sees what; lists that have no order are sorted."""
    if holding is None:
        return ""
    policies = [
        {
            "id": one.id,
            "filters": [asdict(each) for each in sorted(one.filters)],
            "dynamic": [asdict(each) for each in sorted(one.dynamic)],
            "members": sorted(map(_key, one.members)),
            "everyone": one.everyone,
            "open": one.is_open,
        }
        for one in holding.policies
    ]
    return fingerprint(
        {
            "owner": _key(holding.owner),
            "levels": {_key(who): str(level) for who, level in (holding.levels or {}).items()},
            "pdp": holding.pdp,
            "policies": sorted(policies, key=lambda one: str(one["id"])),
            "columns": dict(holding.columns or {}),
        }
    )


def _key(principal: Principal) -> str:
    return f"{principal.type} {principal.id}"


def with_effects(plan: Plan, effects: Effects, limits: Limits, reads: int) -> Plan:
    """The plan with what it means for people, and its budget for that, where one is set."""
    budgets = plan.budgets
    limit = limits.budgets.get(WIDEN)
    if isinstance(limit, int) and not effects.unknown:
        widened = effects.widened
        addresses = tuple(dict.fromkeys(one.address for one in widened))
        allowed = limit + limits.allow.get(WIDEN, 0)
        budgets = (*budgets, Budget(WIDEN, allowed, len(widened), addresses))
    budgets = tuple(sorted(budgets, key=lambda one: one.name))
    return replace(plan, effects=effects, budgets=budgets, reads=reads)


def _touching(changes: Iterable[Change]) -> Sequence[Change]:
    return [one for one in changes if any(op.name in TOUCHING for op in one.operations)]


def _there(change: Change, observed: Observed, names: Names) -> Holding | None:
    """The holding as it is; of what is created, as Domo makes it: its creator's, and nobody
    else's (platform §4.3)."""
    if Action.CREATE in change.actions:
        me = observed.directory.me or Principal(PrincipalType.USER, "", "the running identity")
        columns = (change.after.get("schema") or {}).get("columns") or ()
        return Holding(me, columns={one["name"]: one["type"] for one in columns})
    live = observed.live.get(change.id or "")
    if live is None or live.presence is not Presence.PRESENT:
        return None
    return holding_of(change.address, live, observed.planes, names)


def _via(one: AccessChange) -> tuple[str, ...]:
    if one.kind is ChangeKind.ROWS and one.after.why is Why.PDP_OFF:
        return ("row policies (PDP) that are switched off",)
    return tuple(map(str, one.via))


def _row(one: AccessChange, ids: Mapping[str, str]) -> AccessRow:
    return AccessRow(
        principal=one.person.email or one.person.id,
        address=one.holding,
        dataset_id=ids.get(one.holding, ""),
        kind=str(one.kind),
        level_before=one.before.level,
        level_after=one.after.level,
        rows_before=rows_text(one.before.rows),
        rows_after=rows_text(one.after.rows),
        via=_via(one),
        widens=one.widens,
    )
