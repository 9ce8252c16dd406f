"""Reading schemas: in bulk where the instance has it, always in one form."""

import pytest

from domostate.domo.reader import Reader
from domostate.errors import Broken
from domostate.model.call import Part
from tests.domo.estate import COLUMNS, Estate, only
from tests.domo.loopback import Answer


@pytest.mark.parametrize("status", [400, 403, 404, 405])
def test_without_schema_lists_schemas_are_read_one_by_one_after_a_single_probe(
    estate: Estate, reader: Reader, status: int
) -> None:
    refusal = Answer({"message": "no such resource"}, status)
    estate.server.on("GET /api/data/v3/datasources/schemaList", refusal)
    ids = [f"d{n:03}" for n in range(120)]
    estate.add(*ids)

    live = reader.read(dict.fromkeys(ids, frozenset({Part.SCHEMA, Part.INDEXED})))

    assert all(one.parts[Part.SCHEMA] == {"columns": COLUMNS} for one in live.values())
    assert all(one.parts[Part.INDEXED] == {"columns": COLUMNS} for one in live.values())
    asked = estate.asked()
    assert asked.count("GET …/schemaList") == 1
    assert len(asked) == 241


def test_a_schema_list_that_knows_none_of_the_ids_is_not_used(
    estate: Estate, reader: Reader
) -> None:
    estate.add("a", "b")
    estate.server.on("GET /api/data/v3/datasources/schemaList", Answer([]))

    live = reader.read(only(Part.SCHEMA, "a", "b"))

    assert live["b"].parts[Part.SCHEMA] == {"columns": COLUMNS}


def test_a_schema_list_out_of_order_is_no_answer(estate: Estate, reader: Reader) -> None:
    estate.add("a", "b")
    estate.server.on("GET /api/data/v3/datasources/schemaList", Answer({}, 500))

    with pytest.raises(Broken):
        reader.read(only(Part.SCHEMA, "a", "b"))


def test_schema_lists_go_in_hundreds_and_say_which_schema(estate: Estate, reader: Reader) -> None:
    ids = [f"d{n:03}" for n in range(120)]
    estate.add(*ids)

    reader.read(dict.fromkeys(ids, frozenset({Part.SCHEMA, Part.INDEXED})))

    sent = [
        (r.query["indexedSchema"], len(r.query["dataSourceIds"].split(",")))
        for r in estate.server.requests
    ]
    assert sorted(sent) == [("false", 20), ("false", 100), ("true", 20), ("true", 100)]


@pytest.mark.parametrize(
    ("reply", "columns"),
    [
        ({"tables": []}, []),
        ({"tables": [{"columns": COLUMNS}]}, COLUMNS),
        ({"schema": {"columns": COLUMNS}}, COLUMNS),
        ({"columns": COLUMNS}, COLUMNS),
        ({"schema": None}, []),
    ],
)
def test_schemas_of_any_shape_become_columns(
    estate: Estate, reader: Reader, reply: object, columns: object
) -> None:
    estate.add("a")
    estate.server.on("GET /api/query/v1/datasources/a/schema/indexed", Answer(reply))

    assert reader.read(only(Part.INDEXED, "a"))["a"].parts[Part.INDEXED] == {"columns": columns}


@pytest.mark.parametrize("reply", [[], {"tables": [7]}, {"other": 1}, {"columns": {}}])
def test_a_schema_of_unknown_shape_is_an_error_and_not_empty(
    estate: Estate, reader: Reader, reply: object
) -> None:
    estate.add("a")
    estate.server.on("GET /api/query/v1/datasources/a/schema/indexed", Answer(reply))

    with pytest.raises(Broken, match="shape"):
        reader.read(only(Part.INDEXED, "a"))
