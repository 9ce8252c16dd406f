"""Sets of rows: a union of conjunctions of filters, which is what the policies of one person show.

They are compared as descriptions; no row is ever read.
"""

from domostate.model.holding import RowFilter

__all__ = ["ALL", "NONE", "Conjunction", "Rows", "shown", "union"]

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
