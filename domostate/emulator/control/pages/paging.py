"""One page of a long list, and the way to the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from domostate.emulator.call import Call

T = TypeVar("T")
SIZE = 50
"""Lines on a page. Arbitrary: a few screens."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The lines of one page; `number` counts from 1."""

    lines: Sequence[T]
    number: int
    count: int
    """How many lines there are on all pages together."""
    asked: tuple[tuple[str, str], ...]
    """The query that leads to this list, without the number of the page."""

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.count // SIZE))

    @property
    def first_line(self) -> int:
        """Which line of all is the first here, from 1; 0 where there is none."""
        return (self.number - 1) * SIZE + 1 if self.lines else 0

    @property
    def last_line(self) -> int:
        """Which line of all is the last here."""
        return self.first_line + len(self.lines) - 1 if self.lines else 0

    def link(self, number: int) -> str:
        """Where another page of the list is."""
        return "?" + urlencode([*self.asked, ("page", str(number))])


def paged(
    call: Call, count: int, lines: Callable[[tuple[int, int]], Sequence[T]], *kept: str
) -> Page[T]:
    """The page that the query asks for, the nearest where there is no such page. `lines` is given
    limit and offset; `kept` are the names in the query that belong to the list."""
    last = max(1, -(-count // SIZE))
    number = min(max(_number(call.query.get("page", "")), 1), last)
    asked = tuple((name, call.query[name]) for name in kept if call.query.get(name))
    return Page(lines((SIZE, (number - 1) * SIZE)), number, count, asked)


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 1


def part_of(found: Sequence[T]) -> Callable[[tuple[int, int]], Sequence[T]]:
    """The lines of `paged` where all of them are at hand."""
    return lambda window: found[window[1] : window[1] + window[0]]
