"""Values that stand for many: they are equal to whatever has their form."""

import re
from typing import Any

import pandas as pd


class Like:
    """Equal to every text of that pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and bool(re.fullmatch(self._pattern, other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Like({self._pattern!r})"


class Number:
    """Equal to every whole number."""

    def __eq__(self, other: object) -> bool:
        return type(other) is int

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "NUMBER"


NUMBER = Number()
DIGITS = Like(r"\d+")
TIME = Like(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d\d\d)?Z")
UUID = Like(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Frame:
    """Equal to every DataFrame with these columns, in this order, and these values; None is
    whatever pandas puts where there is no value."""

    def __init__(self, columns: dict[str, list[Any]]) -> None:
        self._columns = columns

    @classmethod
    def of(cls, records: list[dict[str, Any]]) -> "Frame":
        """The one that pandas makes of a list of objects."""
        names = list(dict.fromkeys(name for record in records for name in record))
        return cls({name: [record.get(name) for record in records] for name in names})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, pd.DataFrame):
            return False
        return list(other.columns) == list(self._columns) and self._columns == values_of(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Frame({self._columns!r})"


def values_of(frame: pd.DataFrame) -> dict[Any, list[Any]]:
    """The values by column, as plain Python has them; None where there is none."""
    return {
        name: [None if _missing(one) else one for one in frame[name].tolist()]
        for name in frame.columns
    }


def _missing(value: Any) -> bool:
    return not isinstance(value, list | dict) and bool(pd.isna(value))
