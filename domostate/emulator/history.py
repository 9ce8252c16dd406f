"""How access stood after every write that changed it, so that a test can judge each moment."""

import json
from typing import Any

from domostate.emulator.snapshot import dataset_access, group_access
from domostate.emulator.store.database import Database


def watch(db: Database) -> None:
    """From now on the database notes how things stood before a write touches them."""

    def view(kind: str, thing_id: str) -> str:
        return _view(db, kind, thing_id)

    db.view_of = view


def _view(db: Database, kind: str, thing_id: str) -> str:
    seen = dataset_access(db, thing_id) if kind == "dataset" else group_access(db, int(thing_id))
    return json.dumps(seen)


def record(db: Database, seq: int, method: str, path: str) -> None:
    """Add an entry for each dataset or group whose access this request really changed. A request
    that changed several has several entries with one `seq`."""
    for (kind, thing_id), before in db.touched.items():
        after = _view(db, kind, thing_id)
        if after != before:
            db.run(
                "INSERT INTO history (seq, method, path, kind, id, stood) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                seq, method, path, kind, thing_id, after,
            )  # fmt: skip
    db.touched.clear()


def history(db: Database, dataset_id: str | None) -> list[dict[str, Any]]:
    """The entries in order; those of other datasets are left out when one is named, those of
    groups stay, because a group changes who reaches the dataset."""
    rows = db.all(
        "SELECT seq, method, path, kind, stood FROM history "
        "WHERE ? IS NULL OR kind='group' OR id=? ORDER BY entry",
        dataset_id, dataset_id,
    )  # fmt: skip
    return [
        {"seq": row[0], "method": row[1], "path": row[2], row[3]: json.loads(row[4])}
        for row in rows
    ]
