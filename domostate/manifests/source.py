"""Sources: files as read, and the places in them."""

from bisect import bisect_right
from codecs import BOM_UTF8
from io import BytesIO
from pathlib import Path
from typing import NamedTuple, Protocol

from domostate.errors import Finding, Location

__all__ = ["Findings", "Mark", "Place", "Source", "place_of", "read_source"]


class Source:
    """One file: its name as people are shown it, and its text."""

    __slots__ = ("_starts", "name", "raw", "text")

    def __init__(self, name: str, raw: bytes, text: str) -> None:
        self.name = name
        self.raw = raw
        self.text = text
        self._starts: list[int] = []

    def location(self, index: int) -> Location:
        """The line and column of a character, counted as editors do."""
        number = bisect_right(self._line_starts(), index)
        return Location(self.name, number, index - self._starts[number - 1] + 1)

    def line(self, number: int) -> str:
        """A line as written, without its end; line 1 is the first."""
        starts = self._line_starts()
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def stream(self) -> "BytesIO":
        """The text for the parser, which names places by this source."""
        stream = _Stream(self.text.encode())
        stream.name = self
        return stream

    def _line_starts(self) -> list[int]:
        # Not the parser's own line numbers: it also counts the rare line breaks of Unicode,
        # which editors do not.
        if not self._starts:
            self._starts = [0]
            end = self.text.find("\n")
            while end >= 0:
                self._starts.append(end + 1)
                end = self.text.find("\n", end + 1)
        return self._starts


class _Stream(BytesIO):
    name: Source


class Mark(Protocol):
    """A place as the parser notes it: `name` is the source, `index` counts characters from 0."""

    @property
    def name(self) -> Source: ...
    @property
    def index(self) -> int: ...


class Place(NamedTuple):
    """A place that the parser did not note."""

    name: Source
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody calls on a place


def place_of(mark: Mark) -> Location:
    """The file, line and column of a mark."""
    return mark.name.location(mark.index)


class Findings:
    """Gathers the problems of all files; a problem met twice is kept once."""

    def __init__(self) -> None:
        self._kept: dict[Finding, None] = {}
        self.unread = False
        """A file could not be read to its end: what seems undeclared may stand there."""

    def add(self, mark: Mark, message: str, hint: str = "") -> None:
        """Note a problem at a place."""
        where = place_of(mark)
        self.keep(Finding(message, where, mark.name.line(where.line), hint))

    def keep(self, finding: Finding) -> None:
        """Note a problem."""
        self._kept[finding] = None

    def __bool__(self) -> bool:
        return bool(self._kept)

    def sorted(self) -> tuple[Finding, ...]:
        """All problems by place, those without one first."""
        return tuple(sorted(self._kept, key=_by_place))


def _by_place(finding: Finding) -> tuple[Location, str]:
    return finding.where or Location("", 0, 0), finding.message


def read_source(path: Path, name: str, findings: Findings) -> Source | None:
    """Read a file, None (and a finding) when it cannot be read as text."""
    try:
        if path.exists() and not path.is_file():
            kind = "a folder" if path.is_dir() else "not a regular file"
            _unreadable(findings, name, f"cannot be read: it is {kind}")
            return None
        raw = path.read_bytes()
    except OSError as error:
        _unreadable(findings, name, f"cannot be read: {error.strerror or 'unknown reason'}")
        return None
    try:
        return Source(name, raw, raw.removeprefix(BOM_UTF8).decode())
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode().removeprefix("\ufeff")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        findings.unread = True
        findings.keep(
            Finding(
                f"the byte 0x{raw[error.start]:02x} is not UTF-8",
                Location(name, line, column),
                raw.decode(errors="replace").split("\n")[line - 1].rstrip("\r"),
                "save the file as UTF-8",
            )
        )
        return None


def _unreadable(findings: Findings, name: str, message: str) -> None:
    findings.unread = True
    findings.keep(Finding(message, Location(name, 1, 1)))
