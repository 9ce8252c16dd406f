"""`domostate state verify`."""

from pathlib import Path

import click

from domostate.cli.kept import give_json, json_option, kept_here
from domostate.cli.options import (
    choose,
    environment_option,
    exit_with,
    no_color_option,
    parallelism_option,
)
from domostate.engine.session import open_session
from domostate.engine.verify import verdict_document
from domostate.engine.verify import verify as verified
from domostate.errors import ExitCode
from domostate.manifests.project import open_project
from domostate.views.state_text import verdict_lines
from domostate.views.terminal import Terminal

__all__ = ["verify"]


@click.command()
@environment_option
@click.option("--offline", is_flag=True, help="Only what is kept; Domo is not asked.")
@json_option
@parallelism_option
@no_color_option
@click.pass_obj
def verify(
    terminal: Terminal, environment: str | None, offline: bool, as_json: bool, parallelism: int
) -> None:
    """Check what is kept, and that Domo still has it.

    Only reads. Exits 1 when something is wrong: a damaged generation or one that does not go on
    from the one before it, an open call, a journal left over, an object that is gone, not visible
    or another project's.
    """
    if offline:
        with kept_here(environment) as kept:
            verdict = verified(kept, None)
    else:
        project = open_project(Path())
        chosen = choose(project, environment)
        with open_session(project, chosen, parallelism=parallelism, read_only=True) as session:
            kept = session.kept
            verdict = verified(kept, session.connection.reader)
    document = verdict_document(kept, verdict)
    if as_json:
        give_json(terminal, document)
    else:
        terminal.give_lines(verdict_lines(document))
    if verdict.faults:
        exit_with(ExitCode.ERROR)
