"""The probe passes what keeps its promises and names the promise that is broken."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domostate.errors import ExitCode, StateError
from domostate.record.documents import Backend
from domostate.record.holder import Holder
from domostate.record.local import LocalBackend
from domostate.record.probe import probe
from tests.record.backends.places import Place
from tests.record.backends.s3_place import serving

BROKEN = {
    "answers-409": "cannot be written",
    "clock-off": "its clock is 10 minutes ahead",
    "forgets-writes": "creates a document that is there already",
    "ignores-if-match": "takes a write in the place of a version that is gone",
    "ignores-if-none-match": "creates a document that is there already, over it",
    "reads-old": "what is read is not what was written last",
}


def test_every_kind_of_place_passes_and_nothing_is_left(backend: Backend, place: Place) -> None:
    found = probe(backend)

    assert found.lock_holder is None
    assert found.apart is None or abs(found.apart) < timedelta(seconds=10)
    with closing(place.connect()) as later:
        assert list(later.names("probe/")) == []
        assert later.read("state") is None
        assert later.holder() is None
        assert probe(later) is not None


def test_what_is_there_stays_as_it_is(backend: Backend, other: Backend) -> None:
    state = backend.create("state", b"kept")
    run = backend.create("runs/5f1e", b"kept too")

    probe(other)

    assert backend.read("state") == state
    assert backend.read("runs/5f1e") == run
    assert list(backend.names("runs/")) == ["runs/5f1e"]


def test_a_lock_that_somebody_has_is_left_to_them(backend: Backend, other: Backend) -> None:
    now = datetime.now(UTC)
    mine = Holder.this_process("apply", "5f1e", now).renewed(now)
    assert backend.take(mine) is None

    assert probe(other).lock_holder == mine

    assert other.holder() == mine
    backend.release(mine)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_store_that_breaks_a_promise_is_refused(broken: str) -> None:
    with serving("--broken", broken) as factory, closing(factory("lab")) as backend:
        with pytest.raises(StateError) as raised:
            probe(backend)

        assert BROKEN[broken] in raised.value.message
        assert "s3://acme-state/acme/lab/" in raised.value.message
        assert raised.value.exit_code is ExitCode.ERROR
        assert raised.value.hint
        if broken != "reads-old":
            assert list(backend.names("probe/")) == []


class Generous(LocalBackend):
    """A lock that everybody gets."""

    def take(self, holder: Holder, instead_of: Holder | None = None) -> Holder | None:
        return None


class Forgetful(LocalBackend):
    """A lock that does not tell who has it."""

    def holder(self) -> Holder | None:
        return None


@pytest.mark.parametrize(
    ("kind", "says"),
    [(Generous, "two runs have the lock at once"), (Forgetful, "does not tell who has it")],
    ids=["generous", "forgetful"],
)
def test_a_lock_that_breaks_a_promise_is_refused_and_given_back(
    kind: type[LocalBackend], says: str, tmp_path: Path
) -> None:
    with pytest.raises(StateError, match=says):
        probe(kind(tmp_path, "lab"))

    assert LocalBackend(tmp_path, "lab").holder() is None
