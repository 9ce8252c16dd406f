"""`domostate init`."""

from pathlib import Path

import click

from domostate.cli.options import choose, environment_option, exit_with, no_color_option
from domostate.engine.prepare import Prepared, prepare
from domostate.errors import DomostateError, ExitCode
from domostate.manifests.project import open_project
from domostate.views.errors import show_error
from domostate.views.terminal import Terminal

__all__ = ["init"]


@click.command()
@environment_option
@no_color_option
@click.pass_obj
def init(terminal: Terminal, environment: str | None) -> None:
    """Check that the place of the state keeps what it must.

    Opens what `state:` in domostate.yml names and tries it: reading back, comparing versions, the
    lock, the clock. Leaves nothing behind. Without -e, for every environment.
    """
    project = open_project(Path())
    names = [environment] if environment else sorted(project.config.environments)
    failed: list[ExitCode] = []
    for name in names:
        chosen = choose(project, name)
        try:
            found = prepare(project, chosen)
        except DomostateError as error:
            failed.append(error.exit_code)
            terminal.say(f"{name}: not ready")
            show_error(error, terminal)
        else:
            terminal.give(f"{name}: ready\n{_lines(found)}")
    if failed:
        exit_with(failed[0])
    choose(project, names[0])
    terminal.say("\nTo see what an apply would do:\n  domostate plan")


def _lines(found: Prepared) -> str:
    state = found.state
    if state.serial:
        count = len(state.entries)
        held = f"serial {state.serial}, {count} {'dataset' if count == 1 else 'datasets'}"
    else:
        held = "empty; the first apply writes it"
    tried = "a second writer is refused, and a second run is told who has the lock"
    if found.holder:
        tried = f"a second writer is refused; the lock is held by {found.holder}"
    return f"  state: {found.place}\n  holds: {held}\n  tried: {tried}"
