"""JSON as the record writes it: the same value is always the same bytes."""

import json
from typing import Any

__all__ = ["as_bytes", "from_bytes"]


def as_bytes(value: Any) -> bytes:
    """One line of JSON without spaces, keys sorted, UTF-8."""
    text = json.dumps(
        value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    # Domo may answer with half a surrogate pair, which UTF-8 cannot hold. Escaped with a
    # backslash it is what JSON itself calls for, as it can only stand within a string.
    return text.encode("utf-8", "backslashreplace")


def from_bytes(content: bytes) -> Any:
    """The value; raises ValueError saying why the bytes are not JSON."""
    try:
        return json.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
