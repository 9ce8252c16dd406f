"""`domostate lock`: who has the lock of an environment, and how to take it away."""

from datetime import UTC, datetime

import click

from domostate.cli.kept import give_json, json_option, kept_here
from domostate.cli.options import environment_option, no_color_option
from domostate.engine.locks import lock_document, lock_status
from domostate.errors import UsageError
from domostate.record.breaks import break_lock
from domostate.views.lock_text import broken_lines, lock_lines
from domostate.views.terminal import Terminal

__all__ = ["lock"]


@click.group()
def lock() -> None:
    """Who is at work on an environment: one run at a time writes."""


@lock.command()
@environment_option
@json_option
@no_color_option
@click.pass_obj
def status(terminal: Terminal, environment: str | None, as_json: bool) -> None:
    """Show who has the lock, and whether they are still at work."""
    with kept_here(environment) as kept:
        document = lock_document(kept, lock_status(kept))
    if as_json:
        give_json(terminal, document)
    else:
        terminal.give_lines(lock_lines(document))


@lock.command("break")
@environment_option
@click.option("--id", "id_", required=True, help="The lock that is meant; no other is broken.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it is remembered.")
@no_color_option
@click.pass_obj
def break_(terminal: Terminal, environment: str | None, id_: str, reason: str) -> None:
    """Take exactly this lock away from its holder.

    A holder that is still at work notices before its next write, and stops. state history shows
    who broke a lock, and why.
    """
    if not reason.strip():
        raise UsageError("--reason is empty", hint="Say in a few words why.")
    with kept_here(environment) as kept:
        alive = lock_status(kept).alive
        broken = break_lock(kept.record.backend, id_, reason.strip(), datetime.now(UTC))
        lines = broken_lines(kept.shown, str(broken.holder), at_work=alive is True)
    terminal.say_lines(lines)
