"""Syntax: what the YAML parser complains about, in words that say what to do."""

import re
from typing import Final

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from domostate.errors import Finding
from domostate.manifests.source import Source

__all__ = ["syntax_finding"]

_OPEN_AT_END: Final = (
    "did not find expected ',' or ']'",
    "did not find expected ',' or '}'",
)
_UNPRINTABLE: Final = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)

_TABS: Final = ("a tab is no indentation in YAML", "indent with spaces")
_UNFINISHED: Final = "a bracket, brace or quote that was opened before may not be closed"
_MISALIGNED: Final = (
    "this line does not fit the lines above it",
    "keys of one mapping, and the dashes of one list, begin in the same column",
)
_MEANINGS: Final[dict[str, tuple[str, str]]] = {
    "mapping values are not allowed in this context": (
        "a ':' where none can be",
        "put text that holds ': ' in quotes, and begin a mapping on its own line",
    ),
    "did not find expected key": _MISALIGNED,
    "did not find expected '-' indicator": _MISALIGNED,
    "found a tab character that violates indentation": _TABS,
    "found a tab character where an indentation space is expected": _TABS,
    "found duplicate anchor": ("the same anchor twice", "give one of them another name"),
    "could not find expected ':'": (
        "a key without its ':'",
        "write `key: value`; a long text needs quotes or a block (`>-`)",
    ),
    "did not find expected ',' or ']'": ("a list without its ',' or ']'", _UNFINISHED),
    "did not find expected ',' or '}'": ("a mapping without its ',' or '}'", _UNFINISHED),
    "did not find expected node content": ("a value is missing here", _UNFINISHED),
    "found incompatible YAML document": ("another version of YAML", "remove the %YAML line"),
    "found undefined tag handle": (
        "a tag has no meaning here",
        "manifests are plain data: remove the tag, quote what is text",
    ),
    "did not find expected <document start>": (
        "something follows the end of the document",
        "begin another document with ---",
    ),
}


def syntax_finding(error: YAMLError, source: Source) -> Finding:
    """The parser's complaint as a finding."""
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        return _at_mark(error, source)
    bad = _UNPRINTABLE.search(source.text)
    if bad is None:
        return _found(source, 0, "this is not YAML")
    message = f"the character U+{ord(bad.group()):04X} cannot stand in YAML"
    return _found(source, bad.start(), message, 'write it as an escape in double quotes: "\\x1b"')


def _at_mark(error: MarkedYAMLError, source: Source) -> Finding:
    problem, index = str(error.problem), error.problem_mark.index
    if problem == "found unexpected end of stream" and "quoted" in str(error.context):
        return _found(source, error.context_mark.index, "this quote is never closed")
    if problem == "did not find expected comment or line break":
        sign = source.text[error.context_mark.index]
        message = f"text cannot begin with {sign!r}"
        return _found(source, error.context_mark.index, message, "put it in quotes")
    if problem == "found character that cannot start any token":
        if source.text[index : index + 1] == "\t":
            return _found(source, index, *_TABS)
        sign = source.text[index : index + 1]
        return _found(source, index, f"text cannot begin with {sign!r}", "put it in quotes")
    if problem in _OPEN_AT_END and index >= len(source.text.rstrip()):
        return _found(source, error.context_mark.index, "this bracket is never closed")
    message, hint = _MEANINGS.get(problem, (f"this is not YAML: {problem}", ""))
    return _found(source, index, message, hint)


def _found(source: Source, index: int, message: str, hint: str = "") -> Finding:
    # What is missed at the end of a file is missed on its last line with anything on it.
    where = source.location(min(index, len(source.text.rstrip())))
    return Finding(message, where, source.line(where.line), hint)
