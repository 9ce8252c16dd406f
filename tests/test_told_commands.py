"""The commands that messages and pages tell people to run are there, with the flags they name."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from domostate.cli.main import cli

REPOSITORY = Path(__file__).parent.parent
PAGE = (REPOSITORY / "docs" / "state-commands.md").read_text(encoding="utf-8")
OPTIONS_OF_ALL = {"--help", "-h"}


def _texts(path: Path) -> Iterator[str]:
    """The texts of a module, without the values that are put in."""
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
                str(part.value) if isinstance(part, ast.Constant) else "" for part in node.values
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
