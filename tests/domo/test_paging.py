"""Lists that come page by page."""

from collections.abc import Callable

import pytest

from domostate.domo.paging import Page, pages
from domostate.errors import Broken
from domostate.model.call import Call, Plane

CALL = Call("GET", "/list", Plane.PRODUCT)


def listing(count: int, cap: int, *, totals: bool) -> tuple[Callable[[int], Page], list[int]]:
    """A list that gives at most `cap` rows a page, and the offsets it was asked for."""
    asked: list[int] = []

    def fetch(offset: int) -> Page:
        asked.append(offset)
        rows = [{"id": n} for n in range(count)]
        return Page(rows[offset : offset + cap], count if totals else None)

    return fetch, asked


@pytest.mark.parametrize("count", [0, 1, 2, 5, 6, 7])
@pytest.mark.parametrize("totals", [True, False])
def test_every_row_comes_once_whatever_the_server_gives_per_page(count: int, totals: bool) -> None:
    for cap in (1, 2, 3, 100):
        fetch, asked = listing(count, cap, totals=totals)

        rows = [row["id"] for page in pages(fetch, "id", CALL) for row in page.rows]

        assert rows == list(range(count))
        assert len(asked) <= count // cap + 2


def test_a_total_saves_the_last_call() -> None:
    fetch, asked = listing(6, 3, totals=True)
    assert len(list(pages(fetch, "id", CALL))) == 2
    assert asked == [0, 3]


def test_a_page_shorter_than_the_one_before_is_the_last() -> None:
    fetch, asked = listing(5, 3, totals=False)
    assert len(list(pages(fetch, "id", CALL))) == 2
    assert asked == [0, 3]


def test_a_first_page_at_hand_is_not_asked_for_again() -> None:
    fetch, asked = listing(5, 3, totals=True)
    first = fetch(0)

    assert len(list(pages(fetch, "id", CALL, first))) == 2
    assert asked == [0, 3]


@pytest.mark.parametrize("total", [None, 4, 1000])
def test_a_server_that_ignores_offsets_is_an_error_and_no_endless_loop(total: int | None) -> None:
    with pytest.raises(Broken, match="does not advance"):
        list(pages(lambda _: Page([{"id": 1}, {"id": 2}], total), "id", CALL))


def test_a_total_that_promises_too_much_ends_with_the_rows() -> None:
    fetch, _ = listing(4, 3, totals=False)

    def promising(offset: int) -> Page:
        return Page(fetch(offset).rows, 1000)

    assert sum(len(page.rows) for page in pages(promising, "id", CALL)) == 4
