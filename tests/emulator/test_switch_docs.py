"""The page about the emulator names every switch with its default and its choices, and each can
be set as the page writes it."""

import re
from pathlib import Path
from typing import Any

import pytest

from domostate.emulator.faults.given import read_given, switch_from
from domostate.emulator.switches import _CHOICES, DEFAULT, as_dict, changed
from tests.emulator.client import Domo

PAGE = Path(__file__).parents[2] / "docs" / "emulator.md"
ROWS = {
    cells[0].strip().strip("`"): (cells[1].strip(), cells[2])
    for line in PAGE.read_text().splitlines()
    if line.startswith("| `")
    for cells in [line.split("|")[1:4]]
    if cells[0].strip().strip("`") in as_dict(DEFAULT)
}
"""Default and question of each switch in the tables."""
DOCUMENTED = [(name, default) for name, (default, _) in ROWS.items()] + [
    (name, text)
    for name, (_, question) in ROWS.items()
    if name in _CHOICES
    for text in re.findall("`([^`]+)`", question)
]
"""Every value of a switch that the page shows."""


def test_the_page_names_every_switch_and_no_other() -> None:
    assert {name: default for name, (default, _) in ROWS.items()} == {
        name: _said(value) for name, value in as_dict(DEFAULT).items()
    }


@pytest.mark.parametrize("name", _CHOICES)
def test_the_page_names_every_choice(name: str) -> None:
    shown = {text for one, text in DOCUMENTED if one == name}
    empty = isinstance(getattr(DEFAULT, name), tuple)

    assert shown == {_said(one) for one in _CHOICES[name]} | ({"none"} if empty else set())


@pytest.mark.parametrize(("name", "text"), DOCUMENTED)
def test_what_the_page_shows_is_taken_alike_from_flag_file_and_put(
    domo: Domo, tmp_path: Path, name: str, text: str
) -> None:
    file = tmp_path / "weather.yml"
    file.write_text(f"switches:\n  {name}: {text}\n")
    by_flag = as_dict(changed(DEFAULT, switch_from(f"{name}={text}").switches))
    by_file = as_dict(changed(DEFAULT, read_given(file).switches))

    reply = domo.send("PUT", "/_emulator/switches", {name: text})

    assert reply.status_code == 200, reply.text
    assert reply.json()[name] == by_flag[name] == by_file[name]
    domo.reset()
    again = domo.send("PUT", "/_emulator/switches", {name: by_flag[name]})
    assert again.json()[name] == by_flag[name]


@pytest.mark.parametrize(
    ("name", "default"), [(name, default) for name, (default, _) in ROWS.items()]
)
def test_the_documented_default_is_the_default(name: str, default: str) -> None:
    assert changed(DEFAULT, {name: default}) == DEFAULT


@pytest.mark.parametrize(
    "wanted",
    [
        {"page_limit": "many"}, {"shuffle": "yes"}, {"error_share": "nan"}, {"error_share": "2"},
        {"bulk_access_forms": "map,tree"}, {"old_owner_keeps": "none,nothing"},
        {"old_owner_keeps": None}, {"policy_columns": "nothing"}, {"block_page": "404"},
    ],
)  # fmt: skip
def test_what_says_nothing_is_refused(domo: Domo, wanted: dict[str, Any]) -> None:
    assert domo.send("PUT", "/_emulator/switches", wanted).status_code == 400


def _said(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case [] | "":
            return "none" if value == [] else "nothing"
        case list():
            return ", ".join(value)
    return str(value)
