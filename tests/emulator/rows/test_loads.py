"""Loads: whatever comes in whatever order, the rows are those of a plain list."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domostate.emulator.rows.columns import Column
from domostate.emulator.rows.intake import BadRows
from domostate.emulator.rows.load import Load, load
from domostate.emulator.rows.merge import MOST_PIECES
from domostate.emulator.rows.pieces import Piece, Rows
from domostate.emulator.rows.vault import Reading, Vault
from tests.emulator.rows.values import TYPES, VALUES, turned
from tests.emulator.rows.vaults import Cells, Folder, csv_of, folder

NAMES = ("alpha", "Beta", 'a "b"', "c,d")
TAGS = st.sampled_from(["", "", "jan", "feb", "o'x"])


@dataclass(frozen=True)
class Line:
    """A row as it was written."""

    tag: str
    cells: dict[str, tuple[str, Any]]
    """By the name of the column: its type then, and the value."""

    def seen(self, columns: Sequence[Column]) -> Cells:
        """The row in columns as they stand now."""
        found = (self.cells.get(column.name, (column.type, None)) for column in columns)
        return tuple(
            turned(value, kind, column.type)
            for (kind, value), column in zip(found, columns, strict=True)
        )


class Failing(Vault):
    """A vault whose engine can be told to fail at its n-th use from now."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.uses_left = -1

    @contextmanager
    def engine(self) -> Iterator[duckdb.DuckDBPyConnection]:
        self.uses_left -= 1
        if self.uses_left == 0:
            raise duckdb.IOException("No space left on device")
        with super().engine() as engine:
            yield engine


class Loads(RuleBasedStateMachine):
    """Loads, changes of the schema, failures and readers, against a list of rows."""

    def __init__(self) -> None:
        super().__init__()
        self.temporary = TemporaryDirectory()
        self.folder = Folder(Path(self.temporary.name))
        self.folder.vault = self.vault = Failing(self.folder.path / "rows")
        self.columns: tuple[Column, ...] = ()
        self.pieces: tuple[Piece, ...] = ()
        self.lines: list[Line] = []
        self.readers: list[tuple[Reading, Rows, Counter[Cells]]] = []

    def teardown(self) -> None:
        self.vault.close()
        self.temporary.cleanup()

    @initialize(kinds=st.lists(st.sampled_from(TYPES), min_size=1, max_size=3))
    def create(self, kinds: list[str]) -> None:
        self.columns = tuple(map(Column, NAMES, kinds))

    @rule(data=st.data(), tag=TAGS, method=st.sampled_from(["APPEND", "REPLACE", "UPSERT"]))
    def write(self, data: st.DataObject, tag: str, method: str) -> None:
        keys = self.some_keys(data) if method == "UPSERT" else ()
        came = self.some_rows(data, self.columns)
        self.load(data, Load(self.rows, method, keys, tag), self.columns, came)
        lines = [Line(tag, self.cells(row)) for row in came]
        if method == "REPLACE":
            self.lines = [one for one in self.lines if tag and one.tag != tag]
        if method == "UPSERT":
            lines = list({self.key(one, keys): one for one in lines}.values())
            self.drop_keys({self.key(one, keys) for one in lines}, keys)
        self.lines += lines

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        keys = self.some_keys(data)
        columns = tuple(one for one in self.columns if one.name in keys)
        there = [one.seen(columns) for one in self.lines]
        known = data.draw(st.lists(st.sampled_from(there), max_size=3)) if there else []
        gone = known + self.some_rows(data, columns)
        self.load(data, Load(self.rows, "DELETE", keys), columns, gone)
        self.drop_keys(set(gone), keys)

    @rule(data=st.data(), tag=TAGS)
    def append_often(self, data: st.DataObject, tag: str) -> None:
        """So often that pieces are made one."""
        row = tuple(data.draw(st.sampled_from(VALUES[column.type])) for column in self.columns)
        for _ in range(MOST_PIECES + 1):
            self.load(None, Load(self.rows, "APPEND", (), tag), self.columns, [row])
            self.lines.append(Line(tag, self.cells(row)))

    @rule(data=st.data())
    def change_columns(self, data: st.DataObject) -> None:
        """Columns come, go, come back, move and change their types."""
        names = data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
        self.columns = tuple(Column(name, data.draw(st.sampled_from(TYPES))) for name in names)

    @rule(data=st.data(), method=st.sampled_from(["APPEND", "REPLACE", "UPSERT"]))
    def fail_in_the_middle(self, data: st.DataObject, method: str) -> None:
        """The engine fails at any of its uses: nothing has happened."""
        keys = self.some_keys(data) if method == "UPSERT" else ()
        content = csv_of(self.some_rows(data, self.columns))
        self.vault.uses_left = data.draw(st.integers(1, 6))
        with self.folder.parts(content) as parts:
            try:
                made = load(self.vault, Load(self.rows, method, keys), parts)
            except duckdb.IOException:
                made = None
            finally:
                self.vault.uses_left = -1
        if made is not None:
            self.vault.drop({one.file for one in made.pieces} - self.named)

    @rule(data=st.data(), method=st.sampled_from(["APPEND", "REPLACE", "UPSERT", "DELETE"]))
    def send_what_is_refused(self, data: st.DataObject, method: str) -> None:
        """A row too wide behind good ones: nothing has happened."""
        keys = self.some_keys(data) if method in ("UPSERT", "DELETE") else ()
        content = csv_of(self.some_rows(data, self.columns)) + b"1,2,3,4,5,6,7\n"
        with self.folder.parts(content) as parts, pytest.raises(BadRows):
            load(self.vault, Load(self.rows, method, keys), parts)

    @rule()
    def begin_to_read(self) -> None:
        held = self.vault.reading(self.rows.files)
        self.readers.append((held, self.rows, self.expected()))

    @precondition(lambda self: self.readers)
    @rule()
    def end_reading(self) -> None:
        """Whatever was written meanwhile, it reads what it began with."""
        held, rows, expected = self.readers.pop(0)
        with held:
            found = Counter(self.folder.rows(rows))
        assert found == expected

    @invariant()
    def the_rows_are_those_of_the_list(self) -> None:
        for tag in {one.tag for one in self.pieces} | {one.tag for one in self.lines}:
            pieces = tuple(one for one in self.pieces if one.tag == tag)
            found = Counter(self.folder.rows(Rows(self.columns, pieces)))
            assert found == self.expected(tag)
            assert sum(one.rows for one in pieces) == found.total()

    @invariant()
    def no_file_is_missing_and_none_is_left(self) -> None:
        held = {file for _, rows, _ in self.readers for file in rows.files}
        assert self.folder.kept() == self.named | held
        assert self.folder.passing() == set()

    @property
    def rows(self) -> Rows:
        return Rows(self.columns, self.pieces)

    @property
    def named(self) -> set[str]:
        return {one.file for one in self.pieces}

    def load(
        self, data: st.DataObject | None, what: Load, columns: tuple[Column, ...], rows: list[Cells]
    ) -> None:
        """Send rows in parts, some with a header, and let go of what is not needed any more."""
        cuts = [] if data is None else sorted(data.draw(st.lists(st.integers(0, len(rows)))))
        parts = [rows[start:end] for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
        headed = data is not None and data.draw(st.booleans())
        header = [tuple(column.name for column in columns)] if headed else []
        with self.folder.parts(*(csv_of([*header, *one]) for one in parts)) as paths:
            made = load(self.vault, what, paths)
        assert made.rows == len(rows)
        before = self.named
        self.pieces = made.pieces
        self.vault.drop(before - self.named)

    def some_rows(self, data: st.DataObject, columns: tuple[Column, ...]) -> list[Cells]:
        row = st.tuples(*(st.none() | st.sampled_from(VALUES[column.type]) for column in columns))
        return data.draw(st.lists(row, max_size=5))

    def some_keys(self, data: st.DataObject) -> tuple[str, ...]:
        names = st.sampled_from([column.name for column in self.columns])
        return tuple(data.draw(st.lists(names, min_size=1, unique=True)))

    def cells(self, row: Cells) -> dict[str, tuple[str, Any]]:
        return {
            column.name: (column.type, value)
            for column, value in zip(self.columns, row, strict=True)
        }

    def key(self, line: Line, keys: Sequence[str]) -> Cells:
        return line.seen([column for column in self.columns if column.name in keys])

    def drop_keys(self, gone: set[Cells], keys: Sequence[str]) -> None:
        self.lines = [one for one in self.lines if self.key(one, keys) not in gone]

    def expected(self, tag: str | None = None) -> Counter[Cells]:
        some = (one for one in self.lines if tag is None or one.tag == tag)
        return Counter(one.seen(self.columns) for one in some)


@pytest.mark.parametrize("method", ["APPEND", "UPSERT", "DELETE"])
def test_what_a_change_of_the_schema_hides_is_there_again_afterwards(method: str) -> None:
    """Whatever becomes of the files meanwhile."""
    texts = (Column("key", "LONG"), Column("text", "STRING"))
    numbers = (Column("text", "LONG"), Column("key", "LONG"))
    with folder() as there:
        rows = Rows(texts)
        for number in range(MOST_PIECES):
            with there.parts(f"{number},text {number}\n99,gone\n".encode()) as parts:
                rows = Rows(texts, load(there.vault, Load(rows, "APPEND"), parts).pieces)

        content = b"99\n" if method == "DELETE" else b"7,99\n"
        with there.parts(content) as parts:
            pieces = load(
                there.vault, Load(Rows(numbers, rows.pieces), method, ("key",)), parts
            ).pieces

        lost = 0 if method == "APPEND" else MOST_PIECES
        came = 0 if method == "DELETE" else 1
        as_texts = Counter({(99, "gone"): MOST_PIECES - lost, (99, "7"): came})
        as_numbers = Counter({(None, 99): MOST_PIECES - lost, (7, 99): came})
        for number in range(MOST_PIECES):
            as_texts[number, f"text {number}"] = as_numbers[None, number] = 1
        assert Counter(there.rows(Rows(texts, pieces))) == as_texts
        assert Counter(there.rows(Rows(numbers, pieces))) == as_numbers
        assert len(pieces) == (MOST_PIECES if method == "DELETE" else 2)


TestLoads = Loads.TestCase
TestLoads.settings = settings(max_examples=25, stateful_step_count=10)


@pytest.mark.long
class TestManyLoads(Loads.TestCase):
    settings = settings(max_examples=300, stateful_step_count=25)
