"""A command that people are told to run is whole, on one line, and names its environment."""

import pytest

from domostate.errors import StateError
from domostate.views.errors import error_text
from domostate.views.text import Line
from domostate.views.told import Chosen, naming, naming_text

PROD = Chosen("prod")


@pytest.mark.parametrize(
    ("told", "whole"),
    [
        ("domostate apply", "domostate apply -e prod"),
        ("domostate apply --resume", "domostate apply -e prod --resume"),
        ("domostate state pull --serial N > f", "domostate state pull -e prod --serial N > f"),
        ("domostate state push f -e dev", "domostate state push f -e dev"),
        ("domostate plan --env=dev", "domostate plan --env=dev"),
        ("domostate version", "domostate version"),
        ("domostate applying is slow", "domostate applying is slow"),
    ],
)
def test_a_command_names_the_environment_that_was_chosen(told: str, whole: str) -> None:
    assert naming_text(f"See:\n  {told}", PROD) == f"See:\n  {whole}"
    assert [line.text for line in naming([Line(told, indent=4)], PROD)] == [whole]


def test_where_no_environment_needs_to_be_named_nothing_is_added() -> None:
    assert naming_text("See:\n  domostate apply", Chosen()) == "See:\n  domostate apply"


def test_what_stands_in_a_sentence_is_no_command_to_run() -> None:
    said = "domostate apply is what makes one"

    assert naming_text(said, PROD) == said
    assert list(naming([Line(said)], PROD)) == [Line(said)]


def test_the_name_of_an_environment_survives_the_shell() -> None:
    assert naming_text("  domostate plan", Chosen("a b")) == "  domostate plan -e 'a b'"


def test_a_command_of_an_error_stays_on_one_line_however_narrow_the_terminal() -> None:
    command = "domostate state push '/a/long way/down.json' -e dev --reason 'backend failed'"
    error = StateError("503", hint=f"Save it once the backend is well again:\n  {command}")

    assert f"\n    {command}\n" in error_text(error, width=40)
