"""Removals: what becomes of an address that is recorded and declared no longer."""

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from domostate.errors import Finding, Location
from domostate.kinds.aspect import Draft
from domostate.kinds.names import Names
from domostate.kinds.registry import common_aspects, name_in, plane_for
from domostate.model.address import Address
from domostate.model.change import Action, Change, ChangeClass
from domostate.model.desired import Desired, Removal
from domostate.model.observed import Live, Observed, Presence
from domostate.model.plan import Refusal, RefusalKind
from domostate.model.state import Entry, State
from domostate.planning.fingerprint import fingerprint
from domostate.planning.order import ordered
from domostate.planning.visible import hidden_removal
from domostate.planning.wanted import CREATES

__all__ = [
    "destroyed",
    "leaving",
    "left_behind",
    "overlooked",
    "protected",
    "still_in_use",
    "unnamed",
]


def leaving(
    address: Address, entry: Entry, desired: Desired, observed: Observed, names: Names, first: int
) -> Change | Finding:
    """What happens to a recorded address that is not declared; operations count from `first`.

    Unless a removal says `destroy`, it is only forgotten: its object stays.
    """
    removal = desired.removed.get(address)
    if removal is None:
        return _forgotten(address, entry, None, f"no longer declared: {_STAYS}")
    why = f"removed: {removal.reason}" if removal.reason else "removed"
    if not removal.destroy:
        return _forgotten(address, entry, removal, f"{why}; {_STAYS}")
    live = observed.live[entry.id]
    match live.presence:
        case Presence.PRESENT:
            return destroyed(address, live, observed, removal.where(), why, names, first)
        case Presence.ABSENT:
            return _forgotten(address, entry, removal, f"{why}; the dataset is gone already")
        case Presence.INVISIBLE:
            return hidden_removal(address, removal, entry)


_STAYS = "managed no longer, the object stays"


def _forgotten(address: Address, entry: Entry, removal: Removal | None, why: str) -> Change:
    return Change(
        address=address,
        id=entry.id,
        actions=(Action.FORGET,),
        reasons=(why, "its protection ends with it") if entry.protect else (why,),
        classes=(ChangeClass.SAFE,),
        origin=None if removal is None else removal.where(),
        fields=(),
        before={},
        after={},
        applied={},
        fingerprint="",
    )


def destroyed(
    address: Address,
    live: Live,
    observed: Observed,
    origin: Location | None,
    why: str,
    names: Names,
    first: int,
) -> Change:
    """The change that destroys a live object; operations count from `first`."""
    drafts: list[tuple[str, Draft]] = []
    before: dict[str, Any] = {}
    for aspect in common_aspects(address.kind):
        plane = plane_for(aspect, observed.planes)
        if plane is not None and aspect.parts[plane] <= live.parts.keys():
            there = aspect.observe(live, plane, names, None)
            before[aspect.key] = aspect.dump(there)
            drafts += ((aspect.name, draft) for draft in aspect.destruction(there))
    operations = ordered(drafts, address, first)
    return Change(
        address=address,
        id=live.id,
        actions=(Action.DELETE,),
        reasons=(why,),
        classes=(ChangeClass.DESTRUCTIVE,),
        origin=origin,
        fields=(),
        before=before,
        after={},
        applied={},
        fingerprint=fingerprint(before),
        operations=operations,
    )


def unnamed(desired: Desired, state: State) -> Iterator[Finding]:
    """What a project that declares nothing any more does not speak of either.

    Nothing but removals may stand for nothing: all that is recorded must be among them.
    """
    if desired.declared or not desired.removed:
        return
    one = next(iter(desired.removed.values()))
    for address in sorted({*state.entries} - {*desired.removed}):
        yield one.problem(
            f"nothing is declared, and {address} is recorded: an empty project forgets nothing",
            hint=f"declare it, or name it under removed: {{address: {address}, destroy: false}}",
        )


def overlooked(desired: Desired, state: State) -> Iterator[str]:
    """Notes on what is said of addresses that are not recorded, while one that is nearly called
    so is only forgotten: whoever meant that one would not see a dataset stay."""
    named = {*desired.removed, *desired.moved}
    forgotten = {*state.entries} - {*desired.declared} - named
    for address in sorted(named - {*state.entries}):
        names = [one.name for one in sorted(forgotten) if one.kind == address.kind]
        for near in get_close_matches(address.name, names, n=1):
            said = "removed" if address in desired.removed else "moved"
            meant = Address(address.kind, near)
            yield f"{said}: names {address}, which is not recorded; {meant} is, and only forgotten"


def left_behind(desired: Desired, state: State) -> Iterator[str]:
    """Notes on what may be there under an address that is to be destroyed, and is not recorded.

    Only what is recorded is ever deleted: that a dataset has the right name is no proof.
    """
    for intent in state.open_intents:
        removal = desired.removed.get(intent.address)
        if removal is not None and removal.destroy and intent.operation in CREATES:
            yield (
                f"{intent.address}: an interrupted run may have made a dataset called "
                f"{intent.name!r}, which is not recorded and stays"
            )


def still_in_use(
    changes: Sequence[Change], users: Mapping[str, Address], desired: Desired
) -> Iterator[Finding]:
    """The objects that are to be destroyed under one address and kept under another.

    `users` holds the declared addresses by the id of their live object.
    """
    for change in changes:
        user = users.get(change.id or "")
        if Action.DELETE in change.actions and user not in (None, change.address):
            yield desired.removed[change.address].problem(
                f"{change.address}: dataset {change.id} cannot be destroyed, it is also {user}",
                "destroy",
                hint="give the address up with destroy: false, the dataset stays with the other",
            )


def protected(changes: Sequence[Change], state: State) -> tuple[Refusal, ...]:
    """What would be destroyed though the last apply recorded that it is protected.

    The manifests have no say in it: who lifts the protection must have applied that first.
    """
    return tuple(
        _protection(one.address, state.entries[one.address])
        for one in changes
        if Action.DELETE in one.actions
        and one.address in state.entries
        and state.entries[one.address].protect
    )


_VARIABLE = "${"


def _protection(address: Address, entry: Entry) -> Refusal:
    # Between double quotes YAML is as JSON; `$${` is how manifests write `${`.
    name = json.dumps(name_in(address.kind, entry.applied), ensure_ascii=False)
    spec = f"name: {name.replace(_VARIABLE, '$' + _VARIABLE)}, protect: false"
    hint = (
        "Take its removed: entry out, declare it once more without protection, and apply that:",
        f"  {address.kind}s: {{{address.name}: {{{spec}}}}}",
        "Then it can be removed.",
    )
    message = f"{address} (dataset {entry.id}) is protected, as it was last applied"
    return Refusal(RefusalKind.PROTECTED, str(address), message, "\n".join(hint))
