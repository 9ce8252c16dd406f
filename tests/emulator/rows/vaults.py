"""A folder of rows in a test: what is in it, and what is left of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from domostate.emulator.rows.intake import Intake, take_in
from domostate.emulator.rows.pieces import Piece, Rows
from domostate.emulator.rows.vault import Vault

Cells = tuple[Any, ...]


class Folder:
    """A vault of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.vault = Vault(path / "rows")

    @contextmanager
    def parts(self, *contents: bytes) -> Iterator[list[Path]]:
        """Some bytes as parts that were sent: below the vault, as a spooled body lies."""
        paths = [self.vault.passing() for _ in contents]
        try:
            for path, content in zip(paths, contents, strict=True):
                path.write_bytes(content)
            yield paths
        finally:
            for path in paths:
                path.unlink()

    def taken(self, intake: Intake, *contents: bytes) -> Piece:
        """What becomes of them."""
        with self.parts(*contents) as paths:
            return take_in(self.vault, paths, intake)

    def rows(self, rows: Rows) -> list[Cells]:
        """The rows as the engine has them."""
        with self.vault.engine() as engine:
            return engine.execute(rows.select(self.vault)).fetchall()

    def kept(self) -> set[str]:
        """The names of the files that are kept."""
        kept = self.path / "rows" / "kept"
        return {one.name for one in kept.iterdir()} if kept.is_dir() else set()

    def passing(self) -> set[str]:
        """The names of the files that should last as long as a request."""
        passing = self.path / "rows" / "passing"
        return {one.name for one in passing.iterdir()} if passing.is_dir() else set()

    def clear(self, *pieces: Piece) -> None:
        """Forget what an example made."""
        self.vault.drop([one.file for one in pieces])


@contextmanager
def folder() -> Iterator[Folder]:
    """One for as long as a test lasts."""
    with TemporaryDirectory() as path:
        made = Folder(Path(path))
        try:
            yield made
        finally:
            made.vault.close()


def csv_of(rows: Sequence[Sequence[Any]], line_end: str = "\n") -> bytes:
    """RFC 4180 with the rules of platform §4.8: no value is nothing, a text has quotes if it is
    empty or needs them."""
    return "".join(",".join(map(cell, row)) + line_end for row in rows).encode()


def cell(value: Any, *, quoted: bool = False) -> str:
    """One cell."""
    if value is None:
        return ""
    text = str(value)
    if quoted or text in ("", "\\N") or text.startswith("\ufeff") or set(text) & set(',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
