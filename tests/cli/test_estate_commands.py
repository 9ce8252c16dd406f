"""`domostate emulator seed|snapshot|reset`."""

import json
from pathlib import Path

import pytest

from tests.scenarios.lab import Lab, Project

SMALL = "users:\n  - {email: eve@acme.example, name: Eve, role: Admin}\n"


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    path = tmp_path / "small.yml"
    path.write_text(SMALL)
    return path


def test_an_estate_is_loaded_in_place_of_the_old_one(
    lab: Lab, project: Project, estate: Path
) -> None:
    done = project.call("emulator", "seed", str(estate), "--url", lab.url)

    assert done.code == 0, done.said
    assert done.err == f"{estate} is loaded: 0 datasets, 1 users, 0 groups.\n"
    assert [one["email"] for one in lab.snapshot()["users"]] == ["eve@acme.example"]


def test_a_reset_goes_back_to_the_estate_that_was_loaded(
    lab: Lab, applied: Project, estate: Path
) -> None:
    applied.call("emulator", "reset", "--url", lab.url)
    assert len(lab.snapshot()["datasets"]) == 3

    applied.call("emulator", "seed", str(estate), "--url", lab.url)
    done = applied.call("emulator", "reset", "--url", lab.url)

    assert "0 datasets, 1 users" in done.err
    assert [one["email"] for one in lab.snapshot()["users"]] == ["eve@acme.example"]


def test_a_snapshot_can_be_loaded_again(lab: Lab, applied: Project, tmp_path: Path) -> None:
    before, path = lab.snapshot(), tmp_path / "estate.json"

    saved = applied.call("emulator", "snapshot", "--url", lab.url, "--out", str(path))
    printed = applied.call("emulator", "snapshot", "--url", lab.url)
    applied.call("emulator", "reset", "--url", lab.url)
    loaded = applied.call("emulator", "seed", str(path), "--url", lab.url)

    assert (saved.code, printed.code, loaded.code) == (0, 0, 0)
    assert json.loads(printed.out) == json.loads(path.read_text()) == before
    assert lab.snapshot() == before


def test_the_environment_names_the_emulator(lab: Lab, applied: Project) -> None:
    done = applied.call("emulator", "snapshot", "-e", "lab")

    assert json.loads(done.out) == lab.snapshot()


def test_an_emulator_that_does_not_run_is_started_for_the_command(
    project: Project, estate: Path, tmp_path: Path
) -> None:
    data = str(tmp_path / "data")

    codes = [
        project.run("emulator", "seed", str(estate), "--data", data).code,
        project.run("emulator", "snapshot", "--data", data, "--out", str(tmp_path / "s")).code,
    ]

    assert codes == [0, 0]
    assert "eve@acme.example" in (tmp_path / "s").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["seed", "nowhere.yml"], 1, "nowhere.yml cannot be read"),
        (["reset", "--data", "d"], 64, "--url and --data name two emulators"),
        (["snapshot", "--out", "no/such/folder"], 64, "no/such/folder cannot be written"),
    ],
)
def test_what_cannot_be_done_is_told(
    lab: Lab, project: Project, arguments: list[str], code: int, words: str
) -> None:
    done = project.call("emulator", *arguments, "--url", lab.url)

    assert done.code == code
    assert words in " ".join(done.err.split())


def test_mistakes_in_an_estate_are_told_with_their_lines(
    lab: Lab, project: Project, tmp_path: Path
) -> None:
    before = lab.snapshot()
    path = tmp_path / "wrong.yml"
    path.write_text("users:\n  - {emial: eve@acme.example}\n")

    done = project.call("emulator", "seed", str(path), "--url", lab.url)

    assert done.code == 1
    assert "wrong.yml:2: users[0].email" in done.err
    assert lab.snapshot() == before


def test_what_is_no_emulator_is_told_so(project: Project) -> None:
    nobody = project.call("emulator", "snapshot", "--url", "http://127.0.0.1:9")

    assert nobody.code == 1
    assert "no answer from http://127.0.0.1:9" in nobody.err
    assert "domostate emulator serve" in nobody.err
