"""Partitions: the data versions that one tag names, and their rows.

The tag in a data version is the association of the two; a version that is superseded, or whose tag
is removed, loses it.
"""

from collections import Counter
from dataclasses import dataclass, replace

from domostate.emulator.store.database import Database
from domostate.emulator.store.rows import save_pieces, stored_pieces

DELETED = "DELETED"
"""The status of a data version that is marked as deleted."""


@dataclass(frozen=True, slots=True)
class Partition:
    """A tag with its newest data version, and how many rows it has as written last."""

    tag: str
    version_id: int
    completed_ms: int
    deleted: bool
    rows: int


def partitions_of(db: Database, dataset_id: str) -> list[Partition]:
    """Every partition by its tag, those whose data is marked as deleted too."""
    rows: Counter[str] = Counter()
    for piece in stored_pieces(db, dataset_id):
        rows[piece.tag] += piece.rows
    found = db.all(
        "SELECT tag, max(id), max(completed_ms), min(status=?) FROM data_versions "
        "WHERE dataset_id=? AND tag<>'' GROUP BY tag ORDER BY tag",
        DELETED, dataset_id,
    )  # fmt: skip
    return [Partition(row[0], row[1], row[2], bool(row[3]), rows[row[0]]) for row in found]


def find_partition(db: Database, dataset_id: str, tag: str) -> Partition | None:
    """The partition of that tag."""
    return next((one for one in partitions_of(db, dataset_id) if one.tag == tag), None)


def supersede(db: Database, dataset_id: str, tag: str) -> None:
    """Take the tag from the versions of a partition that is written anew; without a tag the whole
    dataset is, and every partition ends (GUESS)."""
    ended = "UPDATE data_versions SET tag='' WHERE dataset_id=? AND (tag=? OR ?='')"
    db.run(ended, dataset_id, tag, tag)


def empty_partition(db: Database, dataset_id: str, tag: str) -> int:
    """Mark the data of a partition as deleted; queries see its rows until the next index. Returns
    how many rows the dataset has then."""
    kept = [one for one in stored_pieces(db, dataset_id) if one.tag != tag]
    save_pieces(db, dataset_id, kept)
    marked = "UPDATE data_versions SET status=? WHERE dataset_id=? AND tag=?"
    db.run(marked, DELETED, dataset_id, tag)
    return sum(one.rows for one in kept)


def forget_tag(db: Database, dataset_id: str, tag: str) -> None:
    """End a partition; rows that it has stay, in none. What is indexed stays as it is: queries know
    no tags."""
    supersede(db, dataset_id, tag)
    pieces = stored_pieces(db, dataset_id)
    untagged = [replace(one, tag="") if one.tag == tag else one for one in pieces]
    save_pieces(db, dataset_id, untagged)
