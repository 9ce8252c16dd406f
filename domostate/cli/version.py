"""`domostate version`."""

import click

from domostate import __version__
from domostate.views.terminal import Terminal

__all__ = ["version"]


@click.command()
@click.pass_obj
def version(terminal: Terminal) -> None:
    """Print the version."""
    terminal.give(f"domostate {__version__}")
