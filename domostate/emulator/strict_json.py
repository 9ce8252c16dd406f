"""Reading JSON that somebody sends, so that it can be stored and answered."""

import json
import math
import re
from typing import Any

DEEPEST = 200
"""Lists and objects in one another. Bodies of Domo's have less than ten; its own limit is unknown,
Python's is about a thousand."""

_LAST_COMMA = re.compile(
    r"""("(?:[^"\\]++|\\.)*+"?) | ([\[{,:][ \t\n\r]*,) | ,(?=[ \t\n\r]*[\]}])""",
    re.DOTALL | re.VERBOSE,
)
"""A comma behind the last entry of a list or an object; texts are passed over, and commas that have
no entry before them."""


def read_body(text: str | bytes) -> Any:
    """The value of a request's body: JSON, and a list or an object may have a comma behind its last
    entry. Both PUTs of seed 002 are printed with one and with a 200; whether Domo takes it is a
    GUESS, since its Jackson would not by default.

    Raises:
        ValueError: as `read_json`.
    """
    try:
        return read_json(text)
    except json.JSONDecodeError:
        without = _LAST_COMMA.sub(r"\1\2", _decoded(text))
        if without == _decoded(text):
            raise
    return read_json(without)


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: it is none, or holds what JSON has not although Python would read it: NaN,
            numbers beyond all bounds, halves of surrogate pairs. Or it nests deeper than `DEEPEST`.
    """
    text = _decoded(text)
    try:
        value = json.loads(text, parse_constant=_finite, parse_float=_finite)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise _too_deep() from error
    if text.count("[") + text.count("{") > DEEPEST:
        _check_depth(value)
    return value


def _decoded(text: str | bytes) -> str:
    return text.decode(json.detect_encoding(text)) if isinstance(text, bytes) else text


def _finite(text: str) -> float:
    """A number of a body; NaN, Infinity and 1e999 are none (RFC 8259)."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no number")
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
    if level:
        raise _too_deep()


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _too_deep() -> ValueError:
    return ValueError(f"it nests deeper than {DEEPEST} levels")
