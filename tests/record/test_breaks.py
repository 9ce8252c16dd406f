"""A lock is broken by its id, and it is remembered who did it and why."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domostate.errors import ExitCode, Locked, StateError
from domostate.record import breaks
from domostate.record.breaks import break_lock, broken_locks
from domostate.record.holder import Holder
from domostate.record.local import LocalBackend
from domostate.record.lock import exclusive
from tests.record.samples import NOW
from tests.record.test_lock import AT_ONCE, ELSEWHERE, HOLDER, OTHER, holds


@pytest.fixture
def backend(tmp_path: Path) -> LocalBackend:
    return LocalBackend(tmp_path / "state", "dev")


def test_the_lock_that_was_named_is_free_for_the_next_run(backend: LocalBackend) -> None:
    with exclusive(backend, HOLDER, AT_ONCE):
        broken = break_lock(backend, "a1", "the runner is gone", NOW)

        assert broken.holder.id == "a1"
        with exclusive(backend, OTHER, AT_ONCE):
            assert holds(backend) == "b2"


def test_it_is_remembered_who_broke_it_and_why(backend: LocalBackend) -> None:
    backend.create("lock", ELSEWHERE.as_bytes())

    broken = break_lock(backend, "c3", "the runner is gone", NOW)

    assert broken_locks(backend) == [broken]
    assert (broken.at, broken.reason) == (NOW.isoformat(), "the runner is gone")
    assert broken.actor == Holder.this_process("", "", NOW).actor
    assert broken.holder == ELSEWHERE


def test_another_lock_than_the_one_that_was_named_stays(backend: LocalBackend) -> None:
    backend.create("lock", ELSEWHERE.as_bytes())

    with pytest.raises(Locked, match=r"lock a1 does not hold it; lock c3 does: bob@ci") as caught:
        break_lock(backend, "a1", "why", NOW)

    assert caught.value.exit_code == ExitCode.LOCKED
    assert holds(backend) == "c3"
    assert broken_locks(backend) == []


def test_a_free_lock_cannot_be_broken(backend: LocalBackend) -> None:
    with pytest.raises(StateError, match="nobody holds the lock"):
        break_lock(backend, "a1", "why", NOW)

    assert broken_locks(backend) == []


class HandsOver(LocalBackend):
    """Right before it is broken, the lock passes to somebody else, or to nobody."""

    heir: Holder | None = None

    def evict(self, holder: Holder) -> bool:
        self.remove("lock")
        if self.heir is not None:
            self.create("lock", self.heir.as_bytes())
        return super().evict(holder)


@pytest.mark.parametrize("heir", [OTHER, None])
def test_what_was_not_broken_is_not_remembered_as_broken(
    tmp_path: Path, heir: Holder | None
) -> None:
    backend = HandsOver(tmp_path, "dev")
    backend.heir = heir
    backend.create("lock", ELSEWHERE.as_bytes())

    with pytest.raises(StateError):
        break_lock(backend, "c3", "why", NOW)

    assert holds(backend) == ("" if heir is None else heir.id)
    assert broken_locks(backend) == []


def test_a_lock_that_nobody_can_read_can_be_broken_too(backend: LocalBackend) -> None:
    backend.create("lock", b"{not a lock")

    break_lock(backend, "unreadable", "an editor was here", NOW)

    assert holds(backend) == ""
    assert [one.holder.id for one in broken_locks(backend)] == ["unreadable"]


def test_the_last_ones_are_remembered(
    backend: LocalBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaks, "REMEMBERED", 3)
    for number in range(5):
        backend.remove("lock")
        backend.create("lock", replace(ELSEWHERE, id=f"c{number}").as_bytes())
        break_lock(backend, f"c{number}", "why", NOW + timedelta(seconds=number))

    assert [one.holder.id for one in broken_locks(backend)] == ["c2", "c3", "c4"]


def test_what_is_not_a_broken_lock_is_left_out(backend: LocalBackend) -> None:
    backend.create("breaks/20261121T120000-x", b"{}")

    assert broken_locks(backend) == []
