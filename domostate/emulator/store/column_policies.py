"""Column policies (column PDP): kept and checked, but they mask nothing here."""

import json
from dataclasses import dataclass

from domostate.emulator.errors import bad_request
from domostate.emulator.store.database import Database, Row
from domostate.emulator.store.datasets import Dataset
from domostate.emulator.store.groups import group_exists
from domostate.emulator.store.people import user_exists
from domostate.emulator.store.schemas import latest_columns

LIMIT = 20
"""At most so many column policies (product §4.7: KB). Domo calls both a policy group and a rule in
it a column policy, so both are counted: groups by dataset, rules by group (GUESS)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How some people see the columns under a policy: `columnPolicies` of a policy group."""

    id: int
    uuid: str
    masks: list[str]
    """Such as `hash`, `md5` or `visible`; which others there are is unknown."""
    users: list[int]
    groups: list[int]
    dataset_permissions: bool
    order: int
    usual: bool
    """Holds for whom no other rule names."""


@dataclass(frozen=True, slots=True)
class ColumnPolicy:
    """A policy group: the rules that columns can be put under."""

    id: int
    dataset_id: str
    name: str
    rules: list[Rule]


@dataclass(frozen=True, slots=True)
class Mapping:
    """One column under one policy."""

    id: int
    dataset_id: str
    policy_id: int
    column: str
    policy_name: str


def column_policies_of(db: Database, dataset_id: str) -> list[ColumnPolicy]:
    """The column policies of a dataset, by id."""
    rows = db.all("SELECT id, name FROM column_policies WHERE dataset_id=? ORDER BY id", dataset_id)
    return [ColumnPolicy(row[0], dataset_id, row[1], _rules(db, row[0])) for row in rows]


def find_column_policy(db: Database, dataset_id: str, policy_id: int) -> ColumnPolicy | None:
    """The column policy of that id, if it is this dataset's."""
    asked = "SELECT name FROM column_policies WHERE id=? AND dataset_id=?"
    row = db.one(asked, policy_id, dataset_id)
    if row is None:
        return None
    return ColumnPolicy(policy_id, dataset_id, row[0], _rules(db, policy_id))


def _rules(db: Database, policy_id: int) -> list[Rule]:
    rows = db.all(
        "SELECT id, uuid, masks, dataset_permissions, position, usual FROM column_rules "
        "WHERE policy_id=? ORDER BY position, id",
        policy_id,
    )
    return [_rule(db, row) for row in rows]


def _rule(db: Database, row: Row) -> Rule:
    members = db.all("SELECT type, member_id FROM column_rule_members WHERE rule_id=?", row[0])
    return Rule(
        row[0], row[1], json.loads(row[2]),
        [member for kind, member in members if kind == "USER"],
        [member for kind, member in members if kind == "GROUP"],
        bool(row[3]), row[4], bool(row[5]),
    )  # fmt: skip


def save_column_policy(db: Database, policy: ColumnPolicy) -> None:
    """Store a policy as it now is, rules and all."""
    _forget_rules(db, policy.id)
    row = (policy.id, policy.dataset_id, policy.name)
    db.run("INSERT OR REPLACE INTO column_policies VALUES (?, ?, ?)", *row)
    for one in policy.rules:
        db.run(
            "INSERT INTO column_rules VALUES (?, ?, ?, ?, ?, ?, ?)",
            one.id, policy.id, one.uuid, json.dumps(one.masks), one.dataset_permissions, one.order,
            one.usual,
        )  # fmt: skip
        members: list[Row] = [(one.id, "USER", user) for user in one.users]
        members += [(one.id, "GROUP", group) for group in one.groups]
        db.run_many("INSERT OR IGNORE INTO column_rule_members VALUES (?, ?, ?)", members)


def _forget_rules(db: Database, policy_id: int) -> None:
    rules = "SELECT id FROM column_rules WHERE policy_id=?"
    db.run(f"DELETE FROM column_rule_members WHERE rule_id IN ({rules})", policy_id)
    db.run("DELETE FROM column_rules WHERE policy_id=?", policy_id)


def delete_column_policy(db: Database, policy: ColumnPolicy) -> None:
    """Delete it; while columns are under it that is refused (product §4.7: KB)."""
    if db.one("SELECT 1 FROM column_mappings WHERE policy_id=?", policy.id) is not None:
        raise bad_request(f"Columns are mapped to the column policy {policy.name}.")
    _forget_rules(db, policy.id)
    db.run("DELETE FROM column_policies WHERE id=?", policy.id)


def check_column_policy(db: Database, policy: ColumnPolicy) -> None:
    """400 for what cannot be: no name, no rules that say anything, too many, unknown members.

    That Domo refuses all but the number is a GUESS, after what it does with row policies.
    """
    if not policy.name:
        raise bad_request("A column policy needs a name.")
    others = "SELECT count(*) FROM column_policies WHERE dataset_id=? AND id<>?"
    if db.count(others, policy.dataset_id, policy.id) >= LIMIT or len(policy.rules) > LIMIT:
        raise bad_request(f"There can be at most {LIMIT} column policies.")
    for rule in policy.rules:
        if not rule.masks:
            raise bad_request("A rule of a column policy needs values.")
        for user in rule.users:
            if not user_exists(db, user):
                raise bad_request(f"There is no user {user}.")
        for group in rule.groups:
            if not group_exists(db, group):
                raise bad_request(f"There is no group {group}.")


_MAPPING = (
    "SELECT column_mappings.id, column_mappings.dataset_id, policy_id, column_name, name "
    "FROM column_mappings JOIN column_policies ON column_policies.id=policy_id "
    "WHERE column_mappings.dataset_id=?"
)


def mappings_of(db: Database, dataset_id: str) -> list[Mapping]:
    """Which columns of a dataset are under which policy, by id."""
    rows = db.all(f"{_MAPPING} ORDER BY column_mappings.id", dataset_id)
    return [Mapping(*row) for row in rows]


def find_mapping(db: Database, dataset_id: str, mapping_id: int) -> Mapping | None:
    """The mapping of that id, if it is this dataset's."""
    row = db.one(f"{_MAPPING} AND column_mappings.id=?", dataset_id, mapping_id)
    return None if row is None else Mapping(*row)


def save_mapping(db: Database, mapping: Mapping) -> None:
    """Store a mapping as it now is."""
    row = (mapping.id, mapping.dataset_id, mapping.policy_id, mapping.column)
    db.run("INSERT OR REPLACE INTO column_mappings VALUES (?, ?, ?, ?)", *row)


def delete_mapping(db: Database, mapping: Mapping) -> None:
    """Take a column out of its policy."""
    db.run("DELETE FROM column_mappings WHERE id=?", mapping.id)


def check_mapping(db: Database, dataset: Dataset, mapping: Mapping) -> None:
    """400 for a column that is not there or is under another policy already (GUESS)."""
    if mapping.column not in {column["name"] for column in latest_columns(db, dataset)}:
        raise bad_request(f"The DataSet has no column {mapping.column!r}.")
    taken = "SELECT 1 FROM column_mappings WHERE dataset_id=? AND column_name=? AND id<>?"
    if db.one(taken, dataset.id, mapping.column, mapping.id) is not None:
        raise bad_request(f"The column {mapping.column!r} is mapped already.")
