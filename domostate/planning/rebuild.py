"""Rebuild: which live objects stand behind the declared addresses, when the state does not say.

What was recorded goes first, then the id that a manifest names, then an object of the declared
name that bears this project's marker, then one that bears the name alone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum

from domostate.model.address import Address
from domostate.model.desired import Declared, Desired, Manage
from domostate.model.marker import marker_of, project_of
from domostate.model.observed import Found, Live, Presence
from domostate.model.state import Entry, State
from domostate.planning.moves import moves_in

__all__ = ["Basis", "Confidence", "How", "Match", "Met", "Rebuilt", "Unsure", "ids_known"]
__all__ += ["names_sought", "rebuilt", "with_matches"]


class Confidence(IntEnum):
    """How sure a match is: names are not unique in Domo."""

    LOW = 1
    HIGH = 2
    CERTAIN = 3


class How(StrEnum):
    """What tells that an object is the one behind an address."""

    EARLIER = "earlier"
    """An earlier generation, or the journal of an interrupted run, holds its id."""
    ADOPT = "adopt"
    MARKER = "marker"
    NAME = "name"

    @property
    def confidence(self) -> Confidence:
        """How sure that is."""
        match self:
            case How.EARLIER | How.ADOPT:
                return Confidence.CERTAIN
            case How.MARKER:
                return Confidence.HIGH
            case How.NAME:
                return Confidence.LOW


@dataclass(frozen=True, slots=True)
class Match:
    """An object that is to be recorded at an address."""

    address: Address
    id: str
    name: str
    how: How
    protect: bool


@dataclass(frozen=True, slots=True)
class Unsure:
    """An address without a match: `candidates` holds the ids that may be it, none where nothing
    was found."""

    address: Address
    name: str
    why: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Basis:
    """What is known before anything is looked for.

    `intact`: the state is as the last run left it, and its entries stay as they are. Otherwise
    `state` is made of an earlier generation and of journals: its ids are asked for again.
    """

    state: State
    intact: bool


@dataclass(frozen=True, slots=True)
class Met:
    """What was read: `live` and `markers` by id, `named` by name; `marked` bear our marker."""

    live: Mapping[str, Live] = field(default_factory=dict)
    markers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    named: Mapping[str, Sequence[Found]] = field(default_factory=dict)
    marked: Sequence[Found] = ()

    def presence(self, id_: str) -> Presence:
        """Whether an object that was asked for is there."""
        return self.live[id_].presence


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of it, sorted by address.

    `kept` are entries that stay as they are; `strangers` bear this project's marker, and no
    address has them.
    """

    matches: tuple[Match, ...]
    unsure: tuple[Unsure, ...]
    kept: tuple[Address, ...]
    strangers: tuple[Found, ...]

    def at_least(self, confidence: Confidence) -> "Rebuilt":
        """The same without matches that are less sure, which are named instead."""
        left = [one for one in self.matches if one.how.confidence < confidence]
        unsure = (Unsure(one.address, one.name, "not sure enough", (one.id,)) for one in left)
        return replace(
            self,
            matches=tuple(one for one in self.matches if one not in left),
            unsure=tuple(sorted((*self.unsure, *unsure), key=lambda one: one.address)),
        )


def ids_known(desired: Desired, basis: Basis) -> Mapping[str, Address]:
    """The ids that are to be asked for before any name is: recorded ones, and those to adopt."""
    entries = basis.state.entries
    recorded = desired.declared.keys() & entries.keys() if basis.intact else entries.keys()
    adopted = {
        declared.spec.adopt.id: address
        for address, declared in _sought(desired, basis).items()
        if declared.spec.adopt is not None
    }
    return {**adopted, **{entries[one].id: one for one in sorted(recorded)}}


def names_sought(
    desired: Desired, basis: Basis, live: Mapping[str, Live]
) -> Mapping[str, tuple[Address, ...]]:
    """The exact names to look up, with the addresses that bear them: those of which no id is
    known, or one that is gone."""
    sought: dict[str, tuple[Address, ...]] = {}
    for address, declared in _sought(desired, basis).items():
        entry = basis.state.entries.get(address)
        unknown = entry is None or live[entry.id].presence is Presence.ABSENT
        if unknown and declared.spec.adopt is None:
            name = declared.spec.name
            sought[name] = (*sought.get(name, ()), address)
    return sought


def rebuilt(desired: Desired, basis: Basis, met: Met) -> Rebuilt:
    """What every declared address is matched with; nothing of it is recorded yet."""
    kept = _kept(desired, basis, met)
    taken = {basis.state.entries[one].id for one in kept}
    found: list[Match | Unsure] = []
    for address, declared in _sought(desired, basis).items():
        if address not in kept:
            found.append(_matched(declared, basis, met, taken))
    found += _undeclared(desired, basis, met, kept)
    claims = Counter(one.id for one in found if isinstance(one, Match))
    matches = [one for one in found if isinstance(one, Match) and claims[one.id] == 1]
    unsure = [_contested(one) for one in found if isinstance(one, Match) and claims[one.id] > 1]
    unsure += [one for one in found if isinstance(one, Unsure)]
    known = taken | set(claims)
    return Rebuilt(
        matches=tuple(sorted(matches, key=lambda one: one.address)),
        unsure=tuple(sorted(unsure, key=lambda one: one.address)),
        kept=tuple(sorted(kept)),
        strangers=tuple(one for one in met.marked if one.id not in known),
    )


def with_matches(state: State, matches: Iterable[Match]) -> State:
    """The state that records the matches; nothing is remembered of what was applied to them, so
    that the next plan compares with Domo alone."""
    new = {one.address: Entry(one.id, {}, one.protect) for one in matches}
    return replace(
        state,
        entries={**state.entries, **new},
        open_intents=tuple(one for one in state.open_intents if one.address not in new),
    )


def _managed(desired: Desired) -> Mapping[Address, Declared]:
    """What is only observed is never recorded."""
    return {
        address: desired.declared[address]
        for address in sorted(desired.declared)
        if desired.declared[address].spec.manage is not Manage.OBSERVE
    }


def _sought(desired: Desired, basis: Basis) -> Mapping[Address, Declared]:
    """What is recorded under an address that is declared to have moved is moved by the next
    plan, and need not be looked for."""
    moving = moves_in(desired, basis.state) if basis.intact else {}
    return {one: declared for one, declared in _managed(desired).items() if one not in moving}


def _kept(desired: Desired, basis: Basis, met: Met) -> set[Address]:
    """The entries of an intact state that stay: all but those whose object is gone."""
    if not basis.intact:
        return set()
    gone = {
        address
        for address in _managed(desired).keys() & basis.state.entries.keys()
        if met.presence(basis.state.entries[address].id) is Presence.ABSENT
    }
    return basis.state.entries.keys() - gone


def _matched(declared: Declared, basis: Basis, met: Met, taken: set[str]) -> Match | Unsure:
    address, spec = declared.address, declared.spec
    entry = basis.state.entries.get(address)
    protect = spec.protect or (entry is not None and entry.protect)
    if entry is not None and met.presence(entry.id) is not Presence.ABSENT:
        return Match(address, entry.id, spec.name, How.EARLIER, protect)
    if spec.adopt is not None:
        return _adopted(declared, basis.state.project, met, taken, protect)
    found = _by_name(declared, basis.state.project, met, taken, protect)
    if isinstance(found, Unsure) and entry is not None:
        return replace(
            found, why=f"{address.kind} {entry.id}, which is recorded, is gone; {found.why}"
        )
    return found


def _adopted(
    declared: Declared, project: str, met: Met, taken: set[str], protect: bool
) -> Match | Unsure:
    address, name, id_ = declared.address, declared.spec.name, declared.spec.adopt.id
    if id_ in taken:
        return Unsure(address, name, f"{address.kind} {id_} is recorded at another address", (id_,))
    if met.presence(id_) is not Presence.PRESENT:
        seen = "is not there" if met.presence(id_) is Presence.ABSENT else "is not visible"
        return Unsure(address, name, f"{address.kind} {id_}, which adopt: names, {seen}")
    other = _other_project(id_, project, met)
    if other:
        return Unsure(address, name, f"{address.kind} {id_} bears the marker of {other}", (id_,))
    return Match(address, id_, name, How.ADOPT, protect)


def _by_name(
    declared: Declared, project: str, met: Met, taken: set[str], protect: bool
) -> Match | Unsure:
    address, name = declared.address, declared.spec.name
    there = [
        one.id
        for one in met.named.get(name, ())
        if one.id not in taken and met.presence(one.id) is not Presence.ABSENT
    ]
    ours = [one for one in there if not _other_project(one, project, met)]
    visible = [one for one in ours if met.presence(one) is Presence.PRESENT]
    marked = [one for one in visible if marker_of(project) in met.markers.get(one, ())]
    for candidates, how in ((marked, How.MARKER), (visible, How.NAME)):
        if len(candidates) > 1:
            why = f"{len(candidates)} {address.kind}s bear the name"
            return Unsure(address, name, why, tuple(sorted(candidates)))
        # One that cannot be looked into may be the right one just as well.
        if candidates and (how is How.MARKER or len(ours) == 1):
            return Match(address, candidates[0], name, how, protect)
    if ours:
        why = "not every one that bears the name is visible to these credentials"
        return Unsure(address, name, why, tuple(sorted(ours)))
    if there:
        other = _other_project(there[0], project, met)
        why = f"the one that bears the name bears the marker of {other}"
        return Unsure(address, name, why, tuple(sorted(there)))
    return Unsure(address, name, f"no {address.kind} bears the name")


def _undeclared(desired: Desired, basis: Basis, met: Met, kept: set[Address]) -> Iterable[Match]:
    """What was recorded once and no manifest declares any more, as far as it is there."""
    for address in sorted(basis.state.entries.keys() - _managed(desired).keys() - kept):
        entry = basis.state.entries[address]
        if met.presence(entry.id) is not Presence.ABSENT:
            yield Match(address, entry.id, "", How.EARLIER, entry.protect)


def _contested(match: Match) -> Unsure:
    why = f"more than one address is matched by {match.address.kind} {match.id}"
    return Unsure(match.address, match.name, why, (match.id,))


def _other_project(id_: str, project: str, met: Met) -> str:
    """The project whose marker an object bears, empty when it is none but ours."""
    others = {project_of(one) for one in met.markers.get(id_, ())} - {project}
    return min(others, default="")
