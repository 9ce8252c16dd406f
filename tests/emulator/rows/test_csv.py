"""CSV in and out: what was sent is what is there and what comes back."""

import csv
import gzip
import io
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domostate.emulator.rows.columns import Column
from domostate.emulator.rows.intake import BadRows, Intake, take_in
from domostate.emulator.rows.newlines import CHUNK
from domostate.emulator.rows.output import write_csv
from domostate.emulator.rows.pieces import Rows
from tests.emulator.rows.vaults import Cells, Folder, cell, csv_of, folder

Table = tuple[tuple[str, ...], list[tuple[str | None, ...]]]
Written = tuple[bytes, list[tuple[str | None, ...]]]


@pytest.fixture(scope="module")
def rows_folder() -> Iterator[Folder]:
    with folder() as made:
        yield made


CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
ODD = (
    "", "\\N", "\\n", '"', '""', ",", "\n", "\r\n", "\r", "a\rb", 'a"b', " a ", "\t", "'", "#", ";",
    "\ufeffx", "\u2028", "\x01\x1f\x7f", "😀", "e\u0301", "NULL", "0", "column 1", "a, b\n\"c\"",
)  # fmt: skip
TEXTS = st.one_of(st.sampled_from(ODD), st.text(CHARACTERS, max_size=12))
CELLS = st.one_of(st.none(), TEXTS)
NAMES = st.one_of(
    st.sampled_from(["column 1", 'the "first"', "a,b", "Größe", "order", "table", "x\ny", "\\N"]),
    st.text(CHARACTERS, min_size=1, max_size=8),
).filter(lambda name: not name.startswith("\ufeff"))


@st.composite
def tables(draw: st.DrawFn, least_width: int = 1) -> Table:
    """Names and rows; no row could be taken for the names."""
    names = draw(st.lists(NAMES, min_size=least_width, max_size=5, unique_by=str.lower))
    row = st.tuples(*[CELLS] * len(names)).filter(
        lambda cells: None in cells or sorted(map(str, cells)) != sorted(names)
    )
    return tuple(names), draw(st.lists(row, max_size=6))


def strings(names: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(Column(name, "STRING") for name in names)


def taken(there: Folder, names: tuple[str, ...], *contents: bytes) -> list[Cells]:
    """The rows that parts become; nothing else is left of them."""
    piece = there.taken(Intake(strings(names)), *contents)
    rows = Rows(strings(names), (piece,))
    found = there.rows(rows)
    assert piece.rows == len(found)
    assert there.kept() == {piece.file}
    for header in (True, False):
        again = write_csv(there.vault, rows, header=header)
        sent_back = take_in(there.vault, [again], Intake(strings(names), header=header))
        assert there.rows(Rows(strings(names), (sent_back,))) == found
        again.unlink()
        there.clear(sent_back)
    there.clear(piece)
    assert there.kept() == there.passing() == set()
    return found


@given(table=tables(), data=st.data())
@settings(max_examples=120)
def test_every_table_comes_back_as_it_was_sent(
    table: Table, data: st.DataObject, rows_folder: Folder
) -> None:
    """Quotes where nobody needs them, either line end or both, a header in any order or none, a
    byte order mark, gzip: none of it matters."""
    names, rows = table
    order = data.draw(st.permutations(range(len(names))), label="order of the header")
    headed = data.draw(st.booleans(), label="header")
    lines = [[rows[n][at] for at in order] if headed else rows[n] for n in range(len(rows))]
    ends = st.sampled_from(["\n", "\r\n"])
    text = "".join(
        ",".join(cell(one, quoted=data.draw(st.booleans())) for one in line) + data.draw(ends)
        for line in ([[names[at] for at in order], *lines] if headed else lines)
    )
    content = text.encode(data.draw(st.sampled_from(["utf-8", "utf-8-sig"])))
    if data.draw(st.booleans(), label="gzip"):
        content = gzip.compress(content, 1)

    assert taken(rows_folder, names, content) == rows


@pytest.mark.parametrize("rows", [[], [("1",)], [("a\nb",)]])
def test_a_byte_order_mark_may_stand_before_a_quote(
    rows: list[tuple[str, ...]], rows_folder: Folder
) -> None:
    text = '"x\ny"\n' + "".join(f'"{one}"\n' for (one,) in rows)

    assert taken(rows_folder, ("x\ny",), text.encode("utf-8-sig")) == rows


@given(table=tables(), line_end=st.sampled_from(["\n", "\r\n"]), every=st.booleans())
@settings(max_examples=80)
def test_what_python_writes_is_taken(
    table: Table, line_end: str, every: bool, rows_folder: Folder
) -> None:
    """Python's writer, and so pandas, cannot tell no value from an empty text, and older ones write
    a bare carriage return without quotes."""
    names, rows = table
    if line_end == "\n":  # before it, a carriage return at the end of a row is part of the line end
        rows = [(*row[:-1], row[-1].rstrip("\r") if row[-1] else None) for row in rows]
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL
    writer = csv.writer(out, lineterminator=line_end, quoting=quoting)
    writer.writerow(names)
    writer.writerows(rows)

    def expected(value: str | None) -> str | None:
        # It gives quotes to an empty text that is alone in its row.
        if every or (len(names) == 1 and not value):
            return value or ""
        return None if value in ("", "\\N") else value

    if not every and "\\N" in names:
        return  # a header that says "no value" is none
    found = taken(rows_folder, names, out.getvalue().encode())

    assert found == [tuple(map(expected, row)) for row in rows]


@given(one=tables(), contents=st.lists(st.integers(0, 6), min_size=2, max_size=4))
@settings(max_examples=30)
def test_parts_follow_each_other_with_or_without_a_header(
    one: Table, contents: list[int], rows_folder: Folder
) -> None:
    names, rows = one
    parts = [csv_of([names, *rows[:n]] if n % 2 else rows[:n]) for n in contents]

    found = taken(rows_folder, names, *parts)

    assert found == [row for n in contents for row in rows[:n]]


@pytest.mark.parametrize("at", range(-3, 4))
@pytest.mark.parametrize("pattern", ["\r\n", "\r", '"\r"\r\n', '""', "\n\r\n", ',"x\r"'])
def test_it_does_not_matter_where_a_file_is_cut_while_it_is_read(
    at: int, pattern: str, rows_folder: Folder
) -> None:
    first = "x" * (CHUNK - 2 + at) + "," + cell(pattern) + "\r\n"
    content = first + "a,b\n" + cell(pattern) + "," + cell("\r") + "\n"

    found = taken(rows_folder, ("a", "k"), content.encode())

    assert [(len(one[0]), one[1]) for one in found] == [
        (CHUNK - 2 + at, pattern), (1, "b"), (len(pattern), "\r"),
    ]  # fmt: skip


@pytest.mark.parametrize("size", [70_000, 2_000_000])
def test_a_cell_may_be_very_long(size: int, rows_folder: Folder) -> None:
    long = ('ä,"\n' * size)[:size]

    found = taken(rows_folder, ("a", "b"), csv_of([(long, None), ("", long)]))

    assert found == [(long, None), ("", long)]


EXAMPLES: tuple[tuple[bytes, list[Cells]], ...] = (
    (b"1,2", [("1", "2")]),
    (b",\n", [(None, None)]),
    (b'"",\n', [("", None)]),
    (b'\\N,"\\N"\n', [(None, "\\N")]),
    (b" a , b \n", [(" a ", " b ")]),
    (b"#1,2\n", [("#1", "2")]),
    (b'5" pipe,x\n', [('5" pipe', "x")]),
    (b"1,2\n\n\n3,4\n\n", [("1", "2"), ("3", "4")]),
    (b"", []),
    (b"\xef\xbb\xbf", []),
    (b"\n", []),
    (b"a,b\n", []),
    (b"b,a\n1,2\n", [("2", "1")]),
    (b"a,b\na,b\n", [("a", "b")]),
    (b"A,B\n1,2\n", [("A", "B"), ("1", "2")]),
    (b"a,\n1,2\n", [("a", None), ("1", "2")]),
    (b'\xef\xbb\xbf"b",a\n1,2\n', [("2", "1")]),
    (b"b,a", []),
    (b'"b","a"\r\n,\r\n', [(None, None)]),
    (b"1\r2,3\n", [("1\r2", "3")]),
    (b"1,2\r\r\n3,4\n", [("1", "2\r"), ("3", "4")]),
)


@pytest.mark.parametrize(("content", "rows"), EXAMPLES)
def test_what_csv_says(content: bytes, rows: list[Cells], rows_folder: Folder) -> None:
    assert taken(rows_folder, ("a", "b"), content) == rows


def refusal(there: Folder, content: bytes, *columns: Column) -> str:
    """Why the content is refused; nothing is left of it."""
    with pytest.raises(BadRows) as caught:
        there.taken(Intake(columns or strings(("a", "b"))), content)
    assert there.kept() == there.passing() == set()
    return str(caught.value)


MANY = "There are too many columns. Expected 2. Row {}, column 3."
FEW = "There are too few columns. Expected 2. Row {}, column 1. Row: "
OPEN = "Row {}: A quote is not closed, or text follows one."
NUL = "The content has NUL bytes, so it is no text in UTF-8."
PACKED = gzip.compress(b"1,2\n" * 1000, mtime=0)
REFUSED = (
    (b"1,2,3\n", MANY.format(1)),
    (b"1,2\n3,4,5\n", MANY.format(2)),
    (b"1,2\n3,4,\n", MANY.format(2)),
    (b'1,2\n"3,3",4\n5,6,,,\n', MANY.format(3)),
    (b"b,a\n3,4,\n", MANY.format(2)),
    (b'1,2,""\n', MANY.format(1)),
    (b"1\n", FEW.format(1)),
    (b'1,2\n"Expected Number of Columns: 9 Found: 7\n"\n', FEW.format(2)),
    (b'"1,2\n', OPEN.format(1)),
    (b'1,2\n3,"4"x\n', OPEN.format(2)),
    (b'1,2\r\n"3,4\n', OPEN.format(2)),
    (b"1,\xff\n", "Row 1: The content is not UTF-8."),
    (b'1,"\xed\xa0\x80"\n', "Row 1: The content is not UTF-8."),
    (b"1,\x00\n", NUL),
    ("1,2\n".encode("utf-16"), NUL),
    (b"\x1f\x8b", "The gzip content cannot be read: "),
    (PACKED[:-9], "The gzip content cannot be read: "),
    (PACKED[:20] + b"\xff" * 9 + PACKED[29:], "The gzip content cannot be read: "),
    (PACKED + b"1,2\n", "The gzip content cannot be read: "),
)


@pytest.mark.parametrize(("content", "why"), REFUSED)
def test_what_is_no_csv_is_refused_with_the_reason(
    content: bytes, why: str, rows_folder: Folder
) -> None:
    said = refusal(rows_folder, content)

    assert said == why if not why.endswith("read: ") else said.startswith(why)


@pytest.mark.parametrize("opening", [b'1,"', b'1,"\r'])
def test_a_quote_that_is_never_closed_does_not_make_a_cell_of_the_whole_file(
    opening: bytes, rows_folder: Folder
) -> None:
    assert "a quote is not closed" in refusal(rows_folder, opening + b"2,3\n" * 9_000_000).lower()


def test_a_dataset_without_columns_takes_nothing(rows_folder: Folder) -> None:
    piece = rows_folder.taken(Intake(()), b"")

    assert piece.rows == 0
    rows_folder.clear(piece)
    with pytest.raises(BadRows, match="has no columns"):
        rows_folder.taken(Intake(()), b"1\n")
    assert rows_folder.kept() == rows_folder.passing() == set()


TYPED = ("LONG", "DOUBLE", "DECIMAL", "DATE", "DATETIME")
NO_VALUES = {
    "LONG": ["1.5", "x", "9223372036854775808", "1,5"],
    "DOUBLE": ["x", "nan", "inf", "1,5"],
    "DECIMAL": ["x", "1" * 29],
    "DATE": ["x", "2024-02-30", "24-01-02", "epoch", "infinity"],
    "DATETIME": ["x", "2024-01-01 25:00:00", "4-01-02", "infinity"],
}


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in NO_VALUES.items() for text in texts]
)
def test_a_text_that_is_no_value_of_its_column_is_refused_or_lost(
    kind: str, text: str, rows_folder: Folder
) -> None:
    columns = (Column("n'a\"m\ne", kind),)
    content = csv_of([(None,), (text,)])

    said = refusal(rows_folder, content, *columns)
    piece = rows_folder.taken(Intake(columns, bad_cells=True), content)

    assert said == f"Column n'a\"m\ne takes a {kind}, not {text}"
    assert rows_folder.rows(Rows(columns, (piece,))) == [(None,), (None,)]
    rows_folder.clear(piece)


@pytest.mark.parametrize("kind", ["STRING", *TYPED])
def test_nothing_can_be_sent(kind: str, rows_folder: Folder) -> None:
    piece = rows_folder.taken(Intake((Column("a", kind), Column("b", kind))))

    assert piece.rows == 0
    rows_folder.clear(piece)


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "STRING": TEXTS,
    "LONG": st.integers(-(2**63), 2**63 - 1),
    "DOUBLE": st.floats(allow_nan=False, allow_infinity=False),
    "DECIMAL": st.decimals(-(10**17), 10**17, places=10, allow_nan=False),
    "DATE": st.dates(),
    "DATETIME": st.one_of(
        st.datetimes(),
        st.datetimes().map(lambda at: at.replace(microsecond=0)),
        st.datetimes().map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)),
    ),
}


@given(data=st.data(), kinds=st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=6))
@settings(max_examples=60)
def test_values_of_every_type_come_back(
    data: st.DataObject, kinds: list[str], rows_folder: Folder
) -> None:
    columns = tuple(Column(f"column {n}", kind) for n, kind in enumerate(kinds))
    row = st.tuples(*(st.one_of(st.none(), VALUES[kind]) for kind in kinds))
    rows = data.draw(st.lists(row, min_size=1, max_size=5))
    content = csv_of([[column.name for column in columns], *rows])

    piece = rows_folder.taken(Intake(columns), content)
    sent = write_csv(rows_folder.vault, Rows(columns, (piece,)), header=True)
    again = take_in(rows_folder.vault, [sent], Intake(columns))

    assert rows_folder.rows(Rows(columns, (piece,))) == rows
    assert rows_folder.rows(Rows(columns, (again,))) == rows
    sent.unlink()
    rows_folder.clear(piece, again)


def test_a_time_with_an_offset_is_the_same_moment_in_utc(rows_folder: Folder) -> None:
    columns = (Column("at", "DATETIME"),)
    texts = ("2024-01-01T01:00:00+02:00", "2024-01-01 01:00:00Z", "2024-01-01 01:00:00")

    piece = rows_folder.taken(Intake(columns), csv_of([(one,) for one in texts]))

    found = [str(one[0]) for one in rows_folder.rows(Rows(columns, (piece,)))]
    assert found == ["2023-12-31 23:00:00", "2024-01-01 01:00:00", "2024-01-01 01:00:00"]
    rows_folder.clear(piece)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (["03:04:05", "03:04:06"], ["03:04:05", "03:04:06"]),
        (
            ["03:04:05", "03:04:06.7", "03:04:06.000"],
            ["03:04:05.000", "03:04:06.700", "03:04:06.000"],
        ),
        (["03:04:05.678", "03:04:05.678901"], ["03:04:05.678000", "03:04:05.678901"]),
        (["03:04:05.6789012345"], ["03:04:05.678901"]),
    ],
)
def test_the_times_of_a_column_are_written_alike_and_lose_nothing(
    sent: list[str], shown: list[str], rows_folder: Folder
) -> None:
    columns = (Column("at", "DATETIME"),)
    piece = rows_folder.taken(Intake(columns), csv_of([(f"2024-01-02 {one}",) for one in sent]))

    path = write_csv(rows_folder.vault, Rows(columns, (piece,)), header=False)

    assert path.read_text().splitlines() == [f"2024-01-02 {one}" for one in shown]
    path.unlink()
    rows_folder.clear(piece)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("1.23456789014", "1.2345678901"), ("1.23456789019", "1.2345678902"),
        ("9" * 28 + ".5", "9" * 28 + ".5"), ("0.00000000004", "0"),
    ],
)  # fmt: skip
def test_a_decimal_keeps_28_digits_before_the_point_and_10_behind(
    sent: str, kept: str, rows_folder: Folder
) -> None:
    columns = (Column("n", "DECIMAL"),)
    piece = rows_folder.taken(Intake(columns), csv_of([(sent,)]))

    path = write_csv(rows_folder.vault, Rows(columns, (piece,)), header=False)

    assert path.read_text() == f"{kept}\n"
    path.unlink()
    rows_folder.clear(piece)


SCRAPS = st.sampled_from([*'ab1",\r\n\\N #é', "\ufeff", "a,b\n", '""', "\0"])
LINES = st.lists(SCRAPS).map(lambda scraps: "".join(scraps).encode())
ENGINE_WORDS = ("strict_mode", "ignore_errors", "Possible", "read_csv", "/rows/", "Error")


@given(content=st.one_of(st.binary(max_size=60), LINES))
@settings(max_examples=250)
def test_any_bytes_are_taken_or_refused(content: bytes, rows_folder: Folder) -> None:
    said = ""
    try:
        rows_folder.clear(rows_folder.taken(Intake(strings(("a", "b"))), content))
    except BadRows as error:
        said = str(error)

    assert not any(word in said for word in ENGINE_WORDS)
    assert len(said) < 200
    assert rows_folder.kept() == rows_folder.passing() == set()
