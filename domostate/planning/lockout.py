"""Locking oneself out: who could not go on, and what nobody could look after, once a plan is done.

Both are counted in the budget `lockout`, whose limit is 0: nobody means it, unless they say so.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domostate.kinds.names import Names
from domostate.kinds.registry import (
    HOLDING,
    holders_parts,
    holding_after,
    holding_of,
    owner_wanted,
)
from domostate.model.address import Address
from domostate.model.call import Part, Plane
from domostate.model.change import Action, Change, Operation
from domostate.model.desired import Desired, Manage
from domostate.model.holding import Holding
from domostate.model.observed import Found, Live, Observed
from domostate.model.plan import Budget
from domostate.model.principal import AccessLevel, Directory, Principal, PrincipalType
from domostate.model.state import State
from domostate.planning.scope import Limits
from domostate.planning.wanted import ids_of

__all__ = ["holders_wanted", "lockout_budget"]

LOCKOUT: Final = "lockout"
_NEEDED: Final = {
    "reassign_owner": AccessLevel.CO_OWNER,
    "grant_access": AccessLevel.CAN_SHARE,
    "revoke_access": AccessLevel.CAN_SHARE,
}
"""The level that an operation takes, CAN_EDIT where it is not named (product §3)."""


def lockout_budget(
    changes: Sequence[Change], observed: Observed, names: Names, limits: Limits
) -> tuple[Budget, ...]:
    """The budget with the addresses that the plan would lock somebody out of; none without any."""
    found = [
        (str(change.address), reason)
        for change in changes
        for reason in _reasons(change, observed, names)
    ]
    if not found:
        return ()
    addresses = tuple(dict.fromkeys(address for address, _ in found))
    reasons = tuple(f"{address}: {reason}" for address, reason in found)
    limit = limits.allow.get(LOCKOUT, 0)
    return (Budget(LOCKOUT, limit, len(addresses), addresses, reasons),)


def holders_wanted(
    desired: Desired,
    state: State,
    found: Mapping[Address, tuple[Found, ...]],
    live: Mapping[str, Live],
    directory: Directory,
    planes: frozenset[Plane],
) -> Mapping[str, frozenset[Part]]:
    """The parts to read besides, by Domo id, of what is given away while nobody speaks of shares.

    Who else holds such an object decides whether anybody is locked out of it.
    """
    names = Names(directory, desired.principals)
    wanted: dict[str, frozenset[Part]] = {}
    for address, declared in desired.declared.items():
        parts = holders_parts(address.kind, planes)
        silent = declared.spec.shares is None and declared.spec.manage is not Manage.OBSERVE
        if not (parts and silent):
            continue
        after = owner_wanted(declared, names)
        for id_ in ids_of(declared, found, state):
            before = holding_of(address, live[id_], planes, names) if id_ in live else None
            if before is None or after is None or after == before.owner:
                continue
            if before.owner in _mine(directory) or not _is_active(after, directory):
                wanted[id_] = parts
    return wanted


def _reasons(change: Change, observed: Observed, names: Names) -> Iterator[str]:
    if Action.DELETE in change.actions or not any(o.name in HOLDING for o in change.operations):
        return
    directory, before = observed.directory, _before(change, observed, names)
    if before is None:
        return
    if directory.manages is False and directory.me is not None:
        yield from _Leaving(change, before, directory.me, _mine(directory)).reasons()
    yield from _abandoned(change, before, directory)


def _before(change: Change, observed: Observed, names: Names) -> Holding | None:
    me = observed.directory.me
    if Action.CREATE in change.actions:
        return None if me is None else Holding(me, {})
    live = observed.live.get(change.id or "")
    return None if live is None else holding_of(change.address, live, observed.planes, names)


@dataclass(frozen=True, slots=True)
class _Leaving:
    """The running identity, which has no role to fall back on, on its way out of an object."""

    change: Change
    before: Holding
    me: Principal
    mine: Collection[Principal]

    def reasons(self) -> Iterator[str]:
        """Why the identity could not finish, or could not go on afterwards."""
        steps = list(self._steps())
        lost = next((op for op, had, has in reversed(steps) if has.rank < had.rank), None)
        if lost is None:
            return
        if steps[-1][2] is AccessLevel.NONE:
            yield (
                f"{_said(lost)} takes the last access of {self.me}, who runs this and whose role "
                "does not manage every dataset: neither the rest of this plan nor the next one "
                "could see the dataset. Share it with a group that they are in, or run as an Admin"
            )
        else:
            yield from self._unfinished(steps)

    def _steps(self) -> Iterator[tuple[Operation, AccessLevel, AccessLevel]]:
        """Each operation with the identity's level before and after it."""
        holders = self.before
        for op in self.change.operations:
            then = holding_after(holders, op)
            yield op, holders.level(self.mine), then.level(self.mine)
            holders = then

    def _unfinished(
        self, steps: Sequence[tuple[Operation, AccessLevel, AccessLevel]]
    ) -> Iterator[str]:
        first, lost = steps[0][1], None
        for op, had, has in steps:
            needed = self._needed(op)
            if lost is not None and had.rank < needed.rank <= first.rank:
                yield (
                    f"{_said(op)} comes after {_said(lost)}, and {self.me}, who runs this and "
                    f"whose role does not manage every dataset, would be down to {had} by then. "
                    "Share the dataset with a group that they are in, or run as an Admin"
                )
                return
            lost = op if has.rank < had.rank else lost

    def _needed(self, op: Operation) -> AccessLevel:
        if op.name == "revoke_access" and _grantee(op) == self.me:
            return AccessLevel.CAN_VIEW  # who leaves asks nobody (a guess)
        return _NEEDED.get(op.name, AccessLevel.CAN_EDIT)


def _abandoned(change: Change, before: Holding, directory: Directory) -> Iterator[str]:
    """Why nobody active would own the object who could before."""
    after = before
    for op in change.operations:
        after = holding_after(after, op)
    given = after.owner != before.owner and not _is_active(after.owner, directory)
    if (given or _is_held(before, directory)) and not _is_held(after, directory):
        known = after.owner.id in directory.users or after.owner.id in directory.groups
        why = "is deactivated" if known else "is not known here"
        yield (
            f"nobody active would own the dataset: {after.owner} {why}, and no active CO_OWNER is "
            "left. Declare an owner who is active, or keep such a co-owner"
        )


def _is_held(holders: Holding, directory: Directory) -> bool:
    """Whether anybody active owns it; a group counts as somebody."""
    owners = [who for who, level in (holders.levels or {}).items() if level is AccessLevel.CO_OWNER]
    return any(_is_active(who, directory) for who in (holders.owner, *owners))


def _is_active(principal: Principal, directory: Directory) -> bool:
    if principal.type is PrincipalType.GROUP:
        return principal.id in directory.groups
    known = principal.id in directory.users or principal == directory.me
    return known and principal.id not in directory.inactive


def _mine(directory: Directory) -> frozenset[Principal]:
    """The running identity and its groups; nobody where a role makes them needless."""
    if directory.me is None or directory.manages is not False:
        return frozenset()
    groups = (Principal(PrincipalType.GROUP, id_) for id_ in directory.my_groups)
    return frozenset({directory.me, *groups})


def _grantee(op: Operation) -> Principal | None:
    document = (op.before or op.after or {}).get("principal")
    if document is None:
        return None
    return Principal(PrincipalType(document["type"]), document["id"], document["name"])


def _said(op: Operation) -> str:
    """An operation, for people."""
    if op.name == "reassign_owner" and op.after is not None:
        who = f"{op.after['type'].lower()} {op.after['name'] or op.after['id']}"
        return f"the transfer to {who}"
    words = op.name.replace("_", " ")
    return f"{words} of {_grantee(op)}" if _grantee(op) is not None else words
