"""Reading parts of datasets: in few calls, and never mistaking silence for absence."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from domostate.domo.reader import Reader
from domostate.errors import Broken, Forbidden, NotFound
from domostate.model.call import Part
from domostate.model.observed import Presence
from tests.domo.estate import COLUMNS, FORBIDDEN, Estate, only
from tests.domo.loopback import NOT_FOUND, Answer

EVERY_PRODUCT_PART = frozenset(Part) - {Part.DATASET, Part.API_STREAM}
META = frozenset({Part.METADATA})


def test_every_part_of_two_datasets_takes_the_fewest_calls(estate: Estate, reader: Reader) -> None:
    estate.add("a", "b")
    estate.add_stream(7, "a")
    estate.add_stream(8, "b")

    live = reader.read(dict.fromkeys(("b", "a"), EVERY_PRODUCT_PART))

    assert list(live) == ["a", "b"]
    assert live["a"].presence is Presence.PRESENT
    assert live["a"].parts == {
        Part.METADATA: estate.datasets["a"],
        Part.SCHEMA: {"columns": COLUMNS},
        Part.INDEXED: {"columns": COLUMNS},
        Part.ACCESS: {"list": [{"type": "USER", "id": "27"}]},
        Part.POLICIES: [{"filterGroupId": 1, "type": "open"}],
        Part.SWITCH: {"enabled": True},
        Part.STREAM: {"id": 7, "dataSource": {"id": "a"}},
    }
    assert estate.asked() == [
        "GET /api/data/v1/streams/bulk",
        "GET /api/query/v1/data-control/a/filter-groups",
        "GET /api/query/v1/data-control/b/filter-groups",
        "GET /api/query/v2/data-control/a",
        "GET /api/query/v2/data-control/b",
        "GET …/a/permissions",
        "GET …/b/permissions",
        "GET …/schemaList",
        "GET …/schemaList",
        "POST …/bulk",
    ]
    assert reader.calls == 10


def test_metadata_is_read_a_hundred_at_a_time(estate: Estate, reader: Reader) -> None:
    ids = [f"d{n:03}" for n in range(250)]
    estate.add(*ids)

    live = reader.read(only(Part.METADATA, *ids))

    assert list(live) == ids
    assert all(live[id_].parts[Part.METADATA]["id"] == id_ for id_ in ids)
    assert estate.asked() == ["POST …/bulk"] * 3


def test_the_bulk_read_asks_for_what_plans_need(estate: Estate, reader: Reader) -> None:
    estate.add("a", "b")

    reader.read(only(Part.METADATA, "a", "b"))

    (request,) = estate.server.requests
    assert request.query == {
        "includePrivate": "true",
        "includeFormulas": "false",
        "part": "core,permission,status,pdp",
    }
    assert request.body == ["a", "b"]


def test_streams_are_read_fifty_at_a_time(estate: Estate, reader: Reader) -> None:
    ids = [f"d{n:03}" for n in range(60)]
    estate.add(*ids)
    for number, id_ in enumerate(ids):
        estate.add_stream(number + 1, id_)

    live = reader.read(only(Part.STREAM, *ids))

    assert [live[id_].parts[Part.STREAM]["id"] for id_ in ids] == list(range(1, 61))
    assert all(set(one.parts) == {Part.STREAM} for one in live.values())
    assert estate.asked() == ["GET /api/data/v1/streams/bulk"] * 2 + ["POST …/bulk"]


def test_what_the_bulk_read_leaves_out_is_decided_one_by_one(
    estate: Estate, reader: Reader
) -> None:
    estate.add("a", "late", "secret", "ghost", "wrapped")
    estate.hidden.add("secret")
    estate.datasets["ghost"]["deleted"] = True
    del estate.datasets["late"]
    estate.add("late")
    message = {"status": 400, "message": "Infrastructure problem (403): Access is denied"}
    estate.server.on("GET /api/data/v3/datasources/wrapped", Answer(message, 400))
    del estate.datasets["wrapped"]

    live = reader.read(dict.fromkeys(("a", "late", "secret", "ghost", "gone", "wrapped"), META))

    assert {id_: one.presence for id_, one in live.items()} == {
        "a": Presence.PRESENT,
        "ghost": Presence.ABSENT,
        "gone": Presence.ABSENT,
        "late": Presence.PRESENT,
        "secret": Presence.INVISIBLE,
        "wrapped": Presence.INVISIBLE,
    }
    assert live["ghost"].parts == {}


def test_a_dataset_that_the_bulk_read_forgot_is_present(estate: Estate, reader: Reader) -> None:
    estate.add("a", "b")
    estate.server.on("POST /api/data/v3/datasources/bulk", Answer({"dataSources": []}))

    live = reader.read(only(Part.METADATA, "a", "b"))

    assert [one.presence for one in live.values()] == [Presence.PRESENT] * 2
    assert live["b"].parts[Part.METADATA] == estate.datasets["b"]


def test_nothing_more_is_asked_of_a_dataset_that_is_not_there(
    estate: Estate, reader: Reader
) -> None:
    reader.read({"gone": EVERY_PRODUCT_PART})

    assert estate.asked() == ["GET …/gone"]


def test_one_dataset_is_read_by_single_reads(estate: Estate, reader: Reader) -> None:
    estate.add("a")
    estate.add_stream(7, "a")

    reader.read({"a": frozenset({Part.METADATA, Part.SCHEMA, Part.INDEXED, Part.STREAM})})

    assert estate.asked() == [
        "GET /api/data/v1/streams/7",
        "GET /api/data/v2/datasources/a/schemas/latest",
        "GET /api/query/v1/datasources/a/schema/indexed",
        "GET …/a",
    ]


@pytest.mark.parametrize("key", ["filterGroups", "groups"])
def test_policies_may_come_wrapped(estate: Estate, reader: Reader, key: str) -> None:
    estate.add("a")
    path = "/api/query/v1/data-control/a/filter-groups"
    estate.server.on(f"GET {path}", Answer({key: [{"filterGroupId": 1}]}))

    assert reader.read(only(Part.POLICIES, "a"))["a"].parts[Part.POLICIES] == [{"filterGroupId": 1}]
    assert estate.server.requests[0].query == {
        "options": "load_associations,include_open_policy,load_filters,sort"
    }


def test_a_dataset_without_a_stream_has_none(estate: Estate, reader: Reader) -> None:
    estate.add("a", "b")
    estate.add_stream(7, "b")
    estate.streams.clear()

    live = reader.read(only(Part.STREAM, "a", "b"))

    assert live["a"].parts == {Part.STREAM: None}
    assert live["b"].parts == {Part.STREAM: None}


def test_a_hidden_stream_makes_the_dataset_invisible(estate: Estate, reader: Reader) -> None:
    estate.add("a")
    estate.add_stream(7, "a")
    estate.server.on("GET /api/data/v1/streams/7", FORBIDDEN)

    assert reader.read(only(Part.STREAM, "a"))["a"].presence is Presence.INVISIBLE


def test_a_part_that_is_refused_makes_the_dataset_invisible(estate: Estate, reader: Reader) -> None:
    estate.add("a")
    estate.server.on("GET /api/data/v3/datasources/a/permissions", FORBIDDEN)

    live = reader.read({"a": frozenset({Part.METADATA, Part.ACCESS})})["a"]

    assert live.presence is Presence.INVISIBLE
    assert set(live.parts) == {Part.METADATA}


def test_a_part_that_is_not_found_lets_the_dataset_itself_decide(
    estate: Estate, reader: Reader
) -> None:
    estate.add("a", "b")
    del estate.datasets["b"]
    estate.server.on("GET /api/data/v3/datasources/a/permissions", NOT_FOUND)

    assert reader.read(only(Part.ACCESS, "b"))["b"].presence is Presence.ABSENT
    with pytest.raises(NotFound, match="no such thing"):
        reader.read(only(Part.ACCESS, "a"))


def test_a_dataset_that_was_never_indexed_has_no_indexed_columns(
    estate: Estate, reader: Reader
) -> None:
    estate.add("a")
    estate.server.on("GET /api/query/v1/datasources/a/schema/indexed", NOT_FOUND)

    live = reader.read(only(Part.INDEXED, "a"))["a"]

    assert (live.presence, live.parts) == (Presence.PRESENT, {Part.INDEXED: {"columns": []}})


def test_a_page_is_never_an_absent_dataset(estate: Estate, reader: Reader) -> None:
    page = Answer("<title>404</title>", 404, "text/html")
    estate.server.on("GET /api/data/v3/datasources/a", page)

    with pytest.raises(Broken):
        reader.read({"a": META})


def test_nothing_is_read_twice_until_forgotten(estate: Estate, reader: Reader) -> None:
    estate.add("a", "b")
    reader.read(dict.fromkeys("ab", EVERY_PRODUCT_PART))
    estate.asked()

    again = reader.read(dict.fromkeys("ab", EVERY_PRODUCT_PART))
    assert estate.asked() == []
    assert again["a"].parts[Part.METADATA] == estate.datasets["a"]

    reader.forget(["a"])
    reader.read(dict.fromkeys("ab", META))
    assert estate.asked() == ["GET …/a"]


def test_a_dataset_of_which_nothing_is_wanted_is_looked_for(estate: Estate, reader: Reader) -> None:
    estate.add("a")

    live = reader.read({"a": frozenset(), "gone": frozenset()})

    assert [one.presence for one in live.values()] == [Presence.PRESENT, Presence.ABSENT]


def test_reading_nothing_asks_nothing(estate: Estate, reader: Reader) -> None:
    assert reader.read({}) == {}
    assert estate.asked() == []


def test_reads_run_side_by_side_and_come_back_in_order(estate: Estate, reader: Reader) -> None:
    ids = [f"d{n:02}" for n in range(16)]
    estate.add(*ids)
    for number, id_ in enumerate(ids):
        answer = Answer({"enabled": number}, delay_s=0.1 + 0.01 * (number % 3))
        estate.server.on(f"GET /api/query/v2/data-control/{id_}", answer)

    began = time.monotonic()
    live = reader.read(only(Part.SWITCH, *reversed(ids)))

    assert time.monotonic() - began < 1.2
    assert [one.parts[Part.SWITCH]["enabled"] for one in live.values()] == list(range(16))


def test_the_first_error_cancels_the_rest(estate: Estate, reader: Reader) -> None:
    ids = [f"d{n:03}" for n in range(200)]
    estate.add(*ids)
    broken = Answer({"message": "unknown"}, 501)
    for id_ in ids:
        slow = Answer({"enabled": True}, delay_s=0.05)
        estate.server.on(f"GET /api/query/v2/data-control/{id_}", slow)
    estate.server.on("GET /api/query/v2/data-control/d003", broken)

    with pytest.raises(Broken, match="unknown"):
        reader.read(only(Part.SWITCH, *ids))

    assert len(estate.asked()) < 40


def test_one_reader_serves_many_threads(estate: Estate, reader: Reader) -> None:
    ids = [f"d{n:02}" for n in range(40)]
    estate.add(*ids)

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda id_: reader.read({id_: EVERY_PRODUCT_PART})[id_], ids))

    assert [one.parts[Part.METADATA]["id"] for one in found] == ids


def test_ids_are_quoted_in_paths(estate: Estate, reader: Reader) -> None:
    reader.read({"a/b?c": META})

    assert estate.server.asked() == ["GET /api/data/v3/datasources/a%2Fb%3Fc"]


def test_other_errors_are_raised_as_they_are(estate: Estate, reader: Reader) -> None:
    estate.server.on("POST /api/data/v3/datasources/bulk", FORBIDDEN)

    with pytest.raises(Forbidden):
        reader.read(only(Part.METADATA, "a", "b"))
