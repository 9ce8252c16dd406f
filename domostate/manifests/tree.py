"""Trees: what a YAML file holds as plain values that know where they were written.

Built straight from the events of ruamel.yaml's C parser: five times as fast as its loader, and
no tag can make it build anything but mappings, lists and scalars.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from _ruamel_yaml import CParser
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from domostate.manifests.scalars import resolve
from domostate.manifests.source import Findings, Mark, Source, place_of
from domostate.manifests.syntax import syntax_finding

__all__ = ["Document", "Map", "Seq", "documents"]

DEEPEST: Final = 64
"""Levels of nesting; a manifest needs about ten."""

MOST_REPEATED: Final = 1_000_000
"""Values that the aliases of one file may stand for together. Arbitrary: ten thousand datasets
that share a schema of thirty columns stay below it."""


class Map(dict[str, Any]):
    """A mapping: `mark` is where it begins, `marks` where each of its keys stands."""

    __slots__ = ("mark", "marks")

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.marks: dict[str, Mark] = {}

    def put(self, key: str, value: Any, mark: Mark) -> None:
        """Set a key that was written at `mark`."""
        self[key] = value
        self.marks[key] = mark

    def copy(self) -> "Map":
        """A mapping of the same values and places."""
        made = Map(self.mark)
        made.update(self)
        made.marks.update(self.marks)
        return made


class Seq(list[Any]):
    """A list: `mark` is where it begins, `marks` where each of its entries stands."""

    __slots__ = ("mark", "marks")

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.marks: list[Mark] = []

    def put(self, value: Any, mark: Mark) -> None:
        """Append an entry that was written at `mark`."""
        self.append(value)
        self.marks.append(mark)


class Document(NamedTuple):
    """One document of a file, and where it begins."""

    value: Any
    mark: Mark


class _Stop(Exception):
    """The file cannot be read any further; the finding is noted."""


_OPEN: Final = object()
_COLON_INSIDE: Final = "found unexpected ':'"
_CORE: Final = "tag:yaml.org,2002:"


def documents(source: Source, findings: Findings) -> list[Document]:
    """The documents of a file, empty ones left out.

    A mistake that makes the rest unreadable is a finding, and nothing of the file is returned.
    """
    try:
        return _built(source, findings, CParser(source.stream()).get_event)
    except YAMLError as error:
        # `{url: http://a:1}`: YAML 1.2 has it, the C parser knows 1.1. The other one is slow, and
        # asked about nothing else.
        if getattr(error, "problem", "") == _COLON_INSIDE:
            return _read_by_1_2(source, findings, error)
        findings.keep(syntax_finding(error, source))
    except _Stop:
        pass
    findings.unread = True
    return []


def _read_by_1_2(source: Source, findings: Findings, first: YAMLError) -> list[Document]:
    try:
        events = YAML(typ="safe", pure=True).parse(source.stream())
        return _built(source, findings, iter(events).__next__)
    except YAMLError:
        findings.keep(syntax_finding(first, source))
    except _Stop:
        pass
    findings.unread = True
    return []


def _built(source: Source, findings: Findings, events: Callable[[], Any]) -> list[Document]:
    builder = _Builder(source, findings, events)
    return [one for one in builder.documents() if one.value is not None]


class _Builder:
    """Turns the events of one file into values."""

    def __init__(self, source: Source, findings: Findings, events: Callable[[], Any]) -> None:
        self.findings = findings
        self.next = events
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.built = 0
        self.repeated = 0

    def documents(self) -> Iterator[Document]:
        while True:
            event = self.next()
            if type(event) is StreamEndEvent:
                return
            if type(event) is DocumentStartEvent:
                self.anchors.clear()
                root = self.next()
                yield Document(self.node(root, 0), root.start_mark)

    def node(self, event: Any, depth: int) -> Any:
        kind = type(event)
        if kind is ScalarEvent:
            if event.ctag is None and event.anchor is None:
                # Nearly everything in a file: not worth another call.
                return resolve(event.value) if event.implicit[0] else event.value
            value = self.scalar(event)
            if event.anchor is not None:
                self.anchors[event.anchor] = (value, 1)
            return value
        if kind is AliasEvent:
            return self.alias(event)
        if depth >= DEEPEST:
            self.stop(event.start_mark, f"nested more than {DEEPEST} levels deep")
        anchor, before = event.anchor, self.built
        if anchor is not None:
            self.anchors[anchor] = (_OPEN, 0)
        is_map = kind is MappingStartEvent
        value = self.mapping(event, depth) if is_map else self.sequence(event, depth)
        self.built += len(value)
        if anchor is not None:
            self.anchors[anchor] = (value, self.built - before + 1)
        return value

    def scalar(self, event: Any) -> Any:
        tag, text = event.tag, event.value
        if tag is None:
            return resolve(text) if event.implicit[0] else text
        if tag == "!" or tag == f"{_CORE}str":
            return text
        value = resolve(text)
        if tag.startswith(_CORE) and _SCALARS.get(tag.removeprefix(_CORE), _nothing)(value):
            return value
        self.findings.add(event.start_mark, *_foreign(tag))
        return text

    def alias(self, event: Any) -> Any:
        found, size = self.anchors.get(event.anchor, (None, 0))
        if size == 0:
            why = "stands inside what it repeats" if found is _OPEN else "repeats nothing: no"
            anchor = "" if found is _OPEN else f" &{event.anchor} comes before it"
            self.stop(event.start_mark, f"the alias *{event.anchor} {why}{anchor}")
        self.built += size - 1
        self.repeated += size
        if self.repeated > MOST_REPEATED:
            self.stop(
                event.start_mark,
                f"the aliases of this file stand for more than {MOST_REPEATED:,} values",
            )
        return found

    def mapping(self, start: Any, depth: int) -> Map:
        if start.ctag is not None:
            self.check_tag(start, "map")
        made = Map(start.start_mark)
        marks, merged = made.marks, Seq(start.start_mark)
        next_event = self.next
        while True:
            event = next_event()
            if type(event) is MappingEndEvent:
                break
            plain = type(event) is ScalarEvent and event.ctag is None and event.anchor is None
            key = event.value if plain else self.key(event)
            value = self.node(next_event(), depth + 1)
            if key in marks:
                self.repeated_key(key, event.start_mark, marks[key])
            elif key == "<<" and plain and event.implicit[0]:
                self.gather(merged, value, event.start_mark)
            else:
                made[key] = value
                marks[key] = event.start_mark
        for other in merged:
            for key in other:
                if key not in marks:
                    made.put(key, other[key], other.marks[key])
        return made

    def sequence(self, start: Any, depth: int) -> Seq:
        if start.ctag is not None:
            self.check_tag(start, "seq")
        made = Seq(start.start_mark)
        marks, next_event = made.marks, self.next
        while True:
            event = next_event()
            if type(event) is SequenceEndEvent:
                return made
            made.append(self.node(event, depth + 1))
            marks.append(event.start_mark)

    def key(self, event: Any) -> str:
        """A key as written: `2024:` and `true:` are names like any other."""
        if type(event) is ScalarEvent:
            if event.tag is not None or event.anchor is not None:
                self.node(event, 0)
            return str(event.value)
        if type(event) is AliasEvent:
            value = self.alias(event)
            if not isinstance(value, Map | Seq):
                return "" if value is None else str(value)
        self.stop(event.start_mark, "a key is a word, here is a list or a mapping")
        return ""

    def gather(self, merged: Seq, value: Any, mark: Mark) -> None:
        """Note the mappings behind a merge key; earlier ones win."""
        sources = value if type(value) is Seq else [value]
        if all(type(one) is Map for one in sources):
            merged.extend(sources)
            return
        hint = "<<: *name, where &name stands before a mapping"
        self.findings.add(mark, "<< takes a mapping, or a list of mappings", hint)

    def repeated_key(self, key: str, mark: Mark, first: Mark) -> None:
        self.findings.add(
            mark,
            f"the key {key!r} stands twice in one mapping, first on line {place_of(first).line}",
            "keep one of the two",
        )

    def check_tag(self, event: Any, core: str) -> None:
        if event.tag not in ("!", _CORE + core):
            self.findings.add(event.start_mark, *_foreign(event.tag))

    def stop(self, mark: Mark, message: str) -> None:
        self.findings.add(mark, message)
        raise _Stop


def _nothing(_: Any) -> bool:
    return False


_SCALARS: Final[dict[str, Callable[[Any], bool]]] = {
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "float": lambda value: isinstance(value, float),
    "bool": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def _foreign(tag: str) -> tuple[str, str]:
    written = f"!!{tag.removeprefix(_CORE)}" if tag.startswith(_CORE) else tag
    return (
        f"the tag {written} has no meaning here",
        "manifests are plain data: remove the tag, quote what is text",
    )
