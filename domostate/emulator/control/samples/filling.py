"""What in a sample stands for something of the estate, and putting that there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domostate.emulator.store.database import Database

Known = Mapping[str, Sequence[str]]
"""Some ids of each kind. The first ones belong together: the first policy is one of the first
dataset."""

_MOST = 3
_OF_DATASET = "ORDER BY dataset_id=? DESC"
_ASKED: Mapping[str, tuple[str, str]] = {
    "dataset": (
        "SELECT id FROM datasets WHERE deleted=0 ORDER BY (SELECT count(*) FROM policies "
        "WHERE dataset_id=datasets.id) DESC, id", "",
    ),
    "column": (
        "SELECT json_extract(value, '$.name') FROM schemas, json_each(columns) "
        "WHERE dataset_id=? ORDER BY version DESC, key", "dataset",
    ),
    "schema": ("SELECT version FROM schemas WHERE dataset_id=? ORDER BY version DESC", "dataset"),
    "index": (f"SELECT key FROM index_jobs {_OF_DATASET}, key", "dataset"),
    "policy": (f"SELECT id FROM policies {_OF_DATASET}, type='open', id", "dataset"),
    "column_policy": (f"SELECT id FROM column_policies {_OF_DATASET}, id", "dataset"),
    "mapping": (f"SELECT id FROM column_mappings {_OF_DATASET}, id", "dataset"),
    "upload": (f"SELECT id FROM uploads {_OF_DATASET}, committed, id", "dataset"),
    "version": (f"SELECT id FROM data_versions {_OF_DATASET}, id DESC", "dataset"),
    "partition": (
        "SELECT DISTINCT tag FROM data_versions WHERE tag<>'' ORDER BY dataset_id=? DESC, tag",
        "dataset",
    ),
    # Whoever tries things first tries them on somebody who is no Admin.
    "user": ("SELECT id FROM users WHERE deleted=0 ORDER BY role='Admin', position", ""),
    "email": ("SELECT email FROM users WHERE deleted=0 ORDER BY role='Admin', position", ""),
    "group": ("SELECT id FROM groups WHERE deleted=0 ORDER BY id", ""),
    # Domo's own roles, which come first, cannot be changed.
    "role": ("SELECT id FROM roles ORDER BY id DESC", ""),
    "attribute": ("SELECT key FROM attribute_keys ORDER BY key", ""),
    "account": ("SELECT id FROM accounts ORDER BY id", ""),
    "provider": ("SELECT provider FROM accounts ORDER BY id=? DESC, id", "account"),
    "stream": ("SELECT id FROM streams WHERE deleted=0 ORDER BY provider='', id", ""),
    "connected": (
        "SELECT dataset_id FROM streams WHERE deleted=0 AND provider<>'' ORDER BY id", "",
    ),
    "run": ("SELECT id FROM executions ORDER BY stream_id=? DESC, state, id", "stream"),
    "api_stream": ("SELECT id FROM streams WHERE deleted=0 ORDER BY provider<>'', id", ""),
    "api_run": ("SELECT id FROM executions ORDER BY stream_id=? DESC, state, id", "api_stream"),
}  # fmt: skip
"""How to find ids of a kind, and the kind whose first one is the value of the question mark."""


def known_ids(db: Database) -> Known:
    """Ids of the estate as it stands."""
    found: dict[str, list[str]] = {}
    for kind, (query, of) in _ASKED.items():
        values = [next(iter(found[of]), "")] if of else []
        found[kind] = [str(row[0]) for row in db.all(f"{query} LIMIT {_MOST}", *values)]
    return found


@dataclass(frozen=True, slots=True)
class Id:
    """Stands for an id of the estate, a text or a number."""

    kind: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A body that is no JSON."""

    text: str
    content_type: str = "text/plain"


DATASET, COLUMN = Id("dataset"), Id("column")
CONNECTED = Id("connected")
"""A dataset that a connector feeds."""
POLICY, COLUMN_POLICY = Id("policy", number=True), Id("column_policy", number=True)
MAPPING, VERSION = Id("mapping", number=True), Id("version", number=True)
USER, USER_TEXT, EMAIL = Id("user", number=True), Id("user"), Id("email")
GROUP, GROUP_TEXT = Id("group", number=True), Id("group")
ATTRIBUTE = Id("attribute")
ROLE, ACCOUNT = Id("role", number=True), Id("account", number=True)


def filled(sample: Any, known: Known) -> Any:
    """The sample with ids in it; 1 where the estate has none of a kind."""
    match sample:
        case Id(kind, number):
            found = next(iter(known[kind]), "1")
            return int(found) if number else found
        case dict():
            return {name: filled(value, known) for name, value in sample.items()}
        case list():
            return [filled(value, known) for value in sample]
    return sample
