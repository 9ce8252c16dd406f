"""The state as a file: the same bytes for the same state, and a plain word about anything else."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.errors import StateError
from domostate.model.state import Entry, RunRecord, Saved, State
from domostate.record.state_file import (
    StateDamaged,
    decode_edited,
    decode_state,
    encode_state,
)
from tests.model.strategies import states
from tests.record.samples import NOW, ORDERS, STATE

PATH = Path("state/dev.json")


@given(states)
def test_a_state_reads_back_as_it_was_written(state: State) -> None:
    assert decode_state(encode_state(state), PATH) == state


@given(states)
def test_equal_states_give_equal_bytes(state: State) -> None:
    other_way_round = replace(state, entries=dict(reversed(list(state.entries.items()))))

    assert encode_state(other_way_round) == encode_state(state)


def test_the_file_has_one_line_for_each_entry_and_sorted_keys() -> None:
    written = re.sub('(?<="hash":")[0-9a-f]{64}', "HASH", encode_state(STATE).decode())

    assert written == (
        '{\n"entries":{\n'
        '"dataset.orders":{"applied":{},"id":"9","protect":false,"run":"r0"},\n'
        '"dataset.sales.eu":{"applied":{"tags":{"values":["eu","ünï"]}},"id":"10",'
        '"protect":true,"run":"r0"}\n'
        "},\n"
        '"environment":"dev",\n"format":2,\n"hash":"HASH",\n"instance":"acme-dev",\n"lineage":"l1",\n'
        '"open_intents":[\n'
        '{"address":"group.staff","known":["1","2"],"name":"Staff",'
        '"operation":"create_group","run":"r0","seq":1}\n'
        "],\n"
        '"parent":"",\n"project":"acme",\n"runs":[],\n"saved":null,\n"serial":7\n}\n'
    )


def test_text_that_utf8_cannot_hold_survives() -> None:
    halved = replace(STATE, project="half a \ud83d pair")

    assert decode_state(encode_state(halved), PATH) == halved


FIRST_FORMAT = b"""{
"entries":{
"dataset.orders":{"applied":{},"id":"9","protect":true,"run":"r0"}
},
"environment":"dev",
"format":1,
"instance":"acme-dev",
"lineage":"l1",
"open_intents":[],
"project":"acme",
"serial":7
}
"""


def test_the_first_format_is_still_read() -> None:
    found = decode_state(FIRST_FORMAT, PATH)

    assert found == replace(
        STATE, entries={ORDERS: Entry("9", {}, protect=True, run="r0")}, open_intents=()
    )
    assert decode_state(encode_state(found), PATH) == found


def test_an_edit_by_hand_is_noticed() -> None:
    edited_id = encode_state(STATE).replace(b'"id":"10"', b'"id":"11"')

    assert "does not fit its hash" in told(edited_id).message


def test_runs_and_who_saved_it_are_remembered() -> None:
    run = RunRecord("r1", "apply", "ada@laptop", NOW.isoformat(), "complete", "digest", "n1", "url")
    saved = Saved(NOW.isoformat(), "ada@laptop", "state mv", "r1", "renamed")
    whole = replace(STATE, runs=(run,), saved=saved, parent="p" * 64)

    found = decode_state(encode_state(whole), PATH)

    assert (found.runs, found.saved, found.parent) == ((run,), saved, "p" * 64)
    assert found.hash != decode_state(encode_state(STATE), PATH).hash


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
    assert "up to format 2" in error.message
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
def test_a_damaged_file_is_named_with_the_place_and_what_to_do(content: bytes, why: str) -> None:
    error = told(content)

    assert "damaged" in error.message
    assert why in error.message
    assert "state history" in error.hint


@given(st.binary())
def test_no_bytes_at_all_raise_anything_else(content: bytes) -> None:
    told(content)


@given(st.data())
def test_a_state_cut_short_is_never_taken_for_a_whole_one(data: st.DataObject) -> None:
    whole = encode_state(STATE)

    told(whole[: data.draw(st.integers(0, len(whole) - 2))])


def edited(**changes: Any) -> bytes:
    """The file of STATE without its hash, as an editor leaves it."""
    value = {**json.loads(encode_state(STATE)), **changes}
    del value["hash"]
    return json.dumps(value, indent=2).encode()


def test_an_edited_file_is_read_when_its_hash_was_taken_out() -> None:
    assert decode_edited(edited(serial=8), PATH) == replace(STATE, serial=8)
    with pytest.raises(StateDamaged, match="hash"):
        decode_state(edited(), PATH)


def test_a_hash_that_is_there_must_fit_even_if_the_file_is_said_to_be_edited() -> None:
    whole = encode_state(STATE)

    assert decode_edited(whole, PATH) == STATE
    with pytest.raises(StateDamaged, match="does not fit its hash"):
        decode_edited(whole.replace(b'"serial":7', b'"serial":8'), PATH)


def test_an_edited_file_that_has_something_twice_is_damaged() -> None:
    entry = b'"dataset.orders": {"id": "1", "applied": {}, "protect": false, "run": ""},'
    content = edited().replace(b'"entries": {', b'"entries": {' + entry, 1)

    with pytest.raises(StateDamaged, match=r"it has 'dataset\.orders' twice"):
        decode_edited(content, PATH)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"7", edited(format=99), edited(serial="7")])
def test_an_edited_file_that_holds_no_state_is_refused(content: bytes) -> None:
    with pytest.raises(StateError):
        decode_edited(content, PATH)
