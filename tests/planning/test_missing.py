from dataclasses import replace

import pytest

from domostate.errors import ExitCode, StateMissing
from domostate.model.observed import Found, Observed
from domostate.model.state import OpenIntent, State
from tests.kinds import replies
from tests.kinds.entries import ID, PLATFORM, SALES, entry
from tests.planning.estates import live, observed, plan_for, recorded, state

ACME = "managed-by:domostate:acme"
NOTHING = state(serial=0)


def marked(number: int = 1) -> Observed:
    seen = observed()
    found = tuple(Found(f"id-{n}", f"Data {n}") for n in range(number))
    return Observed(seen.instance, seen.planes, seen.directory, {}, marked=found)


def test_no_state_where_the_search_shows_our_marker_is_a_guard() -> None:
    with pytest.raises(StateMissing) as missing:
        plan_for(entry(), marked(5), NOTHING, marker=True)

    assert missing.value.exit_code is ExitCode.GUARD
    assert missing.value.message == (
        f"dev has no state, and on acme-dev 5 datasets bear the tag {ACME}: 'Data 0' (id-0), "
        "'Data 1' (id-1), 'Data 2' (id-2), and 2 more"
    )
    assert "\n  domostate state rebuild --reason WHY\n" in missing.value.hint
    assert missing.value.hint.endswith("--new-state")


def test_what_bears_a_declared_name_and_our_marker_is_a_guard_before_it_is_in_the_way() -> None:
    there = live(metadata=replies.metadata(tags=[ACME]))

    with pytest.raises(StateMissing, match=rf"1 dataset bears the tag {ACME}: 'Sales Orders'"):
        plan_for(entry(), observed(there, found=[Found(ID, "Sales Orders")]), NOTHING, marker=True)


@pytest.mark.parametrize(
    "memory",
    [
        state(serial=1),
        state({SALES: recorded()}, serial=0),
        state(open_intents=[OpenIntent(SALES, "create_dataset", "Sales Orders")], serial=0),
    ],
    ids=["a saved state", "an entry", "an open intent"],
)
def test_whatever_is_recorded_is_a_state(memory: State) -> None:
    seen = marked()
    there = replace(seen, live={ID: live()})

    assert plan_for(entry(), there, memory, marker=True).changes


def test_who_says_that_the_state_is_new_has_said_enough() -> None:
    assert plan_for(entry(), marked(), NOTHING, marker=True, new_state=True).changes


def test_a_project_without_markers_has_nothing_to_go_by() -> None:
    assert plan_for(entry(), marked(), NOTHING).changes


def test_nothing_marked_is_a_project_that_begins() -> None:
    there = live(metadata=replies.metadata(tags=["managed-by:domostate:beta"]))
    seen = observed(there, found=[Found(ID, "Sales Orders")])

    assert plan_for(entry(), marked(0), NOTHING, marker=True).changes
    assert plan_for(entry(on_existing="adopt"), seen, NOTHING, marker=True).refusals


def test_the_platform_plane_knows_no_markers() -> None:
    seen = observed(live(), found=[Found(ID, "Sales Orders")], planes=PLATFORM)

    assert plan_for(entry(on_existing="adopt"), seen, NOTHING, marker=True).changes
