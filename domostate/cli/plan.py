"""`domostate plan`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from domostate import __version__
from domostate.cli.options import (
    allow_option,
    allowances,
    environment_option,
    exit_with,
    no_color_option,
    opened,
    parallelism_option,
)
from domostate.engine.plan_file import save_plan
from domostate.errors import ExitCode
from domostate.model.plan import Plan
from domostate.planning.codec import canonical, plan_document
from domostate.views.plan_text import show_plan
from domostate.views.terminal import Terminal

__all__ = ["document_of", "plan"]


@click.command()
@environment_option
@click.option("--out", type=click.Path(path_type=Path), help="Save the plan to this file.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan file instead of the text.")
@click.option(
    "--detailed-exitcode", "detailed", is_flag=True, help="Exit 2 when there are changes."
)
@click.option(
    "--expect-no-changes", "expect_none", is_flag=True, help="Exit 1 when there are changes."
)
@click.option("-q", "--quiet", is_flag=True, help="The summary only.")
@allow_option
@parallelism_option
@no_color_option
@click.pass_obj
def plan(
    terminal: Terminal,
    environment: str | None,
    out: Path | None,
    as_json: bool,
    detailed: bool,
    expect_none: bool,
    quiet: bool,
    allow: tuple[str, ...],
    parallelism: int,
) -> None:
    """Show what `apply` would change. Only reads."""
    with opened(environment, parallelism, read_only=True) as (session, desired):
        state = session.open_state()
        made = session.make_plan(desired, state, allowances(allow)).plan
    document = document_of(made)
    if as_json:
        terminal.give(canonical(document))
    else:
        show_plan(document, terminal, quiet=quiet)
    if out is not None:
        save_plan(out, canonical(document))
        terminal.say(f"\nSaved. To carry out exactly this plan:\n  domostate apply {out}")
    if made.effective and expect_none:
        exit_with(ExitCode.ERROR)
    if made.effective and detailed:
        exit_with(ExitCode.CHANGES)


def document_of(made: Plan) -> dict[str, Any]:
    """The plan file of a plan made now."""
    created = datetime.now(UTC).isoformat(timespec="seconds")
    return plan_document(made, nonce=uuid4().hex, created_at=created, version=__version__)
