"""Options that several commands share, and what they open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from domostate.errors import ExitCode, UsageError
from domostate.views.terminal import Terminal

if TYPE_CHECKING:
    from domostate.engine.session import Session
    from domostate.manifests.project import Environment, Project
    from domostate.model.address import Address
    from domostate.model.desired import Desired

__all__ = [
    "allow_option",
    "allowances",
    "choose",
    "duration",
    "environment_option",
    "exit_with",
    "new_state_option",
    "no_color_option",
    "opened",
    "parallelism_option",
    "take_over_option",
    "taken_over",
]

F = TypeVar("F", bound=Callable[..., Any])


def _without_colour(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        ctx.obj = ctx.obj.without_colour()


no_color_option = click.option(
    "--no-color",
    is_flag=True,
    expose_value=False,
    callback=_without_colour,
    help="No colour (also: NO_COLOR).",
)
"""On every command that shows something, and before the command as well."""
environment_option = click.option(
    "-e",
    "--env",
    "environment",
    envvar="DOMOSTATE_ENV",
    help="The environment; needed when the project has several (also: DOMOSTATE_ENV).",
)
parallelism_option = click.option(
    "--parallelism",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    help="How many calls may be under way at once.",
)
allow_option = click.option(
    "--allow",
    multiple=True,
    metavar="CLASS=COUNT",
    help="Lift a budget by a stated count, such as recreate=1. Repeatable.",
)
take_over_option = click.option(
    "--take-over",
    multiple=True,
    metavar="ADDRESS",
    help="Take a dataset from the project whose marker it bears. Repeatable.",
)
new_state_option = click.option(
    "--new-state",
    is_flag=True,
    help="This environment is new: the datasets with this project's marker are another's.",
)


@contextmanager
def opened(
    environment: str | None, parallelism: int, *, read_only: bool
) -> Iterator[tuple[Session, Desired]]:
    """A session on the project of the current folder, its manifests loaded first.

    Nothing is sent, and no secret is read, before every file has been found right.
    """
    # Imported here: commands that only share an option need no session.
    from domostate.engine.session import open_session
    from domostate.manifests.load import load
    from domostate.manifests.project import open_project

    project = open_project(Path())
    chosen = choose(project, environment)
    desired = load(project, chosen)
    with open_session(project, chosen, parallelism=parallelism, read_only=read_only) as session:
        yield session, desired


def choose(project: Project, named: str | None) -> Environment:
    """The environment of that name, or the only one there is. Where there are several, every
    command that people are told from now on names it.

    Raises:
        UsageError: there is no such environment, or several and none is named.
    """
    environment = project.environment(named)
    terminal = click.get_current_context().find_object(Terminal)
    if terminal is not None and len(project.config.environments) > 1:
        terminal.chosen.environment = environment.name
    return environment


def allowances(pairs: Sequence[str]) -> dict[str, int]:
    """The counts behind `--allow CLASS=COUNT`."""
    allowed = {}
    for pair in pairs:
        name, _, count = pair.partition("=")
        if name not in BUDGETS:
            known = ", ".join(sorted(BUDGETS))
            raise UsageError(
                f"--allow {pair}: no budget is called {name!r}", hint=f"One of {known}."
            )
        if not count.isdigit():
            raise UsageError(f"--allow {pair}: a count is needed", hint=f"Such as {name}=1.")
        allowed[name] = int(count)
    return allowed


def taken_over(texts: Sequence[str], desired: Desired) -> frozenset[Address]:
    """The addresses behind `--take-over ADDRESS`: declared, or to be removed."""
    from domostate.manifests.words import did_you_mean

    known = {str(address): address for address in (*desired.declared, *desired.removed)}
    for text in texts:
        if text not in known:
            raise UsageError(
                f"--take-over {text}: no manifest declares this address",
                hint=did_you_mean(text, known, "Name one as the plan shows it."),
            )
    return frozenset(known[text] for text in texts)


BUDGETS = frozenset({"delete", "recreate", "owner", "revoke", "widen", "window", "lockout"})

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def duration(text: str) -> timedelta:
    """The time span behind `90`, `90s`, `5m` or `1h`."""
    number = text.rstrip("smh")
    unit = text[len(number) :]
    if not number.isdigit() or unit not in _UNITS:
        raise UsageError(f"{text!r} is not a time span", hint="Such as 30s, 5m or 1h.")
    return timedelta(seconds=int(number) * _UNITS[unit])


def exit_with(code: ExitCode) -> None:
    """Ends the command with this code."""
    raise click.exceptions.Exit(code)
