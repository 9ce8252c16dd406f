"""Errors for people: what, where, why and what next (style: never a traceback)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len

from domostate.errors import DomoError, DomostateError, Finding, Location
from domostate.views.terminal import WIDTH, Terminal
from domostate.views.text import HIDDEN, Line, looks_secret, plain, text_of
from domostate.views.told import paragraph

__all__ = ["error_lines", "error_text", "show_error"]

_MOST: Final = 50
"""Findings shown; whoever has more has one mistake many times."""
_CONTEXT: Final = 80
"""Cells shown of a longer source line. Arbitrary: a screen's width without the margin."""
_SETTING: Final = re.compile(r"""([\w.-]+)["']?\s*:(?!\s*["']?(?:env|file):)\s*(?=\S)""")
"""A key, up to a value that is not the name of a secret."""


def show_error(error: DomostateError, terminal: Terminal) -> None:
    """Say the error on stderr."""
    terminal.say_lines(error_lines(error))


def error_text(error: DomostateError, *, width: int = WIDTH) -> str:
    """The error as plain text."""
    return text_of(error_lines(error), width)


def error_lines(error: DomostateError) -> list[Line]:
    """The summary, then what is known: the call, the message, the findings, the hint."""
    lines = [Line(plain(error.summary), "Error:", "bold red")]
    if isinstance(error, DomoError):
        lines += _call_lines(error)
    else:
        lines += paragraph(error.message, 2)
    for finding in error.findings[:_MOST]:
        lines += _finding_lines(finding)
    more = len(error.findings) - _MOST
    if more > 0:
        lines.append(Line(f"and {more} more", indent=2))
    return lines + paragraph(error.hint, 2)


def _call_lines(error: DomoError) -> Iterator[Line]:
    answered = f"answered {error.status}" if error.status else "got no answer"
    yield Line(f"{plain(error.method)} {plain(error.path)} {answered}:", indent=2)
    yield from paragraph(error.message, 4)
    if error.toe:
        yield Line(
            f"toe {plain(error.toe)}", indent=4, parts=("(Domo's trace id, for its support)",)
        )


def _finding_lines(finding: Finding) -> list[Line]:
    first, _, others = finding.message.partition("\n")
    where = f"{plain(finding.where)}: " if finding.where else ""
    lines = [Line(f"{where}{plain(first)}", indent=2)]
    lines += paragraph(others, 2)
    if finding.where and finding.source_line.strip():
        lines += _source_lines(finding.source_line, finding.where)
    return lines + paragraph(finding.hint, 2)


def _source_lines(source: str, where: Location) -> Sequence[Line]:
    """The line as written and a caret below the place; a value that looks secret is left out."""
    text = _without_secret(source.rstrip("\r\n"))
    column = min(max(where.column, 1) - 1, len(text))
    before, after = plain(text[:column]), plain(text[column:])
    if cell_len(before) + cell_len(after) > _CONTEXT:
        before = before if len(before) <= _CONTEXT // 2 else f"...{before[-_CONTEXT // 2 :]}"
        after = after if len(after) <= _CONTEXT // 2 else f"{after[: _CONTEXT // 2]}..."
    number = str(where.line)
    caret = " " * cell_len(before) + "^"
    return (
        Line(f"{number} | {before}{after}", indent=4, frozen=True),
        Line(f"{' ' * len(number)} | {caret}", indent=4, frozen=True),
    )


def _without_secret(source: str) -> str:
    """The line up to the first value whose key looks secret; all of it where there is none."""
    for match in _SETTING.finditer(source):
        if looks_secret(match[1]):
            return source[: match.end()] + HIDDEN
    return source
