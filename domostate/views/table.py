"""Rows with aligned columns; a row stays one line however narrow the paper."""

from collections.abc import Sequence

from rich.cells import cell_len

from domostate.views.text import Line, plain

__all__ = ["table"]

_GAP = "  "


def table(rows: Sequence[Sequence[object]], indent: int = 0) -> list[Line]:
    """The rows as lines; columns without any content are left out."""
    texts = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*texts, strict=True)]
    return [Line(_row(row, widths), indent=indent, frozen=True) for row in texts]


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    shown = zip(cells, widths, strict=True)
    return _GAP.join(cell + " " * (width - cell_len(cell)) for cell, width in shown if width)
