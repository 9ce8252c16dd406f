"""Line ends: what the engine cannot read as it stands is rewritten.

A carriage return without a line feed is data (pandas writes it without quotes), and a file may mix
the two line ends. The engine takes neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Marks:
    """How often some bytes are in a file."""

    commas: int
    returns: int
    feeds: int
    both: int
    """Carriage returns right before a line feed."""
    nulls: int

    @property
    def line_end(self) -> str:
        """The one that the file uses throughout, in quotes too; empty where it is not one."""
        if not self.returns:
            return "\n"
        return "\r\n" if self.returns == self.feeds == self.both else ""


def marks_in(path: Path) -> Marks:
    """Count them."""
    commas = returns = feeds = both = nulls = 0
    last = b""
    with path.open("rb") as content:
        while chunk := content.read(CHUNK):
            commas += chunk.count(b",")
            feeds += chunk.count(b"\n")
            nulls += chunk.count(b"\0")
            some = chunk.count(b"\r")
            returns += some
            if some:
                both += chunk.count(b"\r\n")
            both += last == b"\r" and chunk.startswith(b"\n")
            last = chunk[-1:]
    return Marks(commas, returns, feeds, both, nulls)


def with_plain_newlines(path: Path, into: Path, longest: int) -> None:
    """The same CSV with a line feed at the end of each row, and quotes around each field that has
    a carriage return.

    Raises:
        TooLong: a field has more than `longest` bytes.
    """
    with into.open("wb") as out:
        for field, end in fields(path, longest):
            bare = b"\r" in field and not field.startswith(b'"')
            out.write(b'"' + field.replace(b'"', b'""') + b'"' if bare else field)
            out.write(end)


class TooLong(Exception):
    """A field does not fit; a quote that is never closed makes one of the rest of the file."""


_SPECIAL = re.compile(rb'[",\n]|\r\n?')
_QUOTE = re.compile(rb'"')
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def marked_and_quoted(path: Path) -> bool:
    """Whether a byte order mark stands before a quote: the engine may not see the quote then."""
    with path.open("rb") as content:
        return content.read(4) == _BYTE_ORDER_MARK + b'"'


def fields(path: Path, longest: int) -> Iterator[tuple[bytes, bytes]]:
    """Every field as it stands, with its quotes, and what ends it: a comma, a line feed or
    nothing.

    Raises:
        TooLong: a field has more than `longest` bytes.
    """
    with path.open("rb") as content:
        if content.read(len(_BYTE_ORDER_MARK)) != _BYTE_ORDER_MARK:
            content.seek(0)
        text, seen, quoted, last = b"", 0, False, False
        while not last:
            chunk = content.read(CHUNK)
            text, begun, last = text + chunk, 0, not chunk
            # A carriage return at the end may belong to a line feed that is still to come.
            limit = len(text) - (not last and text.endswith(b"\r"))
            while found := (_QUOTE if quoted else _SPECIAL).search(text, seen, limit):
                mark, seen = found[0], found.end()
                if mark == b'"':
                    # In a field that began with a quote, each further one ends or resumes it.
                    quoted = quoted != text.startswith(b'"', begun)
                elif mark != b"\r":
                    yield text[begun : found.start()], b"," if mark == b"," else b"\n"
                    begun = seen
            text, seen = text[begun:], limit - begun
            if len(text) > longest:
                raise TooLong
        if text:
            yield text, b""
