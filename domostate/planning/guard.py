"""Budgets: how much of what a plan may do before somebody has to say so (contract §3)."""

from collections.abc import Callable, Collection, Mapping, Sequence

from domostate.errors import Finding, ManagedElsewhere, Protected, Refused, SuspectedMove
from domostate.model.address import Address
from domostate.model.change import Action, Change, ChangeClass, Document, Operation
from domostate.model.plan import Budget, Plan, Refusal, RefusalKind
from domostate.planning.scope import Limits

__all__ = ["budgets_of", "guard", "refuse", "revoked_by", "uncounted"]

FROM = 10
"""A percentage applies from this many recorded addresses up; below it, it allows everything."""


def budgets_of(
    changes: Sequence[Change],
    recreated: Sequence[str],
    recorded: int,
    limits: Limits,
    grants: int = 0,
    unowned: Collection[Address] = (),
) -> tuple[Budget, ...]:
    """Each budget that is set, with what the plan uses of it; sorted by name.

    `recorded` counts the addresses of the state, `grants` the grants, policies and memberships
    that were last applied to them: a percentage is of these. `unowned` are the addresses that an
    interrupted run has made and nobody but the running identity has ever owned. `widen` counts
    people (`effects`), and so does `window`, which is not counted yet.
    """
    used: dict[str, tuple[int, tuple[str, ...]]] = {
        "delete": _counted(changes, lambda one: Action.DELETE in one.actions),
        "recreate": (len(recreated), tuple(recreated)),
        "owner": _counted([one for one in changes if one.address not in unowned], _reassigns),
        "revoke": _revoked(changes),
    }
    allowed: Mapping[str, int | str] = {"recreate": 0, **limits.budgets}
    rows = []
    for name in sorted(used):
        if name in allowed:
            # `--allow` lifts a budget by its count (contract §3).
            of = grants if name == "revoke" else recorded
            limit = _limit(allowed[name], of, used[name][0]) + limits.allow.get(name, 0)
            rows.append(Budget(name, limit, *used[name]))
    return tuple(rows)


def uncounted(limits: Limits) -> tuple[str, ...]:
    """A note for each budget that is set and sets no limit: nobody may rely on it."""
    notes = []
    if "window" in limits.budgets:
        notes.append("budget window is not enforced by this version")
    if isinstance(limits.budgets.get("widen"), str):
        notes.append("budget widen sets no limit as a share: it counts people, give a number")
    return tuple(notes)


def guard(plan: Plan) -> None:
    """Returns when nothing is refused; raises Refused naming what would lift each limit."""
    over = [budget for budget in plan.budgets if budget.exceeded]
    refuse(plan.refusals, _over_budget(over, plan) if over else None)
    if over:
        raise _over_budget(over, plan)


def refuse(refusals: Sequence[Refusal], besides: Refused | None = None) -> None:
    """Raises what refuses a plan whatever its budgets, the exceeded ones said besides."""
    if not refusals:
        return
    findings = [Finding(one.message, hint=one.hint) for one in refusals]
    if besides is not None:
        findings += (*besides.findings, Finding(besides.message, hint=besides.hint))
    kinds = {one.kind for one in refusals}
    raise next(error for kind, error in _REFUSALS.items() if kind in kinds)(findings=findings)


_REFUSALS: Mapping[RefusalKind, type[Refused]] = {
    RefusalKind.PROTECTED: Protected,
    RefusalKind.MANAGED_ELSEWHERE: ManagedElsewhere,
    RefusalKind.SUSPECTED_MOVE: SuspectedMove,
}
"""The gravest first: it names the error, which tells of all."""


def _over_budget(over: Sequence[Budget], plan: Plan) -> Refused:
    lines = [
        f"{budget.name}: {budget.used} against a limit of {budget.limit} "
        f"({', '.join(budget.addresses)})"
        for budget in over
    ]
    flags = " ".join(
        f"--allow {budget.name}={budget.used - budget.limit + plan.allow.get(budget.name, 0)}"
        for budget in over
    )
    reasons = [Finding(reason) for budget in over for reason in budget.reasons]
    hint = f"look at each one, then allow it by count: {flags}"
    return Refused("; ".join(lines), reasons, hint=hint)


def _counted(
    changes: Sequence[Change], concerned: Callable[[Change], bool]
) -> tuple[int, tuple[str, ...]]:
    addresses = tuple(str(one.address) for one in changes if concerned(one))
    return len(addresses), addresses


def _revoked(changes: Sequence[Change]) -> tuple[int, tuple[str, ...]]:
    by_change = [(one, sum(revoked_by(op) for op in one.operations)) for one in changes]
    taken = [(str(one.address), count) for one, count in by_change if count]
    return sum(count for _, count in taken), tuple(address for address, _ in taken)


def revoked_by(op: Operation) -> int:
    """How many grants, policies and memberships an operation takes away.

    What a transfer may leave to the former owner is none of them: the ownership counts for itself.
    """
    if op.name in ("revoke_access", "delete_policy"):
        return 0 if op.access_class is ChangeClass.OWNERSHIP else 1
    if op.name in ("update_policy", "set_all_rows"):
        return len(_members(op.before) - _members(op.after))
    return 0


def _members(document: Document | None) -> set[tuple[str, str]]:
    policy = document or {}
    both = [*policy.get("users", ()), *policy.get("groups", ())]
    return {(one["type"], one["id"]) for one in both}


def _reassigns(change: Change) -> bool:
    # The owner of a new dataset is set, not changed.
    if Action.CREATE in change.actions:
        return False
    return any(op.name == "reassign_owner" for op in change.operations)


def _limit(budget: int | str, recorded: int, used: int) -> int:
    if isinstance(budget, int):
        return budget
    share = float(budget.rstrip("%"))
    return int(recorded * share / 100) if recorded >= FROM else max(recorded, used)
