"""Which states may take the place of the present one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.errors import ExitCode, LineageMismatch, Protected, StateError
from domostate.model.address import Address
from domostate.model.state import Entry, State
from domostate.planning.push import Claims, check_fit, pushed
from tests.model.strategies import states
from tests.planning.estates import state

A, B = Address("dataset", "a"), Address("dataset", "b")
PRESENT = state({A: Entry("1", {}, protect=True)}, serial=12)
EDITED, REPLACES = Claims(edited=True), Claims(replaces=12)
OURS = ("acme", "dev", "acme-dev")


def of_serial(serial: int) -> State:
    return replace(PRESENT, serial=serial, entries={**PRESENT.entries, B: Entry("2", {})})


@pytest.mark.parametrize(
    ("serial", "claims", "becomes"),
    [
        (13, Claims(), 13),
        (20, Claims(), 20),
        (12, EDITED, 13),
        (3, REPLACES, 13),
        (12, REPLACES, 13),
        (20, REPLACES, 20),
    ],
)
def test_it_becomes_a_later_generation(serial: int, claims: Claims, becomes: int) -> None:
    found = pushed(of_serial(serial), PRESENT, claims)

    assert found == of_serial(becomes)


@given(states, states, st.booleans(), st.none() | st.integers(1, 20))
def test_whatever_is_pushed_comes_after_what_is_there_and_holds_what_the_file_holds(
    file: State, present: State, edited: bool, replaces: int | None
) -> None:
    try:
        found = pushed(file, present, Claims(edited, replaces))
    except (StateError, Protected):
        return

    assert found.serial > present.serial
    assert found.serial >= file.serial
    assert replace(found, serial=file.serial) == file


@pytest.mark.parametrize(
    ("serial", "claims", "words"),
    [
        (12, Claims(), "the file is of serial 12, and the state is at serial 12"),
        (3, Claims(), "the file is of serial 3, and the state is at serial 12"),
        (11, EDITED, "the file was edited from serial 11, and the state is at serial 12"),
        (10**30, EDITED, "the file was edited from serial 10+, and the state is at serial 12"),
        (3, Claims(replaces=11), "the state is at serial 12, not at 11"),
        (20, Claims(replaces=11), "the state is at serial 12, not at 11"),
    ],
)
def test_an_earlier_one_is_not_taken(serial: int, claims: Claims, words: str) -> None:
    with pytest.raises(StateError, match=words) as caught:
        pushed(of_serial(serial), PRESENT, claims)

    assert caught.value.exit_code == ExitCode.ERROR


def test_another_lineage_needs_to_be_said() -> None:
    file = replace(of_serial(20), lineage="another")

    for claims in (Claims(), EDITED):
        with pytest.raises(LineageMismatch, match="another") as caught:
            pushed(file, PRESENT, claims)
        assert caught.value.exit_code == ExitCode.GUARD
        assert caught.value.hint.endswith("--replace 12")

    assert pushed(file, PRESENT, REPLACES).lineage == "another"


def test_what_somebody_has_written_by_hand_takes_no_protection_away() -> None:
    bare = replace(PRESENT, entries={})

    for claims in (EDITED, REPLACES):
        with pytest.raises(Protected, match=r"dataset\.a"):
            pushed(bare, PRESENT, claims)
        said = replace(claims, unprotected=frozenset({A}))
        assert pushed(bare, PRESENT, said).entries == {}

    assert pushed(replace(bare, serial=13), PRESENT, Claims()).entries == {}


def test_where_there_is_nothing_any_serial_fits_and_none_can_be_replaced() -> None:
    assert pushed(of_serial(3), None, Claims()) == of_serial(3)
    with pytest.raises(StateError, match="there is no serial 12 to be replaced"):
        pushed(of_serial(3), None, REPLACES)


@pytest.mark.parametrize(
    ("file", "words", "code"),
    [
        (replace(PRESENT, instance="acme-prod"), "the instance acme-prod, not to acme-dev", 3),
        (replace(PRESENT, project="umbrella"), "the project umbrella, not to acme", 1),
        (replace(PRESENT, environment="prod"), "the environment prod, not to dev", 1),
        (state({A: Entry("1", {}), B: Entry("1", {})}), "hold the same id 1", 1),
        (state({Address("card", "a"): Entry("1", {})}), "there is no kind 'card'", 1),
    ],
)
def test_what_is_not_ours_or_cannot_be_is_refused_naming_the_file(
    file: State, words: str, code: int
) -> None:
    with pytest.raises(Exception, match=rf"s\.json: .*{words}") as caught:
        check_fit(file, "s.json", *OURS)

    assert caught.value.exit_code == code  # type: ignore[attr-defined]
