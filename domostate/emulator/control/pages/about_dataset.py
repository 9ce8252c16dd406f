"""The page about one dataset: who sees which rows of it, and by which policies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from domostate.emulator.call import Call, Reply
from domostate.emulator.control.pages.drawing import page
from domostate.emulator.control.pages.lines import Line, Somebody, line, reading_of
from domostate.emulator.control.pages.naming import Directory, Some
from domostate.emulator.control.pages.paging import Page, paged
from domostate.emulator.control.pages.words import Described, Reading, policy_rows
from domostate.emulator.store.access import GRANTABLE, Viewer, group_viewers, user_viewers
from domostate.emulator.store.column_policies import column_policies_of, mappings_of
from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset, find_dataset
from domostate.emulator.store.grants import PRINCIPALS, Grant, access_list
from domostate.emulator.store.groups import Group, all_groups
from domostate.emulator.store.people import User
from domostate.emulator.store.policies import Policy
from domostate.emulator.store.schemas import Column, indexed_columns, latest_columns
from domostate.emulator.store.sight import Rules, Sight, named, rules_of
from domostate.emulator.store.streams import stream_of


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One policy: whom it names, and what it shows them."""

    policy: Policy
    whom: Some
    rows: Described


@dataclass(frozen=True, slots=True)
class ColumnPolicyLine:
    """One column policy: the columns under it, and how each rule masks them for whom."""

    name: str
    columns: tuple[str, ...]
    rules: tuple[tuple[str, Some, bool], ...]


def about_dataset(call: Call) -> Reply:
    """`?q=` finds people and groups, `?all=1` shows those without access too, `?page=` leafs on."""
    db = call.db
    dataset = find_dataset(db, call.params["id"])
    if dataset is None:
        return page(call, "missing.html", 404, what="dataset", id=call.params["id"])
    rules, names = rules_of(db, dataset), Directory(db)
    reading = reading_of(db, dataset, call.now_ms)
    return page(
        call, "dataset.html",
        dataset=dataset, owner=names.find(dataset.owner_type, dataset.owner_id),
        q=call.query.get("q", ""), everybody=_everybody(call),
        lines=_lines(call, rules, reading, names),
        policies=[_policy(one, reading, names) for one, _ in rules.policies],
        columns=latest_columns(db, dataset), unindexed=_unindexed(call, dataset),
        others=_others(db, dataset), stream=stream_of(db, dataset.id),
        column_policies=list(_column_policies(db, dataset, names)),
    )  # fmt: skip


def _everybody(call: Call) -> bool:
    return bool(call.query.get("all"))


@dataclass(frozen=True, slots=True)
class _Seen:
    """Somebody, what they are called, and what they see."""

    name: str
    note: str
    who: Somebody
    sight: Sight


def _lines(call: Call, rules: Rules, reading: Reading, names: Directory) -> Page[Line]:
    """Groups, then people, each by name; those with access or a policy, unless all are asked
    for."""
    asked = call.query.get("q", "").casefold()
    found = [
        one
        for one in chain(_groups(call.db, rules), _people(call.db, rules))
        if (_everybody(call) or one.sight.ways or one.sight.naming)
        and (asked in one.name.casefold() or asked in one.note.casefold())
    ]

    def lines(window: tuple[int, int]) -> list[Line]:
        limit, offset = window
        return [
            line(names.find(*one.who.member), one.note, one.who, one.sight, reading, names)
            for one in found[offset : offset + limit]
        ]

    return paged(call, len(found), lines, "q", "all")


def _groups(db: Database, rules: Rules) -> Iterator[_Seen]:
    viewers = group_viewers(db)
    for group in sorted(all_groups(db), key=_order):
        # An inactive group passes nothing on.
        viewer = viewers.get(group.id) or Viewer(None, frozenset())
        note = "group" if group.active else "group, inactive"
        who = Somebody(viewer, ("GROUP", group.id))
        yield _Seen(group.name, note, who, rules.sight(viewer))


def _people(db: Database, rules: Rules) -> Iterator[_Seen]:
    found = [(one.user, one) for one in user_viewers(db) if one.user is not None]
    for user, viewer in sorted(found, key=lambda pair: _order(pair[0])):
        who = Somebody(viewer, ("USER", user.id))
        yield _Seen(user.name, user.email, who, rules.sight(viewer))


def _order(one: User | Group) -> tuple[str, int]:
    return one.name.casefold(), one.id


def _policy(policy: Policy, reading: Reading, names: Directory) -> PolicyLine:
    return PolicyLine(policy, names.some(named(policy)), policy_rows(policy, None, reading))


def _unindexed(call: Call, dataset: Dataset) -> frozenset[str]:
    """The columns that queries do not see yet."""
    indexed: list[Column] = indexed_columns(call.db, dataset, call.now_ms)
    latest = {one["name"] for one in latest_columns(call.db, dataset)}
    return frozenset(latest - {one["name"] for one in indexed})


def _others(db: Database, dataset: Dataset) -> list[Grant]:
    """What is granted to others than users and groups, or is no level."""
    return [
        one
        for one in access_list(db, dataset)[1:]
        if one.type not in PRINCIPALS or one.level not in GRANTABLE
    ]


def _column_policies(
    db: Database, dataset: Dataset, names: Directory
) -> Iterator[ColumnPolicyLine]:
    mapped = mappings_of(db, dataset.id)
    for policy in column_policies_of(db, dataset.id):
        rules = tuple(
            (
                ", ".join(rule.masks),
                names.some(
                    [("USER", one) for one in rule.users] + [("GROUP", one) for one in rule.groups]
                ),
                rule.usual or rule.dataset_permissions,
            )
            for rule in policy.rules
        )
        columns = tuple(one.column for one in mapped if one.policy_id == policy.id)
        yield ColumnPolicyLine(policy.name, columns, rules)
