"""YAML in: values, and the line of any of them."""

import json
from datetime import date
from typing import Any

from ruamel.yaml import YAML, MappingNode, Node, SequenceNode
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent

from domostate.emulator.errors import EstateInvalid
from domostate.emulator.strict_json import DEEPEST, read_json


def parse(text: str, name: str) -> Any:
    """The value of a YAML text. JSON, which is YAML too, is read forty times as fast."""
    if text.lstrip().startswith("{"):
        try:
            return read_json(text)
        except ValueError:
            pass  # YAML in flow style also begins with a brace
    try:
        _check_depth(text)
        return YAML(typ="safe").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        # A text that ends too early is marked behind its last line.
        line = min(mark.line, text.count("\n")) + 1 if mark is not None else 1
        raise EstateInvalid([f"{name}:{line}: {error.problem}"]) from error
    except (YAMLError, ValueError) as error:
        raise EstateInvalid([f"{name}:1: {error}"]) from error


def _check_depth(text: str) -> None:
    """Refuse what nests so deep that reading it would end the process: ruamel reads in C."""
    depth = 0
    for event in YAML(typ="safe").parse(text):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"it nests deeper than {DEEPEST} levels")


def parse_as_json(text: str, name: str) -> Any:
    """The same, if JSON can hold it: no NaN, no halves of characters, no circles. A date is the
    text that it was written as."""
    value = parse(text, name)
    try:
        as_text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_as_text)
        return json.loads(as_text.encode())
    except (TypeError, ValueError) as error:
        raise EstateInvalid([f"{name}:1: holds something that JSON has not: {error}"]) from error


def _as_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__}")


def line_of(text: str, place: tuple[int | str, ...]) -> int:
    """The line, from 1, of what `place` leads to, or of the last part that exists."""
    node: Any = YAML(typ="safe").compose(text)
    line = 1
    for part in place:
        step = _inside(node, part)
        if step is None:
            break
        line, node = step
    return line


def _inside(node: Any, part: int | str) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key.start_mark.line + 1, value
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        found = node.value[part]
        return found.start_mark.line + 1, found
    return None
