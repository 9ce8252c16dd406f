import pytest

from domostate.errors import Finding
from domostate.model.address import Address
from domostate.model.change import Action
from domostate.model.observed import Found, Presence
from domostate.model.state import OpenIntent
from domostate.planning.match import Subject, match
from tests.kinds.entries import ID, SALES, entry
from tests.planning.estates import live, observed, recorded, state

OTHER = Address("dataset", "other")
HERE = Found(ID, "Sales Orders")
ABSENT, INVISIBLE = Presence.ABSENT, Presence.INVISIBLE


def subject(outcome: Subject | Finding) -> Subject:
    assert isinstance(outcome, Subject), outcome
    return outcome


def finding(outcome: Subject | Finding) -> Finding:
    assert isinstance(outcome, Finding), outcome
    return outcome


def interrupted(*known: str, name: str = "Sales Orders") -> OpenIntent:
    return OpenIntent(SALES, "create_dataset", name, known, "run 1", 1)


def test_a_recorded_dataset_that_is_there_is_updated() -> None:
    memory = state({SALES: recorded()})

    met = subject(match(entry(), observed(live()), memory))

    assert (met.action, met.live, met.entry) == (Action.UPDATE, live(), memory.entries[SALES])


def test_a_recorded_dataset_that_is_gone_is_created_anew_and_said_to_be() -> None:
    met = subject(match(entry(), observed(live(ID, ABSENT)), state({SALES: recorded()})))

    assert (met.action, met.live, met.recreated) == (Action.CREATE, None, True)
    assert ID in met.reason


def test_in_place_of_a_recorded_dataset_that_is_gone_no_second_one_of_its_name_is_made() -> None:
    seen = observed(live(ID, ABSENT), live("new"), found=[Found("new", "Sales Orders")])
    memory = state({SALES: recorded()})

    refused = finding(match(entry(), seen, memory))
    adopted = subject(match(entry(on_existing="adopt"), seen, memory))

    assert "exists already (new)" in refused.message
    assert (adopted.action, adopted.live, adopted.entry) == (Action.ADOPT, live("new"), None)


def test_a_recorded_dataset_that_is_not_visible_is_an_error_and_never_created() -> None:
    met = finding(match(entry(), observed(live(ID, INVISIBLE)), state({SALES: recorded()})))

    assert "these credentials may not see it" in met.message
    assert met.hint


def test_a_recorded_id_outvotes_the_name() -> None:
    found = [Found("other-id", "Sales Orders")]

    met = subject(
        match(entry(), observed(live(), live("other-id"), found=found), state({SALES: recorded()}))
    )

    assert met.live == live()


def test_an_adopted_id_is_taken_over() -> None:
    met = subject(match(entry(adopt={"id": ID}), observed(live()), state()))

    assert (met.action, met.live, met.entry) == (Action.ADOPT, live(), None)


@pytest.mark.parametrize(
    ("presence", "said"), [(ABSENT, "is not there"), (INVISIBLE, "is not visible")]
)
def test_an_adopted_id_that_cannot_be_had_is_an_error(presence: Presence, said: str) -> None:
    met = finding(match(entry(adopt={"id": ID}), observed(live(ID, presence)), state()))

    assert said in met.message
    assert met.source_line == "adopt.id"


def test_what_nobody_has_seen_is_created() -> None:
    met = subject(match(entry(), observed(), state()))

    assert (met.action, met.live, met.recreated) == (Action.CREATE, None, False)


def test_a_dataset_in_the_way_is_an_error_that_says_how_to_take_it_over() -> None:
    met = finding(match(entry(), observed(live(), found=[HERE]), state()))

    assert f"exists already ({ID})" in met.message
    assert f"adopt: {{id: {ID}}}" in met.hint


@pytest.mark.parametrize("how", ["adopt", "adopt_if_unmanaged"])
def test_a_dataset_of_the_name_is_adopted_where_that_is_declared(how: str) -> None:
    met = subject(match(entry(on_existing=how), observed(live(), found=[HERE]), state()))

    assert (met.action, met.live) == (Action.ADOPT, live())


def test_a_dataset_that_is_only_observed_is_met_by_its_name() -> None:
    met = subject(match(entry(manage="observe"), observed(live(), found=[HERE]), state()))

    assert met.live == live()


def test_several_of_the_name_are_named_and_not_chosen_from() -> None:
    twins = [HERE, Found("a-twin", "Sales Orders")]

    met = finding(
        match(entry(on_existing="adopt"), observed(live(), live("a-twin"), found=twins), state())
    )

    assert met.message.endswith(f"in the instance: {ID}, a-twin")


def test_what_another_address_has_recorded_is_not_in_the_way() -> None:
    memory = state({OTHER: recorded()})

    met = subject(match(entry(), observed(live(), found=[HERE]), memory))

    assert met.action is Action.CREATE


def test_a_list_may_still_show_what_is_deleted() -> None:
    met = subject(match(entry(), observed(live(ID, ABSENT), found=[HERE]), state()))

    assert met.action is Action.CREATE


def test_a_dataset_of_the_name_that_is_not_visible_is_an_error() -> None:
    seen = observed(live(ID, INVISIBLE), found=[HERE])

    met = finding(match(entry(on_existing="adopt"), seen, state()))

    assert "these credentials may not see it" in met.message


def test_what_an_interrupted_create_made_is_found_again_by_name_minus_known_ids() -> None:
    found = [HERE, Found("older", "Sales Orders")]
    seen = observed(live(), live("older"), found=found)

    met = subject(match(entry(), seen, state(open_intents=[interrupted("older")])))

    assert (met.action, met.live) == (Action.ADOPT, live())
    assert "interrupted" in met.reason


def test_an_interrupted_create_that_made_nothing_is_tried_again() -> None:
    seen = observed(live(), found=[])

    met = subject(match(entry(), seen, state(open_intents=[interrupted()])))

    assert met.action is Action.CREATE


def test_what_was_there_before_an_interrupted_create_stays_in_the_way() -> None:
    seen = observed(live(), found=[HERE])

    met = finding(match(entry(), seen, state(open_intents=[interrupted(ID)])))

    assert "exists already" in met.message


def test_two_that_an_interrupted_create_may_have_made_are_for_people() -> None:
    found = [HERE, Found("second", "Sales Orders")]
    seen = observed(live(), live("second"), found=found)

    met = finding(match(entry(), seen, state(open_intents=[interrupted()])))

    assert "after an interrupted run" in met.message


def test_an_interrupted_create_is_found_under_the_name_that_it_used() -> None:
    seen = observed(live(), found=[Found(ID, "Old Name")])

    met = subject(
        match(entry("New Name"), seen, state(open_intents=[interrupted(name="Old Name")]))
    )

    assert (met.action, met.live) == (Action.ADOPT, live())


def test_an_interrupted_recreation_is_found_again_too() -> None:
    memory = state({SALES: recorded("gone")}, [interrupted()])
    seen = observed(live(), live("gone", ABSENT), found=[HERE])

    met = subject(match(entry(), seen, memory))

    assert (met.action, met.live, met.recreated) == (Action.ADOPT, live(), False)


def test_an_open_intent_that_makes_no_dataset_says_nothing_about_it() -> None:
    intent = OpenIntent(SALES, "create_policy", "Sales Orders", (), "run 1", 3)

    met = finding(match(entry(), observed(live(), found=[HERE]), state(open_intents=[intent])))

    assert "exists already" in met.message
