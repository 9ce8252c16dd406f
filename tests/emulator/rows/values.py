"""Values of Domo's six types as plain Python has them: how they are written, compared, and turned
into another type. Written from the design and the references, not from the emulator."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

TYPES = ("STRING", "LONG", "DOUBLE", "DECIMAL", "DATE", "DATETIME")
TEXTS = (
    "West", "west", "EAST", "Größe", "1", "2", "1.5", "10", "", " ", "a%b", "a_b", "100%",
    "o'Brien", '"q"', "\\", "2024-01-02", "2024-01-02T03:04:05", "x,y\nz", "😀",
)  # fmt: skip

VALUES: dict[str, tuple[Any, ...]] = {
    "STRING": TEXTS,
    "LONG": (0, 1, 2, 10, -7, 2**63 - 1),
    "DOUBLE": (0.0, 1.0, 1.5, 2.0, -7.25, 10.0),
    "DECIMAL": tuple(Decimal(one) for one in ("0", "1", "1.5", "2", "-7.25", "10")),
    "DATE": (date(2024, 1, 2), date(2023, 12, 31), date(2024, 2, 29)),
    "DATETIME": (
        datetime(2024, 1, 2), datetime(2024, 1, 2, 3, 4, 5), datetime(2023, 12, 31, 23, 59, 59),
        datetime(2024, 1, 2, 3, 4, 5, 678000), datetime(2024, 1, 2, 3, 4, 5, 678901),
    ),
}  # fmt: skip


def shown(value: Any) -> str:
    """The value as the text that people see in a query's result."""
    match value:
        case float():
            return repr(value)
        case Decimal():
            short = f"{value:f}"
            return short.rstrip("0").rstrip(".") if "." in short else short
        case datetime() if value.microsecond and value.microsecond % 1000 == 0:
            return value.isoformat(timespec="milliseconds")
        case date():
            return value.isoformat()
    return str(value)


_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?")


def meant(text: str, kind: str) -> Any:
    """The value of a type that a text stands for; None where it stands for none."""
    text = text.strip(" ")
    if "DATE" in kind and not _TIME.fullmatch(text):
        return None
    try:
        match kind:
            case "LONG":
                number = Decimal(text)
                return int(number) if number == int(number) else None
            case "DOUBLE":
                return float(text)
            case "DECIMAL":
                return Decimal(text)
            case "DATE":
                return datetime.fromisoformat(text).date()
            case "DATETIME":
                return datetime.fromisoformat(text)
    except (ValueError, ArithmeticError):
        return None
    return text


def turned(value: Any, kind: str, wanted: str) -> Any:
    """The value of one type as one of another; None where there is none."""
    if value is None or kind == wanted:
        return value
    if wanted == "STRING":
        return shown(value)
    if kind == "STRING":
        return meant(value, wanted)
    if kind == "DATE" and wanted == "DATETIME":
        return datetime.combine(value, time())
    if kind == "DATETIME" and wanted == "DATE":
        return value.date()
    if "DATE" in kind or "DATE" in wanted:
        return None
    return meant(shown(value), wanted)
