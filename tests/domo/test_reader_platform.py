"""Reading on the Platform plane, and where both planes are there."""

import pytest

from domostate.domo.reader import Reader
from domostate.errors import Broken
from domostate.model.call import Part
from domostate.model.observed import Presence
from tests.domo.conftest import Connecting
from tests.domo.estate import FORBIDDEN, Estate, only
from tests.domo.loopback import NOT_FOUND, Answer, Request


def stream(id_: int, dataset_id: str) -> dict[str, object]:
    return {"id": id_, "dataSet": {"id": dataset_id}, "updateMethod": "REPLACE"}


def test_one_get_reads_a_platform_dataset(estate: Estate, platform: Reader) -> None:
    estate.add("a", "hidden")
    message = "Infrastructure problem (403): Access is denied"
    estate.server.on("GET /v1/datasets/hidden", Answer({"status": 400, "message": message}, 400))
    estate.server.on("GET /v1/datasets/ghost", Answer({"id": "ghost", "deleted": True}))

    live = platform.read(only(Part.DATASET, "a", "hidden", "ghost", "gone"))

    assert live["a"].parts == {Part.DATASET: {"id": "a", "name": "n a"}}
    assert {id_: one.presence for id_, one in live.items()} == {
        "a": Presence.PRESENT,
        "ghost": Presence.ABSENT,
        "gone": Presence.ABSENT,
        "hidden": Presence.INVISIBLE,
    }


def test_few_api_streams_are_searched(estate: Estate, platform: Reader) -> None:
    def search(request: Request) -> Answer:
        wanted = request.query["q"].removeprefix("dataSource.id:")
        return Answer([] if wanted == "b" else [stream(9, wanted), stream(5, wanted)])

    estate.server.on("GET /v1/streams/search", search)

    live = platform.read(only(Part.API_STREAM, "a", "b"))

    assert live["a"].parts == {Part.API_STREAM: stream(5, "a")}
    assert live["b"].parts == {Part.API_STREAM: None}
    assert live["b"].presence is Presence.PRESENT


def test_many_api_streams_are_listed_once(estate: Estate, platform: Reader) -> None:
    rows = [stream(n, f"d{n}") for n in range(7)]
    rows[3]["deleted"] = True

    def listed(request: Request) -> Answer:
        offset = int(request.query["offset"])
        return Answer(rows[offset : offset + 3])

    estate.server.on("GET /v1/streams", listed)

    live = platform.read(only(Part.API_STREAM, *(f"d{n}" for n in range(9))))

    found = [one.parts[Part.API_STREAM] for one in live.values()]
    assert [one and one["id"] for one in found] == [0, 1, 2, None, 4, 5, 6, None, None]
    assert [r.query["offset"] for r in estate.server.requests[1:]] == ["0", "3", "6"]
    assert estate.server.requests[1].query["fields"] == "all"
    assert estate.server.requests[1].query["limit"] == "500"


def test_the_product_plane_outvotes_the_platform_plane(
    estate: Estate, connected: Connecting
) -> None:
    estate.add("a")
    estate.server.on("GET /v1/datasets/a", NOT_FOUND)

    live = connected().reader.read({"a": frozenset({Part.METADATA, Part.DATASET})})["a"]

    assert live.presence is Presence.INVISIBLE


def test_a_stream_search_that_is_forbidden_hides_the_dataset(
    estate: Estate, platform: Reader
) -> None:
    estate.server.on("GET /v1/streams/search", FORBIDDEN)

    assert platform.read(only(Part.API_STREAM, "a"))["a"].presence is Presence.INVISIBLE


def test_an_api_stream_search_that_is_not_there_says_nothing_of_the_dataset(
    estate: Estate, platform: Reader
) -> None:
    with pytest.raises(Broken):
        platform.read(only(Part.API_STREAM, "a"))
