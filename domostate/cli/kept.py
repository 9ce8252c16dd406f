"""What commands on the record of an environment share."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from domostate.cli.options import choose
from domostate.engine.kept import Kept, open_record
from domostate.manifests.project import open_project
from domostate.views.terminal import Terminal

__all__ = ["give_json", "json_option", "kept_here"]

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


@contextmanager
def kept_here(environment: str | None) -> Iterator[Kept]:
    """What is kept of an environment of the project in the current folder; needs no Domo."""
    project = open_project(Path())
    chosen = choose(project, environment)
    with open_record(project, chosen) as record:
        yield Kept(project, chosen, record)


def give_json(terminal: Terminal, document: Mapping[str, Any]) -> None:
    """A document on stdout, for scripts."""
    terminal.give(json.dumps(document, indent=2))
