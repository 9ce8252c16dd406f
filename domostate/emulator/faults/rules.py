"""What a fault may say, and which requests it is about."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import Any

from domostate.emulator.errors import bad_request

PLANES = ("product", "platform")
AUTO = "auto"
"""The `retry_after` that a rate works out itself."""
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Rule:
    """Which requests fail, and how.

    Every field that is set narrows the match: `method` (absent or "*": any), `plane`, `path` (a
    glob that the path, or path and query together, must match whole; `*` also crosses slashes),
    `path_regex` (searched in path and query). The first `skip` matches pass; of the others the
    part `share` fails, and no more than `times`; with a rate those that come too fast.
    """

    method: str = "*"
    plane: str = ""
    path: str = "*"
    path_regex: str = ""
    status: tuple[int, ...] = ()
    """Answer one of these instead; the effect stays out unless `after_effect`."""
    delay_ms: int = 0
    """Wait first; with `after_effect` wait between the effect and the answer."""
    jitter_ms: int = 0
    """Wait up to so much longer, as chance has it."""
    drop_before: bool = False
    """Cut the connection without doing anything."""
    drop_after: bool = False
    """Do it, commit it, then cut the connection."""
    after_effect: bool = False
    no_effect: bool = False
    """Answer as if it were done, but do nothing (platform §4.6: THREAD domo-java-sdk#7)."""
    stale: bool = False
    """Answer once more what the same request of the same token was answered before, and do
    nothing; what was never asked before is answered."""
    expire_tokens: bool = False
    """Before it is answered, all tokens that were given so far expire."""
    share: float = 1.0
    seed: int | None = None
    """What chance is drawn from; without it from the switch `weather_seed`."""
    rate_per_minute: float = 0.0
    """Only what one token asks beyond this rate fails."""
    rate_burst: int = 0
    """How many requests one token may send at once; 0: as many as in a minute."""
    times: int | None = None
    skip: int = 0
    retry_after: int | float | str | None = None
    """Seconds or a date; "auto": as long as the rate takes to let the token in again."""
    body: Any = None
    """What to answer with `status`: JSON, or a text that is sent as it is."""
    content_type: str = ""

    def matches(self, method: str, target: str) -> bool:
        """Whether this is about a request; `target` is its path with the query."""
        if self.method not in ("*", method):
            return False
        path = target.partition("?")[0]
        if self.plane and (self.plane == "product") != path.startswith("/api/"):
            return False
        if not fnmatchcase(path, self.path) and not fnmatchcase(target, self.path):
            return False
        return not self.path_regex or re.search(self.path_regex, target) is not None

    @property
    def only_waits(self) -> bool:
        """Whether it does nothing but delay: then other rules hold beside it."""
        return not any(_effects(self))


def _effects(rule: Rule) -> tuple[bool, ...]:
    return (
        bool(rule.status), rule.drop_before, rule.drop_after, rule.no_effect, rule.stale,
        rule.expire_tokens,
    )  # fmt: skip


def rule_from(given: Any) -> Rule:
    """A rule as it was sent; what it says must be understood whole."""
    if not isinstance(given, dict):
        raise bad_request(f"A fault is a JSON object, not {given!r}.")
    found: dict[str, Any] = {}
    for name, value in given.items():
        read = _READ.get(name)
        if read is None:
            raise bad_request(f"A fault has no {name!r}; known: {', '.join(_READ)}.")
        if value is not None:
            try:
                found[name] = read(value)
            except _Unfit as error:
                raise bad_request(f"{name} cannot be {value!r}: {error}.") from error
    if found.get("rate_per_minute") and not any(_effects(Rule(**found))):
        found["status"] = (429,)
    return _checked(Rule(**found))


def as_given(rule: Rule) -> dict[str, Any]:
    """What one would send to get `rule`."""
    usual = Rule()
    found = {one.name: getattr(rule, one.name) for one in fields(rule)}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in found.items()
        if value != getattr(usual, name)
    }


def _checked(rule: Rule) -> Rule:
    if sum(_effects(rule)) > 1:
        raise bad_request(f"A fault has one of {_EFFECTS}.")
    if rule.only_waits and not rule.delay_ms and not rule.jitter_ms:
        raise bad_request(f"A fault needs delay_ms, jitter_ms, rate_per_minute, {_EFFECTS}.")
    if rule.rate_burst and not rule.rate_per_minute:
        raise bad_request("rate_burst goes with rate_per_minute.")
    if rule.retry_after == AUTO and not rule.rate_per_minute:
        raise bad_request(f"retry_after can be {AUTO!r} with rate_per_minute only.")
    return rule


_EFFECTS = "status, drop_before, drop_after, no_effect, stale or expire_tokens"


class _Unfit(Exception):
    """A value that a field cannot have; the message says what it can."""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Unfit("a text is wanted")
    return value


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Unfit("true or false is wanted")
    return value


def _whole(least: int, most: int = 2**53) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        # A bool is an int to Python, but `times: true` is a mistake.
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise _Unfit(f"a whole number from {least} to {most} is wanted")
        return value

    return read


def _number(least: float, most: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _Unfit("a number is wanted")
        if not least <= value <= most:
            raise _Unfit(f"a number from {least:g} to {most:g} is wanted")
        return float(value)

    return read


def _method(value: Any) -> str:
    return _text(value).upper()


def _plane(value: Any) -> str:
    if value not in PLANES:
        raise _Unfit(" or ".join(PLANES))
    return str(value)


def _regex(value: Any) -> str:
    try:
        re.compile(_text(value))
    except re.error as error:
        raise _Unfit(str(error)) from error
    return str(value)


def _status(value: Any) -> tuple[int, ...]:
    read = _whole(200, 599)
    found = tuple(map(read, value)) if isinstance(value, list) else (read(value),)
    if not found:
        raise _Unfit("at least one is needed")
    return found


def _header(value: Any) -> str:
    """What may stand in a header: printable, of one line, in Latin-1."""
    text = _text(value)
    if not text.isprintable() or not text.isascii():
        raise _Unfit("it must be fit for a header")
    return text


def _retry_after(value: Any) -> int | float | str:
    if isinstance(value, str):
        return _header(value)
    return value if isinstance(value, int) and _whole(0)(value) == value else _number(0, 1e9)(value)


def _anything(value: Any) -> Any:
    return value


_READ: Mapping[str, Callable[[Any], Any]] = {
    "method": _method, "plane": _plane, "path": _text, "path_regex": _regex,
    "status": _status, "delay_ms": _whole(0, _HOUR_MS), "jitter_ms": _whole(0, _HOUR_MS),
    "drop_before": _yes_no, "drop_after": _yes_no, "after_effect": _yes_no, "no_effect": _yes_no,
    "stale": _yes_no, "expire_tokens": _yes_no,
    "share": _number(0, 1), "seed": _whole(-(2**53)),
    "rate_per_minute": _number(0.001, 1e9), "rate_burst": _whole(0),
    "times": _whole(0), "skip": _whole(0),
    "retry_after": _retry_after, "body": _anything, "content_type": _header,
}  # fmt: skip
