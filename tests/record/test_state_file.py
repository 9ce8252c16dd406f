"""The state as a file: the same bytes for the same state, and a plain word about anything else."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.errors import StateError
from domostate.model.state import State
from domostate.record.state_file import decode_state, encode_state
from tests.model.strategies import states
from tests.record.samples import STATE

PATH = Path("state/dev.json")


@given(states)
def test_a_state_reads_back_as_it_was_written(state: State) -> None:
    assert decode_state(encode_state(state), PATH) == state


@given(states)
def test_equal_states_give_equal_bytes(state: State) -> None:
    other_way_round = replace(state, entries=dict(reversed(list(state.entries.items()))))

    assert encode_state(other_way_round) == encode_state(state)


def test_the_file_has_one_line_for_each_entry_and_sorted_keys() -> None:
    assert encode_state(STATE).decode() == (
        '{\n"entries":{\n'
        '"dataset.orders":{"applied":{},"id":"9","protect":false,"run":"r0"},\n'
        '"dataset.sales.eu":{"applied":{"tags":{"values":["eu","ünï"]}},"id":"10",'
        '"protect":true,"run":"r0"}\n'
        "},\n"
        '"environment":"dev",\n"format":1,\n"instance":"acme-dev",\n"lineage":"l1",\n'
        '"open_intents":[\n'
        '{"address":"group.staff","known":["1","2"],"name":"Staff",'
        '"operation":"create_group","run":"r0","seq":1}\n'
        "],\n"
        '"project":"acme",\n"serial":7\n}\n'
    )


def test_text_that_utf8_cannot_hold_survives() -> None:
    halved = replace(STATE, project="half a \ud83d pair")

    assert decode_state(encode_state(halved), PATH) == halved


def told(content: bytes) -> StateError:
    with pytest.raises(StateError) as caught:
        decode_state(content, PATH)
    assert str(PATH) in caught.value.message
    assert caught.value.hint
    return caught.value


def edited(**fields: Any) -> bytes:
    return json.dumps({**json.loads(encode_state(STATE)), **fields}).encode()


@pytest.mark.parametrize("content", [b"{}", b"[]", b"7", b'{"format": 1}', b'{"lineage": "l1"}'])
def test_other_json_is_not_a_state_file(content: bytes) -> None:
    assert "not a state file" in told(content).message


@pytest.mark.parametrize("number", [True, "1", None, 0, 1.0])
def test_a_format_that_is_no_number_is_not_a_state_file(number: Any) -> None:
    assert "not a state file" in told(edited(format=number)).message


def test_a_newer_format_is_refused_naming_both_numbers() -> None:
    error = told(edited(format=3, entries="whatever that format says"))

    assert "is of format 3" in error.message
    assert "up to format 1" in error.message
    assert "newer domostate" in error.message


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"{", "line 1, column 2"),
        (b'{"a": "\xff"}', "not UTF-8 at byte 7"),
        (b"[" * 100_000, "nested too deeply"),
        (edited(serial="7"), "serial"),
        (edited(entries={"orders": {}}), "entries.orders.id"),
        (
            edited(entries={"orders": {"id": "1", "applied": {}, "protect": False, "run": ""}}),
            "'orders' is not an address",
        ),
        (edited(open_intents=[{"address": "dataset.a"}]), "open_intents.0.operation"),
        (edited(comment="by hand"), "comment: Extra inputs"),
    ],
)
def test_a_damaged_file_is_named_with_the_place_and_the_backup(content: bytes, why: str) -> None:
    error = told(content)

    assert "damaged" in error.message
    assert why in error.message
    assert ".backup" in error.hint


@given(st.binary())
def test_no_bytes_at_all_raise_anything_else(content: bytes) -> None:
    told(content)


@given(st.data())
def test_a_state_cut_short_is_never_taken_for_a_whole_one(data: st.DataObject) -> None:
    whole = encode_state(STATE)

    told(whole[: data.draw(st.integers(0, len(whole) - 2))])
