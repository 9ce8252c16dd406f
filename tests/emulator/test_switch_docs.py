"""The page about the emulator names every switch with its default."""

from pathlib import Path

from domostate.emulator.switches import DEFAULT, as_dict

PAGE = Path(__file__).parents[2] / "docs" / "emulator.md"


def test_the_page_names_every_switch_and_no_other() -> None:
    rows = [
        line.split("|")[1:3] for line in PAGE.read_text().splitlines() if line.startswith("| `")
    ]

    named = {cells[0].strip().strip("`"): cells[1].strip() for cells in rows}

    assert {name: value for name, value in named.items() if name in as_dict(DEFAULT)} == {
        name: _said(value) for name, value in as_dict(DEFAULT).items()
    }


def _said(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case [] | "":
            return "none" if value == [] else "nothing"
        case list():
            return ", ".join(value)
    return str(value)
