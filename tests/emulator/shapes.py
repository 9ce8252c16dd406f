"""Comparing replies with what a page prints: keys and types, not values."""

from typing import Any


def differences(printed: Any, got: Any, place: str = "reply") -> list[str]:
    """Where `got` is not of the shape that is printed. A null matches anything, on either side;
    more keys than printed are no difference; of a list every entry must look like the first."""
    if printed is None or got is None:
        return []
    if isinstance(printed, dict) and isinstance(got, dict):
        missing = [f"{place}.{name} is missing" for name in printed if name not in got]
        inner = [(name, one) for name, one in printed.items() if name in got]
        return missing + [
            line for name, one in inner for line in differences(one, got[name], f"{place}.{name}")
        ]
    if isinstance(printed, list) and isinstance(got, list):
        entries = enumerate(got) if printed else ()
        return [
            line for i, one in entries for line in differences(printed[0], one, f"{place}[{i}]")
        ]
    if type(printed) is not type(got):
        return [f"{place} is {type(got).__name__}, printed {type(printed).__name__}"]
    return []
