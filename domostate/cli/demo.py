"""`domostate demo`: the main job on the sample project, with the real program's output."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from domostate.errors import UsageError
from domostate.views.terminal import Terminal

__all__ = ["demo"]

CHANGE = Path("change/the-quarter-moves-on.yml")
OVERLAY = Path("environments/sandbox.yml")


@click.command()
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    default=Path("manifests"),
    show_default=True,
    help="The sample project; it is copied, not changed.",
)
@click.pass_context
def demo(ctx: click.Context, project: Path) -> None:
    """Play the main job on a copy of the sample project, against the embedded emulator.

    From nothing to the desired state, nothing to do on the second run, then a change that every
    team knows.
    """
    if not (project / CHANGE).is_file():
        raise UsageError(
            f"{project} is not the sample project: it has no {CHANGE}",
            hint="Run it in a clone of the repository, or name the folder with --project.",
        )
    terminal: Terminal = ctx.obj
    with _copy(project) as folder:
        _say(terminal, "From nothing to the desired state.")
        _play(ctx, folder, ["plan"])
        _play(ctx, folder, ["apply", "--auto-approve", "--quiet"])
        _say(terminal, "A second run has nothing to do.")
        _play(ctx, folder, ["plan"])
        _say(
            terminal,
            "The quarter moves on: an owner leaves and her datasets go to a colleague, a user is",
            "revoked, a region moves from one person to another, a column is added.",
        )
        shutil.copy(folder / CHANGE, folder / OVERLAY)
        _play(ctx, folder, ["plan"])
        _play(ctx, folder, ["apply", "--auto-approve", "--quiet"])
        _play(ctx, folder, ["plan"])


@contextmanager
def _copy(project: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="domostate-demo-") as folder:
        copied = Path(folder) / "project"
        shutil.copytree(project, copied, ignore=shutil.ignore_patterns(".domostate"))
        yield copied


def _say(terminal: Terminal, *lines: str) -> None:
    terminal.give("\n" + "\n".join(f"# {line}" for line in lines))


def _play(ctx: click.Context, folder: Path, arguments: list[str]) -> None:
    """One command line, as a person would type it, run by the program itself."""
    terminal: Terminal = ctx.obj
    terminal.give(f"\n$ domostate {' '.join(arguments)}\n")
    root = ctx.find_root().command
    root.main(
        ["-C", str(folder), *arguments], prog_name="domostate", standalone_mode=False, obj=ctx.obj
    )
