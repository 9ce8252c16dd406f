"""The cells of one column, as far as a few filters can tell them apart.

All cells that no filter tells apart are one *class*. A filter is then the set of classes on which
it holds, and sets are bit masks: bit n is the n-th class. A class that may have no cell at all is
taken to have one: whatever is concluded errs to the safe side.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

from domostate.access.atoms import Alternatives, Atom, Sort
from domostate.access.places import places_of
from domostate.model.holding import RowFilter

__all__ = ["Cells", "cells_of"]

_MOST_OPEN: Final = 8
"""How many atoms of unknown outcome are told apart on one place: 256 combinations. Arbitrary: far
more than people write for one column. With more, nobody looks into the filters."""

Truth = Mapping[Atom, bool]
Clashes = Mapping[tuple[Atom, bool], Sequence[tuple[Atom, bool]]]
"""Which outcomes of other atoms an outcome of an atom excludes, on texts that no atom names."""


@dataclass(frozen=True, slots=True)
class Cells:
    """`everything` is the mask of all classes; `masks` says on which a filter holds. `exact`:
    whether every class is known to have a cell."""

    everything: int
    masks: Mapping[RowFilter, int]
    exact: bool


def cells_of(asked: Mapping[RowFilter, Alternatives]) -> Cells | None:
    """The cells that filters on one column tell apart, None where there are too many."""
    atoms = sorted({atom for rows in asked.values() for row in rows for atom in row})
    column_type = next(iter(asked)).column_type
    clashes = _clashes(atoms) if column_type == "STRING" else {}
    masks = dict.fromkeys(asked, 0)
    # The first class are the empty cells, on which nothing holds.
    number, exact = 1, True
    for place in places_of(column_type, atoms):
        known = {atom: place.outcome(atom) for atom in atoms}
        if sum(outcome is None for outcome in known.values()) > _MOST_OPEN:
            return None
        for truth in _possible(known, clashes):
            for one, rows in asked.items():
                if any(all(truth[atom] for atom in row) for row in rows) != one.negated:
                    masks[one] |= 1 << number
            number += 1
        exact = exact and place.sure and None not in known.values()
    return Cells((1 << number) - 1, masks, exact)


def _possible(known: Mapping[Atom, bool | None], clashes: Clashes) -> Iterable[Truth]:
    """The ways in which the atoms may turn out together, as far as that is known."""
    ways = [{atom: outcome for atom, outcome in known.items() if outcome is not None}]
    for atom in (atom for atom, outcome in known.items() if outcome is None):
        ways = [
            {**way, atom: holds}
            for way in ways
            for holds in (False, True)
            if not any(way.get(other) is outcome for other, outcome in clashes[atom, holds])
        ]
    return ways


def _clashes(atoms: Sequence[Atom]) -> Clashes:
    found: dict[tuple[Atom, bool], list[tuple[Atom, bool]]] = {
        (atom, holds): [] for atom in atoms for holds in (False, True)
    }
    for one, other in combinations(atoms, 2):
        for holds, other_holds in product((False, True), repeat=2):
            if _contradict(one, holds, other, other_holds):
                found[one, holds].append((other, other_holds))
                found[other, other_holds].append((one, holds))
    return found


def _contradict(one: Atom, holds: bool, other: Atom, other_holds: bool) -> bool:
    if holds and other_holds:
        return _exclude(one, other)
    if not holds and not other_holds:
        return _exhaust(one, other)
    implying, implied = (one, other) if holds else (other, one)
    return _implies(implying, implied)


def _implies(one: Atom, other: Atom) -> bool:
    """Whether a text on which `one` holds is one on which `other` holds."""
    value, needle = one.value, other.value
    if one.fold != other.fold:
        if one.fold or not value.isascii():
            return False
        value = value.lower()
        if one.sort in (Sort.ABOVE, Sort.BELOW):
            return False
    match one.sort, other.sort:
        case Sort.BEGINS, Sort.BEGINS:
            return bool(value.startswith(needle))
        case Sort.ENDS, Sort.ENDS:
            return bool(value.endswith(needle))
        case ((Sort.BEGINS | Sort.ENDS | Sort.CONTAINS), Sort.CONTAINS):
            return needle in value
        case Sort.ABOVE, Sort.ABOVE:
            return bool(value >= needle)
        case Sort.BELOW, Sort.BELOW:
            return bool(value <= needle)
        case Sort.BEGINS, Sort.ABOVE:
            return bool(value > needle)
    return False


def _exclude(one: Atom, other: Atom) -> bool:
    """Whether no text is one on which both hold."""
    if one.fold != other.fold:
        return False
    value, needle = one.value, other.value
    match one.sort, other.sort:
        case Sort.BEGINS, Sort.BEGINS:
            return not (value.startswith(needle) or needle.startswith(value))
        case Sort.ENDS, Sort.ENDS:
            return not (value.endswith(needle) or needle.endswith(value))
        case Sort.ABOVE, Sort.BELOW:
            return bool(value >= needle)
        case Sort.BELOW, Sort.ABOVE:
            return bool(value <= needle)
    return False


def _exhaust(one: Atom, other: Atom) -> bool:
    """Whether every text is one on which at least one holds; named texts are places of their
    own, so that no other text equals them."""
    if one.fold != other.fold:
        return False
    match one.sort, other.sort:
        case Sort.ABOVE, Sort.BELOW:
            return bool(one.value <= other.value)
        case Sort.BELOW, Sort.ABOVE:
            return bool(one.value >= other.value)
    return False
