"""Plans: what their small parts answer."""

import pytest

from domostate.model.address import Address
from domostate.model.change import Action, Change
from domostate.model.plan import Budget, Plan, PlanEnvironment, Summary, changed_by


def change(*actions: Action) -> Change:
    return Change(
        Address("dataset", "orders"), "1", actions, (), (), None, (), {}, {}, {}, fingerprint=""
    )


def plan(*changes: Change) -> Plan:
    return Plan(PlanEnvironment("dev", "acme-dev"), "d", "l", 1, changes, Summary(), 0, 0)


@pytest.mark.parametrize(
    ("actions", "strongest"),
    [
        ([Action.UPDATE], Action.UPDATE),
        ([Action.ADOPT, Action.UPDATE], Action.ADOPT),
        ([Action.UPDATE, Action.ADOPT], Action.ADOPT),
        ([Action.DELETE, Action.CREATE], Action.DELETE),
    ],
)
def test_a_change_is_counted_by_its_strongest_action(
    actions: list[Action], strongest: Action
) -> None:
    assert changed_by(change(*actions)) is strongest


def test_a_plan_without_changes_has_nothing_to_do() -> None:
    assert not plan().effective
    assert plan(change(Action.UPDATE)).effective


@pytest.mark.parametrize(("used", "exceeded"), [(0, False), (2, False), (3, True)])
def test_a_budget_is_exceeded_above_its_limit(used: int, exceeded: bool) -> None:
    assert Budget("delete", limit=2, used=used).exceeded is exceeded
