"""Row policies (PDP) and the switch that makes them act."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domostate.emulator.errors import bad_request
from domostate.emulator.store.database import Database, Row
from domostate.emulator.store.datasets import Dataset, set_fields
from domostate.emulator.store.grants import current_level, grant
from domostate.emulator.store.schemas import indexed_columns, latest_columns

OPERATORS = frozenset({
    "EQUALS", "LIKE", "GREATER_THAN", "LESS_THAN", "GREATER_THAN_EQUAL", "LESS_THAN_EQUAL",
    "BETWEEN", "BEGINS_WITH", "ENDS_WITH", "CONTAINS",
})  # fmt: skip
"""platform §5. LIKE, ENDS_WITH and CONTAINS are documented for that plane only; whether the other
refuses them is unknown, so both take all ten."""
VALUES_LIMIT = 255
"""All values of one policy, joined, must stay under it (platform §5: DOC; unverified on the
Product plane, applied there too)."""
ALL_ROWS = "All Rows"


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition; the values are alternatives."""

    column: str
    operator: str
    values: list[str]
    negated: bool = False
    ignore_case: bool = False
    type: str = "COLUMN"
    """COLUMN, or DYNAMIC: the value names a user attribute (product §4.6)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which rows some users and groups see; type "open" is Domo's own "All Rows"."""

    id: int
    dataset_id: str
    type: str
    name: str
    filters: list[Filter]
    users: list[int]
    groups: list[int]
    virtual_users: list[str]
    dataset_permissions: bool = False


_POLICY = (
    "SELECT id, dataset_id, type, name, filters, virtual_users, dataset_permissions FROM policies"
)
_MEMBERS = "SELECT type, member_id FROM policy_members WHERE policy_id=?"


def _policy(db: Database, row: Row) -> Policy:
    members = db.all(_MEMBERS, row[0])
    return Policy(
        row[0], row[1], row[2], row[3],
        [Filter(**one) for one in json.loads(row[4])],
        [member for kind, member in members if kind == "USER"],
        [member for kind, member in members if kind == "GROUP"],
        json.loads(row[5]), bool(row[6]),
    )  # fmt: skip


def policies_of(db: Database, dataset_id: str) -> list[Policy]:
    """All policies of a dataset, All Rows included, by id."""
    rows = db.all(_POLICY + " WHERE dataset_id=? ORDER BY id", dataset_id)
    return [_policy(db, row) for row in rows]


def controlled_columns(db: Database, dataset_id: str) -> list[str]:
    """The columns that policies of a dataset filter by, sorted by name."""
    rows = db.all(
        "SELECT DISTINCT json_extract(value, '$.column') FROM policies, json_each(filters) "
        "WHERE dataset_id=? ORDER BY 1",
        dataset_id,
    )
    return [row[0] for row in rows]


def find_policy(db: Database, dataset_id: str, policy_id: int) -> Policy | None:
    """The policy of that id, if it is this dataset's."""
    row = db.one(_POLICY + " WHERE id=? AND dataset_id=?", policy_id, dataset_id)
    return None if row is None else _policy(db, row)


def ensure_all_rows(db: Database, dataset_id: str) -> None:
    """Create the built-in policy unless it is there."""
    if db.one("SELECT 1 FROM policies WHERE dataset_id=? AND type='open'", dataset_id) is None:
        made = Policy(db.next_id("policy"), dataset_id, "open", ALL_ROWS, [], [], [], [])
        save_policy(db, made)


def save_policy(db: Database, policy: Policy) -> None:
    """Store a policy as it now is, members and all."""
    db.touch("dataset", policy.dataset_id)
    filters = json.dumps([_filter_row(one) for one in policy.filters])
    db.run(
        "INSERT OR REPLACE INTO policies VALUES (?, ?, ?, ?, ?, ?, ?)",
        policy.id, policy.dataset_id, policy.type, policy.name, filters,
        json.dumps(policy.virtual_users), policy.dataset_permissions,
    )  # fmt: skip
    db.run("DELETE FROM policy_members WHERE policy_id=?", policy.id)
    rows: list[Row] = [(policy.id, "USER", user) for user in policy.users]
    rows += [(policy.id, "GROUP", group) for group in policy.groups]
    db.run_many("INSERT OR IGNORE INTO policy_members VALUES (?, ?, ?)", rows)


def _filter_row(one: Filter) -> dict[str, Any]:
    return {
        "column": one.column,
        "operator": one.operator,
        "values": one.values,
        "negated": one.negated,
        "ignore_case": one.ignore_case,
        "type": one.type,
    }


def delete_policy(db: Database, policy: Policy) -> None:
    """Delete it; All Rows is refused (product §4.4: KB)."""
    if policy.type == "open":
        raise bad_request(f"The policy {policy.name} cannot be deleted.")
    db.touch("dataset", policy.dataset_id)
    db.run("DELETE FROM policy_members WHERE policy_id=?", policy.id)
    db.run("DELETE FROM policies WHERE id=?", policy.id)


def check_policy(db: Database, dataset: Dataset, policy: Policy, now_ms: int) -> None:
    """400 for what Domo refuses: unknown columns (product §1.3, nb, cause inferred), too many
    values, unknown operators, users or groups that do not exist (platform §5; the shape of that
    refusal is a GUESS)."""
    if not policy.name:
        raise bad_request("A policy needs a name.")
    if policy.type == "open" and policy.filters:
        raise bad_request(f"The policy {policy.name} takes no filters.")
    latest = db.switches.policy_columns == "latest"
    found = latest_columns(db, dataset) if latest else indexed_columns(db, dataset, now_ms)
    names = {column["name"] for column in found}
    for one in policy.filters:
        _check_filter(one, names)
    if len(",".join(value for one in policy.filters for value in one.values)) >= VALUES_LIMIT:
        raise bad_request(f"The values of a policy must stay under {VALUES_LIMIT} characters.")
    _check_known(db, "users", policy.users)
    _check_known(db, "groups", policy.groups)


def _check_filter(one: Filter, columns: set[str]) -> None:
    if one.column not in columns:
        raise bad_request(f"The DataSet has no column {one.column!r}.")
    if one.operator not in OPERATORS:
        raise bad_request(f"{one.operator!r} is no operator.")
    if one.operator == "BETWEEN" and len(one.values) != 2:
        raise bad_request("BETWEEN takes exactly two values.")
    if one.type not in ("COLUMN", "DYNAMIC"):
        raise bad_request(f"{one.type!r} is no type of filter.")


def _check_known(db: Database, table: str, ids: Sequence[int]) -> None:
    for one in ids:
        if db.one(f"SELECT 1 FROM {table} WHERE id=? AND deleted=0", one) is None:
            raise bad_request(f"There is no {table[:-1]} {one}.")


def share_with_members(db: Database, dataset: Dataset, policy: Policy) -> None:
    """Give the members of a policy CAN_VIEW where they have no entry of their own, if the switch
    `auto_share_policy_members` says that Domo does so."""
    if not db.switches.auto_share_policy_members:
        return
    named = [("USER", one) for one in policy.users] + [("GROUP", one) for one in policy.groups]
    for kind, member in named:
        if current_level(db, dataset, kind, str(member)) is None:
            grant(db, dataset.id, kind, str(member), "CAN_VIEW")


def switch_pdp(db: Database, dataset: Dataset, now_ms: int, **flags: bool) -> None:
    """Set the four PDP flags of a dataset; All Rows exists once PDP was on (product §4.5)."""
    db.touch("dataset", dataset.id)
    set_fields(db, dataset.id, now_ms, **{f"pdp_{name}": int(on) for name, on in flags.items()})
    if flags.get("enabled"):
        ensure_all_rows(db, dataset.id)
