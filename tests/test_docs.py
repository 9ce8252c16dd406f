"""What the papers say of the program is so."""

import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from domostate.cli.main import COMMANDS, cli
from domostate.errors import ExitCode
from tests.scenarios.lab import Project

REPOSITORY = Path(__file__).parent.parent
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
CONSOLE = [
    line.partition(" #")[0].strip().removeprefix("$ ")
    for kind, text in BLOCKS
    if kind in ("console", "sh", "shell", "bash")
    for line in text.splitlines()
    if line.strip()
]
OURS = sorted({line for line in CONSOLE if line.startswith("domostate ")})
TARGETS = sorted({line.split()[1] for line in CONSOLE if line.startswith("make ")})
IN_TABLE = re.findall(r"^\| `domostate ([^`]+)` \|", README, re.MULTILINE)


def _command(words: list[str]) -> click.Command:
    """The command that these words name; fails when there is none."""
    found: click.Command = cli
    context = click.Context(cli)
    for word in words:
        if not isinstance(found, click.Group):
            break
        below = found.get_command(context, word)
        assert below is not None, f"no command {word!r}"
        found = below
    return found


@pytest.mark.parametrize("page", ["README.md", "docs/emulator.md"])
def test_before_the_first_command_it_is_told_how_to_have_it(page: str) -> None:
    blocks = re.findall(r"```console\n(.*?)```", (REPOSITORY / page).read_text("utf-8"), re.DOTALL)
    lines = [line.partition("#")[0].strip() for text in blocks for line in text.splitlines()]
    first = next(at for at, line in enumerate(lines) if line.startswith("domostate "))

    assert ". .venv/bin/activate" in lines[:first]


def test_what_make_demo_makes_is_where_the_papers_look_for_it() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")

    assert "VENV := .venv\n" in makefile
    assert "$(BIN)/domostate demo" in makefile
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"domostate": "domostate.cli.main:main"}  # what pip and pipx give


def test_the_estates_of_the_emulators_page_are_there() -> None:
    page = (REPOSITORY / "docs/emulator.md").read_text(encoding="utf-8")
    named = re.findall(r"--estate (\S+)", page)

    assert named
    assert [one for one in named if not (REPOSITORY / one).is_file()] == []


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_and_is_in_the_readme(name: str) -> None:
    command = _command([name])

    assert command.help
    assert [one for one in IN_TABLE if one.split()[0] == name], "missing in the table of commands"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_of_a_command_says_what_it_is(name: str) -> None:
    options = [one for one in _command([name]).params if isinstance(one, click.Option)]

    assert [one.name for one in options if not one.help] == []


@pytest.mark.parametrize("line", [f"domostate {one}" for one in IN_TABLE] + OURS)
def test_what_the_readme_runs_is_there(line: str) -> None:
    _, *words = shlex.split(line)
    words = words[2:] if words[:1] == ["-C"] else words
    command = _command([one for one in words if not one.startswith("-")])
    known = {flag for one in command.params for flag in (*one.opts, *one.secondary_opts)}

    flags = {one.partition("=")[0] for one in words if one.startswith("-")}
    assert flags <= known | {"--help"}


def test_the_flags_of_the_page_on_guards_are_there() -> None:
    text = (REPOSITORY / "docs" / "guards.md").read_text(encoding="utf-8")
    commands = (["plan"], ["apply"], ["state", "rebuild"])
    known = {flag for words in commands for one in _command(words).params for flag in one.opts}

    flags = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    assert flags
    assert flags <= known


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_of_the_readme_is_there(target: str) -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")

    assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_the_yaml_of_the_readme_is_a_project_that_loads(tmp_path: Path) -> None:
    blocks = [text for kind, text in BLOCKS if kind == "yaml"]
    project = Project(tmp_path)
    for number, text in enumerate(blocks):
        is_config = text.startswith("project:")
        project.write("domostate.yml" if is_config else f"{number}.yml", text)

    done = project.call("validate")

    assert blocks
    assert done.code == 0, done.said


def test_the_exit_codes_of_the_readme_are_those_of_the_program() -> None:
    paragraph = README.partition("Exit codes: ")[2].partition("\n\n")[0]
    told = {int(one) for one in re.findall(r"(?:^|· |/)(\d+)\b", paragraph)}

    assert told
    assert told <= {int(code) for code in ExitCode}


def test_links_of_the_readme_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)

    assert links
    assert [one for one in links if not (REPOSITORY / one).exists()] == []
