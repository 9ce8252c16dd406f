"""Trees: the same values as ruamel.yaml's safe loader, and every place where it was written."""

import math
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from domostate.manifests.scalars import resolve
from domostate.manifests.source import Findings, Source, place_of
from domostate.manifests.tree import MOST_REPEATED, Map, Seq, documents

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
    | st.sampled_from(["yes", "no", "on", "1.5", "007", "0x1f", "null", "~", "<<", "2027-01-31"])
)
PLAIN = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
NUMBERS = st.from_regex(r"[-+]?[0-9a-fox_.eE+-]{1,8}", fullmatch=True)


def tree(text: str) -> Any:
    """The one document of a text without mistakes."""
    findings = Findings()
    found = documents(Source("a.yml", text.encode(), text), findings)
    assert not findings.sorted()
    return found[0].value if found else None


def places(text: str) -> list[str]:
    """Where the mistakes of a text are."""
    findings = Findings()
    documents(Source("a.yml", text.encode(), text), findings)
    return [str(one.where) for one in findings.sorted()]


@given(value=st.dictionaries(TEXT, PLAIN, max_size=5), flow=st.booleans())
def test_values_equal_those_of_the_safe_loader(value: dict[str, Any], flow: bool) -> None:
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = flow
    stream = StringIO()
    writer.dump(value, stream)
    try:
        theirs = YAML(typ="safe").load(stream.getvalue())
    except YAMLError:
        # The C parser is stricter than the writer, for example about {:0: null}.
        return

    assert tree(stream.getvalue()) == theirs


@given(text=NUMBERS)
def test_unquoted_scalars_are_numbers_exactly_where_the_safe_loader_says_so(text: str) -> None:
    try:
        theirs = YAML(typ="safe", pure=True).load(f"- {text}")[0]
    except Exception:  # it fails on some of its own numbers, such as 0x_
        return
    if not isinstance(theirs, int | float | str):
        return

    ours = tree(f"- {text}")

    if isinstance(ours, Seq) and isinstance(ours[0], int | float):
        assert ours[0] == theirs
        assert str(ours[0]) == text


@pytest.mark.parametrize("text", ["007", "1.50", "1_000", "0x1F", "1e3", "+5", "-0", ".5", "0o17"])
def test_a_number_remembers_how_it_was_written(text: str) -> None:
    value = resolve(text)

    assert isinstance(value, int | float)
    assert str(value) == text


@pytest.mark.parametrize("text", ["yes", "no", "on", "off", "y", "2027-01-31", "12:30", "08:01 PM"])
def test_words_and_dates_stay_text(text: str) -> None:
    assert tree(f"a: {text}") == {"a": text}


def test_quoted_scalars_are_text() -> None:
    assert tree("a: ['1', \"true\", '', '~']") == {"a": ["1", "true", "", "~"]}


def test_infinity_and_not_a_number() -> None:
    value = tree("[.inf, -.INF, .nan]")

    assert value[:2] == [math.inf, -math.inf]
    assert math.isnan(value[2])


@given(keys=st.lists(st.from_regex(r"[a-z]{1,6}", fullmatch=True), unique=True, min_size=1))
def test_positions_point_at_the_key(keys: list[str]) -> None:
    text = "".join(f"é{n}:\n  {key}: [x, {key}]\n" for n, key in enumerate(keys))

    value = tree(text)

    for n, key in enumerate(keys):
        inner = value[f"é{n}"]
        assert str(place_of(inner.marks[key])) == f"a.yml:{2 * n + 2}:3"
        assert place_of(inner[key].marks[1]).column == len(key) + 9


@pytest.mark.parametrize("text", ["\ufeffa: 1\nb: 2", "a: 1\r\nb: 2", "# \x85 \u2028\nb: 2"])
def test_lines_are_counted_as_editors_do(text: str) -> None:
    source = Source("a.yml", text.encode(), text.removeprefix("\ufeff"))

    value = documents(source, Findings())[0].value

    assert str(place_of(value.marks["b"])) == "a.yml:2:1"
    assert source.line(2) == "b: 2"


def test_an_alias_repeats_a_value_and_keeps_the_places_of_the_anchor() -> None:
    value = tree("a: &x {k: 1}\nb: *x\n")

    assert value == {"a": {"k": 1}, "b": {"k": 1}}
    assert str(place_of(value["b"].marks["k"])) == "a.yml:1:8"


def test_explicit_keys_win_over_merged_ones_and_earlier_over_later() -> None:
    value = tree("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {y: 3, <<: [*a, *b]}\nd: {<<: *a}\n")

    assert value["c"] == {"x": 1, "y": 3, "z": 2}
    assert value["d"] == {"x": 1, "y": 1}
    assert str(place_of(value["c"].marks["z"])) == "a.yml:2:14"


def test_a_quoted_merge_key_is_a_key() -> None:
    assert tree("a: {'<<': 1}") == {"a": {"<<": 1}}


def test_keys_are_text_as_written() -> None:
    assert tree("2024: a\ntrue: b\n1.50: c\n") == {"2024": "a", "true": "b", "1.50": "c"}


def test_core_tags_are_understood() -> None:
    assert tree("[!!str 1, !!int 2, ! 3, !!float 1.5, !!null ~, !!bool true]") == [
        "1",
        2,
        "3",
        1.5,
        None,
        True,
    ]


def test_several_documents_are_read_and_empty_ones_left_out() -> None:
    found = documents(Source("a.yml", b"", "---\n---\na: 1\n---\n# no\n---\nb: 2\n"), Findings())

    assert [one.value for one in found] == [{"a": 1}, {"b": 2}]


def test_every_duplicate_key_is_found() -> None:
    assert places("a: 1\na: 2\nb: {c: 1, c: 2}\n'a': 3\n") == [
        "a.yml:2:1",
        "a.yml:3:11",
        "a.yml:4:1",
    ]


def test_aliases_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    findings = Findings()
    text = "\n".join(lines)

    assert documents(Source("a.yml", text.encode(), text), findings) == []

    assert f"{MOST_REPEATED:,}" in findings.sorted()[0].message


@given(text=st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    findings = Findings()
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        return

    found = documents(Source("a.yml", raw, text.removeprefix("\ufeff")), findings)

    assert all(isinstance(one.value, Map | Seq | str | int | float | bool) for one in found)
    assert all(one.where is not None for one in findings.sorted())


def test_a_colon_inside_a_word_needs_no_quotes_between_braces_either() -> None:
    text = "a:\n  b: {url: http://127.0.0.1:80/x, nam: 1}\n"

    made = tree(text)

    assert made == {"a": {"b": {"url": "http://127.0.0.1:80/x", "nam": 1}}}
    assert str(place_of(made["a"]["b"].marks["nam"])).endswith(":2:35")
