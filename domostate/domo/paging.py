"""Lists that come page by page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from domostate.domo.reading import Row
from domostate.errors import Broken
from domostate.model.call import Call

__all__ = ["Page", "pages"]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows; `total` counts those of all pages, where Domo says."""

    rows: list[Row]
    total: int | None = None


def pages(
    fetch: Callable[[int], Page], key: str, call: Call, first: Page | None = None
) -> Iterator[Page]:
    """Pages from offset 0, or from the end of `first`, which has been read already.

    Offsets advance by the rows received, and the end is the total, or else an empty page or one
    shorter than its predecessor: a server may give less per page than it is asked for, so a
    first page that is short ends nothing. `key` names what rows are told apart by.

    Raises:
        Broken: the same page came again, as from a server that ignores offsets (product §1.5).
    """
    offset, longest = 0, 0
    heads: set[str] = set()
    page = first or fetch(0)
    while page.rows:
        head = str(page.rows[0].get(key))
        if head in heads:
            message = f"the list does not advance beyond {offset} rows"
            raise Broken(message, method=call.method, path=call.path)
        heads.add(head)
        yield page
        offset += len(page.rows)
        if offset >= page.total if page.total is not None else len(page.rows) < longest:
            return
        longest = max(longest, len(page.rows))
        page = fetch(offset)
