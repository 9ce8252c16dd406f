"""Answers that never arrive: a write is then settled by looking, or said to be in doubt."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from domostate.errors import StateError
from domostate.record.documents import Backend, Document
from domostate.record.holder import Holder
from tests.record.backends.cutting import Cut, Wire, silent
from tests.record.backends.places import Place, Reached

BUDGET = timedelta(seconds=1)
SLACK_S = 8.0
"""A busy machine takes its time; without a budget these calls would take a minute."""

WHEN = pytest.mark.parametrize("when", Cut, ids=lambda one: one.name.lower())


@pytest.fixture
def wired(place: Place, wire: Wire) -> Iterator[Backend]:
    """A connection by way of the wire."""
    with closing(place.through(wire.port).connect()) as made:
        yield made


def marked() -> bytes:
    """Content that passes the wire once."""
    return f"content {uuid4().hex}".encode()


def on_wire(place: Place, content: bytes) -> bytes:
    assert isinstance(place.factory, Reached)
    return place.factory.on_wire(content)


def told(write: Callable[[], Document | None]) -> Document | StateError | None:
    """What the write answers, or what it raises."""
    try:
        return write()
    except StateError as error:
        return error


def agrees(said: Document | StateError | None, content: bytes, backend: Backend) -> None:
    """What was said of a write is what is there; it may have said that nobody can tell."""
    there = backend.read("state")
    # None would say that somebody else was faster, and there is nobody else.
    assert said is not None
    if isinstance(said, StateError):
        assert said.message
        assert said.hint
        assert there is None or there.content in (b"before", content)
    else:
        assert said.content == content
        assert said == there


@WHEN
def test_a_create_whose_answer_is_lost_is_settled(
    place: Place, wire: Wire, wired: Backend, backend: Backend, when: Cut
) -> None:
    content = marked()
    wire.cut(on_wire(place, content), when)

    said = told(lambda: wired.create("state", content))

    assert wire.cuts == 1
    agrees(said, content, backend)


@WHEN
def test_a_replace_whose_answer_is_lost_is_settled(
    place: Place, wire: Wire, wired: Backend, backend: Backend, when: Cut
) -> None:
    before = backend.create("state", b"before")
    assert before is not None
    content = marked()
    wire.cut(on_wire(place, content), when)

    said = told(lambda: wired.replace("state", content, before.version))

    assert wire.cuts == 1
    agrees(said, content, backend)


@WHEN
def test_a_write_of_an_old_version_stays_refused_when_its_answer_is_lost(
    place: Place, wire: Wire, wired: Backend, backend: Backend, when: Cut
) -> None:
    before = backend.create("state", b"before")
    assert before is not None
    present = backend.replace("state", b"present", before.version)
    content = marked()
    wire.cut(on_wire(place, content), when)

    said = told(lambda: wired.replace("state", content, before.version))

    # Where a look comes before each write, it is not even sent.
    assert wire.cuts <= 1
    assert not isinstance(said, Document)
    assert backend.read("state") == present


@WHEN
def test_a_lock_whose_answer_is_lost_is_had_by_one_at_most(
    place: Place, wire: Wire, wired: Backend, backend: Backend, when: Cut
) -> None:
    at = datetime.now(UTC)
    mine = Holder.this_process("apply", "mine", at).renewed(at)
    wire.cut(on_wire(place, mine.as_bytes()), when)

    try:
        assert wired.take(mine) is None
    except StateError:
        assert backend.holder() in (None, mine)
    else:
        assert backend.holder() == mine

    assert wire.cuts == 1


@WHEN
def test_an_answer_that_is_lost_each_time_ends_in_an_error_that_a_later_look_clears_up(
    place: Place, wire: Wire, backend: Backend, when: Cut
) -> None:
    content = marked()
    wire.cut(on_wire(place, content), when, times=10_000)
    begun = time.monotonic()

    with closing(place.through(wire.port).connect(BUDGET)) as wired:
        said = told(lambda: wired.create("state", content))

    assert time.monotonic() - begun < SLACK_S
    agrees(said, content, backend)
    there = backend.read("state")
    assert (there is None) if when is Cut.BEFORE else (there is not None)


def test_reading_goes_on_after_the_connection_broke(
    place: Place, wire: Wire, wired: Backend, backend: Backend
) -> None:
    written = backend.create("state", b"kept")
    assert wired.read("state") == written

    wire.hang_up()

    assert wired.read("state") == written


def _fails_in_time(place: Place, port: int) -> None:
    begun = time.monotonic()

    with pytest.raises(StateError) as raised, closing(place.through(port).connect(BUDGET)) as made:
        made.read("state")

    assert time.monotonic() - begun < SLACK_S
    assert raised.value.message
    assert raised.value.hint


@pytest.mark.usefixtures("wire")
def test_a_place_that_is_down_is_an_error_in_time(place: Place) -> None:
    with silent() as port:
        pass
    _fails_in_time(place, port)


@pytest.mark.usefixtures("wire")
def test_a_place_that_never_answers_is_an_error_in_time(place: Place) -> None:
    with silent() as port:
        _fails_in_time(place, port)
