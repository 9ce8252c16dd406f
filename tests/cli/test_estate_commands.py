"""`domostate emulator seed|snapshot|reset`."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.client import Domo, Server
from tests.scenarios.lab import PROGRAM, Lab, Project

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


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The port of a server of two instances."""
    data = str(tmp_path_factory.mktemp("data"))
    command = [PROGRAM, "emulator", "serve", "--port", "0", "--data", data]
    command += ["--instance", "dev", "--instance", "prod"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process.stdout.readline().rpartition(":")[2].strip()
    process.terminate()
    process.communicate(timeout=20)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1:{}/instances/zz", "No instance is called 'zz'. There are: dev, prod."),
        ("http://127.0.0.1:{}", "Which instance? Say so by the path, /instances/NAME/..., or by"),
        ("http://zz.localhost:{}", "There are: dev, prod."),
    ],
)
def test_who_names_no_instance_is_told_what_the_server_says_of_it(
    project: Project, several: str, address: str, words: str
) -> None:
    url = address.format(several)

    done = project.call("emulator", "snapshot", "--url", url)

    said = " ".join(done.err.split())
    assert done.code == 1
    assert words in said
    assert f"GET {url}/_emulator/snapshot answered 404" in said
    assert "--url names one: http://HOST:PORT/instances/NAME" in said


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{}/instances/prod", "http://prod.localhost:{}"]
)
def test_an_instance_is_named_by_the_path_or_by_the_host(
    project: Project, several: str, estate: Path, address: str
) -> None:
    url = address.format(several)

    seeded = project.call("emulator", "seed", str(estate), "--url", url)
    saved = project.call("emulator", "snapshot", "--url", url)
    other = project.call("emulator", "snapshot", "--url", url.replace("prod", "dev"))

    assert seeded.code == 0, seeded.said
    assert [one["email"] for one in json.loads(saved.out)["users"]] == ["eve@acme.example"]
    assert "eve@acme.example" not in other.out


def test_what_is_no_emulator_is_told_so(project: Project) -> None:
    nobody = project.call("emulator", "snapshot", "--url", "http://127.0.0.1:9")

    assert nobody.code == 1
    assert "no answer from http://127.0.0.1:9" in nobody.err
    assert "domostate emulator serve" in nobody.err


@pytest.mark.parametrize("command", ["snapshot", "reset"])
def test_a_folder_whose_database_is_none_is_told_without_a_traceback(
    project: Project, tmp_path: Path, command: str
) -> None:
    junk = tmp_path / "junk"
    junk.mkdir()
    (junk / "estate.sqlite").write_text("no database " * 100)

    done = project.call("emulator", command, "--data", str(junk))

    assert done.code == 1
    assert "estate.sqlite cannot be used as an emulator's database" in " ".join(done.err.split())
    assert "Traceback" not in done.err


def test_a_folder_that_cannot_be_made_is_told(project: Project, estate: Path) -> None:
    done = project.call("emulator", "seed", str(estate), "--data", "/proc/nope")

    assert done.code == 1
    assert "/proc/nope cannot be used as its data folder" in " ".join(done.err.split())


@pytest.mark.parametrize("command", ["snapshot", "reset"])
def test_a_folder_without_an_estate_is_refused_and_stays_as_it_is(
    project: Project, tmp_path: Path, command: str
) -> None:
    typo, empty = tmp_path / "typo", tmp_path / "empty"
    empty.mkdir()

    absent = project.call("emulator", command, "--data", str(typo))
    nothing = project.call("emulator", command, "--data", str(empty))

    assert (absent.code, nothing.code) == (64, 64)
    assert (absent.out, nothing.out) == ("", "")
    assert "typo keeps no estate: there is no such folder" in " ".join(absent.err.split())
    assert "empty keeps no estate: it has no estate.sqlite" in " ".join(nothing.err.split())
    assert not typo.exists()
    assert not list(empty.iterdir())


@pytest.fixture
def instances(tmp_path: Path, estate: Path) -> Path:
    """A folder that two instances were served from."""
    folder = tmp_path / "inst"
    options = ("--instance", "prod", "--instance", f"dev={estate}")
    Server("--data", str(folder), *options).stop()
    return folder


@pytest.mark.parametrize("arguments", [["snapshot"], ["reset"], ["seed", "{estate}"]])
def test_a_folder_of_several_instances_is_refused_by_their_names(
    project: Project, instances: Path, estate: Path, arguments: list[str]
) -> None:
    before = sorted(instances.rglob("*"))
    said = [one.format(estate=estate) for one in arguments]

    done = project.call("emulator", *said, "--data", str(instances))

    assert done.code == 64
    words = "".join(done.err.split())
    assert "".join(f"{instances} keeps the instances dev, prod".split()) in words
    assert f"--data{instances}/dev" in words
    assert sorted(instances.rglob("*")) == before


def test_one_instance_of_several_is_meant_by_its_folder(project: Project, instances: Path) -> None:
    done = project.run("emulator", "snapshot", "--data", str(instances / "dev"))

    assert done.code == 0, done.err
    assert [one["email"] for one in json.loads(done.out)["users"]] == ["eve@acme.example"]


def test_an_instance_that_is_served_beside_others_is_asked_there(
    project: Project, instances: Path
) -> None:
    server = Server("--data", str(instances), "--instance", "dev", "--instance", "prod")
    try:
        made = {"email": "new@acme.example", "name": "New", "role": "Participant"}
        client = Domo(f"{server.url}/instances/dev")
        client.v1("POST", "/users", made)
        client.close()

        done = project.call("emulator", "snapshot", "--data", str(instances / "dev"))

        assert [one["email"] for one in json.loads(done.out)["users"]][1:] == ["new@acme.example"]
    finally:
        server.stop()
    assert not list(instances.rglob("server.json"))


def test_serving_a_folder_of_several_instances_as_one_is_refused(instances: Path) -> None:
    code, said = Server("--data", str(instances), ready=False).ended()

    assert code == 1
    assert f"{instances} keeps the instances dev, prod." in said
    assert "--instance dev --instance prod" in said
    assert not (instances / "estate.sqlite").exists()


def test_an_instance_is_served_by_one_process(instances: Path) -> None:
    server = Server("--data", str(instances / "dev"))
    try:
        whole = ("--data", str(instances), "--instance", "dev", "--instance", "prod")
        code, said = Server(*whole, ready=False).ended()
    finally:
        server.stop()

    assert code == 1
    assert f"{instances / 'dev'} is in use" in said


def test_a_mistake_in_a_switch_speaks_of_the_command_that_was_typed(project: Project) -> None:
    done = project.run("emulator", "serve", "--port", "0", "--switch", "shuffle=perhaps")

    assert done.code == 64
    assert done.err == (
        "Usage: domostate emulator serve [OPTIONS]\n"
        "Try 'domostate emulator serve --help' for help.\n\n"
        "Error: switch shuffle takes bool, not 'perhaps'\n"
    )
