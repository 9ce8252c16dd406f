"""HTTP for the suite once more: a server that has locks, and never heard of serials."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.record.backends import http_place
from tests.record.backends.http_place import HttpFactory


@contextmanager
def serving() -> Iterator[HttpFactory]:
    """The server without any state, until the block ends."""
    with http_place.serving(kind="plain") as factory:
        yield factory
