"""Bodies that are no JSON, or hold what cannot be: each is a clean 400."""

import json
import time
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from domostate.emulator.strict_json import DEEPEST, read_body, read_json
from tests.emulator.asking import Answer, check_clean
from tests.emulator.client import Domo
from tests.emulator.conftest import PEOPLE

HALF = b'"\xed\xa0\x80"'
"""Half of a surrogate pair, which Python's json takes for a text."""
RENAME = f"/api/data/v3/datasources/{PEOPLE}/properties"
TOKEN = {"X-DOMO-Developer-Token": "t-ada"}


def refused(reply: requests.Response) -> str:
    check_clean(Answer.of(reply))
    assert reply.status_code == 400
    return str(reply.json()["message"])


@pytest.mark.parametrize(
    "name",
    [HALF, b'"\\ud800"', b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 5_000],
    ids=lambda one: one[:12].decode("latin-1"),
)
def test_what_json_has_not_is_refused(domo: Domo, name: bytes) -> None:
    body = b'{"dataSourceName": ' + name + b"}"

    assert refused(domo.send("PUT", RENAME, headers=TOKEN, data=body))


LAST_COMMAS = [
    ('{"name": "New",}', {"name": "New"}),
    ('{"name": "a,}b,]\\",}", "tags": [1, [2,],\t],\r\n}', {"name": 'a,}b,]",}', "tags": [1, [2]]}),
    ('[{},[],"",]', [{}, [], ""]),
]
"""Commas behind the last entry, as seed 002 has them."""


@pytest.mark.parametrize(("text", "value"), LAST_COMMAS)
def test_a_comma_behind_the_last_entry_is_passed_over(text: str, value: Any) -> None:
    assert read_body(text) == value
    for encoding in ("utf-8-sig", "utf-16"):
        assert read_body(text.encode(encoding)) == value
    with pytest.raises(ValueError, match=r"[Tt]railing comma|Expecting"):
        read_json(text)


NOT_LAST_COMMAS = ["[,]", "{,}", "[1,,]", "[,1]", '{"a":,}', '{"a",}', "[1],", ",", '"a,]', "[1,}"]


@pytest.mark.parametrize("text", [*NOT_LAST_COMMAS, "[1,/**/]", "{a: 1,}", "['a',]", "[NaN,]"])
def test_nothing_else_than_a_last_comma_is_taken_beside_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting|Extra|Unterminated|no number|trailing"):
        read_body(text)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from(list('a,]}[{":\\ \n'))),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.sampled_from('a,]"')), inner),
)


@given(JSON_VALUES)
def test_any_value_with_last_commas_is_the_same_value(value: Any) -> None:
    assert read_body(with_last_commas(value)) == value


def with_last_commas(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[" + "".join(f"{with_last_commas(one)} , " for one in value) + "]"
    if isinstance(value, dict) and value:
        inside = (f"{json.dumps(name)}: {with_last_commas(one)}" for name, one in value.items())
        return "{" + ",".join(inside) + ",\n}"
    return json.dumps(value)


def test_a_long_body_that_is_no_json_is_refused_quickly() -> None:
    for text in ('"' + '\\"' * 500_000, "[" + ", " * 500_000, "[1" + ",\n" * 500_000):
        began = time.process_time()
        with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
            read_body(text)
        assert time.process_time() - began < 2  # it would be minutes, if the time grew by squares


@pytest.mark.parametrize("text", ["[1, 2", "{}{}", "[1]\x00", "\ufeff{", "[,]", '{"name": "x",,}'])
def test_what_is_no_json_is_refused(domo: Domo, text: str) -> None:
    reply = domo.send("PUT", RENAME, headers=TOKEN, data=text.encode())

    assert "is not JSON" in refused(reply)


def test_json_comes_in_any_of_its_encodings(domo: Domo) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
        body = json.dumps({"dataSourceName": f"Löhne {encoding}"}).encode(encoding)

        reply = domo.send("PUT", RENAME, headers=TOKEN, data=body)

        assert reply.json()["name"] == f"Löhne {encoding}"


def test_nesting_has_a_limit() -> None:
    assert read_json("[" * DEEPEST + "]" * DEEPEST)
    assert read_json('{"a":' * DEEPEST + "1" + "}" * DEEPEST)
    assert read_json("[" + "[]," * DEEPEST + "[]]")
    for text in ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "[" * 100_000, '{"a":' * 100_000):
        with pytest.raises(ValueError, match=f"deeper than {DEEPEST} levels|Expecting"):
            read_json(text)


@pytest.mark.parametrize("depth", [900, 100_000])
def test_what_nests_too_deep_is_refused(domo: Domo, depth: int) -> None:
    body = b'{"dataSourceName": ' + b"[" * depth + b"]" * depth + b"}"

    assert "deeper" in refused(domo.send("PUT", RENAME, headers=TOKEN, data=body))


@pytest.mark.parametrize("text", ["[" * 100_000, '["\\ud800"]', "[NaN]", "{", '{"a": 1}', "[1]"])
def test_tags_in_a_text_are_read_as_strictly(domo: Domo, text: str) -> None:
    body = {"dataSourceName": "New", "schema": {"columns": []}, "tags": text}

    assert refused(domo.product("POST", "/data/v2/datasources", body))


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"type": "DAY", "at": "\\ud800"}', '{"type": "DAY", "x": NaN}', "[]"]
)
def test_a_schedule_in_a_text_is_read_as_strictly(domo: Domo, text: str) -> None:
    body = {
        "transport": {"type": "CONNECTOR"},
        "dataProvider": {"key": "snowflake"},
        "dataSource": {"name": "Feed"},
        "advancedScheduleJson": text,
    }

    assert refused(domo.product("POST", "/data/v1/streams", body))


@pytest.mark.parametrize("filters", [5, True, 1.5, "region", {"column": "name"}])
def test_the_filters_of_a_policy_are_a_list(domo: Domo, filters: Any) -> None:
    body = {"name": "West", "filters": filters}

    assert "filters must be a list" in refused(
        domo.platform("POST", f"/datasets/{PEOPLE}/policies", body)
    )


@pytest.mark.parametrize("field", [[], {}, [["id"]], 5, None])
def test_a_user_search_names_its_fields_in_text(domo: Domo, field: Any) -> None:
    body = {"filters": [{"filterType": "value", "field": field, "values": [1]}]}

    assert "field must be a text" in refused(
        domo.product("POST", "/identity/v1/users/search", body)
    )


def test_a_search_has_a_limited_number_of_filters(domo: Domo) -> None:
    term = {"filterType": "term", "field": "name", "values": ["x"]}
    body = {"query": "*", "entityList": [["dataset"]], "orFilters": [[term] * 60, [term] * 41]}

    assert "more than 100 orFilters" in refused(domo.product("POST", "/search/v1/query", body))


@pytest.mark.parametrize("number", [2**53, -(2**53), 2**63, 10**30])
def test_the_numbers_of_an_estate_are_those_that_clients_can_read(domo: Domo, number: int) -> None:
    estate = {"users": [{"id": number, "email": "ada@acme.example"}]}

    assert "users[0].id: Input should be" in refused(domo.send("POST", "/_emulator/reset", estate))


@pytest.mark.parametrize("text", [b"- " * 100_000, b"[" * 100_000, b'{"a":' * 100_000])
def test_yaml_that_nests_too_deep_does_not_end_the_process(domo: Domo, text: bytes) -> None:
    reply = domo.send(
        "POST", "/_emulator/reset", headers={"Content-Type": "application/yaml"}, data=text
    )

    assert "deeper than" in refused(reply)
    assert domo.get("/content/v2/users/me")["displayName"] == "Ada"


@pytest.mark.parametrize(
    "text",
    [
        "&a [*a]",
        "datasets: [{name: D, rows: .nan}]",
        'users: [{email: "\\uD800"}]',
        "a: !!binary x",
    ],
)
def test_yaml_that_json_cannot_hold_is_refused(domo: Domo, text: str) -> None:
    kind = {"Content-Type": "application/yaml"}

    assert refused(domo.send("POST", "/_emulator/reset", headers=kind, data=text.encode()))


def test_a_date_in_an_estate_is_the_text_that_it_was_written_as(domo: Domo) -> None:
    estate = """
users: [{email: ada@acme.example, role: Admin, attributes: {since: 2024-02-29}}]
"""
    kind = {"Content-Type": "application/yaml"}

    assert domo.send("POST", "/_emulator/reset", headers=kind, data=estate).ok
    assert domo.snapshot()["users"][0]["attributes"] == {"since": ["2024-02-29"]}
