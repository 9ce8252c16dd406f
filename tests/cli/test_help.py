"""Every command says what it does, in words that change only on purpose."""

from pathlib import Path

import pytest

from domostate import __version__
from domostate.cli.main import COMMANDS
from domostate.cli.state import COMMANDS as STATE_COMMANDS
from tests.scenarios.lab import Project

HELP = Path(__file__).parent / "help"
PATHS = [
    [],
    *([name] for name in sorted(COMMANDS)),
    ["emulator", "serve"],
    *(["state", name] for name in sorted(STATE_COMMANDS)),
    ["lock", "break"],
    ["lock", "status"],
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: " ".join(path) or "domostate")
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_the_help_is_as_recorded(
    request: pytest.FixtureRequest, tmp_path: Path, path: list[str], flag: str
) -> None:
    recorded = HELP / f"{'_'.join(['domostate', *path])}.txt"

    done = Project(tmp_path, {"COLUMNS": "80"}).call(*path, flag)

    if request.config.getoption("--update-golden"):
        recorded.parent.mkdir(exist_ok=True)
        recorded.write_text(done.out, encoding="utf-8")
    assert done.code == 0
    assert done.err == ""
    assert done.out == recorded.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "path", [[], ["emulator"], ["lock"], ["state"]], ids=["domostate", "emulator", "lock", "state"]
)
def test_a_group_without_a_command_shows_its_help_and_is_a_usage_error(
    tmp_path: Path, path: list[str]
) -> None:
    done = Project(tmp_path).call(*path)

    assert done.code == 64
    assert done.out == ""
    assert done.err.startswith("Usage: domostate")
    assert "Commands:" in done.err


def test_the_version_is_told_in_two_ways(tmp_path: Path) -> None:
    ways = [Project(tmp_path).call("version"), Project(tmp_path).call("--version")]

    assert [one.code for one in ways] == [0, 0]
    assert {one.out for one in ways} == {f"domostate {__version__}\n"}
