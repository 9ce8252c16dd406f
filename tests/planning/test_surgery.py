"""Surgery on the state: laws that hold for every state, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.errors import ExitCode, Protected, UsageError
from domostate.model.address import Address
from domostate.model.state import Entry, OpenIntent, State
from domostate.planning.surgery import (
    Altered,
    Edit,
    EntryEdit,
    check_protected,
    entry_edits,
    moved,
    removed,
)
from tests.model.strategies import addresses, states
from tests.planning.estates import state

A, B, C = (Address("dataset", name) for name in "abc")
ONE, TWO = Entry("1", {"tags": {"values": []}}, run="r1"), Entry("2", {}, protect=True)
OPEN = OpenIntent(A, "create_dataset", "A", (), "r1", 1)


def recorded(one: State) -> set[Address]:
    return {*one.entries, *(intent.address for intent in one.open_intents)}


@st.composite
def journeys(draw: st.DrawFn) -> tuple[State, Address, Address, Address]:
    """A state, an address of it, and two of the same kind that nobody uses."""
    one = draw(states.filter(recorded))
    source = draw(st.sampled_from(sorted(recorded(one))))
    return one, source, Address(source.kind, "x"), Address(source.kind, "y")


@given(journeys())
def test_there_and_back_again_is_where_it_was(
    journey: tuple[State, Address, Address, Address],
) -> None:
    one, source, target, _ = journey

    there = moved(one, source, target)

    assert moved(there, target, source) == one
    assert len(there.entries) == len(one.entries)
    assert recorded(there) == recorded(one) - {source} | {target}


@given(journeys())
def test_two_moves_lead_where_one_would_have_led(
    journey: tuple[State, Address, Address, Address],
) -> None:
    one, source, between, target = journey

    assert moved(moved(one, source, between), between, target) == moved(one, source, target)


@given(states, st.sets(addresses), st.sets(addresses))
def test_what_is_given_up_in_two_steps_is_given_up_at_once(
    one: State, first: set[Address], then: set[Address]
) -> None:
    assert removed(removed(one, first), then) == removed(one, first | then)
    assert not recorded(removed(one, first)) & first
    assert recorded(removed(one, first)) == recorded(one) - first


@given(states, states)
def test_edits_lead_from_one_set_of_entries_to_the_other(one: State, other: State) -> None:
    entries = dict(one.entries)

    for edit in entry_edits(one, other):
        entries.pop(edit.source or edit.address, None)
    for edit in entry_edits(one, other):
        if edit.after is not None:
            entries[edit.address] = edit.after

    assert entries == other.entries


@given(states)
def test_nothing_is_edited_where_nothing_differs(one: State) -> None:
    assert entry_edits(one, one) == ()
    assert not Altered(one, one).effective


def test_a_moved_entry_keeps_everything_and_is_shown_as_moved() -> None:
    one = state({A: TWO})

    other = moved(one, A, B)

    assert other.entries == {B: TWO}
    assert entry_edits(one, other) == (EntryEdit(B, Edit.MOVE, TWO, TWO, A),)


def test_a_create_of_unknown_outcome_moves_along() -> None:
    assert [one.address for one in moved(state({}, [OPEN]), A, B).open_intents] == [B]


def test_every_sort_of_edit_is_told_from_the_others() -> None:
    one, other = state({A: ONE, B: TWO}), state({B: ONE, C: Entry("3", {})})

    edits = [(str(edit.address), edit.edit) for edit in entry_edits(one, other)]

    assert edits == [
        ("dataset.a", Edit.FORGET),
        ("dataset.b", Edit.CHANGE),
        ("dataset.c", Edit.RECORD),
    ]


@pytest.mark.parametrize(
    ("memory", "target", "words"),
    [
        (state({A: ONE, B: TWO}), B, "dataset.b is recorded already, with id 2"),
        (state({B: ONE}, [OPEN]), A, "a create of unknown outcome is open there"),
        (state({A: ONE}), Address("group", "a"), "dataset.a is a dataset, and group.a would be"),
    ],
)
def test_nothing_is_moved_over_what_is_there(memory: State, target: Address, words: str) -> None:
    source = next(iter(memory.entries))

    with pytest.raises(UsageError, match=words):
        moved(memory, source, target)


@pytest.mark.parametrize(
    "after",
    [state({}), state({A: ONE}), state({B: Entry("2", {})}), state({B: Entry("9", {}, True)})],
    ids=["given up", "given up, and another", "unprotected", "another object"],
)
def test_protection_is_lost_only_by_name(after: State) -> None:
    before = state({A: ONE, B: TWO})

    with pytest.raises(Protected) as caught:
        check_protected(before, after, [A])

    assert caught.value.exit_code == ExitCode.REFUSED
    assert caught.value.hint.endswith("--protected dataset.b")
    check_protected(before, after, [B])


def test_who_gives_up_an_address_gives_up_its_open_call_and_is_told() -> None:
    before = state({B: ONE}, [OPEN])

    altered = Altered(before, removed(before, [A]))

    assert altered.given_up == (OPEN,)
    assert altered.edits == ()
    assert altered.effective
