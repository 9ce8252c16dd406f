"""The Simple API of the Platform plane: datasets written as JSON."""

import json
from typing import Any

import pytest
import requests

from tests.emulator.client import Domo
from tests.emulator.conftest import SALES
from tests.emulator.row_calls import select, upload
from tests.emulator.shapes import differences

GUESTS = [{"Friend": "John", "Attending": "false"}, {"Friend": "Jane", "Attending": "true"}]


def make(domo: Domo) -> str:
    return str(domo.v1("POST", "/json?name=Guests")["id"])


def put(domo: Domo, found: str, rows: Any, method: str = "") -> requests.Response:
    return domo.platform("PUT", f"/json/{found}/data{method}", rows)


def put_text(domo: Domo, found: str, text: bytes) -> requests.Response:
    headers = {"Authorization": f"bearer {domo.access_token()}"}
    return domo.send("PUT", f"/v1/json/{found}/data", headers=headers, data=text)


def columns(domo: Domo, found: str) -> list[tuple[str, str]]:
    schema = domo.v1("GET", f"/datasets/{found}")["schema"]
    return [(one["name"], one["type"]) for one in schema["columns"]]


def test_a_dataset_is_made_as_in_the_official_sample(domo: Domo) -> None:
    name, description = "Leonhard Euler Party", "Mathematician Guest List"
    query = "name=Leonhard%20Euler%20Party&description=Mathematician%20Guest%20List"

    reply = domo.platform("POST", f"/json?{query}", {"name": name, "description": description})

    printed = {
        "id": "4405ff58-1957-45f0-82bd-914d989a3ea3",
        "name": name,
        "description": description,
        "rows": 0,
        "columns": 0,
        "owner": {"id": 540824232, "name": "John Smith"},
        "createdAt": "2025-04-21T17:20:36Z",
        "updatedAt": "2025-04-21T17:20:36Z",
        "pdpEnabled": False,
        "policies": [
            {
                "id": 622387,
                "type": "open",
                "name": "All Rows",
                "filters": [],
                "users": [],
                "virtualUsers": [],
                "groups": [],
            }
        ],
    }
    made = reply.json()
    assert reply.status_code == 201
    assert differences(printed, made) == []
    assert set(made) == set(printed)
    assert (made["name"], made["description"], made["rows"]) == (name, description, 0)


def test_name_and_description_may_stand_in_the_body_alone(domo: Domo) -> None:
    made = domo.v1("POST", "/json", {"name": "Guests", "description": "Who comes"})

    assert (made["name"], made["description"]) == ("Guests", "Who comes")


@pytest.mark.parametrize("body", [None, {}, {"name": ""}, {"name": 1}, {"name": []}, []])
def test_a_dataset_needs_a_name(domo: Domo, body: Any) -> None:
    assert domo.platform("POST", "/json", body).status_code == 400


def test_the_rows_of_the_official_sample_are_read_back(domo: Domo) -> None:
    found = make(domo)

    reply = put(domo, found, GUESTS, "?updateMethod=REPLACE")

    assert (reply.status_code, reply.content) == (204, b"")
    assert columns(domo, found) == [("Friend", "STRING"), ("Attending", "STRING")]
    assert select(domo, found) == [["Jane", "true"], ["John", "false"]]
    assert domo.v1("GET", f"/datasets/{found}")["rows"] == 2


@pytest.mark.parametrize("method", ["", "?updateMethod=append", "?updateMethod=nonsense"])
def test_whatever_is_not_append_replaces_rows_and_columns(domo: Domo, method: str) -> None:
    found = make(domo)
    put(domo, found, GUESTS)

    put(domo, found, [{"n": 1}], method)

    assert columns(domo, found) == [("n", "LONG")]
    assert select(domo, found) == [[1]]


def test_values_make_the_types_of_the_columns(domo: Domo) -> None:
    found = make(domo)
    rows = [
        {"whole": 1, "part": 1, "text": "a", "yes": True, "list": [1], "mixed": 1, "none": None},
        {"whole": -(2**63), "part": 2.5, "text": "", "list": {"a": 1}, "mixed": "b", "big": 2**63},
    ]

    put(domo, found, rows)

    assert columns(domo, found) == [
        ("whole", "LONG"),
        ("part", "DOUBLE"),
        ("text", "STRING"),
        ("yes", "STRING"),
        ("list", "STRING"),
        ("mixed", "STRING"),
        ("none", "STRING"),
        ("big", "DOUBLE"),
    ]
    assert select(domo, found) == [
        [-(2**63), 2.5, "", None, "Map", "b", None, 2.0**63],
        [1, 1.0, "a", "true", "List", "1", None, None],
    ]


def test_texts_come_through_as_they_are(domo: Domo) -> None:
    found = make(domo)
    texts = ['say "hi"', "a,b", "two\nlines", "one\r\ntwo", "cr\r", "\\N", "ж 😀", " padded ", "t"]

    put(domo, found, [{"t": one} for one in texts])

    assert sorted(row[0] for row in select(domo, found)) == sorted(texts)


def test_every_object_is_a_row_whatever_is_in_it(domo: Domo) -> None:
    found = make(domo)

    put(domo, found, [{"a": "a"}, {"a": None}, {}, {"a": "b"}, {"a": ""}])

    assert select(domo, found) == [[""], ["a"], ["b"], [None], [None]]


def test_an_empty_text_is_no_number(domo: Domo) -> None:
    found = make(domo)

    put(domo, found, [{"n": 1}, {"n": ""}])

    assert select(domo, found) == [[1], [None]]


def test_added_rows_must_have_exactly_the_columns(domo: Domo) -> None:
    found = make(domo)
    put(domo, found, [{"name": "Ann", "role": "Admin"}])

    added = put(domo, found, [{"role": None, "name": "Bob"}], "?updateMethod=APPEND")
    short = put(domo, found, [{"name": "Cat"}], "?updateMethod=APPEND")
    long = put(domo, found, [{"name": "Cat", "role": "", "age": 1}], "?updateMethod=APPEND")

    assert added.status_code == 204
    for refused in (short, long):
        assert refused.status_code == 400
        assert refused.headers["content-type"] == "text/plain"
        assert refused.text == (
            "Invalid data provided during upload. Invalid schema. Expected: "
            "{columns=[{type='STRING', name='name', metadata=null}, "
            "{type='STRING', name='role', metadata=null}]}"
        )
    assert select(domo, found) == [["Ann", "Admin"], ["Bob", None]]


def test_an_added_value_that_is_none_of_its_column_is_plain_text_400(domo: Domo) -> None:
    found = make(domo)
    put(domo, found, [{"n": 1}])

    reply = put(domo, found, [{"n": "many"}], "?updateMethod=APPEND")

    assert reply.status_code == 400
    assert reply.text.startswith("Invalid data provided during upload. Column n ")
    assert select(domo, found) == [[1]]


def test_an_empty_list_removes_the_rows_and_keeps_the_columns(domo: Domo) -> None:
    found = make(domo)
    put(domo, found, GUESTS)

    reply = put(domo, found, [])

    assert reply.status_code == 204
    assert select(domo, found) == []
    assert columns(domo, found) == [("Friend", "STRING"), ("Attending", "STRING")]


def test_a_replacement_with_the_same_columns_makes_no_new_schema(domo: Domo) -> None:
    found = make(domo)
    put(domo, found, GUESTS)
    put(domo, found, GUESTS)

    schemas = f"/data/v2/datasources/{found}/schemas"
    assert domo.product("GET", f"{schemas}/2").status_code == 200
    assert domo.product("GET", f"{schemas}/3").status_code == 404


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"null",
        b"[1]",
        b"[[]]",
        b"[{}",
        b'[{"a": 1},]',
        b'[{"a": 1}] more',
        b'[{"a": NaN}]',
        b'[{"a": 1e400}]',
        b'[{"a": "\\ud800"}]',
        b'[{"\\ud800": 1}]',
        b'[{"": 1}]',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_list_of_objects_is_plain_text_400(domo: Domo, text: bytes) -> None:
    found = make(domo)

    reply = put_text(domo, found, text)

    assert (reply.status_code, reply.headers["content-type"]) == (400, "text/plain")
    assert reply.text.startswith("Invalid data provided during upload. ")
    assert domo.v1("GET", f"/datasets/{found}")["rows"] == 0


def test_a_long_list_is_read_to_its_end(domo: Domo) -> None:
    found = make(domo)
    rows = [{"n": n, "text": f"row {n} " * 20} for n in range(20_000)]
    text = json.dumps(rows, indent=1).encode()

    assert put_text(domo, found, text).status_code == 204

    found_rows = select(domo, found, "SELECT count(*), sum(n), max(length(text)) FROM table")
    assert found_rows == [[20_000, sum(range(20_000)), len("row 10000 " * 20)]]


def test_the_rows_of_others_are_not_for_everybody(domo: Domo) -> None:
    upload(domo, SALES, "1,West,1\n", action="REPLACE")

    reply = domo.platform("PUT", f"/json/{SALES}/data", GUESTS, client="c-cat")

    assert reply.status_code == 400
    assert reply.json()["message"] == "Infrastructure problem (403): Access is denied"
    assert domo.platform("PUT", "/json/nope/data", GUESTS).status_code == 404
    assert len(select(domo, SALES)) == 1
