"""The house rules that can be read off the source: layers, purity, sizes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "domostate"
FILES = sorted(path for path in PACKAGE.rglob("*.py"))

ADAPTERS = {"manifests", "domo", "record"}
CORE = {"errors", "model", "kinds", "planning"}
ALLOWED = {
    "errors": set(),
    "loopback": set(),
    "model": {"errors"},
    "kinds": {"model", "errors"},
    "planning": {"model", "kinds", "errors"},
    "manifests": {"kinds", "model", "errors"},
    "domo": {"kinds", "model", "errors", "loopback"},
    "record": {"kinds", "model", "errors", "loopback"},
    "engine": {*ADAPTERS, *CORE, "loopback"},
    "views": {"planning", "model", "errors"},
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


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
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


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_room_imports_only_what_the_table_allows(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return

    met = {name.split(".")[1] for name in imports(path) if name.startswith("domostate.")}

    assert met - {room} <= ALLOWED[room]


@pytest.mark.parametrize("path", [one for one in FILES if room_of(one) in CORE], ids=named)
def test_nothing_below_the_line_does_io(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & IMPURE


@pytest.mark.parametrize("path", [one for one in FILES if room_of(one) == "planning"], ids=named)
def test_the_planner_knows_no_aspect(path: Path) -> None:
    assert not [name for name in imports(path) if name.startswith("domostate.kinds.dataset")]


def test_deepdiff_is_imported_by_one_module() -> None:
    users = [named(path) for path in FILES if "deepdiff" in set(imports(path))]

    assert users == ["domostate/planning/describe.py"]


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_file_is_longer_than_400_lines(path: Path) -> None:
    assert path.read_text().count("\n") <= 400


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_function_is_longer_than_50_lines(path: Path) -> None:
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    long = [f.name for f in functions if (f.end_lineno or 0) - f.lineno + 1 > 50]

    assert not long


@pytest.mark.parametrize("path", FILES, ids=named)
def test_nothing_prints_or_leaves_by_itself(path: Path) -> None:
    calls = [
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    ]

    assert not {"print", "sys.exit", "exit", "quit"} & set(calls)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_nothing_is_left_undone(path: Path) -> None:
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", path.read_text())


@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    text = path.read_text()

    assert not text or ast.get_docstring(ast.parse(text))
