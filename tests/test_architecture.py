"""The house rules that can be read off the source: layers, purity, sizes."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "domostate"
FILES = sorted(path for path in PACKAGE.rglob("*.py"))

ADAPTERS = {"manifests", "domo", "record"}
CORE = {"errors", "model", "kinds", "access", "planning"}
ALLOWED = {
    "errors": set(),
    "loopback": set(),
    "model": {"errors"},
    "kinds": {"model", "errors"},
    "access": {"model", "errors"},
    "planning": {"model", "kinds", "access", "errors"},
    "manifests": {"kinds", "model", "errors"},
    "domo": {"kinds", "model", "errors", "loopback"},
    "record": {"kinds", "model", "errors", "loopback"},
    "engine": {*ADAPTERS, *CORE, "loopback"},
    "views": {"planning", "access", "model", "errors"},
    "cli": {*ADAPTERS, *CORE, "engine", "views"},
    "__main__": {"cli"},
    "emulator": set(),
}
"""What each room may import of the others; its own files always."""

IMPURE = {
    "click",
    "os",
    "pathlib",
    "random",
    "requests",
    "ruamel",
    "secrets",
    "shutil",
    "socket",
    "subprocess",
    "time",
    "urllib3",
    "uuid",
}
"""What nothing below the line may import: no I/O, no clock, no hidden randomness."""


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def those(files: Iterable[Path], holds: Callable[[Path], object]) -> list[str]:
    """The names of the files of which something holds."""
    return [named(path) for path in files if holds(path)]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield str(node.module)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_room_is_in_the_import_table() -> None:
    rooms = {room_of(path) for path in FILES} - {"__init__"}

    assert rooms == ALLOWED.keys()


def test_a_room_imports_only_what_the_table_allows() -> None:
    inside = [path for path in FILES if room_of(path) != "__init__"]

    wrong = {named(path): _rooms_met(path) - ALLOWED[room_of(path)] for path in inside}

    assert {path: rooms for path, rooms in wrong.items() if rooms} == {}


def _rooms_met(path: Path) -> set[str]:
    met = {name.split(".")[1] for name in imports(path) if name.startswith("domostate.")}
    return met - {room_of(path)}


def test_nothing_below_the_line_does_io() -> None:
    core = [path for path in FILES if room_of(path) in CORE]

    assert those(core, lambda path: {name.split(".")[0] for name in imports(path)} & IMPURE) == []


def test_the_planner_knows_no_aspect() -> None:
    planner = [path for path in FILES if room_of(path) == "planning"]

    assert those(planner, lambda path: _starts(imports(path), "domostate.kinds.dataset")) == []


def _starts(names: Iterable[str], prefix: str) -> bool:
    return any(name.startswith(prefix) for name in names)


def test_deepdiff_is_imported_by_one_module() -> None:
    users = those(FILES, lambda path: "deepdiff" in set(imports(path)))

    assert users == ["domostate/planning/describe.py"]


def test_no_file_is_longer_than_400_lines() -> None:
    assert those(FILES, lambda path: path.read_text().count("\n") > 400) == []


def test_no_function_is_longer_than_50_lines() -> None:
    long = [
        f"{named(path)}: {node.name}"
        for path in FILES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > 50
    ]

    assert long == []


def test_nothing_prints_or_leaves_by_itself() -> None:
    calls = {
        (named(path), ast.unparse(node.func))
        for path in FILES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
    }

    assert [one for one in calls if one[1] in {"print", "sys.exit", "exit", "quit"}] == []


def test_nothing_is_left_undone() -> None:
    undone = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")

    assert those(FILES, lambda path: undone.search(path.read_text())) == []


def test_every_module_says_what_it_is_for() -> None:
    assert those(FILES, lambda path: path.read_text() and not ast.get_docstring(parsed(path))) == []
