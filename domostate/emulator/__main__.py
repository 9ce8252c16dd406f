"""`python -m domostate.emulator`: what `domostate emulator serve` runs."""

import sys
from pathlib import Path

import click

from domostate.emulator.errors import EstateInvalid, ServerRefused


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port; 0 is any free one.")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the database.")
@click.option("--estate", type=click.Path(path_type=Path), help="What fills an empty folder.")
@click.option("--latency-ms", default=0, show_default=True, help="Added to every answer.")
@click.option(
    "--leases",
    "--until-idle",
    type=click.Path(path_type=Path),
    help="End when nobody holds a shared lock on this file any more.",
)
def main(
    host: str, port: int, data: Path | None, estate: Path | None, latency_ms: int,
    leases: Path | None,
) -> None:  # fmt: skip
    """Serve a Domo instance on this machine."""
    from domostate.emulator.server import Options, serve

    try:
        serve(Options(host, port, data, estate, latency_ms, leases))
    except (ServerRefused, EstateInvalid) as error:
        sys.stderr.write(f"Error: {error}\n")
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
