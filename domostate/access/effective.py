"""Effective access: at which level, and which rows, one person sees of one dataset.

After guarantees, "Effective access: the model".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from domostate.access.compare import contained
from domostate.access.filters import ALL, NONE, Rows, shown, union
from domostate.model.holding import Holding, RowFilter, RowPolicy
from domostate.model.people import Person
from domostate.model.principal import AccessLevel, Principal

__all__ = ["NOTHING", "Access", "Why", "access_of", "rows_of", "within"]

_BYPASSING = (AccessLevel.OWNER, AccessLevel.CO_OWNER)
_SWITCH_UNKNOWN = shown(RowFilter("", "", (), unknown="whether PDP is on is not known"))
_TYPES = frozenset({"STRING", "DECIMAL", "LONG", "DOUBLE", "DATE", "DATETIME"})


class Why(StrEnum):
    """What decides which rows somebody sees."""

    INACTIVE = "inactive"
    NO_ACCESS = "no access"
    PDP_OFF = "PDP off"
    ROLE = "role"
    OWNS = "owns"
    POLICIES = "policies"


@dataclass(frozen=True, slots=True)
class Access:
    """Everything that somebody has of a dataset: `rows` at `level` and every level below."""

    level: AccessLevel
    rows: Rows
    why: Why

    def at(self, level: AccessLevel) -> Rows:
        """The rows that they have at a level."""
        return self.rows if self.level.rank >= level.rank else NONE


NOTHING = Access(AccessLevel.NONE, NONE, Why.NO_ACCESS)


def access_of(person: Person, mine: frozenset[Principal], holding: Holding) -> Access:
    """What a person has; `mine` holds them and every group that they are in."""
    if not person.active:
        return Access(AccessLevel.NONE, NONE, Why.INACTIVE)
    level = holding.level(mine)
    if person.manages:
        # A managing role may do all that an owner may (product §3).
        return Access(AccessLevel.OWNER, ALL, Why.ROLE)
    if level is AccessLevel.NONE:
        return NOTHING
    if level in _BYPASSING:
        return Access(level, ALL, Why.OWNS)
    if holding.pdp is None:
        return Access(level, _SWITCH_UNKNOWN, Why.POLICIES)
    if not holding.pdp:
        return Access(level, ALL, Why.PDP_OFF)
    return Access(level, rows_of(person, _applying(mine, holding), holding), Why.POLICIES)


def within(middle: Access, *ends: Access) -> bool:
    """Whether it is certain that `middle` shows nothing that none of the ends shows: the rows of
    each level are among those that the ends show at that level."""
    levels = [one for one in AccessLevel if 0 < one.rank <= middle.level.rank]
    return all(contained(middle.rows, *(end.at(level) for end in ends)) for level in levels)


def rows_of(person: Person, policies: Iterable[RowPolicy], holding: Holding) -> Rows:
    """The rows that the policies show together."""
    return union(*(_shown_by(policy, person, holding) for policy in policies))


def _applying(mine: frozenset[Principal], holding: Holding) -> Iterator[RowPolicy]:
    for policy in holding.policies:
        if policy.everyone or not policy.members.isdisjoint(mine):
            yield policy


def _shown_by(policy: RowPolicy, person: Person, holding: Holding) -> Rows:
    if policy.is_open:
        return ALL
    if not policy.filters:
        return shown(RowFilter("", "", (), unknown="the policy has no filters"))
    return shown(*(_for(one, policy, person, holding) for one in policy.filters))


def _for(one: RowFilter, policy: RowPolicy, person: Person, holding: Holding) -> RowFilter:
    """The filter as it stands for this person and these columns."""
    if one in policy.dynamic:
        if person.attributes is None or any(key not in person.attributes for key in one.values):
            keys = ", ".join(one.values)
            return one.unclear(f"the attribute {keys} of {person.email} is not known")
        found = (value for key in one.values for value in person.attributes[key])
        one = RowFilter(
            one.column, one.operator, tuple(sorted(set(found))), one.negated, one.ignore_case
        )
    if holding.columns is None:
        return one.unclear("the columns of the dataset are not known")
    type_ = holding.columns.get(one.column)
    if type_ is None:
        return one.unclear(f"there is no column {one.column}")
    if type_ not in _TYPES:
        return one.unclear(f"the column {one.column} is of the unknown type {type_}")
    return RowFilter(one.column, one.operator, one.values, one.negated, one.ignore_case, type_)
