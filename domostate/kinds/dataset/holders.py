"""Who holds a dataset: its owner and its access list, and what operations make of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from domostate.kinds.dataset.owner import OwnerAspect
from domostate.kinds.dataset.shares import SharesAspect
from domostate.kinds.names import Names
from domostate.model.call import Part, Plane
from domostate.model.change import Document, Operation
from domostate.model.desired import Declared
from domostate.model.observed import Live
from domostate.model.principal import AccessLevel, Principal, PrincipalType

__all__ = ["HOLDING", "PARTS", "Holders", "holders_of", "owner_wanted"]

HOLDING = frozenset({"reassign_owner", "grant_access", "revoke_access"})
"""The operations that change who holds a dataset."""

PARTS = SharesAspect.parts
"""The live parts that tell of everybody who holds a dataset."""

_OWNER, _SHARES = OwnerAspect(), SharesAspect()


@dataclass(frozen=True, slots=True)
class Holders:
    """`levels` holds the grants without the owner's own entry, None where nobody has looked."""

    owner: Principal
    levels: Mapping[Principal, AccessLevel] | None

    def level(self, among: Collection[Principal]) -> AccessLevel:
        """The highest level that one of these has."""
        if self.owner in among:
            return AccessLevel.OWNER
        found = [level for who, level in (self.levels or {}).items() if who in among]
        return max(found, key=lambda one: one.rank, default=AccessLevel.NONE)

    def after(self, op: Operation) -> "Holders":
        """Who holds the dataset once the operation is done.

        Whether a former owner keeps a grant is not documented (product §2.3): none is counted on.
        """
        levels = dict(self.levels or {})
        if op.name == "reassign_owner":
            owner = _principal(op.after or {})
            # What a new owner was granted before goes with the transfer.
            levels.pop(owner, None)
            return replace(self, owner=owner, levels=None if self.levels is None else levels)
        if op.name not in HOLDING:
            return self
        document = op.after or op.before or {}
        who = _principal(document["principal"])
        levels.pop(who, None)
        # Domo takes nothing away from an owner, nor gives one less.
        if op.after is not None and who != self.owner:
            levels[who] = AccessLevel(document["access"])
        return replace(self, levels=levels)


def holders_of(live: Live, planes: frozenset[Plane], names: Names) -> Holders | None:
    """Who holds a live dataset as far as it was read, None where not even the owner was."""
    if Plane.PRODUCT not in planes:
        if Part.DATASET not in live.parts:
            return None
        return Holders(_OWNER.observe(live, Plane.PLATFORM, names, None), None)
    if Part.METADATA not in live.parts:
        return None
    owner, levels = _OWNER.observe(live, Plane.PRODUCT, names, None), None
    if Part.ACCESS in live.parts:
        levels = _SHARES.observe(live, Plane.PRODUCT, names, None).levels
    return Holders(owner, levels)


def owner_wanted(declared: Declared, names: Names) -> Principal | None:
    """The owner that an entry declares, None where it declares none that there is."""
    return _OWNER.declared(declared, names)


def _principal(document: Document) -> Principal:
    return Principal(PrincipalType(document["type"]), document["id"], document["name"])
