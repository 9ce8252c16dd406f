"""`domostate emulator seed|snapshot|reset`: the estate of an emulator."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from domostate.cli.options import environment_option
from domostate.engine.embedded import check_one_estate, emulator_data, running_emulator
from domostate.engine.rehearsal import read_estate, reset_estate
from domostate.errors import UsageError
from domostate.manifests.project import Target, open_project
from domostate.views.terminal import Terminal

__all__ = ["reset", "seed", "snapshot"]

F = TypeVar("F", bound=Callable[..., Any])


def _which(command: F) -> F:
    """The options that say which emulator is meant."""
    data = click.option(
        "--data", type=click.Path(path_type=Path, file_okay=False), help="The folder it keeps."
    )
    url = click.option("--url", help="Where it serves, such as http://127.0.0.1:8080.")
    return environment_option(url(data(command)))


@contextmanager
def _meant(
    environment: str | None, url: str | None, data: Path | None, *, fills: bool = False
) -> Iterator[str]:
    """The URL of the emulator; one that does not run is started for as long as it is needed. A
    folder must keep an estate already, unless the command `fills` it."""
    if url is not None and data is not None:
        raise UsageError("--url and --data name two emulators", hint="Give one of them.")
    if url is not None:
        yield url.rstrip("/")
    elif data is not None:
        check_one_estate(data, must_exist=not fills)
        with running_emulator(data, None) as running:
            yield running
    else:
        project = open_project(Path())
        chosen = project.environment(environment)
        if chosen.kind is not Target.EMULATOR:
            yield chosen.base_url
        else:
            folder = emulator_data(project.root, chosen.name)
            with running_emulator(folder, chosen.estate) as running:
                yield running


@click.command()
@click.argument("estate", type=click.Path(path_type=Path, dir_okay=False))
@_which
@click.pass_obj
def seed(
    terminal: Terminal, estate: Path, environment: str | None, url: str | None, data: Path | None
) -> None:
    """Load an estate file in place of whatever the emulator holds.

    Later resets go back to this one.
    """
    with _meant(environment, url, data, fills=True) as running:
        reset_estate(running, estate)
        terminal.say(f"{estate} is loaded: {_counts(read_estate(running))}.")


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@click.option("--rows", is_flag=True, help="With the rows of the datasets.")
@_which
@click.pass_obj
def snapshot(
    terminal: Terminal,
    out: Path | None,
    rows: bool,
    environment: str | None,
    url: str | None,
    data: Path | None,
) -> None:
    """Print the estate as it stands, as JSON that can be loaded again."""
    with _meant(environment, url, data) as running:
        text = json.dumps(json.loads(read_estate(running, rows=rows)), indent=2, ensure_ascii=False)
    if out is None:
        terminal.give(text)
        return
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}") from error
    terminal.say(f"Written to {out}.")


@click.command()
@_which
@click.pass_obj
def reset(terminal: Terminal, environment: str | None, url: str | None, data: Path | None) -> None:
    """Go back to the estate that the emulator began with."""
    with _meant(environment, url, data) as running:
        reset_estate(running, None)
        terminal.say(f"Back at the beginning: {_counts(read_estate(running))}.")


def _counts(estate: str) -> str:
    held = json.loads(estate)
    return ", ".join(f"{len(held.get(key, ()))} {key}" for key in ("datasets", "users", "groups"))
