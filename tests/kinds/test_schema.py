from collections.abc import Mapping
from typing import Any

import pytest

from domostate.kinds.aspect import Setting, Step
from domostate.kinds.dataset.policies import Filter, Pdp, Policy
from domostate.kinds.dataset.schema import Column, Schema, SchemaAspect, SchemaDeclared
from domostate.model.call import Part, Plane
from domostate.model.change import ChangeClass, Operation
from domostate.model.observed import Live, Presence
from tests.kinds.entries import CONNECTOR, ID, PLATFORM, SALES, entry, names, numbered
from tests.kinds.entries import setting as setting_of
from tests.kinds.replies import column, dataset, metadata, schema

SCHEMA = SchemaAspect()


def columns(*names_: str) -> tuple[Column, ...]:
    return tuple(Column(one, "STRING") for one in names_)


def observed(defined: Any, indexed: Any = None, transport: str = "API") -> Schema:
    parts = {
        Part.METADATA: metadata(transport=transport),
        Part.SCHEMA: defined,
        Part.INDEXED: defined if indexed is None else indexed,
    }
    return SCHEMA.observe(Live(ID, Presence.PRESENT, parts), Plane.PRODUCT, names(), None)


def operations(before: Schema, after: Schema, setting: Setting | None = None) -> list[Operation]:
    return numbered(SCHEMA, SCHEMA.operations(Step(SALES, before, after, setting or setting_of())))


def filtering(*names_: str) -> Mapping[str, Pdp]:
    rows = tuple(Filter(one, "EQUALS", ("x",)) for one in names_)
    return {"pdp": Pdp(True, (Policy("West", rows, id="8"),))}


def named(op: Operation, key: str = "after") -> list[str]:
    return [one["name"] for one in getattr(op, key)["columns"]]


def test_what_else_domo_keeps_of_a_column_is_sent_back() -> None:
    there = observed(schema(column("a", upsertKey=True, visible=False), column("b")))
    declared = SchemaDeclared((Column("a", "STRING"), Column("c", "LONG")))
    after = SCHEMA.target(declared, there, None, setting_of())
    alter, _ = operations(there, after)

    call = SCHEMA.call(alter, {"id": ID}, Plane.PRODUCT, {})

    assert call.body == {
        "columns": [
            {
                "name": "a",
                "id": "a",
                "type": "STRING",
                "visible": False,
                "order": 0,
                "upsertKey": True,
            },
            {"name": "c", "id": "c", "type": "LONG", "visible": True, "order": 0},
        ],
        "objects": [],
        "views": [],
    }


def test_what_else_domo_keeps_of_a_column_makes_no_difference() -> None:
    there = observed(schema(column("a", upsertKey=True)))

    assert there.columns == columns("a")


def test_the_order_of_the_list_counts() -> None:
    one, other = Schema(columns("a", "b")), Schema(columns("b", "a"))

    assert [op.name for op in operations(one, other)] == ["alter_schema", "reindex"]


def test_a_schema_that_the_index_lags_behind_is_indexed_anew() -> None:
    there = observed(schema(column("a"), column("b")), schema(column("a")))
    after = SCHEMA.target(SchemaDeclared(columns("a", "b")), there, None, setting_of())

    [op] = operations(there, after)
    call = SCHEMA.call(op, {"id": ID}, Plane.PRODUCT, {})

    assert not there.indexed
    assert (call.path, call.body) == (f"/api/data/v3/datasources/{ID}/indexes", {"dataIds": []})


def test_where_nothing_is_indexed_nothing_lags() -> None:
    assert observed(schema(column("a")), schema()).indexed


def test_the_platform_plane_has_no_index() -> None:
    before, after = Schema(columns("a")), Schema(columns("a", "b"))

    [op] = operations(before, after, setting_of(planes=PLATFORM))
    call = SCHEMA.call(op, {"id": ID}, Plane.PLATFORM, {})

    assert op.name == "alter_schema"
    assert call.body == {
        "schema": {"columns": [{"type": "STRING", "name": one} for one in ("a", "b")]}
    }


def test_a_federated_dataset_comes_without_a_schema() -> None:
    live = Live(ID, Presence.PRESENT, {Part.DATASET: {**dataset(), "schema": None}})

    assert SCHEMA.observe(live, Plane.PLATFORM, names(), None) == Schema(())


@pytest.mark.parametrize(
    ("after", "harm"), [(("a", "b"), ChangeClass.SAFE), (("b",), ChangeClass.DESTRUCTIVE)]
)
def test_dropping_a_column_is_destructive_and_adding_one_is_not(
    after: tuple[str, ...], harm: ChangeClass
) -> None:
    alter, _ = operations(Schema(columns("a")), Schema(columns(*after)))

    assert alter.access_class is harm


def test_a_column_that_a_policy_filters_on_is_dropped_in_a_second_step() -> None:
    before, after = Schema(columns("a", "old")), Schema(columns("new", "a"))

    first, second, reindex = operations(before, after, setting_of(observed=filtering("old")))

    assert named(first) == ["new", "a", "old"]
    assert (named(second, "before"), named(second)) == (["new", "a", "old"], ["new", "a"])
    assert first.access_class is ChangeClass.SAFE
    assert second.access_class is ChangeClass.DESTRUCTIVE
    assert reindex.name == "reindex"


def test_a_drop_alone_needs_no_first_step() -> None:
    before, after = Schema(columns("a", "old")), Schema(columns("a"))

    met = operations(before, after, setting_of(observed=filtering("old")))

    assert [op.name for op in met] == ["alter_schema", "reindex"]


def test_a_column_that_no_policy_filters_on_is_dropped_at_once() -> None:
    before, after = Schema(columns("a", "old")), Schema(columns("new", "a"))

    met = operations(before, after, setting_of(observed=filtering("a")))

    assert [op.name for op in met] == ["alter_schema", "reindex"]


def test_a_renamed_column_is_a_drop_and_an_add_and_said_to_be() -> None:
    spec = [{"name": "amount", "type": "DECIMAL", "renamed_from": "total"}]
    declared = SCHEMA.declared(entry(schema=spec), names())
    assert declared is not None
    there = Schema(columns("total"))

    said = [*SCHEMA.remarks(declared, there, Schema(declared.columns), setting_of())]
    done = [*SCHEMA.remarks(declared, Schema(declared.columns), there, setting_of())]

    assert said == [
        "column total becomes amount: Domo has no rename, so total and its values are dropped "
        "and amount is added; cards and policies that filter on total break"
    ]
    assert done == []


def fed_by_connector() -> Setting:
    stream = entry(stream=CONNECTOR).spec.stream
    return setting_of({"stream": stream})


def test_the_schema_of_a_connector_is_reported_and_never_altered() -> None:
    declared = SchemaDeclared((Column("a", "LONG"), Column("b", "STRING")))
    there = Schema(columns("a", "c"))

    after = SCHEMA.target(declared, there, None, fed_by_connector())
    said = [*SCHEMA.remarks(declared, there, after, fed_by_connector())]

    assert after == there
    assert said == [
        "schema differs from the manifest; the connector owns it, it is not altered: "
        "b is missing, c is not declared, a is STRING, declared LONG"
    ]


def test_another_order_under_a_connector_is_said_too() -> None:
    declared, there = SchemaDeclared(columns("a", "b")), Schema(columns("b", "a"))

    [said] = SCHEMA.remarks(declared, there, there, fed_by_connector())

    assert said.endswith("another order")


def test_a_schema_that_the_connector_fills_as_declared_is_not_worth_a_word() -> None:
    declared, there = SchemaDeclared(columns("a")), Schema(columns("a"))

    assert [*SCHEMA.remarks(declared, there, there, fed_by_connector())] == []


def test_people_see_columns_by_name_and_the_order_of_those_in_common() -> None:
    there, then = Schema(columns("a", "b")), Schema(columns("b", "c", "a"))

    assert SCHEMA.keyed(there, then)["order"] == ["a", "b"]
    assert SCHEMA.keyed(then, there)["order"] == ["b", "a"]
    assert SCHEMA.keyed(then, there)["[c]"] == {"type": "STRING"}


def test_a_connector_owns_its_schema_whether_its_stream_is_declared_or_not() -> None:
    there = observed(schema(column("a")), transport="CONNECTOR")
    declared = SchemaDeclared(columns("a", "b"))

    after = SCHEMA.target(declared, there, None, setting_of())
    [said] = SCHEMA.remarks(declared, there, after, setting_of())

    assert after == there
    assert said.endswith("b is missing")
