"""Documents in the form that servers of Terraform states take: JSON with `serial` and `lineage`.

GitLab refuses what has no serial, and a serial that it has seen. The state has both and goes as it
is wherever it can; everything else, and a state whose serial does not fit, is put into a wrapping
that has them. The serial of a wrapping counts the writes of its document.
"""

from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from domostate.errors import StateError
from domostate.record.canonical import as_bytes, from_bytes
from domostate.record.documents import Document

__all__ = ["Stored", "packed", "unpacked"]

_KEY: Final = "domostate_document"


@dataclass(frozen=True, slots=True)
class Stored:
    """What a server has of a document.

    `serial` is the server's. `etag` is empty where the server gives none that can be compared.
    `removed` stands for what was taken away while later numbers are still there.
    """

    document: Document
    serial: int
    etag: str = ""
    removed: bool = False


def packed(
    content: bytes | None, before: Stored | None, name: str, mark: str, *, plain: bool
) -> tuple[bytes, Stored]:
    """The bytes to send in the place of `before`, and what is stored once they have arrived.

    `mark` makes them differ from those of every other write. Without content the document counts
    as removed. `plain` allows a state to go as it is.
    """
    serial = 0 if before is None else before.serial
    if plain and content is not None and _own_serial(content) > serial:
        return content, unpacked(content, name)
    wrapping = _wrapping(content, serial + 1, name, mark)
    return wrapping, unpacked(wrapping, name)


def unpacked(content: bytes, place: str, etag: str = "") -> Stored:
    """What a server's answer holds; raises StateError when it is nothing of ours."""
    try:
        value = from_bytes(content)
        version = _version(value)
    except ValueError as error:
        raise _foreign(place, str(error)) from error
    serial = value.get("serial") if isinstance(value, dict) else None
    if type(serial) is not int:
        raise _foreign(place, "it has no serial")
    wrapped = value.get(_KEY)
    if wrapped is None:
        return Stored(Document(content, version), serial, etag)
    try:
        text, encoding, removed = (wrapped[key] for key in ("content", "encoding", "removed"))
        inner = b64decode(text, validate=True) if encoding == "base64" else text.encode()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _foreign(place, f"its wrapping is damaged: {error}") from error
    return Stored(Document(inner, version), serial, etag, bool(removed))


def _wrapping(content: bytes | None, serial: int, name: str, mark: str) -> bytes:
    text, encoding = _as_text(content or b"")
    return as_bytes(
        {
            _KEY: {
                "content": text,
                "encoding": encoding,
                "mark": mark,
                "name": name,
                "removed": content is None,
            },
            "lineage": str(uuid5(NAMESPACE_URL, name)),
            "serial": serial,
        }
    )


def _as_text(content: bytes) -> tuple[str, str]:
    # Text where it can be, for people who look at it. Some databases cannot hold a zero in one.
    if b"\0" not in content:
        with suppress(UnicodeDecodeError):
            return content.decode("utf-8"), "utf-8"
    return b64encode(content).decode(), "base64"


def _own_serial(content: bytes) -> int:
    """The serial of a state that can go as it is, 0 when it cannot."""
    try:
        value = from_bytes(content)
        _version(value)
    except ValueError:
        return 0
    if not isinstance(value, dict) or _KEY in value or not isinstance(value.get("lineage"), str):
        return 0
    serial = value.get("serial")
    return serial if type(serial) is int else 0


def _version(value: Any) -> str:
    """Of the value and not of the bytes: a server may keep JSON in a form of its own."""
    return sha256(as_bytes(value)).hexdigest()


def _foreign(place: str, why: str) -> StateError:
    return StateError(
        f"{place}: what lies there is not a state: {why}",
        hint="Check state.address: something else may answer there, such as a page to sign in.",
    )
