"""`domostate plan`."""

from pathlib import Path
from shlex import quote

import click

from domostate.cli.options import (
    allow_option,
    allowances,
    environment_option,
    exit_with,
    new_state_option,
    no_color_option,
    opened,
    parallelism_option,
    take_over_option,
    taken_over,
)
from domostate.engine.plan_file import Approved, save_plan
from domostate.engine.undo import plan_to_revert
from domostate.errors import ExitCode, UsageError
from domostate.views.plan_text import show_plan
from domostate.views.terminal import Terminal

__all__ = ["plan"]


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
@click.option(
    "--revert", multiple=True, metavar="RUN", help="Plan to put back what this run has changed."
)
@click.option("-q", "--quiet", is_flag=True, help="The summary only.")
@allow_option
@take_over_option
@new_state_option
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
    revert: tuple[str, ...],
    quiet: bool,
    allow: tuple[str, ...],
    take_over: tuple[str, ...],
    new_state: bool,
    parallelism: int,
) -> None:
    """Show what `apply` would change. Only reads.

    With --revert, show what would put everything back that a run has changed, and what cannot be
    put back; save it with --out to carry it out.
    """
    if len(revert) > 1:
        raise UsageError(
            f"--revert names several runs: {', '.join(revert)}",
            hint="Take back one after the other, the latest first.",
        )
    with opened(environment, parallelism, read_only=True) as (session, desired):
        allowed, taken = allowances(allow), taken_over(take_over, desired)
        session.identify()
        state = session.open_state()
        if not revert:
            made = session.make_plan(
                desired, state, allowed, take_over=taken, new_state=new_state
            ).plan
        else:
            made = plan_to_revert(session, desired, state, revert[0], allowed, taken).plan
    decided = Approved.now(made)
    if as_json:
        terminal.give(decided.text)
    else:
        show_plan(decided.document, terminal, quiet=quiet)
    if out is not None:
        save_plan(out, decided.text)
        terminal.say(
            f"\nSaved. To carry out exactly this plan:\n  domostate apply {quote(str(out))}"
        )
    if made.effective and expect_none:
        exit_with(ExitCode.ERROR)
    if made.effective and detailed:
        exit_with(ExitCode.CHANGES)
