"""What `state verify` finds wrong, and that it finds nothing wrong with what is right."""

from dataclasses import replace

import pytest

from domostate.model.address import Address
from domostate.model.observed import Presence
from domostate.model.state import Entry, OpenIntent, State
from domostate.planning.soundness import (
    Fault,
    chain_faults,
    identity_faults,
    inner_faults,
    intent_faults,
    live_faults,
)
from tests.planning.estates import state

A, B = Address("dataset", "a"), Address("dataset", "b")
STATE = state({A: Entry("1", {}), B: Entry("2", {})})
OURS = "managed-by:domostate:acme"
THEIRS = "managed-by:domostate:umbrella"


def sorts(*faults: Fault) -> list[tuple[str, str, str]]:
    return [(one.sort, one.address, one.id) for one in faults]


def test_nothing_is_wrong_with_a_state_that_is_right() -> None:
    assert list(inner_faults(STATE)) == []
    assert list(identity_faults(STATE, "acme", "dev", "acme-dev")) == []
    assert list(intent_faults(STATE.open_intents)) == []


def test_two_addresses_of_one_id_are_found() -> None:
    (fault,) = inner_faults(state({A: Entry("1", {}), B: Entry("1", {})}))

    assert sorts(fault) == [("duplicate_id", "dataset.b", "1")]
    assert fault.message == "dataset.a and dataset.b hold the same id 1"
    assert "domostate state rm dataset.b" in fault.hint


def test_an_address_of_an_unknown_kind_is_found() -> None:
    (fault,) = inner_faults(state({Address("card", "a"): Entry("1", {})}))

    assert sorts(fault) == [("unknown_kind", "card.a", "1")]


@pytest.mark.parametrize(
    ("field", "sort"),
    [
        ("project", "other_project"),
        ("environment", "other_environment"),
        ("instance", "other_instance"),
    ],
)
def test_a_state_of_somebody_else_is_found(field: str, sort: str) -> None:
    strange: State = replace(STATE, **{field: "umbrella"})

    (fault,) = identity_faults(strange, "acme", "dev", "acme-dev")

    assert fault.sort == sort
    assert f"the {field} umbrella" in fault.message


def test_a_call_of_unknown_outcome_is_found() -> None:
    (fault,) = intent_faults([OpenIntent(A, "create_dataset", "Orders", (), "r1", 1)])

    assert sorts(fault) == [("open_intent", "dataset.a", "")]
    assert "create_dataset 'Orders' of run r1" in fault.message


def chain(*links: tuple[int, str, str]) -> list[State]:
    """Generations by serial, hash and parent."""
    return [replace(STATE, serial=s, hash=own, parent=parent) for s, own, parent in links]


def test_generations_that_follow_upon_each_other_are_right_whatever_came_before() -> None:
    assert list(chain_faults([])) == []
    assert list(chain_faults(chain((4, "b", "gone"), (5, "c", "b"), (9, "d", "c")))) == []


@pytest.mark.parametrize(
    ("second", "expected"),
    [((5, "c", "x"), ["chain"]), ((4, "c", "b"), ["serial"]), ((3, "c", ""), ["serial", "chain"])],
)
def test_a_generation_that_does_not_follow_is_found(
    second: tuple[int, str, str], expected: list[str]
) -> None:
    found = chain_faults(chain((4, "b", "gone"), second))

    assert [one.sort for one in found] == expected


def test_what_domo_says_of_each_object_is_told_by_address() -> None:
    presence = {"1": Presence.ABSENT, "2": Presence.INVISIBLE}

    assert sorts(*live_faults(STATE, presence, {})) == [
        ("gone", "dataset.a", "1"),
        ("invisible", "dataset.b", "2"),
    ]


def test_an_object_with_the_marker_of_another_project_is_found_and_ours_is_not() -> None:
    presence = dict.fromkeys("12", Presence.PRESENT)

    found = list(live_faults(STATE, presence, {"1": [OURS], "2": [OURS, THEIRS]}))

    assert sorts(*found) == [("foreign_marker", "dataset.b", "2")]
    assert THEIRS in found[0].message
