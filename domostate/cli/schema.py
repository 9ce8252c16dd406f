"""`domostate schema`."""

import json

import click

from domostate.manifests.json_schema import document_schema
from domostate.views.terminal import Terminal

__all__ = ["schema"]


@click.command()
@click.pass_obj
def schema(terminal: Terminal) -> None:
    """Print the JSON Schema of manifests, for editors."""
    terminal.give(json.dumps(document_schema(), indent=2))
