"""What an estate file says of rows beyond a `csv`: pieces, states and data versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from domostate.emulator.estate import DatasetEntry

_MOST = 2**53 - 1
Whole = Annotated[int, Field(ge=-_MOST, le=_MOST)]
"""A number that clients can read, who take numbers for floats."""
Number = Annotated[int, Field(ge=1, le=_MOST)]
"""An id; Domo counts from 1."""
Count = Annotated[int, Field(ge=0, le=_MOST)]
Type = Literal["STRING", "DECIMAL", "LONG", "DOUBLE", "DATE", "DATETIME"]


class Entry(BaseModel):
    """An entry of the estate file; what it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class PieceColumnEntry(Entry):
    """A column as it was when a piece was written."""

    name: str = Field(min_length=1)
    type: Type


class PieceEntry(Entry):
    """Some rows of a dataset, of one partition, with the columns that they were written with."""

    partition: str = ""
    columns: list[PieceColumnEntry] | None = None
    """Where they are not those that the dataset has now."""
    csv: str
    """With a header that names the columns."""


class DataVersionEntry(Entry):
    """One write of rows; its number is its place in the list, from 1."""

    rows: Count = 0
    bytes: Count = 0
    partition: str = ""
    deleted: bool = False
    """Whether its data is marked as deleted."""
    state: Count = 0
    """Which of the states it made, where that is not indexed yet."""


Finding = tuple[tuple[int | str, ...], str]


def row_findings(entry: DatasetEntry) -> Iterator[Finding]:
    """What is wrong with what a dataset says of its rows, each with its place in it."""
    if entry.csv is not None and entry.pieces is not None:
        yield ("csv",), "a dataset has a csv or pieces, not both"
    if entry.pieces is None and entry.csv is None and (entry.states or entry.data_versions):
        yield (), "states and data_versions are of a dataset with a csv or pieces"
    for number, piece in enumerate(entry.pieces or ()):
        for name, times in Counter(one.name for one in piece.columns or ()).items():
            if times > 1:
                yield ("pieces", number, "columns"), f"two columns are called {name}"
    yield from _places(entry)


def _places(entry: DatasetEntry) -> Iterator[Finding]:
    """Pieces and states that are named by their places and are not there."""
    pieces = 1 if entry.pieces is None else len(entry.pieces)
    for number, state in enumerate(entry.states or ()):
        for place in state:
            if place >= pieces:
                yield ("states", number), f"there is no piece {place}; they count from 0"
    states = len(entry.states or (0,))
    for number, version in enumerate(entry.data_versions or ()):
        if version.state >= states:
            said = f"there is no state {version.state}; they count from 0"
            yield ("data_versions", number, "state"), said
