"""Whether somebody vouches for a dataset."""

import json
from dataclasses import asdict, dataclass

from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset, set_fields

STATES = frozenset({"ACTIVE", "EXPIRED", "REQUESTED", "PENDING"})
"""Of the system tag CERTIFIED [OAS]."""


@dataclass(frozen=True, slots=True)
class Certification:
    """The system tag CERTIFIED of a dataset and how it came about (product §2.1, §2.10)."""

    state: str
    process_type: str
    process_name: str
    admin: bool
    """Granted by an administrator rather than by a process of approval."""
    request_id: str
    reason: str
    user_id: int
    updated_ms: int


def certification_of(dataset: Dataset) -> Certification | None:
    """The certification of a dataset; an empty text is nobody's word."""
    return Certification(**json.loads(dataset.certification)) if dataset.certification else None


def certify(db: Database, dataset_id: str, found: Certification | None, now_ms: int) -> None:
    """Set the certification, or take it away."""
    text = "" if found is None else json.dumps(asdict(found))
    set_fields(db, dataset_id, now_ms, certification=text)
