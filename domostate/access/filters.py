"""Row filters and sets of rows, as far as access is concerned.

A set of rows is a union of conjunctions of filters: what the policies of one person show. It is
compared as a description; no row is ever read.
"""

from dataclasses import dataclass, replace

__all__ = ["ALL", "NONE", "RowFilter", "Rows", "shown", "union"]


@dataclass(frozen=True, slots=True, order=True)
class RowFilter:
    """One condition on one column: the cell matches one of `values` (BETWEEN: lies between the
    two), and `negated` inverts that. An empty cell matches nothing, inverted or not (GUESS:
    guarantees, access model 4).

    `column_type` is Domo's type of the column. `unknown` says why nobody can tell which rows the
    condition shows, and is empty where that is known: two conditions of equal fields show the same
    rows even then.
    """

    column: str
    operator: str
    values: tuple[str, ...]
    negated: bool = False
    ignore_case: bool = False
    column_type: str = "STRING"
    unknown: str = ""

    def unclear(self, why: str) -> "RowFilter":
        """The same condition, with nobody knowing what it shows."""
        return replace(self, unknown=why)


Conjunction = frozenset[RowFilter]
Rows = frozenset[Conjunction]
"""The rows on which all filters of at least one conjunction hold."""

ALL: Rows = frozenset({frozenset()})
NONE: Rows = frozenset()


def shown(*filters: RowFilter) -> Rows:
    """The rows on which all of the filters hold."""
    return frozenset({frozenset(filters)})


def union(*several: Rows) -> Rows:
    """The rows of any of them."""
    merged = frozenset[Conjunction]().union(*several)
    return ALL if frozenset() in merged else merged
