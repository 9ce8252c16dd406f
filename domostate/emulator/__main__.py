"""`python -m domostate.emulator`: what `domostate emulator serve` runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from domostate.emulator.errors import EstateInvalid, Problem, ServerRefused

if TYPE_CHECKING:
    from domostate.emulator.faults.given import Given

_USAGE = 64


def _weather(command: Callable[..., None]) -> Callable[..., None]:
    """The options that set rules and switches, handed over as one `start`."""

    @click.option("--latency-ms", type=click.IntRange(0), help="Added to every answer.")
    @click.option(
        "--faults",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Rules and switches from this file.",
    )
    @click.option("--switch", "switches", multiple=True, metavar="NAME=VALUE", help="Set a switch.")
    @wraps(command)
    def gathered(
        latency_ms: int | None, faults: tuple[Path, ...], switches: tuple[str, ...], **others: Any
    ) -> None:
        command(start=_start(latency_ms, faults, switches), **others)

    return gathered


def _start(latency_ms: int | None, files: tuple[Path, ...], switches: tuple[str, ...]) -> Given:
    """What the flags set; those that are named later win, and the files come first."""
    from domostate.emulator.faults.given import Given, read_given, switch_from

    found = Given()
    for path in files:
        found = found.and_then(read_given(path))
    latency = () if latency_ms is None else (f"latency_ms={latency_ms}",)
    for text in (*latency, *switches):
        try:
            found = found.and_then(switch_from(text))
        except Problem as problem:
            raise click.UsageError(problem.message) from problem
    return found


def _call_it(ctx: click.Context, _: click.Parameter, command: str | None) -> None:
    if command is not None:
        ctx.info_name = command


@click.command()
@click.option(
    "--called",
    hidden=True,
    is_eager=True,
    expose_value=False,
    callback=_call_it,
    help="What was typed to start this, which messages then speak of.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port; 0 is any free one.")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the database.")
@click.option("--estate", type=click.Path(path_type=Path), help="What fills an empty folder.")
@click.option(
    "--leases",
    "--until-idle",
    type=click.Path(path_type=Path),
    help="End when nobody holds a shared lock on this file any more.",
)
@_weather
@click.option("--instance", "instances", multiple=True, metavar="NAME[=ESTATE]")
def main(
    host: str, port: int, data: Path | None, estate: Path | None, leases: Path | None,
    instances: tuple[str, ...], start: Given,
) -> None:  # fmt: skip
    """Serve a Domo instance on this machine, or several."""
    from domostate.emulator.server import Options, serve

    named = _named(instances)
    serve(Options(host, port, data, estate, start, leases, named))


def run() -> NoReturn:
    """The process: a mistake in the command line ends it with 64, any other with 1."""
    try:
        raise SystemExit(main.main(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        raise SystemExit(_USAGE) from error
    except (ServerRefused, EstateInvalid) as error:
        sys.stderr.write(f"Error: {error}\n")
        raise SystemExit(1) from error


def _named(texts: tuple[str, ...]) -> dict[str, Path | None]:
    """The instances by name, each with its estate file."""
    found: dict[str, Path | None] = {}
    for name, estate in map(_instance, texts):
        if name in found:
            raise ServerRefused(
                f"--instance {name} is given twice.\n"
                "Each instance has a name of its own; leave one out, or call it something else."
            )
        found[name] = estate
    return found


def _instance(text: str) -> tuple[str, Path | None]:
    """Name and estate file behind `NAME[=ESTATE]`."""
    from domostate.emulator.instances import NAME

    name, _, estate = text.partition("=")
    if not NAME.fullmatch(name):
        raise ServerRefused(
            f"--instance {text}: {name!r} is no name of an instance.\n"
            "It is the first part of a host: lower-case letters, digits and hyphens."
        )
    return name, Path(estate) if estate else None


if __name__ == "__main__":
    run()
