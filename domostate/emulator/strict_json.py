"""Reading JSON that somebody sends, so that it can be stored and answered."""

import json
import math
from typing import Any

DEEPEST = 200
"""Lists and objects in one another. Bodies of Domo's have less than ten; its own limit is unknown,
Python's is about a thousand."""


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: it is none, or holds what JSON has not although Python would read it: NaN,
            numbers beyond all bounds, halves of surrogate pairs. Or it nests deeper than `DEEPEST`.
    """
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text))
    try:
        value = json.loads(text, parse_constant=_finite, parse_float=_finite)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise _too_deep() from error
    if text.count("[") + text.count("{") > DEEPEST:
        _check_depth(value)
    return value


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
