"""An address is renamed in the state alone; a rename that nobody speaks of is asked about."""

from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.errors import ManifestError
from domostate.model.address import Address
from domostate.model.change import Action
from domostate.model.desired import Declared
from domostate.model.event import Forgotten, Moved, evolve
from domostate.model.observed import Found, Presence
from domostate.model.plan import Plan, RefusalKind
from domostate.model.state import Entry, OpenIntent
from domostate.planning.moves import carried_over, moves_in
from domostate.planning.wanted import names_wanted, parts_wanted
from tests.kinds.entries import ID, PRODUCT, SALES, entry
from tests.planning.estates import departing, desired, live, observed, plan_for, recorded, state

OLD = Address("dataset", "orders")
OLDER = Address("dataset", "raw_orders")
OTHER = Address("dataset", "other")
MOVED = departing(desired(entry()), moved={OLD: SALES})
COLUMNS = [{"name": "order_id", "type": "LONG"}, {"name": "region", "type": "STRING"}]


def asked(plan: Plan) -> list[str]:
    """The addresses that may have moved."""
    return [one.address for one in plan.refusals if one.kind is RefusalKind.SUSPECTED_MOVE]


def test_a_move_is_a_change_of_the_state_alone() -> None:
    plan = plan_for(MOVED, observed(live()), state({OLD: recorded(protect=True)}))

    [change] = plan.changes
    assert (change.address, change.moved_from, change.id) == (SALES, OLD, ID)
    assert change.actions == (Action.UPDATE,)
    assert change.reasons == ("moved from dataset.orders",)
    assert [(one.path, one.observed, one.desired) for one in change.fields] == [
        ("protect", True, False)
    ]
    assert change.operations == ()
    assert (plan.summary.change, plan.summary.forget, plan.summary.add) == (1, 0, 0)
    assert plan.refusals == ()


def test_a_move_and_a_change_are_one_change() -> None:
    wanted = departing(desired(entry(description="New.")), moved={OLD: SALES})

    [change] = plan_for(wanted, observed(live()), state({OLD: recorded()})).changes

    assert change.moved_from == OLD
    assert [op.name for op in change.operations] == ["update_dataset"]
    assert change.reasons == ("moved from dataset.orders", "the manifest asks for it")


def test_a_move_that_the_state_has_seen_changes_nothing() -> None:
    plan = plan_for(MOVED, observed(live()), state({SALES: recorded()}))

    assert plan.changes == ()


def test_a_move_of_what_was_never_recorded_changes_nothing() -> None:
    plan = plan_for(MOVED, observed())

    [change] = plan.changes
    assert (change.actions, change.moved_from) == ((Action.CREATE,), None)


def test_what_has_moved_and_is_gone_is_made_anew_within_its_budget() -> None:
    memory = state({OLD: recorded()})

    plan = plan_for(MOVED, observed(live(presence=Presence.ABSENT)), memory)

    [change] = plan.changes
    assert (change.actions, change.moved_from) == ((Action.CREATE,), OLD)
    assert [one.addresses for one in plan.budgets if one.name == "recreate"] == [(str(SALES),)]


def test_what_an_interrupted_create_left_behind_is_found_under_the_new_address() -> None:
    intent = OpenIntent(OLD, "create_dataset", "Orders", ("7",), "r1", 3)
    memory = state(open_intents=[intent])
    seen = observed(live(), found=[Found(ID, "Orders")])

    plan = plan_for(MOVED, seen, memory)

    assert names_wanted(MOVED, carried_over(MOVED, memory)) == {
        "Orders": SALES,
        "Sales Orders": SALES,
    }
    [change] = plan.changes
    assert change.actions[0] is Action.ADOPT
    assert change.moved_from == OLD


def test_what_is_only_observed_is_remembered_under_its_new_address() -> None:
    wanted = departing(desired(entry(description="x", manage="observe")), moved={OLD: SALES})
    was = recorded(description="Applied.", protect=True)

    plan = plan_for(wanted, observed(live()), state({OLD: was}))

    [change] = plan.changes
    assert (change.moved_from, change.operations) == (OLD, ())
    assert (change.applied, change.protect, change.id) == (was.applied, True, ID)
    assert plan.summary.skipped == 0


def test_a_move_onto_what_is_recorded_is_a_mistake_of_the_manifest() -> None:
    memory = state({OLD: recorded(), SALES: recorded("9")})

    with pytest.raises(ManifestError) as refused:
        plan_for(MOVED, observed(live(), live("9")), memory)

    [finding] = refused.value.findings
    assert str(finding.where) == "moved.yml:70:3"
    assert finding.message == (
        f"dataset.orders (dataset {ID}) cannot become dataset.sales_orders, which has dataset 9"
    )
    assert "under removed:" in finding.hint


def test_two_ends_of_a_chain_that_are_both_recorded_are_a_mistake() -> None:
    wanted = departing(desired(entry()), moved={OLD: SALES, OLDER: SALES})

    with pytest.raises(ManifestError, match=r"dataset.raw_orders \(dataset 9\) cannot become"):
        plan_for(wanted, observed(live()), state({OLD: recorded(), OLDER: recorded("9")}))


def test_a_new_address_that_an_interrupted_run_may_have_filled_is_a_mistake() -> None:
    intent = OpenIntent(SALES, "create_dataset", "Sales Orders")

    with pytest.raises(ManifestError, match="may have one already"):
        plan_for(MOVED, observed(live()), state({OLD: recorded()}, [intent]))


ADDRESSES = [Address("dataset", name) for name in "abcdef"]


@given(
    st.dictionaries(st.sampled_from(ADDRESSES[:3]), st.sampled_from(ADDRESSES[3:])),
    st.sets(st.sampled_from(ADDRESSES)),
    st.sets(st.sampled_from(ADDRESSES), max_size=2),
    st.sets(st.sampled_from(ADDRESSES), max_size=2),
)
def test_moves_lose_no_dataset_and_are_made_once(
    moved: dict[Address, Address],
    there: set[Address],
    open_: set[Address],
    given_up: set[Address],
) -> None:
    intents = [OpenIntent(one, "create_dataset", one.name) for one in sorted(open_)]
    memory = state({one: Entry(one.name, {}) for one in sorted(there)}, intents)
    lost = given_up - {*moved, *moved.values()}
    wanted = departing(desired(), moved=moved, given_up=lost)

    after = carried_over(wanted, memory)

    assert {one.id for one in after.entries.values()} == {one.name for one in there - lost}
    assert moves_in(wanted, after) == {}
    assert carried_over(wanted, after) == after
    stayed = {old for old in moved if old in after.entries}
    known = {*after.entries, *(one.address for one in after.open_intents)}
    assert all(moved[old] in known for old in stayed)
    events = [Moved(old, new) for new, old in moves_in(wanted, memory).items()]
    assert after == reduce(evolve, [*events, *map(Forgotten, lost)], memory)


# Suspicions.


def new(name: str = "Sales Orders", **spec: Any) -> Declared:
    return entry(name, **spec)


def plan_without_a_word(
    declared: Declared, was: Entry, *others: Declared, seen: Any = None, **more: Entry
) -> Plan:
    """OLD has vanished, `declared` is new."""
    memory = {OLD: was, **{Address("dataset", name): one for name, one in more.items()}}
    return plan_for(desired(declared, *others), seen or observed(), state(memory))


def test_a_new_address_with_the_name_of_a_vanished_one_is_asked_about() -> None:
    plan = plan_without_a_word(new(description="Rewritten."), recorded())

    [refusal] = plan.refusals
    assert refusal.kind is RefusalKind.SUSPECTED_MOVE
    assert refusal.message == (
        "dataset.orders has vanished from the manifests, and new is dataset.sales_orders with its "
        "name, 'Sales Orders'"
    )
    assert refusal.hint.splitlines() == [
        "If it is the same dataset under a new address, say so in a manifest:",
        "  moved: [{from: dataset.orders, to: dataset.sales_orders}]",
        "If it is not, and dataset.orders is to be managed no longer, say that:",
        "  removed: [{address: dataset.orders, destroy: false}]",
    ]
    assert [one.actions for one in plan.changes] == [(Action.FORGET,), (Action.CREATE,)]


def test_a_new_address_that_adopts_the_dataset_of_a_vanished_one_is_asked_about() -> None:
    plan = plan_without_a_word(new("Renamed", adopt={"id": ID}), recorded(), seen=observed(live()))

    assert f"dataset.sales_orders with its dataset, {ID}" in plan.refusals[0].message


def test_a_new_address_that_asks_for_just_what_was_applied_is_asked_about() -> None:
    spec: dict[str, Any] = {"schema": COLUMNS, "owner": "bob@acme.test"}

    plan = plan_without_a_word(new("Renamed", **spec), recorded(**spec))

    assert asked(plan) == ["dataset.orders"]
    assert "with just what was applied to it, but for the name" in plan.refusals[0].message


@pytest.mark.parametrize(
    ("spec", "was"),
    [
        ({}, {}),
        ({"schema": COLUMNS}, {"schema": COLUMNS[:1]}),
        ({"schema": COLUMNS}, {"schema": COLUMNS, "tags": ["a"]}),
        ({"schema": COLUMNS, "tags": ["a"]}, {"schema": COLUMNS}),
    ],
)
def test_a_new_address_that_asks_for_something_else_is_none_of_the_old_ones(
    spec: dict[str, Any], was: dict[str, Any]
) -> None:
    assert asked(plan_without_a_word(new("Renamed", **spec), recorded(**was))) == []


def test_what_defaults_say_of_several_datasets_identifies_none_of_them() -> None:
    spec: dict[str, Any] = {"owner": "bob@acme.test", "tags": ["x"]}
    third = recorded("9", **spec)
    kept = entry("Other", address=OTHER, **spec)

    plan = plan_without_a_word(
        new("Renamed", **spec), recorded(**spec), kept, seen=observed(live("9")), other=third
    )

    assert asked(plan) == []


def test_what_was_there_already_is_no_rename() -> None:
    plan = plan_for(
        desired(entry("Orders")),
        observed(live()),
        state({OLD: recorded("9"), SALES: recorded()}),
    )

    assert asked(plan) == []


def test_what_is_made_anew_is_no_rename() -> None:
    gone = observed(live(presence=Presence.ABSENT))

    plan = plan_for(desired(entry()), gone, state({OLD: recorded("9"), SALES: recorded()}))

    assert asked(plan) == []


def test_an_entry_that_remembers_nothing_resembles_nothing() -> None:
    assert asked(plan_without_a_word(new(), Entry("9", {}))) == []


def test_every_new_address_that_looks_like_it_is_named() -> None:
    plan = plan_without_a_word(
        new(schema=COLUMNS),
        recorded(schema=COLUMNS, name="Old"),
        entry("Old", address=OTHER),
    )

    [refusal] = plan.refusals
    assert "dataset.other with its name, 'Old'; dataset.sales_orders with just" in refusal.message
    assert refusal.hint.count("moved: [{from: dataset.orders, to:") == 2


@pytest.mark.parametrize("destroyed", [True, False])
def test_who_says_what_becomes_of_an_address_is_not_asked(destroyed: bool) -> None:
    answer = (
        departing(desired(entry()), destroyed={OLD: "rebuilt"})
        if destroyed
        else departing(desired(entry()), given_up=[OLD])
    )

    plan = plan_for(answer, observed(live("9")), state({OLD: recorded("9")}))

    assert plan.refusals == ()
    assert [one.actions for one in plan.changes] == [
        (Action.DELETE,) if destroyed else (Action.FORGET,),
        (Action.CREATE,),
    ]


def test_the_dataset_of_what_was_given_up_is_a_stranger_like_any_other() -> None:
    answer = departing(desired(entry()), given_up=[OLD])
    memory = state({OLD: recorded()})
    met = {SALES: (Found(ID, "Sales Orders"),)}

    with pytest.raises(ManifestError, match="exists already"):
        plan_for(answer, observed(live(), found=met[SALES]), memory)

    adopting = departing(desired(entry(on_existing="adopt")), given_up=[OLD])
    plan = plan_for(adopting, observed(live(), found=met[SALES]), memory)
    assert [one.actions for one in plan.changes] == [(Action.FORGET,), (Action.ADOPT,)]
    assert ID in parts_wanted(adopting, carried_over(adopting, memory), met, PRODUCT)
