"""The delta: what a change of the estate means for each person."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from domostate.access.compare import same
from domostate.access.effective import NOTHING, Access, access_of, within
from domostate.access.estate import Estate
from domostate.access.members import Membership
from domostate.access.ways import Way, ways_of
from domostate.model.people import Person
from domostate.model.principal import AccessLevel, Principal

__all__ = ["AccessChange", "ChangeKind", "Delta", "delta"]


class ChangeKind(StrEnum):
    """What becomes of somebody's access to one dataset."""

    GAIN = "gain"
    LOSE = "lose"
    ROWS = "rows"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class AccessChange:
    """What becomes of one person's access to one dataset, by its id in the estate.

    `via` are the ways that are new, or where none is, those that are gone. `widens`: whether they
    get to see anything that they did not see before, as far as that cannot be ruled out.
    """

    person: Person
    holding: str
    kind: ChangeKind
    before: Access
    after: Access
    via: tuple[Way, ...]
    widens: bool


@dataclass(frozen=True, slots=True)
class Delta:
    """The changes, by dataset and e-mail. `by_role` counts those who see everything before and
    after by a managing role, and are not listed."""

    changes: tuple[AccessChange, ...]
    by_role: int = 0

    @property
    def gaining(self) -> frozenset[str]:
        """The ids of the people who gain access or a level."""
        return self._of(lambda one: one.after.level.rank > one.before.level.rank)

    @property
    def losing(self) -> frozenset[str]:
        """The ids of the people who lose access or a level."""
        return self._of(lambda one: one.after.level.rank < one.before.level.rank)

    @property
    def changing_rows(self) -> frozenset[str]:
        """The ids of the people who keep their level and see other rows."""
        return self._of(lambda one: one.kind is ChangeKind.ROWS)

    def _of(self, holds: Callable[[AccessChange], bool]) -> frozenset[str]:
        return frozenset(one.person.id for one in self.changes if holds(one))


def delta(before: Estate, after: Estate, me: str = "") -> Delta:
    """What becomes of everybody's access, but of that of `me`, the id of the running identity."""
    sides = _Side(before), _Side(after)
    managing = sides[0].managing & sides[1].managing
    changes = [
        change
        for id_ in sorted({*before.holdings, *after.holdings})
        for person in sorted(sides[0].reached(id_) | sides[1].reached(id_))
        if person != me and person not in managing
        for change in _changed(person, id_, *sides)
    ]
    changes.sort(key=lambda one: (one.holding, one.person.email, one.person.id))
    return Delta(tuple(changes), len(managing - {me}))


@dataclass(slots=True)
class _Side:
    """One of the two estates, with what was found out about it."""

    estate: Estate
    membership: Membership = field(init=False)
    managing: frozenset[str] = field(init=False)
    _met: dict[tuple[str, str, frozenset[Principal]], Access] = field(default_factory=dict)
    """Access by dataset, the person's id where it is theirs alone, and who they are to it."""

    def __post_init__(self) -> None:
        self.membership = Membership(self.estate.groups)
        people = self.estate.people.values()
        self.managing = frozenset(one.id for one in people if one.manages and one.active)

    def reached(self, id_: str) -> frozenset[str]:
        """The people who may have access to a dataset."""
        holding = self.estate.holdings.get(id_)
        if holding is None:
            return frozenset()
        named = (self.membership.users_in(one) for one in (holding.owner, *(holding.levels or {})))
        return self.managing.union(*named)

    def access(self, person: str, id_: str) -> Access:
        """What the person has of the dataset; nothing where either is not there."""
        holding, who = self.estate.holdings.get(id_), self.estate.people.get(person)
        if holding is None or who is None:
            return NOTHING
        mine = self.membership.principals_of(person) & holding.named
        personal = any(one.dynamic for one in holding.policies)
        special = personal or who.manages or not who.active
        key = (id_, person if special else "", mine)
        if key not in self._met:
            self._met[key] = access_of(who, mine, holding)
        return self._met[key]

    def ways(self, person: str, id_: str) -> list[Way]:
        """By what the person reaches the dataset."""
        holding, who = self.estate.holdings.get(id_), self.estate.people.get(person)
        if holding is None or who is None:
            return []
        return list(ways_of(who, holding, self.estate, self.membership))


def _changed(person: str, id_: str, before: _Side, after: _Side) -> Iterator[AccessChange]:
    was, is_ = before.access(person, id_), after.access(person, id_)
    if was.level is is_.level and same(was.rows, is_.rows):
        return
    kind = _kind(was, is_)
    old, new = before.ways(person, id_), after.ways(person, id_)
    who = after.estate.people.get(person) or before.estate.people[person]
    via = tuple(_via(old, new, rows_only=kind is ChangeKind.ROWS))
    yield AccessChange(who, id_, kind, was, is_, via, not within(is_, was))


def _via(old: list[Way], new: list[Way], *, rows_only: bool) -> Iterator[Way]:
    """The ways that made the difference: new ones, else those that went, else all there are."""
    came, went = [way for way in new if way not in old], [way for way in old if way not in new]
    for way in came or went or new or old:
        if way.policy or not rows_only:
            yield way


def _kind(was: Access, is_: Access) -> ChangeKind:
    if was.level is AccessLevel.NONE:
        return ChangeKind.GAIN
    if is_.level is AccessLevel.NONE:
        return ChangeKind.LOSE
    return ChangeKind.ROWS if was.level is is_.level else ChangeKind.LEVEL
