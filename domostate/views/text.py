"""Lines of text for people: safe names, hanging indents, one style per line.

Views build `Line`s and nothing else; how wide they are and whether they have colour is decided
when they are written.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from rich.text import Text

__all__ = [
    "HIDDEN",
    "Line",
    "glued",
    "looks_secret",
    "name",
    "physical",
    "plain",
    "quoted",
    "styled",
    "text_of",
]

HIDDEN: Final = "(not shown)"

_GLUE: Final = "\ue000"
"""Stands for a blank that must not become a line break. From the private use area, which `plain`
leaves in no text, so it can come from nowhere else."""

_LONGEST_NAME: Final = 60
"""Longer names are wrapped at their blanks like any text."""

_SHORT_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SECRET: Final = re.compile(r"passw|passphrase|pwd|secret|token|key|credential", re.IGNORECASE)
_NO_SECRETS: Final = frozenset({"key_columns"})


def plain(value: object) -> str:
    """The text with everything made visible that could move the cursor or reorder what is read.

    Control characters, escape sequences, bidi controls, zero-width and private characters and
    all blanks but the ordinary one are written as Python writes them: `\\x1b`, `\\u202e`.
    """
    text = str(value)
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    short = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return _SHORT_ESCAPES.get(char, short if code < 0x10000 else f"\\U{code:08x}")


def name(value: object) -> str:
    """A name, safe to show and kept on one line."""
    return glued(plain(value))


def glued(text: str) -> str:
    """The same text, already safe to show, that is not wrapped unless it is very long."""
    return text if len(text) > _LONGEST_NAME else text.replace(" ", _GLUE)


def quoted(value: object) -> str:
    """A text between double quotes."""
    inner = plain(value).replace('"', '\\"')
    return f'"{inner}"'


def looks_secret(key: str) -> bool:
    """Whether the value under this key may be one that nobody should read on a screen."""
    return key not in _NO_SECRETS and _SECRET.search(key) is not None


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it would stand on endless paper.

    `lead` is the symbol and its word, shown in `style`. `parts` follow the text after a blank
    each, a part that does not fit begins a line of its own. A `frozen` line is read by scripts and
    stays one line however narrow the paper.
    """

    text: str = ""
    lead: str = ""
    style: str = ""
    indent: int = 0
    parts: tuple[str, ...] = ()
    frozen: bool = False


def physical(line: Line, width: int) -> Iterator[str]:
    """The line as it is written on paper of this width: wrapped at blanks, words never cut."""
    margin = " " * line.indent
    first = " ".join(word for word in (line.lead.replace(" ", _GLUE), line.text) if word)
    rows = [margin + first] if line.frozen else _rows(first, width, margin, margin + "    ")
    for part in line.parts:
        if line.frozen or cell_len(rows[-1]) + 1 + cell_len(part) <= width:
            rows[-1] = f"{rows[-1]} {part}"
        else:
            rows += _rows(part.lstrip(), width, margin + "    ", margin + "        ")
    return (row.replace(_GLUE, " ").rstrip() for row in rows)


def _rows(text: str, width: int, start: str, hang: str) -> list[str]:
    rows = [start]
    empty = True
    for word in text.split(" "):
        if empty:
            rows[-1] += word
        elif cell_len(rows[-1]) + 1 + cell_len(word) <= width:
            rows[-1] += f" {word}"
        else:
            rows.append(hang + word)
        empty = False
    return rows


def text_of(lines: Iterable[Line], width: int) -> str:
    """The lines as plain text, ending in a line break."""
    return "".join(f"{row}\n" for line in lines for row in physical(line, width))


def styled(lines: Iterable[Line], width: int) -> Text:
    """The same text with the lead of each line in its style."""
    text = Text()
    for line in lines:
        for number, row in enumerate(physical(line, width)):
            lead = line.indent + len(line.lead) if number == 0 else 0
            text.append(row[:lead], line.style)
            text.append(row[lead:] + "\n")
    return text
