from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.errors import ExitCode, ManagedElsewhere, Protected, Refused, SuspectedMove
from domostate.model.change import Action, Change, ChangeClass
from domostate.model.plan import Budget, Refusal, RefusalKind
from domostate.planning.guard import budgets_of, guard, refuse, uncounted
from domostate.planning.scope import Limits
from tests.builders import change, operation, plan


def owned(address: str, *actions: Action) -> Change:
    op = operation(1, "reassign_owner", address, ChangeClass.OWNERSHIP, aspect="owner")
    return change(address, *actions, operations=[op])


def deleted(number: int) -> list[Change]:
    return [change(f"dataset.d{n}", Action.DELETE) for n in range(number)]


def delete_budget(limit: int | str, recorded: int, used: int = 0, **allow: int) -> Budget:
    limits = Limits({"delete": limit}, allow)
    return next(
        one for one in budgets_of(deleted(used), [], recorded, limits) if one.name == "delete"
    )


def test_each_budget_counts_addresses_of_its_own() -> None:
    changes = [*deleted(2), owned("dataset.a", Action.UPDATE), owned("dataset.b", Action.CREATE)]

    rows = budgets_of(changes, ["dataset.c"], 50, Limits({"delete": 5, "owner": 0, "recreate": 1}))

    assert rows == (
        Budget("delete", 5, 2, ("dataset.d0", "dataset.d1")),
        Budget("owner", 0, 1, ("dataset.a",)),
        Budget("recreate", 1, 1, ("dataset.c",)),
    )


def test_a_budget_that_is_not_counted_yet_is_said() -> None:
    assert uncounted(Limits({"window": 0, "widen": 5})) == (
        "budget window is not enforced by this version",
    )
    assert uncounted(Limits({"widen": "10%"})) == (
        "budget widen sets no limit as a share: it counts people, give a number",
    )


def test_what_has_no_budget_has_no_limit_but_for_recreate() -> None:
    rows = budgets_of(deleted(3), ["dataset.c"], 50, Limits())

    assert rows == (Budget("recreate", 0, 1, ("dataset.c",)),)
    assert rows[0].exceeded


@given(st.integers(10, 10_000), st.integers(0, 100))
def test_a_percentage_is_of_what_is_recorded_rounded_down(recorded: int, share: int) -> None:
    assert delete_budget(f"{share}%", recorded).limit == recorded * share // 100


@pytest.mark.parametrize(("recorded", "limit"), [(9, 9), (10, 1), (19, 1), (20, 2)])
def test_a_percentage_applies_from_ten_up(recorded: int, limit: int) -> None:
    assert delete_budget("10%", recorded).limit == limit


@given(st.integers(0, 20), st.integers(0, 20))
def test_allow_adds_its_count(limit: int, allowed: int) -> None:
    assert delete_budget(limit, 50, delete=allowed).limit == limit + allowed
    assert delete_budget("10%", 50, delete=allowed).limit == 5 + allowed


def test_the_limit_itself_is_allowed() -> None:
    guard(plan(*deleted(2), budgets=[delete_budget(2, 50, 2)]))

    with pytest.raises(Refused):
        guard(plan(*deleted(3), budgets=[delete_budget(2, 50, 3)]))


def test_the_message_names_each_budget_its_addresses_and_the_flag() -> None:
    over = [
        Budget("delete", 1, 3, ("dataset.a", "dataset.b", "dataset.c")),
        Budget("owner", 5, 5, ("dataset.x",)),
        Budget("recreate", 0, 1, ("dataset.z",)),
    ]

    with pytest.raises(Refused) as refused:
        guard(plan(budgets=over))

    assert refused.value.exit_code is ExitCode.REFUSED
    assert refused.value.message == (
        "delete: 3 against a limit of 1 (dataset.a, dataset.b, dataset.c); "
        "recreate: 1 against a limit of 0 (dataset.z)"
    )
    assert refused.value.hint.endswith("--allow delete=2 --allow recreate=1")


@given(st.integers(0, 9), st.integers(1, 9), st.integers(0, 9))
def test_the_flag_of_the_message_lifts_the_budget_and_one_less_does_not(
    limit: int, used: int, allowed: int
) -> None:
    budget = delete_budget(limit, 50, used, delete=allowed)
    if not budget.exceeded:
        return
    with pytest.raises(Refused) as refused:
        guard(plan(budgets=[budget], allow={"delete": allowed}))
    count = int(refused.value.hint.rpartition("=")[2])

    assert not delete_budget(limit, 50, used, delete=count).exceeded
    assert delete_budget(limit, 50, used, delete=count - 1).exceeded


def revoking(address: str, *members: int) -> Change:
    """A revocation, and a policy that loses as many members as there are numbers."""
    revoke = operation(1, "revoke_access", address, ChangeClass.NARROWING)
    rows = [{"type": "USER", "id": str(one), "name": ""} for one in members]
    update = replace(
        operation(2, "update_policy", address, ChangeClass.NARROWING, aspect="pdp"),
        before={"users": rows, "groups": []},
        after={"users": [], "groups": []},
    )
    return change(address, operations=[revoke, update])


def test_revocations_are_counted_by_grant_and_membership() -> None:
    changes = [revoking("dataset.a", 1, 2), change("dataset.b"), revoking("dataset.c")]

    rows = budgets_of(changes, [], 50, Limits({"revoke": 3}))

    assert rows[1] == Budget("revoke", 3, 4, ("dataset.a", "dataset.c"))


@pytest.mark.parametrize(("grants", "limit"), [(9, 9), (2, 4), (10, 1), (95, 9)])
def test_a_percentage_of_revocations_is_of_what_was_granted(grants: int, limit: int) -> None:
    changes = [revoking("dataset.a", 1, 2, 3)]

    rows = budgets_of(changes, [], 5_000, Limits({"revoke": "10%"}), grants)

    assert rows[1] == Budget("revoke", limit, 4, ("dataset.a",))


MOVE = Refusal(RefusalKind.SUSPECTED_MOVE, "dataset.a", "is it a move?", "say so")
THEIRS = Refusal(RefusalKind.MANAGED_ELSEWHERE, "dataset.c", "it is beta's", "take it over")
KEPT = Refusal(RefusalKind.PROTECTED, "dataset.b", "it is protected", "lift that first")


@pytest.mark.parametrize(
    ("refusals", "error"),
    [
        ([MOVE], SuspectedMove),
        ([KEPT], Protected),
        ([MOVE, KEPT], Protected),
        ([MOVE, THEIRS], ManagedElsewhere),
    ],
)
def test_a_refusal_is_no_matter_of_budgets(refusals: list[Refusal], error: type[Refused]) -> None:
    with pytest.raises(error) as refused:
        guard(plan(refusals=refusals, allow={"delete": 9}))

    assert refused.value.exit_code is ExitCode.REFUSED
    assert [(one.message, one.hint) for one in refused.value.findings] == [
        (one.message, one.hint) for one in refusals
    ]


def test_whatever_refuses_a_plan_is_said_at_once() -> None:
    with pytest.raises(Protected) as refused:
        guard(plan(refusals=[KEPT], budgets=[Budget("owner", 0, 1, ("dataset.x",))]))

    kept, budget = refused.value.findings
    assert kept.message == "it is protected"
    assert budget.message == "owner: 1 against a limit of 0 (dataset.x)"
    assert budget.hint.endswith("--allow owner=1")


LOCKED = Budget("lockout", 0, 1, ("dataset.y",), ("dataset.y: nobody could see it",))


def test_what_does_not_speak_for_itself_comes_with_its_reasons() -> None:
    with pytest.raises(Refused) as alone:
        guard(plan(budgets=[LOCKED]))
    with pytest.raises(Protected) as besides:
        guard(plan(refusals=[KEPT], budgets=[LOCKED]))

    assert alone.value.message == "lockout: 1 against a limit of 0 (dataset.y)"
    assert [one.message for one in alone.value.findings] == ["dataset.y: nobody could see it"]
    assert alone.value.hint.endswith("--allow lockout=1")
    assert [one.message for one in besides.value.findings] == [
        "it is protected",
        "dataset.y: nobody could see it",
        "lockout: 1 against a limit of 0 (dataset.y)",
    ]


@pytest.mark.parametrize("kind", RefusalKind)
def test_every_kind_of_refusal_refuses(kind: RefusalKind) -> None:
    with pytest.raises(Refused):
        refuse([Refusal(kind, "dataset.a", "no", "hint")])
