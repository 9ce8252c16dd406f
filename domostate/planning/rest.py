"""The rest of a plan: whether what is left to do was approved when the run began."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from domostate.kinds.registry import aspect_of
from domostate.model.change import Action, Change, Operation
from domostate.model.plan import Plan
from domostate.planning.guard import revoked_by

__all__ = ["beyond", "only_beyond"]


def beyond(rest: Plan, approved: Plan) -> tuple[str, ...]:
    """What `rest` would do that the approved plan did not, a line for each; nothing when all of it
    was approved."""
    known = {change.address: change for change in approved.changes}
    lines: list[str] = []
    for change in rest.changes:
        before = known.get(change.address)
        if before is None:
            lines.append(f"{change.address}: not part of the interrupted plan")
        else:
            lines += (f"{change.address}: {one}" for one in _beyond(change, before))
    return tuple(lines)


def only_beyond(rest: Plan, approved: Plan) -> Plan:
    """The same plan with budgets that count nothing but what goes beyond the approved plan.

    What was approved was counted then. What was allowed for it is for nothing else.
    """
    known = {change.address: change for change in approved.changes}
    new = [
        change
        for change in rest.changes
        if change.address not in known or any(_beyond(change, known[change.address]))
    ]
    addresses = {str(change.address) for change in new}
    counted = {
        "revoke": sum(revoked_by(op) for change in new for op in change.operations),
        "widen": sum(row.address in addresses for row in rest.effects.widened),
    }
    budgets = []
    for budget in rest.budgets:
        left = tuple(one for one in budget.addresses if one in addresses)
        used = counted.get(budget.name, len(left))
        budgets.append(replace(budget, used=used, addresses=left))
    return replace(rest, budgets=tuple(budgets))


def _beyond(change: Change, approved: Change) -> Iterator[str]:
    if change.protect != approved.protect:
        yield "protect was not planned like this"
    # What was created or adopted is there now, and the rest of it an update; what was destroyed
    # is gone now, and only to be forgotten.
    implied = {Action.UPDATE}
    implied |= {Action.FORGET} if Action.DELETE in approved.actions else set()
    new = set(change.actions) - implied - {*approved.actions}
    yield from (f"{action} was not planned" for action in sorted(new))
    planned = {_subject(op): op for op in approved.operations}
    for op in change.operations:
        before = planned.get(_subject(op))
        if before is None or not (op.after == before.after or _as_declared(op, change, approved)):
            yield f"{op.name}{_named(op)} was not planned like this"


def _subject(op: Operation) -> tuple[Any, ...]:
    """What an operation is about: two of the same subject differ in values only."""
    document = op.after if op.after is not None else op.before or {}
    principal = document.get("principal")
    who = () if principal is None else (principal["type"], principal["id"])
    return op.name, op.aspect, document.get("name"), who, op.after is None


def _as_declared(op: Operation, change: Change, approved: Change) -> bool:
    """Whether both reach for the same: what Domo has put there meanwhile, such as the tags of
    a connector, stays in the one and was not there for the other."""
    key = aspect_of(op.address, op.aspect).key
    return key in change.applied and change.applied[key] == approved.applied.get(key)


def _named(op: Operation) -> str:
    document = op.after if op.after is not None else op.before or {}
    principal = document.get("principal")
    name = principal["name"] or principal["id"] if principal else document.get("name")
    return f" {name}" if name else ""
