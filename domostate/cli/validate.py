"""`domostate validate`."""

from pathlib import Path

import click

from domostate.cli.options import environment_option, no_color_option
from domostate.manifests.load import load
from domostate.manifests.project import open_project
from domostate.views.terminal import Terminal

__all__ = ["validate"]


@click.command()
@environment_option
@no_color_option
@click.pass_obj
def validate(terminal: Terminal, environment: str | None) -> None:
    """Check the project's files. Needs no network and no credentials.

    Without -e, every environment is checked.
    """
    project = open_project(Path())
    names = [environment] if environment else sorted(project.config.environments)
    for name in names:
        desired = load(project, project.environment(name))
        for warning in desired.warnings:
            terminal.say(f"Warning: {warning.where}: {warning.message}")
        terminal.give(f"{name}: {len(desired.declared)} datasets, no mistakes.")
