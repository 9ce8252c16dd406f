"""Places: the cells of one column, divided where the atoms about it divide them.

On a place most atoms have one outcome. Where an atom's outcome differs within a place, or nobody
knows it, the place is told apart once more by the atoms themselves (`cells`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise, product
from math import inf, nextafter
from typing import Any, Final

from domostate.access.atoms import Atom, Sort, holds_on_text

__all__ = ["Place", "places_of"]

_ORDERING: Final = frozenset({Sort.EQUAL, Sort.ABOVE, Sort.BELOW})
_MOST_LETTERS: Final = 6
"""Up to so many letters all spellings of a word in upper and lower case are looked at."""


@dataclass(frozen=True, slots=True)
class Place:
    """Some cells of a column, none of them empty.

    `outcome` tells whether an atom holds on them, None where that differs or is not known.
    `sure`: whether there certainly is such a cell.
    """

    outcome: Callable[[Atom], bool | None]
    sure: bool = True


def places_of(column_type: str, atoms: Sequence[Atom]) -> tuple[Place, ...]:
    """All cells of a column of this type, but the empty ones."""
    if column_type == "STRING":
        return tuple(_of_text(atoms))
    values = sorted({atom.value for atom in atoms})
    return tuple(_of_order(values, column_type))


def _of_text(atoms: Sequence[Atom]) -> Iterator[Place]:
    ordering = [atom for atom in atoms if atom.sort in _ORDERING]
    points = sorted({atom.value for atom in ordering if not atom.fold})
    folded = sorted({atom.value for atom in ordering if atom.fold})
    for point in points:
        yield Place(partial(_on_point, point))
    for spelling in folded:
        is_left = _is_spelling_left(spelling, points)
        if is_left is not False:
            yield Place(partial(_on_spelling, spelling), sure=is_left is True)
    yield Place(_elsewhere)


def _on_point(point: str, atom: Atom) -> bool:
    return holds_on_text(atom, point)


def _on_spelling(spelling: str, atom: Atom) -> bool | None:
    """On every text that is `spelling` in lower case and that no atom names."""
    if atom.fold:
        return holds_on_text(atom, spelling)
    return False if atom.sort is Sort.EQUAL else None


def _elsewhere(atom: Atom) -> bool | None:
    """On all other texts."""
    if atom.sort is Sort.EQUAL:
        return False
    if not atom.value and atom.sort in (Sort.BEGINS, Sort.ENDS, Sort.CONTAINS):
        return True
    return None


def _is_spelling_left(spelling: str, points: Iterable[str]) -> bool | None:
    """Whether some text that is `spelling` in lower case is none of the points; None: unknown."""
    taken = {point for point in points if point.lower() == spelling}
    if not spelling.isascii():
        return None
    if "k" in spelling:
        return True  # The sign of Kelvin is another k, and no atom of ours is likely to name it.
    letters = sum(letter.isalpha() for letter in spelling)
    if letters > _MOST_LETTERS:
        return len(taken) < 2**letters or None
    both = [sorted({letter, letter.upper()}) for letter in spelling]
    return any("".join(one) not in taken for one in product(*both))


def _of_order(values: Sequence[Any], column_type: str) -> Iterator[Place]:
    if not values:
        yield Place(lambda _: None)
        return
    yield Place(partial(_below, values[0]))
    for value, following in pairwise([*values, None]):
        yield Place(partial(_at, value))
        gap = _gap(value, following, column_type)
        if following is not None and gap is not False:
            yield Place(partial(_above, value), sure=gap is True)
    yield Place(partial(_above, values[-1]))


def _at(value: Any, atom: Atom) -> bool:
    match atom.sort:
        case Sort.ABOVE:
            return bool(value > atom.value)
        case Sort.BELOW:
            return bool(value < atom.value)
        case _:
            return bool(value == atom.value)


def _above(value: Any, atom: Atom) -> bool:
    """Right above the value, and below whatever is named next."""
    match atom.sort:
        case Sort.ABOVE:
            return bool(value >= atom.value)
        case Sort.BELOW:
            return bool(value < atom.value)
        case _:
            return False


def _below(first: Any, atom: Atom) -> bool:
    """Below all that is named."""
    return atom.sort is Sort.BELOW


def _gap(low: Any, high: Any, column_type: str) -> bool | None:
    """Whether there is a cell between two values of the type; None: unknown."""
    match column_type, low, high:
        case _, _, None:
            return False
        case "LONG", int(), int():
            return bool(high - low > 1)
        case "DATE", date(), date():
            return bool(high - low > timedelta(days=1))
        case "DATETIME", datetime(), datetime():
            # How finely Domo divides a second is not documented.
            return True if high - low > timedelta(seconds=1) else None
        case "DOUBLE", float(), float():
            return bool(nextafter(low, inf) < high)
    return True
