"""`domostate state rebuild`."""

from typing import Any

import click

from domostate.cli.asking import Surgeon, Wishes, surgery_options
from domostate.cli.kept import give_json, json_option
from domostate.cli.options import (
    environment_option,
    no_color_option,
    opened,
    parallelism_option,
)
from domostate.engine.rebuild import Rebuilding, rebuilt_document
from domostate.engine.rebuild import rebuild as rebuilt
from domostate.planning.rebuild import Confidence
from domostate.views.change_text import rebuilt_lines
from domostate.views.terminal import Terminal

__all__ = ["rebuild"]

_LEVELS = [one.name.lower() for one in reversed(Confidence)]


@click.command()
@environment_option
@click.option(
    "--confidence",
    type=click.Choice(_LEVELS),
    default="low",
    show_default=True,
    help="Record no match that is less sure than this.",
)
@json_option
@surgery_options
@parallelism_option
@no_color_option
@click.pass_obj
def rebuild(
    terminal: Terminal,
    /,
    environment: str | None,
    confidence: str,
    as_json: bool,
    parallelism: int,
    **options: Any,
) -> None:
    """Build the state anew from what Domo has. Domo is only read.

    Each declared dataset is looked for by the id that was recorded before (certain), the id that
    its manifest adopts (certain), its name together with this project's marker (high), and its
    name alone (low). What is recorded and still there stays as it is.
    """
    wishes, least = Wishes.of(options), Confidence[confidence.upper()]
    with opened(environment, parallelism, read_only=True) as (session, desired):
        kept = session.kept
        surgeon = Surgeon(terminal, kept, "state rebuild", wishes, talks=not as_json)

        def approve(found: Rebuilding) -> bool:
            changes = found.altered.effective
            if as_json:
                give_json(terminal, rebuilt_document(kept, found))
                return surgeon.asked(changes=changes)
            lines = rebuilt_lines(found.rebuilt, found.altered, kept.shown)
            return surgeon.approves(lines, changes=changes)

        surgeon.carry_out(
            lambda writer: rebuilt(session, desired, writer, wishes.reason, least, approve)
        )
