"""Datasets by name."""

from typing import Any

import pytest

from domostate.domo.reader import Reader
from domostate.errors import Broken
from domostate.model.observed import Found
from tests.domo.loopback import Answer, Loopback, Request

LIST = "GET /api/data/v3/datasources"


class Listing:
    """A dataset list that filters by part of the name, as Domo's does, and pages by `cap`."""

    def __init__(self, rows: list[dict[str, Any]], cap: int = 50, about: str = "_metaData") -> None:
        self.rows, self.cap, self.about = rows, cap, about
        self.queries: list[dict[str, str]] = []

    def rows_for(self, request: Request) -> tuple[list[dict[str, Any]], int]:
        self.queries.append(request.query)
        like = request.query.get("nameLike", "").lower()
        rows = [row for row in self.rows if like in row["name"].lower()]
        offset = int(request.query["offset"])
        return rows[offset : offset + min(self.cap, int(request.query["limit"]))], len(rows)

    def product(self, request: Request) -> Answer:
        rows, total = self.rows_for(request)
        return Answer({"dataSources": rows, self.about: {"totalCount": total}})

    def platform(self, request: Request) -> Answer:
        return Answer(self.rows_for(request)[0])


def estate(*named: str, count: int = 0) -> list[dict[str, Any]]:
    rows = [{"id": f"id-{n}", "name": name} for n, name in enumerate(named)]
    rows += [{"id": f"other-{n}", "name": f"other {n:04}"} for n in range(count)]
    return [{**row, "owner": {"id": 27}, "created": 1700000000000} for row in rows]


def test_only_exact_names_are_found_and_all_that_bear_them(
    server: Loopback, reader: Reader
) -> None:
    listing = Listing(estate("Sales", "Sales", "sales", "Sales Orders", "Costs"))
    server.on(LIST, listing.product)

    found = reader.find_by_name(["Sales", "Nothing"])

    assert found == {
        "Nothing": (),
        "Sales": (
            Found("id-0", "Sales", "27", 1700000000000),
            Found("id-1", "Sales", "27", 1700000000000),
        ),
    }


def test_no_names_ask_nothing(server: Loopback, reader: Reader) -> None:
    assert reader.find_by_name([]) == {}
    assert server.requests == []


@pytest.mark.parametrize("about", ["_metaData", "_metadata"])
def test_few_names_in_a_large_estate_are_queried_one_by_one(
    server: Loopback, reader: Reader, about: str
) -> None:
    listing = Listing(estate("Sales", "Costs", count=1000), about=about)
    server.on(LIST, listing.product)

    found = reader.find_by_name(["Sales", "Costs"])

    assert [one.id for ones in found.values() for one in ones] == ["id-1", "id-0"]
    assert sorted(query.get("nameLike", "") for query in listing.queries) == ["", "Costs", "Sales"]


def test_many_names_in_a_small_estate_are_found_in_the_list(
    server: Loopback, reader: Reader
) -> None:
    names = [f"Dataset {n}" for n in range(40)]
    listing = Listing(estate(*names, count=100))
    server.on(LIST, listing.product)

    found = reader.find_by_name(names)

    assert all(len(ones) == 1 for ones in found.values())
    assert [query["offset"] for query in listing.queries] == ["0", "50", "100"]
    assert listing.queries[0]["limit"] == "50"
    assert listing.queries[0]["orderBy"] == "name"


@pytest.mark.parametrize("cap", [1, 2, 7])
def test_smaller_pages_than_asked_for_lose_nothing(
    server: Loopback, reader: Reader, platform: Reader, cap: int
) -> None:
    listing = Listing(estate(*["Sales"] * 9, count=5), cap=cap)
    server.on(LIST, listing.product)
    server.on("GET /v1/datasets", listing.platform)

    assert len(reader.find_by_name(["Sales"])["Sales"]) == 9
    assert len(platform.find_by_name(["Sales"])["Sales"]) == 9


def test_without_a_total_names_are_queried(server: Loopback, reader: Reader) -> None:
    listing = Listing(estate("Sales", count=200), about="nothing")
    server.on(LIST, listing.product)

    assert len(reader.find_by_name(["Sales"])["Sales"]) == 1
    assert [query.get("nameLike") for query in listing.queries[:2]] == [None, "Sales"]


def test_the_platform_plane_queries_sorted_and_by_name(server: Loopback, platform: Reader) -> None:
    row = {"id": "p", "name": "Sales", "owner": {"id": 27}, "createdAt": "2016-02-29T20:56:20.567Z"}
    listing = Listing([row])
    server.on("GET /v1/datasets", listing.platform)

    found = platform.find_by_name(["Sales"])

    assert found == {"Sales": (Found("p", "Sales", "27", 1456779380567),)}
    assert listing.queries[0] == {"sort": "name", "limit": "50", "offset": "0", "nameLike": "Sales"}


@pytest.mark.parametrize(
    ("created", "milliseconds"), [("2015-12-10T07:06:14Z", 1449731174000), ("odd", 0), (None, 0)]
)
def test_creation_times_of_any_form_are_milliseconds(
    server: Loopback, platform: Reader, created: str | None, milliseconds: int
) -> None:
    server.on(
        "GET /v1/datasets",
        Listing([{"id": "p", "name": "Sales", "createdAt": created}]).platform,
    )

    assert platform.find_by_name(["Sales"])["Sales"][0].created == milliseconds


def test_a_reply_of_unknown_shape_is_not_an_empty_list(server: Loopback, reader: Reader) -> None:
    server.on(LIST, Answer({"rows": []}))

    with pytest.raises(Broken, match="shape"):
        reader.find_by_name(["Sales"])


def test_looking_again_asks_again(server: Loopback, reader: Reader) -> None:
    listing = Listing([])
    server.on(LIST, listing.product)
    assert reader.find_by_name(["Sales"]) == {"Sales": ()}

    listing.rows = estate("Sales")

    assert len(reader.find_by_name(["Sales"])["Sales"]) == 1
