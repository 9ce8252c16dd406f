"""Rules and switches from files and flags."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from domostate.emulator.faults.rules import Rule
from tests.emulator.client import Domo, Server
from tests.emulator.conftest import ESTATE, SALES

V3 = f"/data/v3/datasources/{SALES}"
PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text()
SWITCHES = "/_emulator/switches"
FAULTS = "/_emulator/faults"


@pytest.fixture(autouse=True)
def _none_left_behind() -> Iterator[None]:
    """A test that fails half-way leaves no process."""
    before = list(Server.started)
    yield
    for server in Server.started[len(before) :]:
        server.stop(signal.SIGKILL)


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    path = tmp_path / "estate.json"
    switches = {"latency_ms": 1, "page_limit": 9}
    path.write_text(json.dumps(ESTATE | {"switches": switches}))
    return path


def refused(*options: str) -> tuple[int, str]:
    """Exit code and stderr of a start that must not succeed."""
    return Server(*options, ready=False).ended()


def test_flags_set_switches_over_those_of_the_estate_and_after_every_reset(estate: Path) -> None:
    server = Server(
        "--estate", str(estate), "--latency-ms", "5", "--switch", "bulk_access_forms=map,rows",
        "--switch", "error_share=0.25", "--switch", "shuffle=False", "--switch", "old_owner_keeps=",
    )  # fmt: skip
    domo = Domo(server.url)

    first = domo.send("GET", SWITCHES).json()
    domo.switch(latency_ms=0, shuffle=True)
    domo.reset()

    assert domo.send("GET", SWITCHES).json() == first
    assert (first["latency_ms"], first["page_limit"], first["error_share"]) == (5, 9, 0.25)
    assert (first["bulk_access_forms"], first["shuffle"]) == (["map", "rows"], False)
    domo.close()


def test_flags_are_there_before_the_estate_is_seeded(estate: Path) -> None:
    server = Server(
        "--estate", str(estate), "--switch", "all_rows_before_first_enable=false",
        "--switch", "latency_ms=0",
    )  # fmt: skip
    domo = Domo(server.url)

    people = domo.snapshot()["datasets"][0]

    assert people["name"] == "People"
    assert not people.get("pdp", {}).get("policies")
    domo.close()


def test_a_file_of_rules_and_switches_is_read_and_comes_back_after_a_reset(
    tmp_path: Path, estate: Path
) -> None:
    file = tmp_path / "weather.yml"
    file.write_text(
        "rules:\n"
        "  - {method: GET, path: '*/datasources/*', status: 503, share: 0.5, seed: 4}\n"
        "switches:\n"
        "  latency_ms: 0\n"
        "  weather_seed: 9\n"
    )
    server = Server("--estate", str(estate), "--faults", str(file))
    domo = Domo(server.url)

    first = [domo.product("GET", V3).status_code for _ in range(20)]
    domo.reset()
    again = [domo.product("GET", V3).status_code for _ in range(20)]

    assert first == again
    assert set(first) == {200, 503}
    assert domo.send("GET", SWITCHES).json()["weather_seed"] == 9
    domo.close()


def test_a_file_may_be_a_bare_list_and_several_are_put_together(tmp_path: Path) -> None:
    one, two = tmp_path / "one.json", tmp_path / "two.yml"
    one.write_text(json.dumps([{"path": "/a", "status": 500}]))
    two.write_text("- path: /b\n  status: 500\n")
    server = Server("--faults", str(one), "--faults", str(two))
    domo = Domo(server.url)

    assert [rule["path"] for rule in domo.send("GET", FAULTS).json()] == ["/a", "/b"]
    domo.close()


def test_the_rules_of_a_file_replace_those_of_the_folder_and_flags_its_switches(
    tmp_path: Path,
) -> None:
    file = tmp_path / "faults.yml"
    file.write_text("- {path: /b, status: 500}\n")
    folder = ("--data", str(tmp_path / "data"))
    server = Server(*folder)
    domo = Domo(server.url)
    domo.faults({"path": "/a", "status": 500})
    domo.switch(page_limit=4, latency_ms=1)
    server.stop()

    seen = []
    for options in ((), ("--faults", str(file), "--switch", "page_limit=6"), ()):
        server = Server(*folder, *options)
        domo = Domo(server.url)
        switches = domo.send("GET", SWITCHES).json()
        paths = [one.get("path") for one in domo.send("GET", FAULTS).json()]
        seen.append((paths, switches["page_limit"], switches["latency_ms"]))
        domo.close()
        server.stop()

    assert seen == [(["/a", None], 4, 1), (["/b", None], 6, 1), (["/b", None], 6, 1)]


def test_chance_goes_on_after_the_server_was_killed(tmp_path: Path, estate: Path) -> None:
    rule = {"path": "*/datasources/*", "status": 503, "share": 0.5}
    options = ("--data", str(tmp_path / "data"), "--estate", str(estate))
    server = Server(*options)
    domo = Domo(server.url)
    domo.switch(error_share=0.3)
    domo.faults(rule)
    whole = [domo.product("GET", V3).status_code for _ in range(30)]
    domo.reset()
    domo.switch(error_share=0.3)
    domo.faults(rule)
    begun = [domo.product("GET", V3).status_code for _ in range(10)]
    server.stop(signal.SIGKILL)

    domo = Domo(Server(*options).url)

    assert begun + [domo.product("GET", V3).status_code for _ in range(20)] == whole
    domo.close()


def test_every_instance_begins_with_the_flags() -> None:
    server = Server("--instance", "dev", "--instance", "prod", "--switch", "page_limit=3")
    domo = Domo(server.url)

    found = [
        domo.send("GET", SWITCHES, headers={"Host": f"{name}.localhost"}).json()
        for name in ("dev", "prod")
    ]

    assert [one["page_limit"] for one in found] == [3, 3]
    domo.close()


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("page_limit", "'page_limit' is not NAME=VALUE"),
        ("page_limt=3", "There is no switch 'page_limt'; did you mean page_limit?"),
        ("page_limit=three", "switch page_limit takes int, not 'three'"),
        ("shuffle=1", "switch shuffle takes bool, not '1'"),
        ("error_share=2", "switch error_share takes 0 to 1, not 2.0"),
        ("bulk_access_forms=map,tree", "takes ['direct', 'map', 'rows']"),
        ("error_when=never", "takes ['after', 'before', 'either'], not 'never'"),
    ],
)
def test_a_flag_that_is_wrong_is_a_usage_error(option: str, said: str) -> None:
    code, errors = refused("--switch", option)

    assert code == 64
    assert said in errors


def test_other_mistakes_in_the_command_line_are_usage_errors_too() -> None:
    assert refused("--port", "many")[0] == 64
    assert refused("--colour")[0] == 64


def test_a_file_that_is_wrong_is_told_with_every_line(tmp_path: Path) -> None:
    file = tmp_path / "weather.yml"
    file.write_text(
        "rules:\n"
        "  - path: /a\n"
        "    status: 500\n"
        "  - path: /b\n"
        "    state: 500\n"
        "  - 7\n"
        "switches:\n"
        "  page_limit: 3\n"
        "  latency_ms: soon\n"
    )

    code, errors = refused("--faults", str(file))

    assert code == 1
    assert errors.startswith(f"Error: {file}:4: A fault has no 'state'; known: method, ")
    assert f"\n{file}:6: A fault is a JSON object, not 7.\n" in errors
    assert f"\n{file}:9: switch latency_ms takes int, not 'soon'\n" in errors


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: [", "weather.yml:1: "),
        ("rules: {}\n", "weather.yml:1: rules are a list, switches an object."),
        ("faults: []\n", "weather.yml:1: A fault has no 'faults'"),
        ("- {status: 500, body: 2025-01-01}\n", "weather.yml: holds something that JSON has not"),
        ("- {status: 500, body: [.nan]}\n", "weather.yml: holds something that JSON has not"),
        ('{"switches": {"a": 1}}', "weather.yml:1: There is no switch 'a'"),
        ("just words", "weather.yml:1: A fault is a JSON object"),
    ],
)
def test_a_file_that_is_no_weather_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "weather.yml"
    file.write_text(text)

    code, errors = refused("--faults", str(file))

    assert code == 1
    assert said in errors


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")

    assert refused("--faults", str(tmp_path / "none.yml")) == (
        1, f"Error: {tmp_path / 'none.yml'}: cannot be read: No such file or directory\n",
    )  # fmt: skip
    assert refused("--faults", str(binary)) == (1, f"Error: {binary}: is not UTF-8 text\n")


def test_an_empty_file_says_that_there_are_no_rules(tmp_path: Path) -> None:
    empty = tmp_path / "empty.yml"
    empty.write_text("")
    folder = ("--data", str(tmp_path / "data"))
    server = Server(*folder)
    domo = Domo(server.url)
    domo.faults({"path": "/a", "status": 500})
    domo.close()
    server.stop()

    domo = Domo(Server(*folder, "--faults", str(empty)).url)

    assert domo.send("GET", FAULTS).json() == []
    domo.close()


def test_the_command_hands_its_flags_over(tmp_path: Path) -> None:
    file = tmp_path / "weather.yml"
    file.write_text("- {path: /b, status: 500}\n")
    command = [
        sys.executable, "-m", "domostate", "emulator", "serve", "--port", "0",
        "--faults", str(file), "--switch", "page_limit=2",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        domo = Domo(process.stdout.readline().rpartition(" ")[2].strip())
        assert domo.send("GET", SWITCHES).json()["page_limit"] == 2
        assert [one["path"] for one in domo.send("GET", FAULTS).json()] == ["/b"]
        domo.close()
        process.terminate()

    mistaken = subprocess.run(
        [*command[:7], "--switch", "nonsense"], capture_output=True, text=True, check=False
    )
    assert mistaken.returncode == 64
    assert "'nonsense' is not NAME=VALUE" in mistaken.stderr


def test_the_example_of_the_page_is_taken_as_it_stands(tmp_path: Path) -> None:
    example = next(
        block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.S) if "# weather.yml" in block
    )
    file = tmp_path / "weather.yml"
    file.write_text(example)

    domo = Domo(Server("--faults", str(file)).url)

    shown = domo.send("GET", FAULTS).json()
    assert len([one for one in shown if "switch" not in one]) == 5
    assert domo.send("GET", SWITCHES).json()["error_share"] == 0.01
    domo.close()


def test_the_page_names_every_field_of_a_rule() -> None:
    section = PAGE.partition("## Faults")[2].partition("## Switches")[0]

    assert [one.name for one in fields(Rule) if f"`{one.name}`" not in section] == []
