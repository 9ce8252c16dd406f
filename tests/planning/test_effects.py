"""What a plan means for people, from what is there and what its operations make of it."""

from dataclasses import replace
from typing import Any

from domostate.model.call import Part
from domostate.model.effects import Effects
from domostate.model.observed import Observed
from domostate.model.people import Group
from domostate.model.plan import Plan
from domostate.planning.effects import (
    Crowd,
    effects_of,
    holdings_of,
    parts_to_tell,
    with_effects,
)
from domostate.planning.rest import only_beyond
from domostate.planning.scope import Limits
from tests.kinds import replies
from tests.kinds.entries import DIRECTORY, ID, PRODUCT, SALES, entry, names
from tests.planning.estates import departing, desired, live, observed, plan_for, recorded, state

CROWD = Crowd({"2": Group("2", "Finance", frozenset({"2", "3"}))})
SHARED = [{"group": "Finance", "access": "CAN_VIEW"}]


def effects(plan: Plan, seen: Observed, crowd: Crowd = CROWD) -> Effects:
    ids = {str(one.address): one.id or "" for one in plan.changes}
    return effects_of(holdings_of(plan, seen, names()), ids, crowd, names())


def held(**parts: Any) -> Observed:
    return observed(live(metadata=replies.metadata(), **parts))


def test_a_share_for_a_group_is_gained_by_its_members() -> None:
    seen = held(access=replies.access())
    plan = plan_for(entry(shares=SHARED), seen, state({SALES: recorded()}))

    found = effects(plan, seen)

    members = {DIRECTORY.users[id_] for id_ in ("2", "3")}
    assert {row.principal for row in found.rows} == members
    assert {(row.kind, row.rows_after, row.dataset_id) for row in found.rows} == {
        ("gain", "all", ID)
    }
    assert (found.gain, found.lose, found.change_rows) == (2, 0, 0)


def test_what_is_destroyed_is_lost_by_whoever_had_it() -> None:
    seen = held(access=replies.access(("GROUP", "2", "CAN_VIEW")))
    plan = plan_for(
        departing(desired(), destroyed={SALES: "done"}), seen, state({SALES: recorded()})
    )

    found = effects(plan, seen)

    assert {row.kind for row in found.rows} == {"lose"}
    assert found.lose >= 2


def test_a_plan_that_touches_nobodys_access_needs_nothing_more() -> None:
    plan = plan_for(entry(tags=["a"]), held(), state({SALES: recorded()}))

    assert plan.changes
    assert parts_to_tell(plan, PRODUCT) == {}
    assert effects(plan, held()) == Effects()


def test_of_what_is_changed_all_is_read_that_decides_who_sees_it() -> None:
    plan = plan_for(entry(shares=SHARED), held(access=replies.access()), state({SALES: recorded()}))

    (wanted,) = parts_to_tell(plan, PRODUCT).values()

    assert {Part.ACCESS, Part.POLICIES, Part.SWITCH, Part.SCHEMA} <= wanted


def test_what_is_left_of_an_approved_plan_is_counted_in_people_too() -> None:
    seen = held(access=replies.access())
    plan = plan_for(entry(shares=SHARED), seen, state({SALES: recorded()}))
    plan = with_effects(plan, effects(plan, seen), Limits({"widen": 1}, {}), 9)

    others = only_beyond(plan, replace(plan, changes=()))
    same = only_beyond(plan, plan)

    assert [(one.name, one.used) for one in others.budgets if one.name == "widen"] == [("widen", 2)]
    assert [(one.name, one.used) for one in same.budgets if one.name == "widen"] == [("widen", 0)]


def test_a_budget_for_widening_counts_people_and_datasets() -> None:
    seen = held(access=replies.access())
    plan = plan_for(entry(shares=SHARED), seen, state({SALES: recorded()}))
    found = effects(plan, seen)

    limited = with_effects(plan, found, Limits({"widen": 1}, {}), 9)
    lifted = with_effects(plan, found, Limits({"widen": 1}, {"widen": 1}), 9)
    unlimited = with_effects(plan, found, Limits(), 9)
    unknown = with_effects(plan, replace(found, unknown="?"), Limits({"widen": 1}), 9)

    assert [
        (one.used, one.limit, one.exceeded) for one in limited.budgets if one.name == "widen"
    ] == [(2, 1, True)]
    assert not [one for one in lifted.budgets if one.exceeded]
    assert [one.name for one in unlimited.budgets] == [one.name for one in unknown.budgets]
    assert limited.reads == 9
