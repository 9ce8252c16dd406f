import pytest

from domostate.errors import NotFound
from domostate.kinds.aspect import Step
from domostate.kinds.dataset.identity import Identity
from domostate.kinds.dataset.schema import Column, Schema
from domostate.kinds.dataset.stream import ApiStream, ApiStreamAspect, ApiStreamDeclared
from domostate.model.call import Part, Plane
from domostate.model.observed import Live, Presence
from tests.kinds.entries import ID, SALES, entry, names, numbered, setting
from tests.kinds.replies import api_stream

STREAM = ApiStreamAspect()
UPSERT = ApiStreamDeclared("UPSERT", ("order_id",))
PLANE = Plane.PLATFORM


def observed(raw: object, prior: ApiStreamDeclared | None = None) -> ApiStream:
    return STREAM.observe(Live(ID, Presence.PRESENT, {Part.API_STREAM: raw}), PLANE, names(), prior)


@pytest.mark.parametrize("method", ["UPSERT", "APPEND"])
def test_keys_that_domo_does_not_tell_are_those_that_were_applied(method: str) -> None:
    assert observed(api_stream(method), UPSERT) == ApiStream("UPSERT", ("order_id",))


def test_a_stream_that_replaces_has_no_keys_whatever_was_applied() -> None:
    assert observed(api_stream("REPLACE"), UPSERT) == ApiStream("REPLACE")


def test_keys_that_domo_tells_outvote_what_was_applied() -> None:
    raw = api_stream("APPEND", keyColumnNames=["other"])

    assert observed(raw, UPSERT) == ApiStream("UPSERT", ("other",))


def test_keys_that_nobody_knows_are_not_compared() -> None:
    there = observed(api_stream("UPSERT"))

    assert STREAM.target(UPSERT, there, None, setting()) == there


def test_a_stream_turns_to_upsert_with_its_keys() -> None:
    there = observed(api_stream("REPLACE"))
    after = STREAM.target(UPSERT, there, None, setting())
    [op] = numbered(STREAM, STREAM.operations(Step(SALES, there, after, setting())))

    lookups = STREAM.lookups(op, {"id": ID}, PLANE)
    call = STREAM.call(op, {"id": ID}, PLANE, {"streams": [api_stream()]})

    assert lookups["streams"].query == (("q", f"dataSource.id:{ID}"), ("fields", "all"))
    assert (call.method, call.path) == ("PATCH", "/v1/streams/42")
    assert call.body == {"updateMethod": "UPSERT", "keyColumnNames": ["order_id"]}


def test_a_stream_that_is_gone_since_the_plan_is_an_error_to_show() -> None:
    step = Step(SALES, ApiStream("REPLACE"), ApiStream("APPEND"), setting())
    [op] = numbered(STREAM, STREAM.operations(step))

    with pytest.raises(NotFound, match="no API stream"):
        STREAM.call(op, {"id": ID}, PLANE, {"streams": []})


def test_other_keys_cannot_be_reached() -> None:
    declared = entry(stream={"update_method": "UPSERT", "key_columns": ["order_id"]})

    [finding] = STREAM.objections(UPSERT, ApiStream("UPSERT", ("other",)), declared, setting())

    assert "no way to change the key columns of a stream (other now)" in finding.message


def test_a_dataset_without_a_stream_cannot_be_given_one() -> None:
    there = observed(None)
    declared = entry(stream={"update_method": "APPEND"})

    [finding] = STREAM.objections(ApiStreamDeclared("APPEND"), there, declared, setting())

    assert STREAM.target(UPSERT, there, None, setting()) == there
    assert "no way to attach one" in finding.message


def test_what_can_be_reached_is_not_objected_to() -> None:
    declared = entry(stream={"update_method": "APPEND"})

    assert not [*STREAM.objections(UPSERT, ApiStream("UPSERT"), declared, setting())]


def test_a_stream_is_created_with_the_dataset_that_it_feeds() -> None:
    way = setting(
        creating=True,
        wanted={
            "identity": Identity("New", "One row."),
            "schema": Schema((Column("order_id", "LONG"),)),
        },
    )
    fresh = STREAM.fresh(UPSERT, None)
    [op] = numbered(STREAM, STREAM.operations(Step(SALES, fresh, fresh, way)))

    call = STREAM.call(op, {}, PLANE, {})

    assert call.body == {
        "dataSet": {
            "name": "New",
            "description": "One row.",
            "schema": {"columns": [{"type": "LONG", "name": "order_id"}]},
        },
        "updateMethod": "UPSERT",
        "keyColumnNames": ["order_id"],
    }
    assert not call.repeatable
    assert STREAM.creates(op) == "New"
    made = STREAM.made(op, {"id": 42, "dataSet": {"id": ID}}, PLANE)
    assert made == {"id": ID, "stream": "42"}


def test_people_see_keys_only_where_there_are_some() -> None:
    with_keys, without = ApiStream("UPSERT", ("a",)), ApiStream("APPEND")

    assert STREAM.keyed(with_keys, without) == {"update_method": "UPSERT", "key_columns": ["a"]}
    assert STREAM.keyed(without, with_keys) == {"update_method": "APPEND"}
