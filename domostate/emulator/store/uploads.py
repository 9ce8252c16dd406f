"""Uploads: sessions in which the parts of one write of rows come in (product §2.9)."""

from dataclasses import dataclass

from domostate.emulator.store.database import Database


@dataclass(frozen=True, slots=True)
class Upload:
    """A session; `action` and `append_id` are what was asked for when it began, or empty."""

    id: int
    dataset_id: str
    action: str
    append_id: str
    tag: str
    committed: bool
    requested_ms: int


def add_upload(db: Database, upload: Upload) -> None:
    """Store a new session."""
    db.run(
        "INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?)",
        upload.id, upload.dataset_id, upload.action, upload.append_id, upload.tag,
        upload.committed, upload.requested_ms,
    )  # fmt: skip


def find_upload(db: Database, dataset_id: str, upload_id: int) -> Upload | None:
    """The session of that number, if it is this dataset's."""
    row = db.one(
        "SELECT id, dataset_id, action, append_id, tag, committed, requested_ms FROM uploads "
        "WHERE id=? AND dataset_id=?",
        upload_id, dataset_id,
    )  # fmt: skip
    if row is None:
        return None
    return Upload(row[0], row[1], row[2], row[3], row[4], bool(row[5]), row[6])


def end_upload(db: Database, upload_id: int) -> None:
    """Let no part come any more."""
    db.run("UPDATE uploads SET committed=1 WHERE id=?", upload_id)
