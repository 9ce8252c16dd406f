"""Scalars: what an unquoted word stands for (YAML 1.2, core schema, as ruamel.yaml reads it).

Dates stay text, and so do `yes`, `no`, `on` and `off`.
"""

import re
from typing import Final

__all__ = ["Scalar", "Written", "resolve"]

Scalar = str | int | float | bool | None

_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~"), None),
}

_FIRST: Final = frozenset("-+.0123456789~nNtTfF")
"""What anything but text begins with: most words are told from their first character."""

_INT: Final = re.compile(r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|[0-9_]+)\Z")
_FLOAT: Final = re.compile(
    r"""(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?
    |[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+
    |[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?
    |[-+]?\.(?:inf|Inf|INF)
    |\.(?:nan|NaN|NAN))\Z""",
    re.X,
)
_BASES: Final = {"0b": 2, "0o": 8, "0x": 16}


class Written:
    """Mixed into a number that was not written as Python writes it, such as 007 or 1.50."""

    text: str

    def __str__(self) -> str:
        return self.text


class _WrittenInt(Written, int): ...


class _WrittenFloat(Written, float): ...


def resolve(text: str) -> Scalar:
    """The value of an unquoted scalar; `str()` of a number gives it back as written."""
    if not text:
        return None
    if text[0] not in _FIRST:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return _whole(text)
    if _FLOAT.match(text):
        return _fraction(text)
    return text


def _whole(text: str) -> int | str:
    digits = text.replace("_", "")
    sign, digits = (-1, digits[1:]) if digits[:1] == "-" else (1, digits.removeprefix("+"))
    base = _BASES.get(digits[:2], 10)
    try:
        value = sign * int(digits[2:] if base != 10 else digits, base)
    except ValueError:
        # Underscores without a digit, or more digits than Python converts.
        return text
    if str(value) == text:
        return value
    written = _WrittenInt(value)
    written.text = text
    return written


def _fraction(text: str) -> float | str:
    digits = text.replace("_", "").lower()
    if digits.endswith(("inf", "nan")):
        digits = digits.replace(".", "")
    try:
        value = float(digits)
    except ValueError:
        return text
    if str(value) == text:
        return value
    written = _WrittenFloat(value)
    written.text = text
    return written
