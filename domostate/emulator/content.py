"""Cards, certification and column policies of a dataset: from the estate file and back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domostate.emulator.store.cards import Card, add_card, cards_of
from domostate.emulator.store.certification import Certification, certification_of, certify
from domostate.emulator.store.column_policies import (
    ColumnPolicy,
    Mapping,
    Rule,
    column_policies_of,
    mappings_of,
    save_column_policy,
    save_mapping,
)

if TYPE_CHECKING:
    from domostate.emulator.estate import (
        CertificationEntry,
        ColumnPolicyEntry,
        ColumnRuleEntry,
        DatasetEntry,
        PrincipalEntry,
        Ref,
    )
    from domostate.emulator.snapshot import Names
    from domostate.emulator.store.database import Database
    from domostate.emulator.store.datasets import Dataset
    from domostate.emulator.store.groups import Member

_RULES = uuid.UUID("6a0a6a7e-3f6f-4c39-8f0e-52f1f7a1b7d4")


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the names of an estate file mean: ids of users, groups and principals, the first
    Admin, and the number of an entry of some kind."""

    user: Callable[[Ref], int]
    group: Callable[[Ref], int]
    principal: Callable[[PrincipalEntry], str]
    admin: Callable[[], int]
    number: Callable[[str, int | None], int]


def chosen_ids(entry: DatasetEntry) -> Iterator[tuple[str, list[int | None]]]:
    """The numbers of what hangs on a dataset, by kind, as far as the estate file chooses them. A
    user who is gone keeps theirs too."""
    policies = entry.pdp.column_policies
    yield "card", [one.id for one in entry.cards]
    yield "policy", [one.id for one in policies]
    yield "column_rule", [rule.id for one in policies for rule in one.rules]
    yield "column_mapping", [column.id for one in policies for column in one.columns]
    for kind in ("USER", "GROUP"):
        named = [owner for card in entry.cards for owner in card.owners if owner.type == kind]
        yield kind.lower(), [one.id if isinstance(one.id, int) else None for one in named]
    user = entry.certification.user if entry.certification is not None else None
    yield "user", [None if user is None or isinstance(user, str) else user.id]


def seed_content(
    db: Database, lookup: Lookup, entry: DatasetEntry, dataset_id: str, owner: Member, now_ms: int
) -> None:
    """Store what hangs on a dataset that is in the database already."""
    for card in entry.cards:
        owners = [(one.type, int(lookup.principal(one))) for one in card.owners]
        made = Card(
            lookup.number("card", card.id), dataset_id, card.title, card.type, card.chart_type,
            owners or [owner], card.columns, card.views, card.drill,
        )  # fmt: skip
        add_card(db, made)
    if entry.certification is not None:
        certify(db, dataset_id, _certification(lookup, entry.certification, now_ms), now_ms)
    for policy in entry.pdp.column_policies:
        _seed_column_policy(db, lookup, policy, dataset_id)


def _certification(lookup: Lookup, entry: CertificationEntry, now_ms: int) -> Certification:
    return Certification(
        entry.state, entry.process_type, entry.process_name, entry.admin, entry.request_id,
        entry.reason, lookup.admin() if entry.user is None else lookup.user(entry.user), now_ms,
    )  # fmt: skip


def _seed_column_policy(
    db: Database, lookup: Lookup, entry: ColumnPolicyEntry, dataset_id: str
) -> None:
    rules = [_rule(lookup, one, order) for order, one in enumerate(entry.rules)]
    policy = ColumnPolicy(lookup.number("policy", entry.id), dataset_id, entry.name, rules)
    save_column_policy(db, policy)
    for one in entry.columns:
        number = lookup.number("column_mapping", one.id)
        save_mapping(db, Mapping(number, dataset_id, policy.id, one.column, policy.name))


def _rule(lookup: Lookup, entry: ColumnRuleEntry, order: int) -> Rule:
    number = lookup.number("column_rule", entry.id)
    return Rule(
        number, entry.uuid or str(uuid.uuid5(_RULES, str(number))), entry.values,
        [lookup.user(one) for one in entry.users], [lookup.group(one) for one in entry.groups],
        entry.dataset_permissions, order if entry.order is None else entry.order, entry.default,
    )  # fmt: skip


def content_of(names: Names, dataset: Dataset) -> dict[str, Any]:
    """`cards` and `certification` as a snapshot holds them; what is usual is missing."""
    found: dict[str, Any] = {}
    cards = cards_of(names.db, dataset.id)
    if cards:
        found["cards"] = [_card(names, one) for one in cards]
    certified = certification_of(dataset)
    if certified is not None:
        found["certification"] = _certified(names, certified)
    return found


def _card(names: Names, card: Card) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": card.id,
        "title": card.title,
        "type": card.type,
        "chart_type": card.chart_type,
        "owners": [names.principal(kind, str(owner)) for kind, owner in card.owners],
    }
    optional = {"columns": card.columns, "views": card.views, "drill": card.drill}
    return entry | {name: value for name, value in optional.items() if value}


def _certified(names: Names, found: Certification) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "state": found.state,
        "user": names.user(found.user_id),
        "admin": found.admin,
        "process_type": found.process_type,
    }
    optional = {
        "process_name": found.process_name,
        "request_id": found.request_id,
        "reason": found.reason,
    }
    return entry | {name: value for name, value in optional.items() if value}


def column_policies(names: Names, dataset: Dataset) -> list[dict[str, Any]]:
    """`column_policies` as a snapshot holds them."""
    mappings = mappings_of(names.db, dataset.id)
    return [
        {
            "id": policy.id,
            "name": policy.name,
            "rules": [_rule_entry(names, rule) for rule in policy.rules],
            "columns": [
                {"id": one.id, "column": one.column}
                for one in mappings
                if one.policy_id == policy.id
            ],
        }
        for policy in column_policies_of(names.db, dataset.id)
    ]


def _rule_entry(names: Names, rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "uuid": rule.uuid,
        "values": rule.masks,
        "users": [names.user(one) for one in sorted(rule.users)],
        "groups": [names.group(one) for one in sorted(rule.groups)],
        "dataset_permissions": rule.dataset_permissions,
        "order": rule.order,
        "default": rule.usual,
    }
