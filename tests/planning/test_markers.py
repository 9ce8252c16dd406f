from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.model.address import Address
from domostate.model.call import Plane
from domostate.model.change import Action, Origin
from domostate.model.desired import Desired, Move, Removal
from domostate.model.observed import Found, Presence
from domostate.model.plan import Plan, RefusalKind, Summary
from domostate.model.state import Entry
from tests.kinds import replies
from tests.kinds.entries import ID, PLATFORM, PRODUCT, SALES, entry
from tests.planning.estates import applied, desired, live, observed, plan_for, recorded, state

ACME, BETA = "managed-by:domostate:acme", "managed-by:domostate:beta"
OTHER = Address("dataset", "other")
HERE = Found(ID, "Sales Orders")
MINE = state({SALES: recorded()})
MARKED_BEFORE = {"mode": None, "values": [], "marker": ACME}
MODES = st.sampled_from([None, "exact", "at_least", "at_most"])
TAGS = st.lists(st.sampled_from(["a", "b", "s_x"]), unique=True)


def tagged(*tags: str, id_: str = ID, **more: Any) -> Any:
    return live(id_, metadata=replies.metadata(tags=tags, **more))


def tags_after(plan: Plan) -> list[str]:
    [change] = plan.changes
    values: list[str] = change.after["tags"]["values"]
    return values


def remembered(**more: Any) -> Entry:
    return Entry(ID, {**applied(), "tags": MARKED_BEFORE, **more})


def test_what_is_created_is_marked_in_one_write_with_its_tags() -> None:
    silent = plan_for(entry(), observed(), marker=True)
    tagging = plan_for(entry(tags=["a"]), observed(), marker=True)

    assert [op.name for op in silent.changes[0].operations] == ["create_dataset", "set_tags"]
    assert (tags_after(silent), tags_after(tagging)) == ([ACME], ["a", ACME])
    assert tagging.writes == 2


def test_a_marker_that_is_missing_is_put_and_nothing_else_is_touched() -> None:
    plan = plan_for(entry(), observed(tagged("theirs")), MINE, marker=True)

    assert tags_after(plan) == [ACME, "theirs"]
    assert [(one.path, one.origin) for one in plan.changes[0].fields] == [
        (f"tags[{ACME}]", Origin.CONFIG)
    ]


def test_a_marker_that_was_there_and_went_is_drift() -> None:
    plan = plan_for(entry(), observed(tagged()), state({SALES: remembered()}), marker=True)

    assert [one.origin for one in plan.changes[0].fields] == [Origin.DRIFT]
    assert [(one.path, one.corrected) for one in plan.drift] == [(f"tags[{ACME}]", True)]


def test_a_marker_that_is_there_needs_nothing() -> None:
    plan = plan_for(entry(), observed(tagged("theirs", ACME)), MINE, marker=True)

    assert (plan.changes, plan.notes) == ((), ())


@given(MODES, TAGS, TAGS, st.booleans())
def test_no_list_mode_fights_the_marker(
    mode: str | None, wanted: list[str], there: list[str], marked: bool
) -> None:
    said = {} if mode is None else {"tags": {"mode": mode, "values": wanted}}
    before = [*there, *([ACME] if marked else [])]

    first = plan_for(entry(**said), observed(tagged(*before)), MINE, marker=True)
    after = tags_after(first) if first.changes else before
    second = plan_for(entry(**said), observed(tagged(*after)), MINE, marker=True)

    assert ACME in after
    assert second.changes == ()


def test_who_ignores_tags_gets_the_marker_and_nothing_else() -> None:
    declared = entry(tags=["a"], ignore=["tags"])

    plan = plan_for(declared, observed(tagged("theirs")), MINE, marker=True)

    assert tags_after(plan) == [ACME, "theirs"]
    assert plan.summary.suppressed == 2


def test_what_is_only_observed_is_not_marked_and_its_marker_is_nobodys_business() -> None:
    declared = entry(manage="observe", tags=[])

    for there in (tagged(), tagged(ACME), tagged(BETA)):
        plan = plan_for(declared, observed(there), MINE, marker=True)
        assert (plan.changes, plan.drift, plan.refusals, plan.notes) == ((), (), (), ())


def test_a_project_that_marks_no_longer_takes_its_markers_off_and_no_others() -> None:
    plan = plan_for(entry(), observed(tagged(ACME, "theirs")), MINE)

    assert tags_after(plan) == ["theirs"]
    assert plan_for(entry(), observed(tagged("theirs")), MINE).changes == ()


def test_without_the_product_plane_nothing_is_marked_and_nothing_is_said() -> None:
    seen = observed(live(), planes=PLATFORM)

    plan = plan_for(entry(), seen, MINE, marker=True)

    assert (plan.changes, plan.notes) == ((), ())


def test_another_projects_marker_is_a_refusal_with_both_projects_and_the_id() -> None:
    plan = plan_for(entry(), observed(tagged(BETA)), MINE, marker=True)

    [refusal] = plan.refusals
    assert refusal.message.startswith(
        f"dataset.sales_orders: dataset {ID} bears the marker of the project beta, and this is "
        "the project acme"
    )
    assert refusal.kind is RefusalKind.MANAGED_ELSEWHERE
    assert refusal.hint.endswith("\n  domostate plan --out FILE --take-over dataset.sales_orders")
    assert tags_after(plan) == [ACME, BETA]


@pytest.mark.parametrize("how", [{"adopt": {"id": ID}}, {"on_existing": "adopt_if_unmanaged"}])
@pytest.mark.parametrize("marker", [True, False])
def test_what_another_project_manages_is_adopted_by_no_way(
    how: dict[str, Any], marker: bool
) -> None:
    plan = plan_for(entry(**how), observed(tagged(BETA), found=[HERE]), marker=marker)

    assert [one.address for one in plan.refusals] == ["dataset.sales_orders"]


def test_what_nobody_has_marked_is_adopted_if_unmanaged() -> None:
    declared = entry(on_existing="adopt_if_unmanaged")

    plan = plan_for(declared, observed(tagged("theirs"), found=[HERE]), marker=True)

    [change] = plan.changes
    assert (change.actions, plan.refusals) == ((Action.ADOPT, Action.UPDATE), ())


def test_what_is_taken_over_has_their_marker_replaced_by_ours() -> None:
    take_over = frozenset({SALES})

    plan = plan_for(entry(), observed(tagged(BETA)), MINE, marker=True, take_over=take_over)
    unmarking = plan_for(entry(), observed(tagged(BETA)), MINE, take_over=take_over)

    assert (plan.refusals, plan.take_over) == ((), ("dataset.sales_orders",))
    assert plan.notes == ("dataset.sales_orders: taken over from the project beta",)
    assert (tags_after(plan), tags_after(unmarking)) == ([ACME], [])


def test_a_marker_beside_ours_is_a_note_as_long_as_nothing_is_written() -> None:
    there = observed(tagged(ACME, BETA))

    quiet = plan_for(entry(), there, MINE, marker=True)
    writing = plan_for(entry(description="New."), there, MINE, marker=True)

    assert (quiet.changes, quiet.refusals) == ((), ())
    assert quiet.notes == ("dataset.sales_orders: bears the marker of the project beta, too",)
    assert len(writing.refusals) == 1


def test_what_is_forgotten_loses_our_marker_and_keeps_the_rest() -> None:
    plan = plan_for(desired(), observed(tagged(ACME, BETA, "a")), MINE, marker=True)

    [change] = plan.changes
    assert change.actions == (Action.FORGET,)
    assert tags_after(plan) == ["a", BETA]
    assert [op.name for op in change.operations] == ["set_tags"]
    assert change.fingerprint
    assert (plan.refusals, plan.summary, plan.writes) == ((), Summary(forget=1), 1)


@pytest.mark.parametrize(
    "there", [tagged("a"), live(ID, Presence.ABSENT), live(ID, Presence.INVISIBLE)]
)
def test_what_bears_no_marker_of_ours_is_forgotten_without_a_write(there: Any) -> None:
    [change] = plan_for(desired(), observed(there), MINE, marker=True).changes

    assert (change.actions, change.operations, change.fingerprint) == ((Action.FORGET,), (), "")


def test_what_these_credentials_may_only_read_is_forgotten_and_its_marker_said_to_stay() -> None:
    metadata = {**replies.metadata(tags=[ACME]), "permissions": "READ_SHARE"}

    plan = plan_for(desired(), observed(live(metadata=metadata)), MINE, marker=True)

    assert plan.changes[0].operations == ()
    assert plan.changes[0].reasons[-1] == (
        f"the tag {ACME} stays: these credentials may not change the dataset"
    )


def test_what_another_address_manages_from_now_on_keeps_its_marker() -> None:
    renamed = entry(address=OTHER, adopt={"id": ID})

    plan = plan_for(renamed, observed(tagged(ACME)), MINE, marker=True)

    assert [(one.actions, one.operations) for one in plan.changes] == [
        ((Action.ADOPT,), ()),
        ((Action.FORGET,), ()),
    ]


def destroying() -> Desired:
    where = entry().where
    return replace(desired(entry(address=OTHER)), removed={SALES: Removal(True, "old", where)})


def test_what_another_project_manages_is_not_destroyed_unasked() -> None:
    seen, memory = observed(tagged(BETA)), state({SALES: recorded(), OTHER: recorded("9")})
    seen = replace(seen, live={**seen.live, "9": tagged(id_="9")})

    refused = plan_for(destroying(), seen, memory)
    taken = plan_for(destroying(), seen, memory, take_over=frozenset({SALES}))

    assert [one.actions for one in refused.changes] == [(Action.DELETE,)]
    assert [one.kind for one in refused.refusals] == [RefusalKind.MANAGED_ELSEWHERE]
    assert taken.refusals == ()


def test_what_is_given_up_on_purpose_loses_our_marker_too() -> None:
    given_up = replace(
        desired(entry(address=OTHER)), removed={SALES: Removal(False, "", entry().where)}
    )
    seen, memory = observed(tagged(ACME)), state({SALES: recorded(), OTHER: recorded("9")})
    seen = replace(seen, live={**seen.live, "9": tagged(ACME, id_="9")})

    [change] = plan_for(given_up, seen, memory, marker=True).changes

    assert (change.actions, len(change.operations)) == ((Action.FORGET,), 1)


def test_what_only_moves_to_another_address_keeps_its_marker_without_a_write() -> None:
    moved = replace(desired(entry(address=OTHER)), moved={SALES: Move(OTHER, entry().where)})

    [change] = plan_for(
        moved, observed(tagged(ACME)), state({SALES: remembered()}), marker=True
    ).changes

    assert (change.actions, change.operations) == ((Action.UPDATE,), ())


def test_a_flag_that_takes_over_what_is_nobodys_is_said_to_be_needless() -> None:
    for there in (observed(tagged(ACME)), observed()):
        memory = MINE if there.live else state()
        plan = plan_for(entry(), there, memory, marker=True, take_over=frozenset({SALES}))
        assert "--take-over was not needed" in plan.notes[0]


def test_a_marker_is_read_where_everything_else_is() -> None:
    seen = observed(tagged(BETA), planes=PRODUCT | {Plane.PLATFORM})

    assert plan_for(entry(), seen, MINE, marker=True).refusals
