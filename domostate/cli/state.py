"""`domostate state`: what is remembered of an environment. This file has the group, and the
commands that only look at what is kept."""

from collections.abc import Mapping
from typing import ClassVar

import click

from domostate.cli.kept import give_json, json_option, kept_here
from domostate.cli.lazy import LazyGroup
from domostate.cli.options import environment_option, no_color_option
from domostate.engine.generations import bytes_at, damage_in, history_document, state_at
from domostate.engine.surgery import recorded
from domostate.planning.state_document import entry_document, generation_document, list_document
from domostate.views.state_text import entry_lines, generation_lines, history_lines, list_lines
from domostate.views.terminal import Terminal
from domostate.views.text import plain

__all__ = ["COMMANDS", "history", "list_", "pull", "show", "state"]

COMMANDS = {
    "history": "domostate.cli.state:history",
    "list": "domostate.cli.state:list_",
    "mv": "domostate.cli.state_surgery:mv",
    "pull": "domostate.cli.state:pull",
    "push": "domostate.cli.state_surgery:push",
    "rebuild": "domostate.cli.state_rebuild:rebuild",
    "rm": "domostate.cli.state_surgery:rm",
    "show": "domostate.cli.state:show",
    "verify": "domostate.cli.state_verify:verify",
}
"""Where each command is."""


class _Commands(LazyGroup):
    places: ClassVar[Mapping[str, str]] = COMMANDS


@click.group(cls=_Commands)
def state() -> None:
    """What is remembered of an environment: look at it, check it, put it right."""


serial_option = click.option(
    "--serial", type=click.IntRange(1), help="That generation instead of the present one."
)


@click.command("list")
@environment_option
@json_option
@no_color_option
@click.pass_obj
def list_(terminal: Terminal, environment: str | None, as_json: bool) -> None:
    """List what is recorded.

    One line an entry: its address, its id, whether it is protected, and the run that wrote it.
    """
    with kept_here(environment) as kept:
        document = list_document(kept.state())
    if as_json:
        give_json(terminal, document)
    else:
        terminal.give_lines(list_lines(document))


@click.command()
@click.argument("address", required=False)
@environment_option
@serial_option
@json_option
@no_color_option
@click.pass_obj
def show(
    terminal: Terminal,
    address: str | None,
    environment: str | None,
    serial: int | None,
    as_json: bool,
) -> None:
    """Show all that is remembered of ADDRESS, or a generation."""
    with kept_here(environment) as kept:
        found = state_at(kept, serial)
    if address is None:
        document, lines = generation_document(found), generation_lines
    else:
        document, lines = entry_document(found, recorded(found, address)), entry_lines
    if as_json:
        give_json(terminal, document)
    else:
        terminal.give_lines(lines(document))


@click.command()
@environment_option
@json_option
@no_color_option
@click.pass_obj
def history(terminal: Terminal, environment: str | None, as_json: bool) -> None:
    """Show generations, runs and broken locks.

    The newest of each first: who saved a generation, when, by which command and why.
    """
    with kept_here(environment) as kept:
        document = history_document(kept)
    if as_json:
        give_json(terminal, document)
    else:
        terminal.give_lines(history_lines(document))


@click.command()
@environment_option
@serial_option
@click.pass_obj
def pull(terminal: Terminal, environment: str | None, serial: int | None) -> None:
    """Print a generation, byte by byte.

    Whatever condition it is in: `push` puts it back.
    """
    with kept_here(environment) as kept:
        content = bytes_at(kept, serial)
        damage = damage_in(kept, serial, content)
    terminal.give_bytes(content)
    if damage is not None:
        terminal.say(f"Warning: {plain(damage.message)}")
