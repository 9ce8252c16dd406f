"""One request as the routes see it, and what they answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from domostate.emulator.errors import Problem, bad_request
from domostate.emulator.strict_json import read_body

if TYPE_CHECKING:
    from domostate.emulator.rows.vault import Vault
    from domostate.emulator.store.database import Database
    from domostate.emulator.store.people import User

T = TypeVar("T")
JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and a body that is ready to send, or a `long_body`: texts and files, one after the
    other, of which the files are removed once they are sent."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)
    long_body: tuple[bytes | Path, ...] = ()


def json_reply(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """`value` as compact JSON."""
    return Reply(status, json_text(value).encode(), JSON_TYPE, headers or {})


def json_text(value: Any) -> str:
    """`value` as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


EMPTY = Reply()
NO_CONTENT = Reply(status=204)


@dataclass(slots=True)
class Call:
    """What was asked, by whom, and the database to answer from.

    Everything happens in one transaction of `db`, which the application commits before it
    answers. `now_ms` is the one time of this request, `seq` its number in the request log. The
    body of a spooled route lies in `spooled`, a file that is gone after the request. `instance` is
    the name of the instance where there are several, `root` the path before `path` that led to it.
    """

    db: Database
    vault: Vault
    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    seq: int
    now_ms: int
    spooled: Path | None = None
    signed_in: User | None = None
    instance: str = ""
    root: str = ""

    @property
    def address(self) -> str:
        """The URL that this instance was asked at, as the client spelled it; paths follow."""
        return f"http://{self.headers.get('host', 'api.domo.com')}{self.root}"

    @property
    def caller(self) -> User:
        """The user whose token this is; only `/_emulator` and `/oauth` are without one."""
        if self.signed_in is None:
            raise Problem(401, "There is no user signed in.")
        return self.signed_in

    def json(self) -> Any:
        """The body as JSON; an empty one is None (platform §15: bodies may be empty)."""
        if not self.body.strip():
            return None
        try:
            return read_body(self.body)
        except ValueError as error:
            raise bad_request(f"The body is not JSON: {error}") from error

    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object; an empty body, null or "" count as {} (platform §15)."""
        value = self.json()
        if value is None or value == "":
            return {}
        if not isinstance(value, dict):
            raise bad_request(f"The body must be a JSON object, not {_kind(value)}.")
        return value

    def json_list(self) -> list[Any]:
        """The body as a JSON array."""
        value = self.json()
        if not isinstance(value, list):
            raise bad_request(f"The body must be a JSON array, not {_kind(value)}.")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """A yes or no in the query, whatever its capitals (platform §4.9: pydomo sends `True`)."""
        value = self.query.get(name, "")
        return value.lower() in ("true", "1") if value else default

    def number(self, name: str, default: int) -> int:
        """A whole number in the query; an empty one is the default."""
        value = self.query.get(name, "")
        return as_int(value, name) if value else default

    def window(self, default: int, longest: int = 0) -> tuple[int, int]:
        """`limit` and `offset` of this read; a limit of -1 is everything, as SQLite has it.

        `longest` is the most a page may hold, 0: no limit. A larger `limit` is cut to it rather
        than refused (platform §3: not an error in 2017). A list that is whole by default stays so
        unless a limit is asked for: who asks for no page cannot know that there are more.
        """
        limit, offset = self.number("limit", default), self.number("offset", 0)
        if limit < 0 and not self.query.get("limit"):
            return longest or -1, _checked_offset(offset)
        return self.capped(limit, offset, longest)

    def capped(self, limit: int, offset: int, longest: int = 0) -> tuple[int, int]:
        """A limit and an offset under the caps that apply here; a negative limit is all that they
        leave."""
        caps = [cap for cap in (longest, self.db.switches.page_limit) if cap > 0]
        most = min(caps, default=-1) if limit < 0 else min([limit, *caps])
        return most, _checked_offset(offset)

    def page(self, found: Sequence[T], default: int, longest: int = 0) -> Sequence[T]:
        """The asked-for part of `found`: `limit` and `offset` are honoured everywhere."""
        limit, offset = self.window(default, longest)
        return found[offset:] if limit < 0 else found[offset : offset + limit]

    def shuffled(self, found: Sequence[T], salt: int = 0) -> list[T]:
        """`found` in the order of this read. Domo's lists come in another order at every read
        (product §4.1, nb); ours are turned by the request number, so a run can be repeated."""
        if len(found) < 2 or not self.db.switches.shuffle:
            return list(found)
        turn = (self.seq + salt) % len(found)
        return [*found[turn:], *found[:turn]]


def _checked_offset(offset: int) -> int:
    if offset < 0:
        raise bad_request("offset must not be negative.")
    return offset


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "an array", str: "a text", type(None): "nothing"}
    return names.get(type(value), f"a {type(value).__name__}")


def as_int(value: Any, name: str) -> int:
    """An id as a number, from a number or a text: both are sent (product §7)."""
    try:
        number = int(value) if isinstance(value, int | str) else None
    except ValueError:
        number = None
    # A bool is an int to Python, and SQLite holds 64 bits.
    if number is None or isinstance(value, bool) or not -_INT64 <= number < _INT64:
        raise bad_request(f"{name} must be a number, not {value!r}.")
    return number


_INT64 = 2**63


def as_text(value: Any, name: str) -> str:
    """A text, or a 400 that names the field."""
    if not isinstance(value, str):
        raise bad_request(f"{name} must be a text, not {value!r}.")
    return value


def as_tag(value: Any) -> str:
    """A tag, which is not empty: that Domo refuses an empty one is a GUESS, but nothing could be
    found or seen by it."""
    tag = as_text(value, "tag")
    if not tag:
        raise bad_request("A tag must not be empty.")
    return tag


def as_list(value: Any, name: str) -> list[Any]:
    """A list; a missing one is empty."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise bad_request(f"{name} must be a list, not {value!r}.")
    return value


def as_object(value: Any, name: str) -> dict[str, Any]:
    """An object; a missing one is empty."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_request(f"{name} must be an object, not {value!r}.")
    return value
