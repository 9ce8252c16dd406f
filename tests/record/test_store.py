"""The store: one generation at a time, and those before it."""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from domostate.errors import ExitCode, LineageMismatch, Overtaken, StateError
from domostate.model.state import Saved, State
from domostate.record.files import DISK, DiskFiles, Files
from domostate.record.local import LocalBackend
from domostate.record.state_file import decode_state
from domostate.record.store import Present, StateStore
from tests.record.samples import NOW, STATE

LATER = replace(STATE, serial=8, entries={})
SAVED = Saved(NOW.isoformat(), "ada@laptop", "apply", "r1", "why not")
NOTHING = Present()


def store_in(folder: Path, files: Files = DISK, environment: str = "dev") -> StateStore:
    return StateStore(LocalBackend(folder, environment, files), keep=3)


def save(folder: Path, state: State, files: Files = DISK) -> StateStore:
    """The state after what is there."""
    store = store_in(folder, files)
    store.save(state, SAVED, store.load())
    return store


def files_in(folder: Path) -> list[str]:
    """Every file but the guard, which is empty."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "dev.guard"
    )


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
    assert store_in(folder).load() == NOTHING
    assert not folder.exists()


def test_what_was_saved_is_loaded_and_tells_who_saved_it(folder: Path) -> None:
    save(folder, STATE)

    found = store_in(folder).load().state

    assert found == STATE
    assert found is not None
    assert found.saved == SAVED
    assert files_in(folder) == ["dev.json"]


def test_environments_keep_apart(folder: Path) -> None:
    save(folder, STATE)

    assert store_in(folder, environment="prod").load() == NOTHING


def test_each_generation_names_the_one_before_which_is_kept_as_it_was(folder: Path) -> None:
    save(folder, STATE)
    first = (folder / "dev.json").read_bytes()

    store = save(folder, LATER)

    one, two = decode_state(first, "there"), store.load().state
    assert two == LATER
    assert two is not None
    assert (one.parent, two.parent) == ("", one.hash)
    assert store.serials() == [7]
    assert store.generation(7) == first


def test_as_many_generations_are_kept_as_is_said(folder: Path) -> None:
    for serial in range(7, 15):
        store = save(folder, replace(STATE, serial=serial))

    assert store.serials() == [11, 12, 13]
    assert store.generation(10) is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.usefixtures("generous_umask")
def test_only_the_owner_may_read_it_whatever_the_umask(folder: Path) -> None:
    save(folder, STATE)
    save(folder, LATER)

    found = {path: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}
    assert {mode for path, mode in found.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in found.items() if path.is_file()} == {0o600}


@pytest.mark.parametrize("serial", [6, 7])
def test_a_serial_is_written_once(folder: Path, serial: int) -> None:
    save(folder, STATE)

    with pytest.raises(StateError, match=rf"serial 7, .* serial {serial}"):
        save(folder, replace(STATE, serial=serial, entries={}))

    assert store_in(folder).load().state == STATE


def test_whoever_read_before_another_saved_is_overtaken(folder: Path) -> None:
    save(folder, STATE)
    store = store_in(folder)
    before = store.load()
    save(folder, LATER)
    kept = files_in(folder)

    with pytest.raises(Overtaken, match="serial 8 was not written") as caught:
        store.save(replace(LATER, project="umbrella"), SAVED, before)

    assert caught.value.exit_code == ExitCode.LOCKED
    assert store.load().state == LATER
    assert files_in(folder) == kept


def test_a_first_state_does_not_take_the_place_of_another(folder: Path) -> None:
    save(folder, STATE)

    with pytest.raises(Overtaken):
        store_in(folder).save(LATER, SAVED, NOTHING)

    assert store_in(folder).load().state == STATE


def test_another_lineage_is_not_overwritten(folder: Path) -> None:
    save(folder, STATE)

    with pytest.raises(LineageMismatch, match=r"lineage l1, .* lineage l2"):
        save(folder, replace(LATER, lineage="l2"))

    assert store_in(folder).load().state == STATE


def test_a_damaged_state_is_not_overwritten(folder: Path) -> None:
    store = save(folder, STATE)
    before = store.load()
    (folder / "dev.json").write_bytes(b"{")

    with pytest.raises(StateError, match="damaged"):
        store.load()
    with pytest.raises(Overtaken):
        store.save(LATER, SAVED, before)

    assert (folder / "dev.json").read_bytes() == b"{"


@pytest.mark.parametrize("fails", ["create", "write", "sync", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO])
def test_a_failed_save_leaves_everything_as_it_was(folder: Path, fails: str, number: int) -> None:
    save(folder, STATE)

    with pytest.raises(StateError) as caught:
        save(folder, LATER, FullDisk(number, fails))

    assert caught.value.message.endswith(f"cannot be written: {os.strerror(number)}")
    assert "dev." in caught.value.message
    assert caught.value.hint
    assert store_in(folder).load().state == STATE
    assert files_in(folder) == ["dev.json"]


def test_a_state_that_may_not_be_read_is_not_taken_for_none(folder: Path) -> None:
    with pytest.raises(StateError, match=r"dev\.json: cannot be read: Permission denied"):
        store_in(folder, FullDisk(errno.EACCES, "read")).load()


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")

    with pytest.raises(StateError, match=r"dev\..*: cannot be"):
        save(tmp_path / "state", STATE)


def test_what_a_crash_left_of_a_save_is_in_nobodys_way(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / ".dev.json.domostate-new").write_text("half a st")

    save(folder, STATE)

    assert files_in(folder) == ["dev.json"]


def test_saving_removes_no_file_of_anybody_else(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "dev.json.new").write_text("mine")

    save(folder, STATE)

    assert (folder / "dev.json.new").read_text() == "mine"
