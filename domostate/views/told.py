"""Commands that people are told to run: each can be copied as it stands."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from shlex import quote
from typing import Final

from domostate.views.text import Line, plain

__all__ = ["OF_AN_ENVIRONMENT", "Chosen", "naming", "naming_text", "paragraph"]

OF_AN_ENVIRONMENT: Final = frozenset(
    {
        "apply",
        "emulator reset",
        "emulator seed",
        "emulator snapshot",
        "init",
        "lock break",
        "lock status",
        "plan",
        "state history",
        "state list",
        "state mv",
        "state pull",
        "state push",
        "state rebuild",
        "state rm",
        "state show",
        "state verify",
        "validate",
    }
)
"""The commands that take -e; a test holds them against the commands that there are."""
_COMMAND: Final = re.compile(rf"domostate (?:{'|'.join(sorted(OF_AN_ENVIRONMENT))})(?= |$)")
_ALONE: Final = re.compile(r"^ +(domostate .*)$", re.MULTILINE)
"""A command to run stands alone on an indented line."""
_NAMED: Final = re.compile(r" (?:-e|--env)[ =]")


@dataclass(slots=True)
class Chosen:
    """The environment that the commands told to people have to name: known once one of several
    is chosen, which is after the terminal is made. Empty where a project has only one."""

    environment: str = ""


def naming(lines: Iterable[Line], chosen: Chosen) -> Iterator[Line]:
    """The same lines; a command that needs `-e` has it, and stays one line."""
    for line in lines:
        if line.indent and not line.lead and _COMMAND.match(line.text):
            yield replace(line, text=_with(line.text, chosen.environment), frozen=True)
        else:
            yield line


def naming_text(text: str, chosen: Chosen) -> str:
    """The same for a text that is no view."""
    return _ALONE.sub(
        lambda found: found[0].replace(found[1], _with(found[1], chosen.environment)), text
    )


def _with(command: str, environment: str) -> str:
    found = _COMMAND.match(command)
    if not environment or found is None or _NAMED.search(command):
        return command
    return f"{found[0]} -e {plain(quote(environment))}{command[found.end() :]}"


def paragraph(text: str, indent: int) -> list[Line]:
    """Line by line as it was written; a line with an indent of its own is a command or names
    something to copy, and is not wrapped."""
    return [_line(row, indent) for row in text.split("\n")] if text else []


def _line(text: str, indent: int) -> Line:
    stripped = text.lstrip(" ")
    own = len(text) - len(stripped)
    return Line(plain(stripped), indent=indent + own, frozen=own > 0)
