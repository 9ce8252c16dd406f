"""Rows in an estate file, and in a snapshot: CSV with a header, below each dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from domostate.emulator.errors import EstateInvalid
from domostate.emulator.loading import keep_rows
from domostate.emulator.rows.intake import BadRows
from domostate.emulator.rows.load import Load, load
from domostate.emulator.rows.output import write_csv
from domostate.emulator.rows.vault import Vault
from domostate.emulator.seeing import stored_rows
from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset, find_dataset
from domostate.emulator.store.rows import Written, add_version, mark_indexed


def seed_rows(db: Database, vault: Vault, texts: Mapping[str, str], now_ms: int) -> None:
    """Give the datasets, by id, the rows of their CSV.

    Raises:
        EstateInvalid: naming each dataset whose CSV cannot be taken.
    """
    findings = []
    for dataset_id, text in texts.items():
        dataset = find_dataset(db, dataset_id)
        assert dataset is not None, "it has just been seeded"
        try:
            _give(db, vault, dataset, text, now_ms)
        except BadRows as error:
            findings.append(f"the csv of dataset {dataset.name!r}: {error}")
    if findings:
        raise EstateInvalid(findings)


def _give(db: Database, vault: Vault, dataset: Dataset, text: str, now_ms: int) -> None:
    before = replace(stored_rows(db, dataset), pieces=())
    path = vault.passing(".csv")
    try:
        path.write_bytes(text.encode())
        loaded = load(vault, Load(before, "REPLACE"), [path])
    finally:
        path.unlink(missing_ok=True)
    state = keep_rows(db, dataset.id, loaded.pieces, len(before.columns), now_ms)
    written = Written(state, "REPLACE", loaded.rows, loaded.bytes)
    add_version(db, dataset.id, written, dataset.schema_version, now_ms)
    mark_indexed(db, dataset.id, state, now_ms)


def rows_of(db: Database, vault: Vault, dataset: Dataset) -> str:
    """The stored rows of a dataset as CSV with a header."""
    path = write_csv(vault, stored_rows(db, dataset), header=True)
    try:
        return path.read_bytes().decode()
    finally:
        path.unlink(missing_ok=True)
