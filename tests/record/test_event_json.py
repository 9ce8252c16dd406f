"""Events on disk read back as they were, also those of a later version."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given

from domostate.model.address import Address
from domostate.model.event import Adopted, Event, Outcome, RunFinished
from domostate.record.canonical import as_bytes
from domostate.record.event_json import EVENT_NAMES, event_from_json, event_to_json
from tests.model.strategies import events, short


def test_every_event_has_a_name() -> None:
    assert set(EVENT_NAMES.values()) == set(get_args(Event))


def test_the_names_on_disk_stay_as_they_are() -> None:
    assert sorted(EVENT_NAMES) == [
        "adopted",
        "change_applied",
        "forgotten",
        "moved",
        "operation_failed",
        "operation_skipped",
        "operation_started",
        "operation_succeeded",
        "run_finished",
        "run_started",
        "unverified",
        "verified",
        "waiting",
    ]


@given(events)
def test_an_event_reads_back_as_it_was_written(event: Event) -> None:
    assert event_from_json(json.loads(as_bytes(event_to_json(event)))) == event


@given(events, short)
def test_a_field_of_a_later_version_is_left_out(event: Event, value: str) -> None:
    assert event_from_json({**event_to_json(event), "of_later": value}) == event


def test_an_event_names_itself_and_its_address() -> None:
    assert event_to_json(Adopted(Address("dataset", "orders"), "9")) == {
        "event": "adopted",
        "address": "dataset.orders",
        "id": "9",
    }


def test_a_field_that_a_later_version_added_has_its_default() -> None:
    assert event_from_json({"event": "run_finished", "outcome": "complete"}) == RunFinished(
        Outcome.COMPLETE
    )


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        ([], "no event is named"),
        ({}, "no event is named"),
        ({"event": 7}, "no event is named"),
        ({"event": "teleported"}, "unknown event 'teleported'"),
        ({"event": "adopted", "id": "9"}, "adopted: address: "),
        ({"event": "adopted", "address": "orders", "id": "9"}, "'orders' is not an address"),
        ({"event": "moved", "address": "dataset.a", "to": "b"}, "'b' is not an address"),
        ({"event": "adopted", "address": 7, "id": "9"}, "adopted: address"),
        ({"event": "run_finished", "outcome": "merry"}, "run_finished: outcome: "),
    ],
)
def test_what_is_no_event_is_told_by_name(shown: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        event_from_json(shown)
