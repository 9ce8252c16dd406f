"""Ways: by what somebody reaches a dataset, and the rows of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from domostate.access.estate import Estate
from domostate.access.members import Membership
from domostate.model.holding import Holding
from domostate.model.people import Person
from domostate.model.principal import AccessLevel, Principal, PrincipalType

__all__ = ["Way", "ways_of"]


@dataclass(frozen=True, slots=True)
class Way:
    """One path from a person to a dataset.

    `through` are the names of the groups, the person's own first, and is empty where the person is
    meant by name. `level` is what a grant, ownership or a role gives; `policy` the name of the row
    policy that applies.
    """

    through: tuple[str, ...] = ()
    level: AccessLevel = AccessLevel.NONE
    policy: str = ""
    by_role: bool = False

    def __str__(self) -> str:
        groups = [f"group {name}" for name in self.through]
        if self.by_role:
            return "their role manages every dataset"
        if self.policy:
            return " in ".join([*groups, f"policy {self.policy}"])
        what = "owner" if self.level is AccessLevel.OWNER else f"share {self.level}"
        return f"{what} of {' in '.join(reversed(groups))}" if groups else what


def ways_of(
    person: Person, holding: Holding, estate: Estate, membership: Membership
) -> Iterator[Way]:
    """Every way by which an active person reaches the dataset, the widest first, then the row
    policies that apply to them."""
    if not person.active:
        return
    mine = membership.principals_of(person.id)

    def through(principal: Principal) -> tuple[str, ...]:
        if principal.type is PrincipalType.USER:
            return ()
        chain = membership.chain(person.id, principal.id)
        return tuple(estate.groups[id_].name for id_ in chain)

    if person.manages:
        yield Way(level=AccessLevel.OWNER, by_role=True)
    granted = [(who, level) for who, level in (holding.levels or {}).items() if who in mine]
    granted += [(holding.owner, AccessLevel.OWNER)] if holding.owner in mine else []
    for who, level in sorted(granted, key=lambda one: (-one[1].rank, one[0])):
        yield Way(through(who), level)
    for policy in holding.policies if holding.pdp else ():
        named = sorted(policy.members & mine)
        if named or policy.everyone:
            yield Way(through(named[0]) if named else (), policy=policy.name)
