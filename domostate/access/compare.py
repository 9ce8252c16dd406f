"""Comparing sets of rows by their descriptions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from domostate.access.atoms import Alternatives, asked
from domostate.access.cells import cells_of
from domostate.access.filters import ALL, NONE, Conjunction, Rows, union
from domostate.model.holding import RowFilter

__all__ = ["Verdict", "compared", "contained", "same"]

_PATIENCE: Final = 20_000
"""How many boxes are looked at before the answer is "not contained". Arbitrary: many times what
the policies of one person need."""

Box = tuple[int, ...]
"""One mask of classes for each column: the rows whose cells are all within."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`contained` is certain when true. When it is false, `exact` tells whether there may be a row
    that is not among the others at all, and not merely none that could be ruled out."""

    contained: bool
    exact: bool


def contained(rows: Rows, *among: Rows) -> bool:
    """Whether it is certain that each of the rows is in at least one of the others."""
    return compared(rows, union(*among)).contained


def same(one: Rows, other: Rows) -> bool:
    """Whether it is certain that both are the same rows."""
    return contained(one, other) and contained(other, one)


@lru_cache(maxsize=100_000)
def compared(rows: Rows, among: Rows) -> Verdict:
    """Whether the rows are all among the others, and how sure that is."""
    if rows <= among or among == ALL or rows == NONE:
        return Verdict(contained=True, exact=True)
    space = _Space.of({one for conjunction in (*rows, *among) for one in conjunction})
    others = [box for one in among if (box := space.box(one)) is not None]
    patience = _Patience(_PATIENCE)
    covered = all(
        _covered(box, others, patience)
        for one in sorted(rows, key=sorted)
        if (box := space.box(one)) is not None
    )
    return Verdict(covered, exact=covered or (space.exact and patience.left > 0))


@dataclass(frozen=True, slots=True)
class _Space:
    """The columns that take part, and where in them each filter holds."""

    everything: Box
    places: Mapping[RowFilter, tuple[int, int]]
    """The column, and the mask within."""
    exact: bool

    @classmethod
    def of(cls, filters: Iterable[RowFilter]) -> "_Space":
        everything: list[int] = []
        places: dict[RowFilter, tuple[int, int]] = {}
        exact = True
        for masks, whole, sure in _columns(filters):
            places |= {one: (len(everything), mask) for one, mask in masks.items()}
            everything.append(whole)
            exact = exact and sure
        return cls(tuple(everything), places, exact)

    def box(self, conjunction: Conjunction) -> Box | None:
        """The rows of a conjunction, None where its filters exclude each other."""
        box = list(self.everything)
        for one in conjunction:
            column, mask = self.places[one]
            box[column] &= mask
        return tuple(box) if all(box) else None


def _columns(filters: Iterable[RowFilter]) -> Iterator[tuple[Mapping[RowFilter, int], int, bool]]:
    """Masks, the mask of everything, and whether that is exact, column by column.

    A filter of which nobody knows what it shows is a column of its own, on whose one half it holds:
    that is the same half wherever the same filter stands, and is comparable with nothing else.
    """
    by_column: dict[tuple[str, str], dict[RowFilter, Alternatives]] = {}
    unknown: list[RowFilter] = []
    for one in sorted(filters):
        alternatives = asked(one)
        if alternatives is None:
            unknown.append(one)
        else:
            by_column.setdefault((one.column, one.column_type), {})[one] = alternatives
    for several in by_column.values():
        cells = cells_of(several)
        if cells is None:
            unknown += several
        else:
            yield cells.masks, cells.everything, cells.exact
    for one in unknown:
        yield {one: 0b10}, 0b11, False


@dataclass(slots=True)
class _Patience:
    left: int

    def spent(self) -> bool:
        self.left -= 1
        return self.left <= 0


def _covered(box: Box, others: Sequence[Box], patience: _Patience) -> bool:
    """Whether each row of the box is in at least one of the others."""
    if patience.spent():
        return False
    for n, other in enumerate(others):
        if all(mask & there for mask, there in zip(box, other, strict=True)):
            return all(_covered(rest, others[n + 1 :], patience) for rest in _without(box, other))
    return False


def _without(box: Box, other: Box) -> Iterator[Box]:
    """The box less the other, as boxes."""
    left = list(box)
    for column, there in enumerate(other):
        outside = left[column] & ~there
        if outside:
            yield (*left[:column], outside, *left[column + 1 :])
            left[column] &= there
