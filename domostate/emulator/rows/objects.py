"""Objects: a JSON array of objects as it was sent becomes CSV, however long it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from domostate.emulator.rows.columns import Column
from domostate.emulator.rows.intake import LONGEST_LINE, BadRows

CHUNK = 1 << 18
_SPACE = re.compile(r"[ \t\n\r]*")
_LONG = range(-(2**63), 2**63)


class Number(str):
    """A number as it is written."""

    __slots__ = ()


class WrongColumns(Exception):
    """An object has other properties than it should."""


def objects(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of the array in a file, one after the other; numbers are `Number`.

    Raises:
        BadRows: it is no JSON array of objects.
    """
    try:
        with path.open(encoding="utf-8-sig") as content:
            for value in _Reader(content).elements():
                if not isinstance(value, dict):
                    raise BadRows("Every row must be a JSON object.")
                yield value
    except (ValueError, RecursionError) as error:
        raise BadRows(f"The content is no JSON array: {error}") from error


class _Reader:
    """JSON read piece by piece: the text from `at` on is still to be told."""

    def __init__(self, content: TextIO) -> None:
        self._content = content
        self._decoder = json.JSONDecoder(
            parse_int=Number, parse_float=Number, parse_constant=_refused
        )
        self._text = ""
        self._at = 0

    def elements(self) -> Iterator[Any]:
        """The elements of the array."""
        self._take("[")
        if self._next() == "]":
            self._take("]")
        else:
            yield self._value()
            while self._next() == ",":
                self._take(",")
                yield self._value()
            self._take("]")
        if self._next():
            raise ValueError("there is more behind its end")

    def _next(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _take(self, mark: str) -> None:
        if self._next() != mark:
            raise ValueError(f"there is no {mark} where one should be")
        self._at += 1

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, self._at = self._decoder.raw_decode(self._text, self._at)
            except ValueError:
                # What is cut off in the middle is no JSON yet.
                if len(self._text) - self._at > LONGEST_LINE or not self._more():
                    raise
            else:
                return value

    def _more(self) -> bool:
        rest = self._text[self._at :]
        # Twice as much each time, so that a long value is not read anew for each small piece.
        chunk = self._content.read(max(CHUNK, len(rest)))
        self._text, self._at = rest + chunk, 0
        return bool(chunk)


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def columns_in(path: Path) -> tuple[Column, ...]:
    """The columns that hold every property of the objects, in the order in which they first come:
    whole numbers are LONG, numbers are DOUBLE, everything else is STRING (GUESS).

    Raises:
        BadRows: it is no JSON array of objects.
    """
    kinds: dict[str, str] = {}
    for one in objects(path):
        for name, value in one.items():
            kind, known = _kind(value), kinds.setdefault(name, "")
            if kind not in ("", known):
                both = {kind, known} <= {"LONG", "DOUBLE"}
                kinds[name] = kind if not known else "DOUBLE" if both else "STRING"
    try:
        "".join(kinds).encode()
    except UnicodeEncodeError as error:
        raise _no_unicode(error) from error
    return tuple(Column(name, kind or "STRING") for name, kind in kinds.items())


def _no_unicode(error: UnicodeEncodeError) -> BadRows:
    return BadRows(f"A text is no Unicode: {error.reason}.")


def _kind(value: Any) -> str:
    """The type that a value asks for; no value asks for none."""
    if value is None or value == "":
        return ""
    if not isinstance(value, Number):
        return "STRING"
    whole = value.lstrip("-").isdigit() and len(value) < 21
    return "LONG" if whole and int(value) in _LONG else "DOUBLE"


def write_objects(path: Path, names: Sequence[str], into: Path, *, all_named: bool) -> None:
    """The objects as CSV without a header, in the order of the names; what an object does not have
    is no value.

    Raises:
        WrongColumns: `all_named`, and an object has not exactly these properties.
        BadRows: a text is no Unicode.
    """
    wanted = set(names)
    try:
        with into.open("w", encoding="utf-8", newline="") as out:
            for one in objects(path):
                if all_named and one.keys() != wanted:
                    raise WrongColumns
                if names:
                    out.write(",".join(_cell(one.get(name)) for name in names) + "\n")
    except UnicodeEncodeError as error:
        raise _no_unicode(error) from error


def _cell(value: Any) -> str:
    """A list is the text "List" (platform §4.11); that an object is "Map" follows from it (GUESS).
    An empty text is one, as `""` is in CSV (platform §4.8), in a column of texts."""
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return "List" if isinstance(value, list) else "Map"
    return '"' + str(value).replace('"', '""') + '"'
