"""What a plan means for people: its first block, and the frozen line that counts them."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from domostate.views.fields import STYLES
from domostate.views.text import Line, plain

__all__ = ["access_line", "people_lines"]

_NAMED: Final = 5
"""People named on one line; the plan file names all of them. Arbitrary: two lines of them."""
_MOST: Final = 40
"""Lines of this block; the plan file has all. Arbitrary: a screen or two."""


def access_line(document: Mapping[str, Any]) -> Line:
    """The frozen line (contract §5), or why nobody can tell."""
    counts = document["access"]
    if counts["unknown"]:
        return Line(f"Access: unknown: {counts['unknown']}.", frozen=True)
    return Line(
        f"Access: {counts['gain']} people gain, {counts['lose']} lose, "
        f"{counts['rows']} change rows.",
        frozen=True,
    )


def people_lines(document: Mapping[str, Any]) -> list[Line]:
    """Who gains, loses or sees other rows, by dataset; people of whom the same is true together."""
    rows = document["access_changes"]
    if not rows:
        return []
    lines: list[Line] = []
    for address, of_dataset in groupby(rows, lambda row: row["address"]):
        lines.append(Line(plain(address), indent=4))
        alike: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
        for row in of_dataset:
            alike.setdefault(_said(row), []).append(row)
        for said, several in sorted(alike.items()):
            lines += _group(said, several)
    more = len(lines) - _MOST
    if more > 0:
        lines = [*lines[:_MOST], Line(f"and {more} more lines, in the plan file", indent=4)]
    by_role = document["access"]["by_role"]
    if by_role:
        many = "1 person sees" if by_role == 1 else f"{by_role} people see"
        lines.append(Line(f"{many} everything by their role, before and after.", indent=4))
    return [Line("Who gains and who loses access:"), *lines]


def _said(row: Mapping[str, Any]) -> tuple[Any, ...]:
    keys = ("kind", "level_before", "level_after", "rows_before", "rows_after", "widens")
    return tuple(row[key] for key in keys)


def _group(said: tuple[Any, ...], several: Sequence[Mapping[str, Any]]) -> list[Line]:
    kind, level_before, level_after, rows_before, rows_after, widens = said
    match kind:
        case "gain":
            lead, what = "! gains", f"{level_after}, rows: {plain(rows_after)}"
        case "lose":
            lead, what = "v loses", f"{level_before}, rows: {plain(rows_before)}"
        case "level":
            lead = "! other level" if widens else "v other level"
            what = f"{level_before} -> {level_after}"
            if rows_before != rows_after:
                what += f", rows: {plain(rows_before)} -> {plain(rows_after)}"
        case _:
            lead = "! other rows" if widens else "v fewer rows"
            what = f"rows: {plain(rows_before)} -> {plain(rows_after)}"
    names = [plain(row["principal"]) for row in several]
    shown = ", ".join(names[:_NAMED])
    if len(names) > _NAMED:
        shown = f"{len(names)} people: {shown} and {len(names) - _NAMED} more"
    lines = [Line(f"{shown}: {what}", lead, STYLES[lead[0]], indent=8)]
    ways = list(dict.fromkeys(plain(way) for row in several for way in row["via"]))
    if ways:
        told = "; ".join(ways[:_NAMED])
        rest = f"; and {len(ways) - _NAMED} more ways" if len(ways) > _NAMED else ""
        lines.append(Line(f"by {told}{rest}", indent=12))
    return lines
