"""`domostate emulator`: the emulator as a server of its own."""

import os
import sys
from pathlib import Path

import click

__all__ = ["emulator"]


@click.group()
def emulator() -> None:
    """A Domo to rehearse against: a real server with a real database."""


@emulator.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), help="Keep the estate in this folder.")
@click.option("--estate", type=click.Path(path_type=Path), help="The estate to begin with.")
@click.option("--latency-ms", type=click.IntRange(0), default=0, show_default=True)
def serve(
    host: str,
    port: int,
    data: Path | None,
    estate: Path | None,
    latency_ms: int,
) -> None:
    """Serve both planes until it is stopped.

    Prints one line, `emulator ready at http://127.0.0.1:8080`, when it accepts connections.
    """
    command = [sys.executable, "-m", "domostate.emulator", "--host", host, "--port", str(port)]
    command += ["--latency-ms", str(latency_ms)]
    command += ["--data", str(data)] if data is not None else []
    command += ["--estate", str(estate)] if estate is not None else []
    # The emulator takes this process over: whoever started it, signals it or kills it means the
    # server, and the emulator shares no code with the rest of the program.
    os.execv(sys.executable, command)
