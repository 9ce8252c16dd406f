"""What a command imports before it does anything; what it does not need is not paid for."""

import subprocess
import sys

import pytest

HEAVY = {"deepdiff", "numpy", "pandas", "duckdb"}
"""What takes long, and what only some runs of some commands need."""
REST = {"pydantic", "requests", "ruamel", "starlette", "uvicorn"}
ROOMS = {"domo", "emulator", "engine", "kinds", "manifests", "planning", "record"}

OF_THE_COMMAND = """
import sys
import click
from domostate.cli.main import cli
command = cli
for name in sys.argv[1:]:
    command = command.get_command(click.Context(command), name)
    assert command is not None, name
"""
OF_THE_EMULATOR = """
import sys
import domostate.emulator.__main__, domostate.emulator.server
"""


def imported(script: str, *words: str) -> set[str]:
    """The packages, and the rooms of domostate as `domostate.planning`, in memory afterwards."""
    tell = "print(*sys.modules)"
    command = [sys.executable, "-c", f"{script}\n{tell}", *words]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    names = done.stdout.split()
    rooms = {".".join(one.split(".")[:2]) for one in names if one.startswith("domostate.")}
    return rooms | {one.split(".")[0] for one in names}


def of_rooms(*names: str) -> set[str]:
    return {f"domostate.{one}" for one in names}


@pytest.mark.parametrize("words", [["emulator", "serve"], ["version"], ["emulator"]], ids=" ".join)
def test_serving_and_telling_the_version_need_none_of_the_rest(words: list[str]) -> None:
    assert not imported(OF_THE_COMMAND, *words) & (HEAVY | REST | of_rooms(*ROOMS))


def test_validating_needs_no_connection_and_no_plan() -> None:
    found = imported(OF_THE_COMMAND, "validate")

    needless = {"requests", *of_rooms("domo", "emulator", "engine", "planning", "record")}
    assert not found & (HEAVY | needless)


@pytest.mark.parametrize("name", ["plan", "apply", "schema", "demo"])
def test_no_command_begins_with_what_only_differences_need(name: str) -> None:
    assert not imported(OF_THE_COMMAND, name) & (HEAVY | of_rooms("emulator"))


def test_a_local_run_does_not_pay_for_the_other_backends() -> None:
    found = imported("import sys\nimport domostate.engine.run, domostate.engine.prepare")

    assert not found & {"boto3", "botocore", "psycopg"}


def test_a_session_begins_without_what_only_differences_need() -> None:
    assert not imported("import sys\nimport domostate.engine.run") & HEAVY


def test_the_emulator_needs_neither_the_rest_nor_what_only_seeding_and_rows_do() -> None:
    found = imported(OF_THE_EMULATOR)

    assert not found & (HEAVY | {"pydantic", "requests", "ruamel", "jinja2", "sqlglot"})
    assert {one for one in found if one.startswith("domostate.")} == of_rooms("emulator")
