"""Datasets by the tag that marks them."""

from typing import Any

import pytest

from domostate.domo.reader import Reader
from domostate.errors import Unauthorized
from domostate.model.observed import Found
from tests.domo.conftest import Connecting
from tests.domo.loopback import Answer, Loopback

SEARCH = "POST /api/data/ui/v3/datasources/search"
TAG = "managed-by:domostate:acme"


def row(id_: str, name: str, *tags: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "name": name, "tagsList": list(tags), **more}


def test_only_what_bears_the_tag_exactly_is_found_in_one_call(
    server: Loopback, reader: Reader
) -> None:
    rows = [
        row("2", "Sales", "finance", TAG),
        row("1", "Costs", TAG),
        row("3", "Near", f"{TAG}-two"),
        row("4", "Untagged"),
        row("5", "Gone", TAG, deleted=True),
        {"id": "6", "name": "Says nothing of tags"},
    ]
    server.on(SEARCH, lambda _: Answer({"dataSources": rows}))

    found = reader.find_marked(TAG)

    assert found == (Found("1", "Costs"), Found("2", "Sales"))
    assert reader.calls == 1


@pytest.mark.parametrize(
    "answer",
    [
        *(Answer({"message": "no"}, status=status) for status in (400, 403, 404, 500)),
        Answer({"rows": []}),
    ],
    ids=lambda one: f"{one.status}",
)
def test_an_instance_that_cannot_be_searched_shows_nothing(
    server: Loopback, reader: Reader, answer: Answer
) -> None:
    server.on(SEARCH, answer)

    assert reader.find_marked(TAG) == ()


def test_credentials_that_are_not_taken_are_an_error_all_the_same(
    server: Loopback, reader: Reader
) -> None:
    server.on(SEARCH, Answer({"message": "who?"}, status=401))

    with pytest.raises(Unauthorized):
        reader.find_marked(TAG)


def test_without_the_product_plane_nothing_is_asked(connected: Connecting) -> None:
    reader = connected("platform").reader

    assert reader.find_marked(TAG) == ()
    assert reader.calls == 0
