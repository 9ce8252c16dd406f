"""The command line: parse, call, show, exit."""

import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NoReturn

import click

from domostate import __version__
from domostate.cli.lazy import LazyGroup
from domostate.errors import DomostateError, ExitCode, UsageError
from domostate.views.errors import show_error
from domostate.views.terminal import Terminal, terminal_for

__all__ = ["main", "run"]

COMMANDS = {
    "apply": "domostate.cli.apply:apply",
    "demo": "domostate.cli.demo:demo",
    "emulator": "domostate.cli.emulator:emulator",
    "init": "domostate.cli.init:init",
    "lock": "domostate.cli.lock:lock",
    "plan": "domostate.cli.plan:plan",
    "schema": "domostate.cli.schema:schema",
    "state": "domostate.cli.state:state",
    "validate": "domostate.cli.validate:validate",
    "version": "domostate.cli.version:version",
}
"""Where each command is; a command is imported only when it is asked for."""


class Commands(LazyGroup):
    """The commands of the program."""

    places: ClassVar[Mapping[str, str]] = COMMANDS


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="domostate %(version)s")
@click.option(
    "-C",
    "--chdir",
    type=click.Path(path_type=Path),
    help="Run as if started in this folder.",
)
@click.option("--no-color", is_flag=True, help="No colour (also: NO_COLOR).")
@click.pass_context
def cli(ctx: click.Context, chdir: Path | None, no_color: bool) -> None:
    """Infrastructure as code for Domo.

    Datasets, owners, tags, shares, row policies and streams are described in YAML. `plan` reads
    the instance and shows what would change; `apply` makes it so.
    """
    if chdir is not None:
        _enter(chdir)
    if no_color:
        ctx.obj = ctx.obj.without_colour()


def main() -> NoReturn:
    """The console script."""
    raise SystemExit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs one command line and returns its exit code; errors are shown on stderr."""
    terminal = terminal_for(sys.stdout, sys.stderr, os.environ)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminate)
    try:
        code = cli.main(list(arguments), prog_name="domostate", standalone_mode=False, obj=terminal)
    except DomostateError as error:
        show_error(error, terminal)
        return error.exit_code
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.ClickException as error:
        _show_usage(error, terminal)
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        terminal.say("\nStopped. Nothing was written.")
        return ExitCode.INTERRUPTED
    except Terminated:
        return ExitCode.TERMINATED
    except BrokenPipeError:
        # Whoever read the output has seen enough, but "done" would say more than is true.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.ERROR
    return _code(code)


class Terminated(BaseException):
    """SIGTERM before the first write: an apply that writes ends in order by itself."""


def _terminate(_number: int, _frame: object) -> NoReturn:
    raise Terminated


def _code(result: Any) -> int:
    return result if isinstance(result, int) else ExitCode.DONE


def _enter(folder: Path) -> None:
    try:
        os.chdir(folder)
    except OSError as error:
        raise UsageError(
            f"-C {folder}: {error.strerror}", hint="Name a folder that exists."
        ) from error


def _show_usage(error: click.ClickException, terminal: Terminal) -> None:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        terminal.say(error.format_message())
        return
    context = getattr(error, "ctx", None)
    terminal.say(f"Error: usage\n  {error.format_message()}")
    if context is not None:
        terminal.say(f"\n  Try: {context.command_path} --help")
