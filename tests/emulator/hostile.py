"""Requests that are nearly right: samples with something wrong in them."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

Path = tuple[str | int, ...]
"""Where in a value something is."""


class Bare(str):
    """Stands in JSON as it is, without quotes."""

    __slots__ = ()


def nested(depth: int, around: str = "[]") -> Bare:
    opening = around[0] + ('"a":' if around == "{}" else "")
    return Bare(opening * depth + "1" + around[1] * depth)


def settled(examples: int, *, same: bool = True) -> settings:
    """So many examples; the `same` ones in every run, or always others."""
    return settings(
        max_examples=examples,
        derandomize=same,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


TEXTS = (
    "", " ", "\x00", "a\x00b", "\ud800", "x\udfff", "x" * 300, "x" * 70_000, "0", "-1", "9" * 30,
    "9" * 5_000, "1e5", "1_0", "٣", "%", "*", "[", "'", '"', "\\", "\r\n", "a\r", "\u2028", "𝔘",
    "İ", "ß", "null", "{", "[]", "{}", '["\\ud800"]', "[" * 1_500, "[" * 100_000,
    '{"type": "DAY", "at": "99:99"}', '{"type": "DAY", "at": "\\ud800"}',
    '{"type": "MINUTE", "interval": 9999999999999}', '{"type": "MONTH", "day": -5}',
    '{"type": "HOUR", "interval": 99999999999999999999999}', '{"type": "DAY", "x": NaN}',
    '{"type": "WEEK", "days": {"a": 1}}', '{"a":' * 900 + "1" + "}" * 900,
    "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2024-02-30",
    "DATA_SOURCE", "USER", "GROUP", "OWNER", "NONE",
)  # fmt: skip
NUMBERS = (
    0, -1, 7, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 1.5, 1e308, Bare("9" * 4_000),
    Bare("9" * 5_000), Bare("1e999"), Bare("NaN"), Bare("-Infinity"), Bare("-0.0"),
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, *NUMBERS, *TEXTS, [], {}, [[]], [None], [{}], {"": None}, {"a\x00": 1},
    {"\ud800": 1}, ["x"], [1], [1.5], [True], [[1]], {"a": {"b": []}}, ["x"] * 300,
    nested(900), nested(960, "{}"), nested(100_000), Bare('{"a": 1, "a": 2}'),
)  # fmt: skip
"""What a client in error may put in any place of a body."""
SCRAPS = (
    b"", b" ", b"null", b'""', b"0", b"[", b'{"a": 1, "a": 2}', b"\xff\xfe", b"\xef\xbb\xbf{}",
    b"{}{}", b"\x00", b'{"a": \xff}', b"[" * 100_000, b'{"a":' * 100_000, "{}".encode("utf-16"),
    '{"a": 1}'.encode("utf-32"), b'"\xed\xa0\x80"', b'["\xed\xa0\x80"]', b"\x1f\x8b" + b"\0" * 30,
    b'a,b\n"', b"\r\n\r\r", b",,,,\n" * 10, b'"' * 1_001, b"- " * 5_000, b"&a [*a]",
    b"{a: .nan}", b"users: [{email: 2024-01-01}]", b'users: "\\ud800"',
)  # fmt: skip
"""Bodies that are no JSON, no YAML and no CSV, or hardly."""


def json_text(value: Any) -> str:
    """JSON as a client in error may write it."""
    match value:
        case Bare():
            return str(value)
        case dict():
            inner = (f"{json.dumps(name)}: {json_text(one)}" for name, one in value.items())
            return "{" + ", ".join(inner) + "}"
        case list():
            return "[" + ", ".join(map(json_text, value)) + "]"
    return json.dumps(value)


def places(value: Any, here: Path = ()) -> Iterator[Path]:
    """Every place in a value, itself first."""
    yield here
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(one, (*here, name))


def with_value(value: Any, place: Path, other: Any) -> Any:
    """The value with another one in a place."""
    if not place:
        return other
    inside = with_value(value[place[0]], place[1:], other)
    if isinstance(value, dict):
        return {**value, place[0]: inside}
    return [inside if number == place[0] else one for number, one in enumerate(value)]


def without(value: Any, place: Path) -> Any:
    """The value without what is in a place."""
    if len(place) > 1:
        return with_value(value, place[:1], without(value[place[0]], place[1:]))
    if isinstance(value, dict):
        return {name: one for name, one in value.items() if name != place[0]}
    return [one for number, one in enumerate(value) if number != place[0]]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def near_valid(draw: st.DrawFn, sample: Any) -> bytes:
    """A JSON body in which one place is wrong, or two."""
    value = sample
    for _ in range(draw(st.sampled_from([1, 1, 2]))):
        found = [one for one in places(value) if one]
        if not found or draw(st.integers(0, 9)) == 0:
            return json_text(draw(st.sampled_from(VALUES) | JSON_VALUES)).encode()
        place = draw(st.sampled_from(found))
        if draw(st.integers(0, 3)) == 0:
            value = without(value, place)
        else:
            value = with_value(value, place, draw(st.sampled_from(VALUES) | JSON_VALUES))
    return json_text(value).encode()


def bodies(samples: list[Any], kind: str) -> st.SearchStrategy[bytes]:
    """Bodies of a content type: near the samples, or scraps."""
    scraps = st.sampled_from(SCRAPS) | st.binary(max_size=60)
    if kind == "application/json":
        return st.sampled_from(samples).flatmap(near_valid) | scraps
    texts = st.sampled_from([*samples, *TEXTS]) | st.text()
    return texts.map(lambda one: one.encode("utf-8", "surrogatepass")) | scraps


def percent(value: str | bytes) -> str:
    raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
    return quote(raw, safe="")


WORDS = st.sampled_from([one for one in TEXTS if len(one) < 10_000]) | st.text()
SEGMENTS = (WORDS | st.binary(max_size=20)).map(percent) | st.sampled_from(
    [
        "..",
        ".",
        "",
        "%",
        "%zz",
        "%00",
        "%2f%2e%2e",
        "a;b=c",
        "x" * 9_000,
        "~",
        "{id}",
        "'",
        "(",
        "@",
    ]
)
"""Parts of a path, as they are sent."""
QUERY_TEXTS = st.lists(
    st.tuples(WORDS.map(percent), SEGMENTS).map("=".join) | st.sampled_from(["&", "=", "a", "%"]),
    max_size=4,
).map("&".join)
HEADER_NAMES = st.sampled_from([
    "Accept", "Accept-Encoding", "Authorization", "Content-Encoding", "Content-Type", "Cookie",
    "Expect", "Host", "If-Modified-Since", "Range", "User-Agent", "X-Anything",
    "X-DOMO-Authentication", "X-DOMO-CustomerDomain", "X-DOMO-Developer-Token", "X-File-Name",
    "X-Forwarded-For",
])  # fmt: skip
HEADER_VALUES = st.sampled_from([
    "", " ", "basic", "basic =", "Basic Og==", "Basic //8=", "bearer", "bearer a.b.c", "bearer ",
    "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "text/csv", "text/csv;q=0", "application/json",
    "application/yaml", "*/*", "gzip", "identity;q=0", "\xe9\xff", "100-continue", "bytes=0-1",
    "[::1", "a" * 5_000, ",,,", ";;;", "multipart/form-data", "text/csv; charset=nope", "chunked",
]) | st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30
)  # fmt: skip
"""What HTTP can carry: one line of Latin-1."""
HEADERS = st.dictionaries(HEADER_NAMES, HEADER_VALUES, max_size=4)
