"""Documents keep what the protocol promises, sentence by sentence, on every kind of place."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from domostate.record.documents import Backend, Document
from tests.record.backends.places import Factory, Place

BIG = 10 * 1024 * 1024
CONTENTS = {
    "nothing": b"",
    "a line": b'{"serial":1}\n',
    "letters of the world": "Zürich, 東京, Ελλάδα, 🦆\n".encode(),
    "every byte": bytes(range(256)) * 3,
    "ends of lines": b"a\r\nb\nc\r",
    "ten megabytes": bytes(range(251)) * (BIG // 251),
}
NAMES = ["runs/5f1e", "history/000012-ab", "history/12.json", "a-b.c/d-e.f", "UPPER/lower-9"]


def made(document: Document | None) -> Document:
    """The document, which must have been written."""
    assert document is not None
    return document


def test_a_document_that_nobody_wrote_is_none(backend: Backend) -> None:
    assert backend.read("state") is None
    assert backend.read("runs/5f1e") is None
    assert list(backend.names("runs/")) == []


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_what_is_created_is_read_as_it_was_written(
    backend: Backend, other: Backend, content: bytes
) -> None:
    written = made(backend.create("state", content))

    assert written.content == content
    assert other.read("state") == written


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_what_is_replaced_is_read_as_it_was_written(
    backend: Backend, other: Backend, content: bytes
) -> None:
    before = made(backend.create("state", b"before"))

    written = made(other.replace("state", content, before.version))

    assert written.content == content
    assert backend.read("state") == written


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_letters_digits_and_signs_is_a_document(
    backend: Backend, other: Backend, name: str
) -> None:
    written = made(backend.create(name, b"one"))

    assert other.read(name) == written
    assert list(other.names(name)) == [name]
    assert list(other.names(f"{name.partition('/')[0]}/")) == [name]
    assert backend.place(name)


def test_a_second_create_writes_nothing(backend: Backend, other: Backend) -> None:
    first = backend.create("state", b"first")

    assert other.create("state", b"second") is None
    assert other.create("state", b"first") is None
    assert other.read("state") == first


def test_a_write_in_the_place_of_an_old_version_writes_nothing(
    backend: Backend, other: Backend
) -> None:
    old = made(backend.create("state", b"old"))
    present = backend.replace("state", b"present", old.version)

    assert other.replace("state", b"late", old.version) is None
    assert other.read("state") == present


def test_of_two_writers_from_one_version_one_wins(backend: Backend, other: Backend) -> None:
    first = made(backend.create("state", b"first"))
    assert other.read("state") == first

    won = backend.replace("state", b"mine", first.version)
    lost = other.replace("state", b"theirs", first.version)

    assert lost is None
    assert made(won).content == b"mine"
    assert other.read("state") == won


def test_what_is_not_there_cannot_be_replaced(backend: Backend) -> None:
    gone = made(backend.create("state", b"gone"))
    backend.remove("state")

    assert backend.replace("state", b"again", gone.version) is None
    assert backend.replace("runs/never", b"again", gone.version) is None
    assert backend.read("state") is None
    assert list(backend.names("runs/")) == []


def test_a_document_that_was_made_anew_is_not_the_one_that_was_removed(
    backend: Backend, other: Backend
) -> None:
    gone = made(backend.create("runs/1", b"gone"))
    backend.remove("runs/1")
    anew = made(other.create("runs/1", b"anew"))

    assert backend.replace("runs/1", b"late", gone.version) is None
    assert backend.read("runs/1") == anew


def test_a_version_is_of_one_content_only(backend: Backend) -> None:
    present = made(backend.create("state", b"0"))
    versions = {present.version}
    for number in range(1, 12):
        present = made(backend.replace("state", str(number % 10).encode() * 3, present.version))
        versions.add(present.version)

    assert len(versions) >= 11


def test_removing_takes_a_document_away_and_none_there_is_as_good(
    backend: Backend, other: Backend
) -> None:
    made(backend.create("runs/1", b"one"))
    made(backend.create("runs/2", b"two"))

    backend.remove("runs/1")
    other.remove("runs/1")
    other.remove("runs/never")

    assert other.read("runs/1") is None
    assert list(other.names("runs/")) == ["runs/2"]
    assert backend.create("runs/1", b"anew") is not None


def test_names_are_those_that_begin_with_the_prefix_and_sorted(
    backend: Backend, other: Backend
) -> None:
    for name in ("runs/b", "runs/a-2", "state", "runs/a", "history/a", "runs.old/a"):
        made(backend.create(name, name.encode()))

    assert list(other.names("runs/")) == ["runs/a", "runs/a-2", "runs/b"]
    assert list(other.names("runs/a")) == ["runs/a", "runs/a-2"]
    assert list(other.names("runs/c")) == []
    assert list(other.names("history/")) == ["history/a"]


def test_a_remote_place_lists_the_folders_of_a_folder(backend: Backend, other: Backend) -> None:
    if not backend.remote:
        pytest.skip("only what is remote keeps the journals of runs, each in its folder")
    for name in ("journal/ab/000002", "journal/ab/000001", "journal/cd/000001"):
        made(backend.create(name, name.encode()))

    assert list(other.names("journal/ab/")) == ["journal/ab/000001", "journal/ab/000002"]
    assert len(other.names("journal/")) == 3


def test_more_names_than_a_page_holds_are_all_listed(backend: Backend) -> None:
    names = [f"runs/{number:03}" for number in range(30)]
    for name in names:
        made(backend.create(name, b"x"))

    assert list(backend.names("runs/")) == names


def test_environments_do_not_see_each_other(factory: Factory, place: Place) -> None:
    with (
        closing(place.connect()) as ours,
        # Whoever lists by the beginning of a name must stop where the name ends.
        closing(factory(f"{place.environment}.b")) as theirs,
        closing(factory(f"{place.environment}-b")) as others,
    ):
        made(ours.create("state", b"ours"))
        made(theirs.create("state", b"theirs"))
        made(ours.create("runs/1", b"ours"))
        made(theirs.create("runs/2", b"theirs"))

        assert others.read("state") is None
        assert list(others.names("runs/")) == []
        assert list(ours.names("runs/")) == ["runs/1"]
        theirs.remove("state")
        assert made(ours.read("state")).content == b"ours"


def test_of_many_creates_at_once_one_wins(place: Place) -> None:
    hands = 8
    start = threading.Barrier(hands)

    def create(number: int) -> list[Document | None]:
        with closing(place.connect()) as backend:
            start.wait()
            return [backend.create(f"runs/{name}", f"{number}".encode()) for name in range(5)]

    with ThreadPoolExecutor(hands) as pool:
        results = list(pool.map(create, range(hands)))

    with closing(place.connect()) as backend:
        for name, tries in enumerate(zip(*results, strict=True)):
            winners = [one for one in tries if one is not None]
            assert len(winners) == 1
            assert backend.read(f"runs/{name}") == winners[0]


def test_one_connection_serves_several_threads(backend: Backend) -> None:
    def write(number: int) -> bool:
        name = f"runs/{number}"
        first = made(backend.create(name, b"first"))
        second = made(backend.replace(name, name.encode(), first.version))
        return backend.read(name) == second

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(write, range(12)))


def test_whoever_reads_while_another_writes_sees_whole_documents(place: Place) -> None:
    letters, length = b"abcdefghij", 300_000
    over = threading.Event()

    def write() -> None:
        with closing(place.connect()) as backend:
            present = made(backend.create("state", b"a" * length))
            for letter in letters * 2:
                content = bytes([letter]) * (length + letter)
                present = made(backend.replace("state", content, present.version))
        over.set()

    def read() -> int:
        seen: dict[str, bytes] = {}
        with closing(place.connect()) as backend:
            while not over.is_set():
                there = backend.read("state")
                if there is not None:
                    assert len(set(there.content)) == 1
                    assert seen.setdefault(there.version, there.content) == there.content
        return len(seen)

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        pool.submit(write).add_done_callback(lambda _: over.set())
        assert all(one.result() >= 1 for one in readers)


def test_a_backend_says_of_what_sort_it_is(backend: Backend) -> None:
    assert backend.remote in (True, False)
    assert backend.leases in (True, False)


def test_the_clock_is_none_or_near_ours_and_in_utc(backend: Backend) -> None:
    told = backend.now()

    if told is not None:
        assert told.utcoffset() == timedelta(0)
        assert abs(told - datetime.now(UTC)) < timedelta(seconds=10)


def test_closing_twice_does_nothing(place: Place) -> None:
    backend = place.connect()
    backend.create("state", b"kept")

    backend.close()
    backend.close()

    with closing(place.connect()) as later:
        assert made(later.read("state")).content == b"kept"
