"""`domostate emulator`: the emulator as a server of its own."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import click

from domostate.cli.lazy import LazyGroup

__all__ = ["emulator"]


class _Commands(LazyGroup):
    """`serve` is here, and pays for nothing that the others need."""

    places: ClassVar[Mapping[str, str]] = {
        name: f"domostate.cli.estate:{name}" for name in ("reset", "seed", "snapshot")
    }


@click.group(cls=_Commands)
def emulator() -> None:
    """A Domo to rehearse against: a real server with a real database."""


@emulator.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), help="Keep the estate in this folder.")
@click.option("--estate", type=click.Path(path_type=Path), help="The estate to begin with.")
@click.option("--latency-ms", type=click.IntRange(0), help="Added to every answer.")
@click.option(
    "--faults",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Rules and switches from this file. Repeatable.",
)
@click.option(
    "--switch",
    "switches",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a switch, at once and after every reset. Repeatable.",
)
@click.option(
    "--instance",
    "instances",
    multiple=True,
    metavar="NAME[=ESTATE]",
    help="Serve several: each under /instances/NAME and the host NAME.localhost. Repeatable.",
)
def serve(
    host: str,
    port: int,
    data: Path | None,
    estate: Path | None,
    latency_ms: int | None,
    faults: tuple[Path, ...],
    switches: tuple[str, ...],
    instances: tuple[str, ...],
) -> None:
    """Serve both planes until it is stopped.

    Prints one line, `emulator ready at http://127.0.0.1:8080`, when it accepts connections.
    """
    command = [sys.executable, "-m", "domostate.emulator", "--called", "domostate emulator serve"]
    command += ["--host", host, "--port", str(port)]
    command += ["--latency-ms", str(latency_ms)] if latency_ms is not None else []
    command += ["--data", str(data)] if data is not None else []
    command += ["--estate", str(estate)] if estate is not None else []
    command += [word for one in faults for word in ("--faults", str(one))]
    command += [word for one in switches for word in ("--switch", one)]
    command += [word for one in instances for word in ("--instance", one)]
    # The emulator takes this process over: whoever started it, signals it or kills it means the
    # server, and the emulator shares no code with the rest of the program.
    os.execv(sys.executable, command)
