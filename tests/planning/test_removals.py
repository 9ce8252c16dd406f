"""What vanishes from the manifests is forgotten; only a removal that says so destroys it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.errors import ManifestError, Protected
from domostate.model.address import Address
from domostate.model.call import Part, Plane
from domostate.model.change import Action, Change, ChangeClass
from domostate.model.observed import Live, Presence
from domostate.model.plan import Plan, RefusalKind
from domostate.model.state import Entry, OpenIntent
from domostate.planning.converged import moved, parts_touched
from domostate.planning.fingerprint import fingerprint
from domostate.planning.guard import guard
from domostate.planning.removals import protected
from domostate.planning.scope import Limits
from domostate.planning.wanted import parts_wanted
from tests.kinds import replies
from tests.kinds.entries import BOTH, ID, PLATFORM, PRODUCT, SALES, entry, names
from tests.planning.estates import departing, desired, live, observed, plan_for, recorded, state

OLD = Address("dataset", "old")
KEPT = Address("dataset", "kept")
WANTED = departing(desired(entry("Kept", address=KEPT)), destroyed={OLD: "by kept"})
THERE = live("9", metadata=replies.metadata(name="Kept"), dataset=replies.dataset(name="Kept"))


def memory(was: Entry) -> Any:
    return state({OLD: was, KEPT: recorded("9", name="Kept")})


def plan_of(was: Entry, there: Live, planes: frozenset[Plane] = PRODUCT, **limits: int) -> Plan:
    """A plan that destroys what `was` recorded; everything else is as it should be."""
    return plan_for(
        WANTED, observed(there, THERE, planes=planes), memory(was), limits=Limits(limits)
    )


def destroyed(was: Entry, there: Live, planes: frozenset[Plane] = PRODUCT) -> Change:
    [change] = plan_of(was, there, planes).changes
    return change


@pytest.mark.parametrize("planes", [PRODUCT, PLATFORM, BOTH])
def test_a_removal_that_says_so_destroys_the_dataset(planes: frozenset[Plane]) -> None:
    change = destroyed(recorded(), live(), planes)

    assert (change.address, change.id, change.actions) == (OLD, ID, (Action.DELETE,))
    assert change.classes == (ChangeClass.DESTRUCTIVE,)
    assert change.reasons == ("removed: by kept",)
    assert str(change.origin) == "removed.yml:80:3"
    assert (change.after, change.applied, change.fields) == ({}, {}, ())
    [op] = change.operations
    assert (op.seq, op.name, op.aspect) == (1, "delete_dataset", "identity")
    assert (op.before, op.after) == ({"name": "Sales Orders", "description": ""}, None)
    assert op.access_class is ChangeClass.DESTRUCTIVE


def test_a_destruction_counts_as_one_and_against_its_budget() -> None:
    plan = plan_of(recorded(), live(), delete=0)

    assert (plan.summary.destroy, plan.summary.forget, plan.summary.unchanged) == (1, 0, 1)
    assert plan.writes == 1
    [budget] = [one for one in plan.budgets if one.name == "delete"]
    assert (budget.used, budget.addresses, budget.exceeded) == (1, ("dataset.old",), True)


def test_all_that_is_there_to_be_lost_is_read_and_shown_whatever_was_managed() -> None:
    shared = replies.access(("USER", "2", "CAN_VIEW"))
    policies = [replies.all_rows(), replies.filter_group(users=[27])]

    change = destroyed(recorded(), live(access=shared, policies=policies))

    assert change.before.keys() == {"identity", "schema", "owner", "tags", "shares", "pdp"}
    assert len(change.before["schema"]["columns"]) == 4
    assert len(change.before["shares"]["grants"]) == 1
    assert [one["name"] for one in change.before["pdp"]["policies"]] == ["West only"]
    assert change.fingerprint == fingerprint(change.before)
    wanted = parts_wanted(WANTED, memory(recorded()), {}, PRODUCT)
    assert wanted[ID] == {*Part} - {Part.STREAM, Part.DATASET, Part.API_STREAM}


def test_what_moved_before_it_is_destroyed_is_named() -> None:
    change = destroyed(recorded(description="Ours."), live())
    shared = live(access=replies.access(("GROUP", "7", "CAN_VIEW")))

    assert (
        parts_touched(change, PRODUCT) == parts_wanted(WANTED, memory(recorded()), {}, PRODUCT)[ID]
    )
    assert [*moved(change, live(), PRODUCT, names())] == []
    assert [*moved(change, shared, PRODUCT, names())] == ["shares[group West Sales]"]


def test_what_is_gone_already_is_only_forgotten() -> None:
    change = destroyed(recorded(), live(presence=Presence.ABSENT))

    assert change.actions == (Action.FORGET,)
    assert change.operations == ()
    assert change.reasons == ("removed: by kept; the dataset is gone already",)


def test_what_cannot_be_seen_is_not_destroyed() -> None:
    with pytest.raises(ManifestError) as refused:
        destroyed(recorded(), live(presence=Presence.INVISIBLE))

    [finding] = refused.value.findings
    assert "may not see all of it" in finding.message
    assert "destroy: false" in finding.hint
    assert str(finding.where) == "removed.yml:81:3"


def test_what_is_given_up_is_forgotten_and_not_even_read() -> None:
    wanted = departing(desired(entry("Kept", address=KEPT)), given_up=[OLD])

    [change] = plan_for(wanted, observed(THERE), memory(recorded())).changes

    assert change.actions == (Action.FORGET,)
    assert change.reasons == ("removed; managed no longer, the object stays",)
    assert ID not in parts_wanted(wanted, memory(recorded()), {}, PRODUCT)


def test_what_vanished_without_a_word_is_forgotten_as_ever() -> None:
    wanted = desired(entry("Kept", address=KEPT))

    plan = plan_for(wanted, observed(THERE), memory(recorded(protect=True)))

    [change] = plan.changes
    assert (change.actions, change.origin) == ((Action.FORGET,), None)
    assert change.reasons == (
        "no longer declared: managed no longer, the object stays",
        "its protection ends with it",
    )
    assert plan.refusals == ()


def test_a_removal_of_what_is_not_recorded_does_nothing() -> None:
    wanted = departing(desired(entry()), destroyed={OLD: "long ago"}, given_up=[KEPT])

    assert plan_for(wanted, observed(live()), state({SALES: recorded()})).changes == ()


@pytest.mark.parametrize("adopts", [True, False])
def test_a_dataset_that_another_address_keeps_is_not_destroyed(adopts: bool) -> None:
    keeper = entry("Kept", address=KEPT, adopt={"id": ID} if adopts else None)
    wanted = departing(desired(keeper), destroyed={OLD: "by kept"})
    there = state({OLD: recorded(), **({} if adopts else {KEPT: recorded()})})

    with pytest.raises(ManifestError, match="cannot be destroyed, it is also") as refused:
        plan_for(wanted, observed(live()), there)

    assert refused.value.findings[0].message.endswith("dataset.kept")


# Protection.


def test_what_the_last_apply_protected_is_not_destroyed() -> None:
    plan = plan_of(recorded(protect=True, name='The "old" ${one}'), live())

    [refusal] = plan.refusals
    assert (refusal.kind, refusal.address) == (RefusalKind.PROTECTED, "dataset.old")
    assert refusal.message == f"dataset.old (dataset {ID}) is protected, as it was last applied"
    assert refusal.hint.splitlines()[1] == (
        '  datasets: {old: {name: "The \\"old\\" $${one}", protect: false}}'
    )
    with pytest.raises(Protected):
        guard(plan)


def test_what_is_gone_already_needs_no_protection() -> None:
    plan = plan_of(recorded(protect=True), live(presence=Presence.ABSENT))

    assert plan.refusals == ()


def test_a_replacement_destroys_too_whatever_the_manifest_says_by_now() -> None:
    plan = plan_of(recorded(), live())
    replaced = replace(plan.changes[0], actions=(Action.DELETE, Action.CREATE), protect=False)

    assert len(protected([replaced], memory(recorded(protect=True)))) == 1
    assert protected([replaced], memory(recorded())) == ()


@given(st.booleans(), st.booleans(), st.sampled_from([*Presence][:2]))
def test_nothing_protected_is_ever_destroyed_unasked(
    protects: bool, says_so: bool, presence: Presence
) -> None:
    kept = desired(entry("Kept", address=KEPT))
    wanted = departing(kept, destroyed={OLD: "by kept"} if says_so else {})

    plan = plan_for(
        wanted, observed(live(presence=presence), THERE), memory(recorded(protect=protects))
    )

    deletes = [one for one in plan.changes if Action.DELETE in one.actions]
    assert bool(deletes) == (says_so and presence is Presence.PRESENT)
    assert bool(plan.refusals) == (bool(deletes) and protects)


# An empty project.


def test_a_project_that_declares_nothing_any_more_speaks_of_all_that_is_recorded() -> None:
    gone = departing(desired(), destroyed={OLD: "over"}, given_up=[KEPT])

    plan = plan_for(gone, observed(live()), memory(recorded()))

    assert [one.actions for one in plan.changes] == [(Action.FORGET,), (Action.DELETE,)]


def test_an_empty_project_forgets_nothing_that_it_does_not_name() -> None:
    gone = departing(desired(), destroyed={OLD: "over"})

    with pytest.raises(ManifestError) as refused:
        plan_for(gone, observed(live()), memory(recorded()))

    [finding] = refused.value.findings
    assert finding.message == (
        "nothing is declared, and dataset.kept is recorded: an empty project forgets nothing"
    )
    assert "{address: dataset.kept, destroy: false}" in finding.hint


# What is nearly the same.


def test_a_removal_that_nearly_names_what_is_only_forgotten_is_noted() -> None:
    kept = desired(entry("Kept", address=KEPT))
    odl = Address("dataset", "odl_orders")
    there = state({Address("dataset", "old_orders"): recorded(), KEPT: recorded("9", name="Kept")})

    noted = plan_for(departing(kept, destroyed={odl: "r"}), observed(THERE), there).notes
    silent = plan_for(
        departing(kept, destroyed={Address("dataset", "targets"): "r"}), observed(THERE), there
    ).notes

    assert noted == (
        "removed: names dataset.odl_orders, which is not recorded; dataset.old_orders is, and "
        "only forgotten",
    )
    assert silent == ()


def test_what_an_interrupted_run_may_have_made_is_not_destroyed_and_said_to_stay() -> None:
    intents = [
        OpenIntent(OLD, "create_dataset", "Old"),
        OpenIntent(OLD, "create_policy", "West"),
        OpenIntent(SALES, "create_dataset", "Sales"),
    ]
    there = state({KEPT: recorded("9", name="Kept")}, intents)

    plan = plan_for(WANTED, observed(THERE), there)

    assert plan.changes == ()
    assert plan.notes == (
        "dataset.old: an interrupted run may have made a dataset called 'Old', which is not "
        "recorded and stays",
    )
