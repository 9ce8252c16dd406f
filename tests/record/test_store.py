"""The store: one generation at a time, and the one before it."""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from domostate.errors import LineageMismatch, StateError
from domostate.record.files import DiskFiles
from domostate.record.store import LocalStore
from tests.record.samples import STATE

LATER = replace(STATE, serial=8, entries={})


class FullDisk(DiskFiles):
    """A disk on which one thing fails."""

    def __init__(self, number: int, fails: str = "write") -> None:
        self.number = number
        self.fails = fails

    def _fail(self, asked: str) -> None:
        if asked == self.fails:
            raise OSError(self.number, os.strerror(self.number))

    def read(self, path: Path) -> bytes | None:
        self._fail("read")
        return super().read(path)

    def create(self, path: Path) -> int:
        self._fail("create")
        return super().create(path)

    def write(self, descriptor: int, content: bytes) -> None:
        super().write(descriptor, content[: len(content) // 2])
        self._fail("write")
        super().write(descriptor, content[len(content) // 2 :])

    def sync(self, descriptor: int) -> None:
        self._fail("sync")
        super().sync(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        self._fail("replace")
        super().replace(source, target)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".domostate" / "state"


@pytest.fixture
def generous_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_there_is_no_state_before_the_first_save(folder: Path) -> None:
    assert LocalStore(folder, "dev").load() is None
    assert not folder.exists()


def test_what_was_saved_is_loaded(folder: Path) -> None:
    LocalStore(folder, "dev").save(STATE)

    assert LocalStore(folder, "dev").load() == STATE
    assert [path.name for path in folder.iterdir()] == ["dev.json"]


def test_environments_keep_apart(folder: Path) -> None:
    LocalStore(folder, "dev").save(STATE)

    assert LocalStore(folder, "prod").load() is None


def test_the_generation_before_is_kept(folder: Path) -> None:
    store = LocalStore(folder, "dev")
    store.save(STATE)
    first = store.path.read_bytes()

    store.save(LATER)

    assert store.backup.read_bytes() == first
    assert store.load() == LATER


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.usefixtures("generous_umask")
def test_only_the_owner_may_read_it_whatever_the_umask(folder: Path) -> None:
    store = LocalStore(folder, "dev")
    store.save(STATE)
    store.save(LATER)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("serial", [6, 7])
def test_a_serial_is_written_once(folder: Path, serial: int) -> None:
    store = LocalStore(folder, "dev")
    store.save(STATE)

    with pytest.raises(StateError, match=rf"serial 7, .* serial {serial}: another run saved"):
        store.save(replace(STATE, serial=serial, entries={}))

    assert store.load() == STATE


def test_another_lineage_is_not_overwritten(folder: Path) -> None:
    store = LocalStore(folder, "dev")
    store.save(STATE)

    with pytest.raises(LineageMismatch, match=r"lineage l1, .* lineage l2"):
        store.save(replace(LATER, lineage="l2"))

    assert store.load() == STATE


def test_a_damaged_state_is_not_overwritten(folder: Path) -> None:
    store = LocalStore(folder, "dev")
    store.save(STATE)
    store.path.write_bytes(b"{")

    with pytest.raises(StateError, match="damaged"):
        store.save(LATER)

    assert store.path.read_bytes() == b"{"


@pytest.mark.parametrize("fails", ["create", "write", "sync", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO])
def test_a_failed_save_leaves_everything_as_it_was(folder: Path, fails: str, number: int) -> None:
    LocalStore(folder, "dev").save(STATE)
    store = LocalStore(folder, "dev", FullDisk(number, fails))

    with pytest.raises(StateError) as caught:
        store.save(LATER)

    assert caught.value.message.endswith(f"cannot be written: {os.strerror(number)}")
    assert "dev.json" in caught.value.message
    assert caught.value.hint
    assert LocalStore(folder, "dev").load() == STATE
    assert [path.name for path in folder.iterdir()] == ["dev.json"]


def test_a_state_that_may_not_be_read_is_not_taken_for_none(folder: Path) -> None:
    with pytest.raises(StateError, match=r"dev\.json: cannot be read: Permission denied"):
        LocalStore(folder, "dev", FullDisk(errno.EACCES, "read")).load()


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")

    with pytest.raises(StateError, match=r"dev\.json: cannot be"):
        LocalStore(tmp_path / "state", "dev").save(STATE)


def test_what_a_crash_left_of_a_save_is_in_nobodys_way(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / ".dev.json.domostate-new").write_text("half a st")

    LocalStore(folder, "dev").save(STATE)

    assert [path.name for path in folder.iterdir()] == ["dev.json"]


def test_saving_removes_no_file_of_anybody_else(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "dev.json.new").write_text("mine")

    LocalStore(folder, "dev").save(STATE)

    assert (folder / "dev.json.new").read_text() == "mine"
