"""`domostate state mv|rm|push`: the state changed by hand. Nothing of it reaches Domo."""

from collections.abc import Callable
from typing import Any, BinaryIO

import click

from domostate.cli.asking import Surgeon, Wishes, surgery_options
from domostate.cli.kept import kept_here
from domostate.cli.options import environment_option, no_color_option
from domostate.engine.push import Pushed, read_file
from domostate.engine.push import push as put
from domostate.engine.surgery import alter, move, remove
from domostate.model.state import State
from domostate.planning.surgery import Altered
from domostate.views.change_text import altered_lines
from domostate.views.terminal import Terminal

__all__ = ["mv", "push", "rm"]

protected_option = click.option(
    "--protected",
    multiple=True,
    metavar="ADDRESS",
    help="This entry may lose its protection. Repeatable.",
)


@click.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@environment_option
@surgery_options
@no_color_option
@click.pass_obj
def mv(
    terminal: Terminal, /, source: str, target: str, environment: str | None, **options: Any
) -> None:
    """Record at the address TO what is recorded at FROM."""
    wishes, decide = Wishes.of(options), move(source, target)
    _alter(terminal, environment, "state mv", wishes, decide)


@click.command()
@click.argument("addresses", metavar="ADDRESS...", nargs=-1, required=True)
@environment_option
@protected_option
@surgery_options
@no_color_option
@click.pass_obj
def rm(
    terminal: Terminal,
    /,
    addresses: tuple[str, ...],
    environment: str | None,
    protected: tuple[str, ...],
    **options: Any,
) -> None:
    """Give up what is recorded at ADDRESS.

    Its object in Domo stays as it is, and is managed no longer.
    """
    wishes, decide = Wishes.of(options), remove(addresses, protected)
    _alter(terminal, environment, "state rm", wishes, decide)


def _alter(
    terminal: Terminal,
    environment: str | None,
    operation: str,
    wishes: Wishes,
    decide: Callable[[State], State],
) -> None:
    with kept_here(environment) as kept:
        surgeon = Surgeon(terminal, kept, operation, wishes)

        def approve(altered: Altered) -> bool:
            lines = altered_lines(altered, kept.shown)
            return surgeon.approves(lines, changes=altered.effective)

        surgeon.carry_out(lambda writer: alter(kept, writer, wishes.reason, decide, approve))


@click.command()
@click.argument("file", type=click.File("rb"))
@environment_option
@click.option("--edited", is_flag=True, help="FILE was edited on purpose, and its hash taken out.")
@click.option(
    "--replace",
    type=click.IntRange(1),
    metavar="SERIAL",
    help="FILE takes the place of this present serial, although it is earlier.",
)
@protected_option
@surgery_options
@no_color_option
@click.pass_obj
def push(
    terminal: Terminal,
    /,
    file: BinaryIO,
    environment: str | None,
    edited: bool,
    replace: int | None,
    protected: tuple[str, ...],
    **options: Any,
) -> None:
    """Put the state in FILE in the place of what is there.

    FILE, or - for stdin, must be a later generation of this very environment, as it was written.
    An earlier one is put back with --replace, one that was edited with --edited.
    """
    wishes, name = Wishes.of(options), file.name
    read = read_file(file.read(), name, edited=edited)
    pushed = Pushed(name, read, edited, replace, protected)
    with kept_here(environment) as kept:
        surgeon = Surgeon(terminal, kept, "state push", wishes)

        def approve(altered: Altered) -> bool:
            lines = altered_lines(altered, kept.shown)
            return surgeon.approves(lines, changes=altered.before != altered.after)

        surgeon.carry_out(lambda writer: put(kept, writer, pushed, wishes.reason, approve))
