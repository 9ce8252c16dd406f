"""What a plan is made from, with defaults: desired, observed and remembered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from domostate.kinds.registry import KINDS
from domostate.model.address import Address
from domostate.model.call import Part, Plane
from domostate.model.desired import Declared, Desired, Move, Removal
from domostate.model.observed import Found, Live, Observed, Presence
from domostate.model.plan import Plan
from domostate.model.principal import Directory
from domostate.model.state import Entry, OpenIntent, State
from domostate.planning.plan import make_plan
from domostate.planning.scope import Limits, Scope
from tests.kinds.entries import DIRECTORY, ID, PRODUCT, SALES, Lines, entry, names
from tests.kinds.little_domo import plain_parts

SCOPE = Scope("dev", "acme-dev")


def desired(*entries: Declared, **principals: str) -> Desired:
    return Desired({one.address: one for one in entries}, principals, "m1")


def departing(
    wanted: Desired,
    *,
    moved: Mapping[Address, Address] | None = None,
    destroyed: Mapping[Address, str] | None = None,
    given_up: Iterable[Address] = (),
) -> Desired:
    """The same manifests with `moved` and `removed`; `destroyed` holds the reasons."""
    return replace(
        wanted,
        moved={old: Move(new, Lines(70, "moved.yml")) for old, new in (moved or {}).items()},
        removed={
            **{one: Removal(True, why, REMOVED) for one, why in (destroyed or {}).items()},
            **{one: Removal(False, "", REMOVED) for one in given_up},
        },
    )


REMOVED = Lines(80, "removed.yml")


def live(
    id_: str = ID, presence: Presence = Presence.PRESENT, **parts: Mapping[str, Any] | Any
) -> Live:
    """A dataset of both planes; `parts` by name replace those of the plain one."""
    if presence is not Presence.PRESENT:
        return Live(id_, presence)
    plain = {**plain_parts(Plane.PRODUCT), **plain_parts(Plane.PLATFORM)}
    return Live(id_, presence, {**plain, **{Part(key): value for key, value in parts.items()}})


def observed(
    *there: Live,
    found: Iterable[Found] = (),
    planes: frozenset[Plane] = PRODUCT,
    directory: Directory = DIRECTORY,
    address: Address = SALES,
) -> Observed:
    met = tuple(found)
    return Observed(
        "acme-dev",
        planes,
        directory,
        {one.id: one for one in there},
        {address: met} if met else {},
        reads=7,
    )


def applied(**spec: Any) -> dict[str, Any]:
    """What the state remembers of an entry that was applied."""
    made = entry(**spec)
    return {
        one.key: one.dump_declared(value)
        for one in KINDS["dataset"].aspects
        if (value := one.declared(made, names())) is not None
    }


def recorded(id_: str = ID, *, protect: bool = False, **spec: Any) -> Entry:
    return Entry(id_, applied(**spec), protect, "run 1")


def state(
    entries: Mapping[Address, Entry] | None = None,
    open_intents: Sequence[OpenIntent] = (),
    *,
    serial: int = 4,
) -> State:
    return State("acme", "dev", "acme-dev", "lineage-1", serial, entries or {}, tuple(open_intents))


def plan_for(
    wanted: Desired | Declared,
    seen: Observed,
    memory: State | None = None,
    *,
    limits: Limits | None = None,
    **scope_of: Any,
) -> Plan:
    """`scope_of` are further fields of the scope, such as `marker`."""
    asked = wanted if isinstance(wanted, Desired) else desired(wanted)
    scope = replace(SCOPE, limits=limits or Limits(), **scope_of)
    return make_plan(asked, seen, memory or state(), scope)
