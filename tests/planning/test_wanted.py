from domostate.model.address import Address
from domostate.model.call import Part
from domostate.model.observed import Found, Presence
from domostate.model.state import OpenIntent
from domostate.planning.wanted import (
    candidates,
    markers_wanted,
    names_of_the_gone,
    names_wanted,
    parts_of,
    parts_wanted,
)
from tests.kinds.entries import BOTH, CONNECTOR, ID, PLATFORM, PRODUCT, SALES, entry
from tests.planning.estates import desired, live, recorded, state

OTHER = Address("dataset", "other")


def test_names_are_looked_up_of_what_is_declared_without_an_id() -> None:
    third = Address("dataset", "third")
    wanted = desired(
        entry(), entry("Known", address=OTHER), entry("Named", address=third, adopt={"id": 5})
    )

    assert names_wanted(wanted, state({OTHER: recorded("9")})) == {"Sales Orders": SALES}


def test_the_name_that_an_interrupted_create_used_is_looked_up_too() -> None:
    intents = [
        OpenIntent(SALES, "create_stream", "Old Name"),
        OpenIntent(SALES, "create_policy", "West"),
        OpenIntent(OTHER, "create_dataset", "Not Declared"),
    ]

    found = names_wanted(desired(entry()), state(open_intents=intents))

    assert found == {"Sales Orders": SALES, "Old Name": SALES}


def test_the_names_of_what_is_gone_are_looked_up_once_that_is_known() -> None:
    third = Address("dataset", "third")
    wanted = desired(entry(), entry("Known", address=OTHER), entry("Named", address=third))
    memory = state({SALES: recorded(), OTHER: recorded("9"), third: recorded("7")})
    there = {ID: live(), "9": live("9", Presence.ABSENT), "7": live("7", Presence.INVISIBLE)}

    assert names_of_the_gone(wanted, memory, there) == {"Known": OTHER}


def test_only_what_is_declared_is_read() -> None:
    assert parts_of(entry(), BOTH) == {Part.METADATA}
    assert parts_of(entry(schema=[]), PRODUCT) == {Part.METADATA, Part.SCHEMA, Part.INDEXED}
    assert parts_of(entry(shares=[]), PRODUCT) == {Part.METADATA, Part.ACCESS}
    assert parts_of(entry(pdp={}), PRODUCT) == {Part.METADATA, Part.POLICIES, Part.SWITCH}
    assert parts_of(entry(pdp={}, schema=[]), PLATFORM) == {Part.DATASET}
    assert parts_of(entry(stream=CONNECTOR), BOTH) == {Part.METADATA, Part.STREAM}
    assert parts_of(entry(stream={"update_method": "APPEND"}), BOTH) == {
        Part.METADATA,
        Part.API_STREAM,
    }


def test_what_no_credential_reaches_is_not_read() -> None:
    assert parts_of(entry(shares=[], tags=[]), PLATFORM) == {Part.DATASET}


def test_recorded_adopted_and_found_datasets_are_read() -> None:
    third = Address("dataset", "third")
    wanted = desired(
        entry(), entry("Known", address=OTHER), entry("Named", address=third, adopt={"id": 5})
    )
    found = {SALES: (Found(ID, "Sales Orders"), Found("twin", "Sales Orders"))}

    parts = parts_wanted(wanted, state({OTHER: recorded("9")}), found, PRODUCT)

    assert parts.keys() == {ID, "twin", "9", "5"}


def test_of_what_is_no_longer_declared_only_the_marker_is_read() -> None:
    memory = state({SALES: recorded()})

    assert parts_wanted(desired(), memory, {}, BOTH) == {}
    assert markers_wanted(desired(), memory, BOTH) == {ID: frozenset({Part.METADATA})}
    assert markers_wanted(desired(), memory, PLATFORM) == {}
    assert markers_wanted(desired(entry()), memory, BOTH) == {}


def test_a_dataset_of_two_entries_is_read_for_both() -> None:
    wanted = desired(
        entry(adopt={"id": ID}, schema=[]), entry("B", address=OTHER, adopt={"id": ID}, pdp={})
    )

    parts = parts_wanted(wanted, state(), {}, PRODUCT)

    assert parts[ID] >= {Part.SCHEMA, Part.POLICIES}


def test_candidates_are_those_that_nobody_has_recorded() -> None:
    found = {SALES: (Found(ID, "Sales Orders"), Found("9", "Sales Orders"))}

    left = candidates(SALES, found, state({OTHER: recorded("9")}))

    assert [one.id for one in left] == [ID]
    assert candidates(OTHER, found, state()) == ()
