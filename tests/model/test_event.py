"""The state is a fold over the events."""

from collections.abc import Sequence
from copy import deepcopy
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.model.address import Address
from domostate.model.event import (
    Adopted,
    ChangeApplied,
    Event,
    Forgotten,
    Moved,
    OperationFailed,
    OperationSkipped,
    OperationStarted,
    OperationSucceeded,
    Outcome,
    RunFinished,
    RunStarted,
    Unverified,
    Verified,
    Waiting,
    evolve,
    evolve_all,
)
from domostate.model.state import Entry, OpenIntent, State, first_state
from tests.model.strategies import events, states

ORDERS = Address("dataset", "orders")
SALES = Address("dataset", "sales")
EMPTY = first_state("acme", "dev", "acme-dev", "l1")
STARTED = OperationStarted(1, ORDERS, "create_dataset", "create Orders", "Orders", ("7",))
INTENT = OpenIntent(ORDERS, "create_dataset", "Orders", ("7",), "r1", 1)


def fold(state: State, happened: Sequence[Event]) -> State:
    return reduce(lambda so_far, event: evolve(so_far, event, "r1"), happened, state)


def test_an_adopted_object_is_ours_with_nothing_applied_yet() -> None:
    assert fold(EMPTY, [Adopted(ORDERS, "1")]).entries == {ORDERS: Entry("1", {}, run="r1")}


def test_an_adoption_answers_what_an_interrupted_create_left_open() -> None:
    assert fold(EMPTY, [STARTED, Adopted(ORDERS, "9")]).open_intents == ()


def test_a_forgotten_address_leaves_the_others() -> None:
    both = fold(EMPTY, [Adopted(ORDERS, "1"), Adopted(SALES, "2")])

    assert set(fold(both, [Forgotten(ORDERS)]).entries) == {SALES}


def test_forgetting_what_is_not_recorded_changes_nothing() -> None:
    assert fold(EMPTY, [Forgotten(ORDERS)]) == EMPTY


def test_what_has_moved_is_recorded_as_it_was_under_the_new_address() -> None:
    had = fold(EMPTY, [ChangeApplied(ORDERS, "1", {"tags": ["a"]}, protect=True)])

    state = fold(had, [Moved(ORDERS, SALES)])

    assert state.entries == {SALES: had.entries[ORDERS]}


def test_what_an_interrupted_create_left_open_moves_along() -> None:
    state = fold(EMPTY, [STARTED, Moved(ORDERS, SALES)])

    assert [(one.address, one.name) for one in state.open_intents] == [(SALES, "Orders")]


def test_moving_what_is_not_recorded_changes_nothing() -> None:
    both = fold(EMPTY, [Adopted(SALES, "2")])

    assert fold(both, [Moved(ORDERS, SALES)]) == both


def test_the_start_of_an_unrepeatable_operation_opens_an_intent() -> None:
    assert fold(EMPTY, [STARTED]).open_intents == (INTENT,)


def test_starting_the_same_operation_again_opens_no_second_intent() -> None:
    assert fold(EMPTY, [STARTED, STARTED]).open_intents == (INTENT,)


def test_the_start_of_a_repeatable_operation_opens_none() -> None:
    assert fold(EMPTY, [OperationStarted(1, ORDERS, "set_tags", "tags")]) is EMPTY


def test_success_closes_the_intent_and_records_what_was_made() -> None:
    made = OperationSucceeded(1, ORDERS, "create_dataset", {"id": "9"})

    state = fold(EMPTY, [STARTED, made])

    assert state.open_intents == ()
    assert state.entries == {ORDERS: Entry("9", {}, run="r1")}


def test_an_object_made_in_the_place_of_a_lost_one_inherits_nothing_that_was_applied() -> None:
    had = fold(EMPTY, [ChangeApplied(ORDERS, "1", {"tags": ["a"]}, protect=True)])

    state = fold(had, [OperationSucceeded(1, ORDERS, "create_dataset", {"id": "9"})])

    assert state.entries[ORDERS] == Entry("9", {}, run="r1")


def test_success_that_makes_no_object_leaves_the_entry() -> None:
    had = fold(EMPTY, [ChangeApplied(ORDERS, "1", {"tags": ["a"]})])
    made = OperationSucceeded(2, ORDERS, "create_policy", {"policy:West": "8"})

    assert fold(had, [made]).entries == had.entries


def test_a_refusal_closes_the_intent() -> None:
    assert fold(EMPTY, [STARTED, OperationFailed(1, ORDERS, "create_dataset", "400")]) == EMPTY


def test_an_unknown_outcome_leaves_the_intent_open() -> None:
    failed = OperationFailed(1, ORDERS, "create_dataset", "no answer", unknown=True)

    assert fold(EMPTY, [STARTED, failed]).open_intents == (INTENT,)


def test_the_outcome_of_one_address_leaves_the_intents_of_others() -> None:
    other = OperationSucceeded(2, SALES, "create_dataset", {"id": "9"})

    assert fold(EMPTY, [STARTED, other]).open_intents == (INTENT,)


def test_the_outcome_of_one_policy_leaves_the_intent_of_another_on_the_same_dataset() -> None:
    west = OperationStarted(1, ORDERS, "create_policy", "create West", "West")
    lost = OperationFailed(1, ORDERS, "create_policy", "no answer", unknown=True)
    east = OperationStarted(2, ORDERS, "create_policy", "create East", "East")
    made = OperationSucceeded(2, ORDERS, "create_policy", {"policy:East": "8"})

    state = fold(EMPTY, [west, lost, east, made])

    assert [intent.name for intent in state.open_intents] == ["West"]


def test_an_applied_change_is_remembered_whole() -> None:
    applied = ChangeApplied(ORDERS, "1", {"tags": ["a"]}, protect=True)

    assert fold(EMPTY, [applied]).entries == {ORDERS: Entry("1", {"tags": ["a"]}, True, "r1")}


@pytest.mark.parametrize(
    "event",
    [
        RunStarted("r1", "d1", 3),
        OperationSkipped(1, ORDERS, "set_tags", "create_dataset failed"),
        Waiting(ORDERS, "indexing", 2.5),
        Verified(ORDERS),
        Unverified(ORDERS, ("name: a, b",)),
        RunFinished(Outcome.PARTIAL),
    ],
)
def test_events_that_only_tell_leave_the_same_value(event: Event) -> None:
    assert evolve(EMPTY, event, "r1") is EMPTY


@given(states, st.lists(events, max_size=12), st.data())
def test_folding_all_events_is_folding_the_first_and_then_the_rest(
    state: State, happened: list[Event], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(happened)))

    assert fold(fold(state, happened[:cut]), happened[cut:]) == fold(state, happened)


@given(states, events)
def test_an_event_changes_nothing_but_entries_and_intents(state: State, event: Event) -> None:
    after = evolve(state, event, "r1")

    assert (after.project, after.environment, after.instance, after.lineage, after.serial) == (
        state.project,
        state.environment,
        state.instance,
        state.lineage,
        state.serial,
    )


@given(states, events)
def test_the_same_event_twice_is_the_same_event_once(state: State, event: Event) -> None:
    once = evolve(state, event, "r1")

    assert evolve(once, event, "r1") == once


@given(states, st.lists(events, max_size=12))
def test_many_events_at_once_are_as_one_after_the_other(
    state: State, happened: list[Event]
) -> None:
    before = deepcopy(state)

    found = evolve_all(state, happened, "r1")

    assert found == fold(state, happened)
    assert type(found.entries) is dict
    assert state == before
