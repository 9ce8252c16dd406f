import io
import os
from collections.abc import Mapping

import pytest

from domostate.views.terminal import WIDTH, terminal_for
from domostate.views.text import Line, looks_secret, plain, text_of


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "colour"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
    ],
)
def test_colour_needs_a_terminal_and_nobody_against_it(
    environ: Mapping[str, str], colour: bool
) -> None:
    assert terminal_for(Tty(), Tty(), environ).colour_out is colour
    assert terminal_for(Tty(), Tty(), environ).without_colour().colour_out is False
    assert terminal_for(io.StringIO(), Tty(), environ).colour_out is False


def test_movement_needs_a_terminal_on_stderr() -> None:
    assert terminal_for(io.StringIO(), Tty(), {"NO_COLOR": "1"}).live
    assert not terminal_for(Tty(), io.StringIO(), {}).live
    assert not terminal_for(Tty(), Tty(), {"TERM": "dumb"}).live


def test_what_is_no_terminal_has_the_width_of_all_logs() -> None:
    assert terminal_for(io.StringIO(), io.StringIO(), {"COLUMNS": "20"}).width == WIDTH


def test_the_width_of_a_terminal_is_its_own() -> None:
    primary, secondary = os.openpty()
    with os.fdopen(primary, "rb"), os.fdopen(secondary, "w") as tty:
        assert terminal_for(tty, tty, {}).width >= 40


def test_data_and_talk_go_to_their_streams() -> None:
    out, err = io.StringIO(), io.StringIO()
    terminal = terminal_for(out, err, {})

    terminal.give("{}")
    terminal.say("3 resources observed")

    assert (out.getvalue(), err.getvalue()) == ("{}\n", "3 resources observed\n")


def test_a_letter_that_the_stream_lacks_is_written_as_its_number() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")

    terminal_for(stream, stream, {}).give("Übersicht")

    assert raw.getvalue() == b"\\xdcbersicht\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Größe 東京 🎈", "Größe 東京 🎈"),
        ("a\x1b[31m\nb\t", "a\\x1b[31m\\nb\\t"),
        ("moc\u202eexe", "moc\\u202eexe"),
        ("\u200b\ufeff\xa0\ue000\U000e0001", "\\u200b\\ufeff\\xa0\\ue000\\U000e0001"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_could_deceive_the_eye_is_made_visible(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_words_are_never_cut_and_wide_letters_count_twice() -> None:
    assert text_of([Line("東京 東京 " + "x" * 20, indent=2)], 10) == (
        "  東京\n      東京\n      xxxxxxxxxxxxxxxxxxxx\n"
    )


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        *(("password", True), ("clientSecret", True), ("API_TOKEN", True), ("privateKey", True)),
        *(("credentials", True), ("query", False), ("key_columns", False)),
    ],
)
def test_secrets_are_known_by_their_keys(key: str, secret: bool) -> None:
    assert looks_secret(key) is secret
