"""A data folder that cannot be used is refused in words."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.emulator.client import Server


def _file(path: Path) -> None:
    path.write_text("not a folder")


def _junk(path: Path) -> None:
    path.mkdir()
    (path / "estate.sqlite").write_text("this is no database, however long it may be " * 40)


def _folder_for_database(path: Path) -> None:
    (path / "estate.sqlite").mkdir(parents=True)


def _other_database(path: Path) -> None:
    path.mkdir()
    with sqlite3.connect(path / "estate.sqlite") as other:
        other.execute("CREATE TABLE somebodys (thing TEXT)")


def _cut(path: Path) -> None:
    Server("--data", str(path)).stop()
    whole = (path / "estate.sqlite").read_bytes()
    (path / "estate.sqlite").write_bytes(whole[: len(whole) // 2])


def _file_for_rows(path: Path) -> None:
    path.mkdir()
    (path / "server.json").mkdir()


def refused(*options: str) -> str:
    """What it says to such a start."""
    code, errors = Server(*options, ready=False).ended()
    assert code == 1
    assert errors.startswith("Error: ")
    assert "Traceback" not in errors
    return errors


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_file, "data cannot be used as the data folder: File exists."),
        (_junk, "estate.sqlite cannot be used as an emulator's database: file is not a database."),
        (_folder_for_database, "estate.sqlite cannot be used as an emulator's database: unable"),
        (_other_database, "estate.sqlite is a database of something else."),
        (_cut, "estate.sqlite cannot be used as an emulator's database: database disk image is"),
        (_file_for_rows, "data cannot be used as the data folder: "),
    ],
)
def test_what_is_no_data_folder_is_told(
    tmp_path: Path, make: Callable[[Path], None], words: str
) -> None:
    path = tmp_path / "data"
    make(path)

    said = refused("--data", str(path))

    assert words in said
    assert "another --data folder" in said


@pytest.mark.parametrize("path", ["/proc/nope", "/proc/self", "/dev/null/below"])
def test_where_nothing_can_be_written_is_told(path: str) -> None:
    assert f"{path} cannot be used as the data folder: " in refused("--data", path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("served", [False, True])
def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path, served: bool) -> None:
    path = tmp_path / "data"
    path.mkdir()
    if served:
        Server("--data", str(path)).stop()
    path.chmod(0o500)
    try:
        assert "data cannot be used as the data folder: " in refused("--data", str(path))
    finally:
        path.chmod(0o700)


def test_the_folder_of_an_instance_too(tmp_path: Path) -> None:
    _junk(tmp_path / "dev")

    said = refused("--data", str(tmp_path), "--instance", "prod", "--instance", "dev")

    assert f"{tmp_path / 'dev' / 'estate.sqlite'} cannot be used" in said


def test_somebody_elses_database_stays_as_it_is(tmp_path: Path) -> None:
    _other_database(tmp_path / "data")

    refused("--data", str(tmp_path / "data"))

    with sqlite3.connect(tmp_path / "data" / "estate.sqlite") as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("somebodys",)]
