"""The commands that messages and pages tell people to run are there, with the flags they name."""

import ast
import re
import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import click
import pytest

from domostate.cli.main import cli
from domostate.views.told import OF_AN_ENVIRONMENT, Chosen, naming_text
from tests.scenarios.lab import Project

REPOSITORY = Path(__file__).parent.parent
PAGE = (REPOSITORY / "docs" / "state-commands.md").read_text(encoding="utf-8")
OPTIONS_OF_ALL = {"--help", "-h"}


def _texts(path: Path) -> Iterator[str]:
    """The texts of a module, with VALUE for what is put in."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    within = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "VALUE"
                for part in node.values
            )
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in within
        ):
            yield node.value


def _told() -> Iterator[tuple[str, str]]:
    for path in sorted((REPOSITORY / "domostate").rglob("*.py")):
        for text in _texts(path):
            # A command to run stands alone on an indented line.
            for line in re.findall(r"^ {2,}(domostate .+)$", text, re.MULTILINE):
                yield path.relative_to(REPOSITORY).as_posix(), line


TOLD = sorted(set(_told()))
ON_PAGE = sorted(
    {
        line.partition(" #")[0].strip()
        for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
        for line in block.splitlines()
        if line.startswith("domostate ")
    }
)


def _check(line: str) -> None:
    words = [word for word in shlex.split(line.partition(" > ")[0]) if word != "…"][1:]
    found: click.Command = cli
    context = click.Context(cli)
    while isinstance(found, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        below = found.get_command(context, name)
        assert below is not None, f"{line}: there is no command {name!r}"
        found = below
    assert not isinstance(found, click.Group), f"{line}: a command is missing"
    known = {flag for one in found.params for flag in (*one.opts, *one.secondary_opts)}
    flags = {one.partition("=")[0] for one in words if one.startswith("-") and one != "-"}
    assert flags <= known | OPTIONS_OF_ALL, line


def test_some_commands_are_told() -> None:
    assert len(TOLD) > 10
    assert len(ON_PAGE) > 10


@pytest.mark.parametrize(("path", "line"), TOLD)
def test_what_a_message_says_to_run_is_there(path: str, line: str) -> None:
    _check(line)


PUT_IN = {"N": "7", "VALUE": "7", "FILE": "plan.json", "WHY": "because"}
"""What stands in the place of a word in capitals once the command is run."""
TWO = """
project: acme
environments:
  dev: {instance: acme-dev}
  prod: {instance: acme-prod}
"""


def _words(command: str) -> list[str]:
    return [PUT_IN.get(word, word) for word in shlex.split(command.partition(" > ")[0])][1:]


def _parsed(words: list[str], stack: ExitStack) -> click.Context:
    """The command as click would be about to run it; raises when it would not."""
    # A command remembers how it was first asked for help.
    context = click.Context(cli, **cli.context_settings)
    while isinstance(context.command, click.Group):
        _, below, words = context.command.resolve_command(context, words)
        assert below is not None
        context = stack.enter_context(below.make_context(below.name, words, parent=context))
    return context


@pytest.mark.parametrize(("path", "line"), TOLD)
def test_what_a_message_says_to_run_can_be_copied_where_there_are_two_environments(
    path: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("7", "state.json"):
        (tmp_path / name).touch()
    # The one value that is several words.
    whole = line.replace("--out FILE VALUE", "--out FILE --allow delete=7")

    with ExitStack() as stack:
        found = _parsed(_words(naming_text(f"  {whole}", Chosen("prod")).strip()), stack)

    named = {one.name for one in found.command.params}
    environment = PUT_IN["VALUE"] if "-e VALUE" in line else "prod"
    assert "environment" not in named or found.params["environment"] == environment
    assert "reason" not in named or found.params["reason"]


def test_the_commands_that_are_known_to_take_an_environment_are_those_that_do() -> None:
    def takers(group: click.Group, before: str) -> Iterator[str]:
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                yield from takers(command, f"{before}{name} ")
            elif command is not None and "environment" in {one.name for one in command.params}:
                yield f"{before}{name}"

    assert set(takers(cli, "")) == OF_AN_ENVIRONMENT


def test_an_error_of_one_of_two_environments_says_commands_that_name_it(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("domostate.yml", TWO)

    told = project.call("state", "list", "-e", "prod").err
    again = [
        project.call(*shlex.split(line)[1:]).err
        for line in re.findall(r"^ +(domostate .+)$", told, re.MULTILINE)
    ]

    assert "  domostate apply -e prod\n" in told
    assert "  domostate state rebuild -e prod --reason WHY\n" in told
    assert len(again) == 2
    assert not [one for one in again if "several environments" in one]


def test_where_there_is_one_environment_commands_are_told_without_it(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("domostate.yml", TWO.replace("  dev: {instance: acme-dev}\n", ""))

    assert "  domostate apply\n" in project.call("state", "list", "-e", "prod").err


@pytest.mark.parametrize("line", ON_PAGE)
def test_what_the_page_on_the_state_runs_is_there(line: str) -> None:
    _check(line)


def test_the_page_on_the_state_names_every_command_and_what_is_special_about_it() -> None:
    common = {"--help", "--env", "-e", "--no-color", "--parallelism"}
    for group in ("state", "lock"):
        found = cli.get_command(click.Context(cli), group)
        assert isinstance(found, click.Group)
        context = click.Context(found)
        for name in found.list_commands(context):
            assert f"{group} {name}" in PAGE
            command = found.get_command(context, name)
            assert command is not None
            flags = {flag for one in command.params for flag in one.opts if flag.startswith("-")}
            assert [one for one in sorted(flags - common) if one not in PAGE] == [], name


def test_every_fault_of_verify_is_on_the_page() -> None:
    sorts = set()
    for name in ("planning/soundness.py", "engine/verify.py"):
        text = (REPOSITORY / "domostate" / name).read_text(encoding="utf-8")
        sorts |= set(re.findall(r"""Fault\(\s*f?"([a-z_{}]+)",""", text))
    sorts = sorts - {"other_{what}"} | {"other_project", "other_environment", "other_instance"}

    assert len(sorts) > 12
    assert [one for one in sorted(sorts) if f"`{one}`" not in PAGE] == []
