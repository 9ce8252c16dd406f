import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.errors import Location, ManifestError, Refused
from domostate.model.address import Address
from domostate.model.change import Action, ChangeClass, FieldChange, Origin
from domostate.model.desired import Declared, Desired
from domostate.model.observed import Found, Live, Observed, Presence
from domostate.model.plan import DriftRow, Plan, Summary
from domostate.model.principal import Directory
from domostate.model.state import Entry, OpenIntent
from domostate.planning.codec import canonical, plan_document
from domostate.planning.fingerprint import fingerprint
from domostate.planning.guard import guard, revoked_by
from domostate.planning.scope import Limits
from tests.kinds import replies
from tests.kinds.entries import DIRECTORY, ID, PLATFORM, SALES, entry
from tests.planning.estates import applied, desired, live, observed, plan_for, recorded, state

OTHER = Address("dataset", "a_first")
HERE = Found(ID, "Sales Orders")
GRANTS = [
    {"user": "bob@acme.test", "access": "CAN_EDIT"},
    {"group": "Finance", "access": "CAN_VIEW"},
]
WEST = {
    "name": "West only",
    "filters": [{"column": "region", "operator": "EQUALS", "values": ["West"]}],
    "users": ["wes@acme.test"],
}
RICH: dict[str, Any] = {
    "description": "One row.",
    "owner": "bob@acme.test",
    "tags": ["a", "b"],
    "shares": GRANTS,
    "pdp": {"enabled": True, "policies": [WEST], "all_rows": {"groups": ["Admins"]}},
}


class OneLine:
    """A file in which everything stands at one place."""

    def __call__(self, *path: str | int) -> Location:
        return Location("one.yml", 1, 1)

    def line(self, *path: str | int) -> str:
        return "one line"


def text(plan: Plan) -> str:
    return canonical(plan_document(plan, nonce="n", created_at="t", version="1"))


def problems(*entries: Declared, seen: Observed) -> ManifestError:
    with pytest.raises(ManifestError) as refused:
        plan_for(desired(*entries), seen)
    return refused.value


def shuffled(value: Any, random: Any) -> Any:
    """The value with every mapping in another order."""
    if isinstance(value, dict):
        pairs = [(key, shuffled(inner, random)) for key, inner in value.items()]
        random.shuffle(pairs)
        return dict(pairs)
    return [shuffled(one, random) for one in value] if isinstance(value, list) else value


@given(st.randoms(use_true_random=False))
def test_equal_inputs_give_equal_bytes_in_any_order_of_their_mappings(random: Any) -> None:
    def mixed(**spec: Any) -> Declared:
        return entry(**shuffled(spec, random))

    declared = [mixed(**RICH), entry("First", address=OTHER, tags=["x"], stream=None)]
    random.shuffle(declared)
    directory = Directory(
        shuffled(dict(DIRECTORY.users), random),
        shuffled(dict(DIRECTORY.groups), random),
        shuffled(dict(DIRECTORY.accounts), random),
        me=DIRECTORY.me,
    )
    there = [
        Live(ID, Presence.PRESENT, shuffled(dict(live().parts), random)),
        live("9", metadata=replies.metadata(name="First", tags=["y"])),
    ]
    random.shuffle(there)
    memory = [(SALES, recorded(description="Older.")), (OTHER, recorded("9"))]
    random.shuffle(memory)

    plan = plan_for(desired(*declared), observed(*there, directory=directory), state(dict(memory)))

    assert text(plan) == text(REFERENCE)


REFERENCE = plan_for(
    desired(entry("First", address=OTHER, tags=["x"]), entry(**RICH)),
    observed(live(), live("9", metadata=replies.metadata(name="First", tags=["y"]))),
    state({SALES: recorded(description="Older."), OTHER: recorded("9")}),
)


def test_a_plan_is_numbered_through_and_sorted_by_address() -> None:
    operations = [op for change in REFERENCE.changes for op in change.operations]

    assert [change.address for change in REFERENCE.changes] == [OTHER, SALES]
    assert [op.seq for op in operations] == [*range(1, len(operations) + 1)]
    assert REFERENCE.writes == len(operations)
    assert REFERENCE.reads == 7


def test_no_operation_waits_for_one_of_another_address() -> None:
    for change in REFERENCE.changes:
        own = {op.seq for op in change.operations}
        assert all(own.issuperset(op.depends_on) for op in change.operations)


def test_what_is_as_declared_is_no_change() -> None:
    plan = plan_for(entry(), observed(live()), state({SALES: recorded()}))

    assert plan.changes == ()
    assert not plan.effective
    assert plan.summary == Summary(unchanged=1)


def test_a_creation_says_what_will_be_and_what_is_remembered() -> None:
    plan = plan_for(entry(owner="bob@acme.test", tags=["a"]), observed())

    [change] = plan.changes
    assert (change.actions, change.id, change.fingerprint) == ((Action.CREATE,), None, "")
    assert change.after["tags"] == {"values": ["a"], "provider": ""}
    assert change.applied["tags"] == {"mode": "exact", "values": ["a"]}
    assert change.classes == (ChangeClass.SAFE,)
    assert change.origin == Location("sales.yml", 1, 3)
    assert plan.summary == Summary(add=1)


def test_an_update_carries_reasons_and_fields() -> None:
    memory = state({SALES: recorded(description="Old.")})
    there = live(metadata=replies.metadata(description="Theirs."))

    plan = plan_for(entry(description="New.", tags=["a"]), observed(there), memory)

    [change] = plan.changes
    assert (change.actions, change.id) == ((Action.UPDATE,), ID)
    assert change.reasons == (
        "the manifest asks for it",
        "changed in the manifest and in Domo",
    )
    assert [one.path for one in change.fields] == ["description", "tags[a]"]
    assert change.fingerprint == fingerprint(change.before)
    assert plan.drift == (DriftRow("dataset.sales_orders", "description", "Old.", "Theirs.", True),)


def test_a_fingerprint_is_of_the_content_in_any_order() -> None:
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})


def test_what_is_no_longer_declared_is_forgotten_and_left_as_it_is() -> None:
    plan = plan_for(desired(), observed(), state({SALES: recorded()}))

    [change] = plan.changes
    assert (change.actions, change.id, change.operations) == ((Action.FORGET,), ID, ())
    assert plan.summary == Summary(forget=1)
    assert plan.effective


def test_a_change_of_protect_alone_is_a_change_without_operations() -> None:
    plan = plan_for(entry(protect=True), observed(live()), state({SALES: recorded()}))

    [change] = plan.changes
    assert (change.protect, change.operations) == (True, ())
    assert change.fields == (FieldChange("protect", False, False, True, Origin.CONFIG),)
    assert plan.summary == Summary(change=1)

    kept = state({SALES: recorded(protect=True)})
    assert plan_for(entry(protect=True), observed(live()), kept).changes == ()


def test_what_is_only_observed_is_reported_and_never_written() -> None:
    memory = state({SALES: recorded(tags=["a"])})
    declared = entry(tags=["a"], owner="bob@acme.test", manage="observe")

    plan = plan_for(declared, observed(live()), memory)

    assert plan.changes == ()
    assert plan.summary == Summary(skipped=1)
    assert [(row.path, row.applied, row.corrected) for row in plan.drift] == [
        ("owner", "user bob@acme.test", False),
        ("tags[a]", True, False),
    ]


def test_what_is_only_observed_and_not_there_is_not_created() -> None:
    plan = plan_for(entry(manage="observe"), observed())

    assert plan.changes == ()
    assert plan.summary == Summary(skipped=1)
    assert plan.notes == ("dataset.sales_orders: only observed, and not there",)


def test_what_is_only_observed_needs_no_adoption() -> None:
    plan = plan_for(entry(manage="observe"), observed(live(), found=[HERE]))

    assert plan.changes == ()
    assert plan.summary == Summary(skipped=1)


def test_a_recorded_dataset_that_is_gone_counts_in_the_recreate_budget() -> None:
    seen = observed(live(presence=Presence.ABSENT))
    memory = state({SALES: recorded()})

    plan = plan_for(entry(), seen, memory)
    allowed = plan_for(entry(), seen, memory, limits=Limits({}, {"recreate": 1}))

    assert [one.actions for one in plan.changes] == [(Action.CREATE,)]
    with pytest.raises(Refused, match=r"recreate: 1 against a limit of 0 \(dataset.sales_orders"):
        guard(plan)
    guard(allowed)
    assert allowed.allow == {"recreate": 1}


def test_an_owner_that_changes_counts_and_the_owner_of_a_new_dataset_does_not() -> None:
    limits = Limits({"owner": 0})

    changed = plan_for(
        entry(owner="bob@acme.test"), observed(live()), state({SALES: recorded()}), limits=limits
    )
    created = plan_for(entry(owner="bob@acme.test"), observed(), limits=limits)

    assert [one.used for one in changed.budgets] == [1, 0]
    assert [one.used for one in created.budgets] == [0, 0]
    assert changed.changes[0].classes == (ChangeClass.OWNERSHIP,)
    assert created.changes[0].classes == (ChangeClass.SAFE,)


def test_an_existing_dataset_is_refused_unless_it_may_be_adopted() -> None:
    seen = {"found": [HERE]}

    with pytest.raises(ManifestError, match="exists already"):
        plan_for(entry(), observed(live(), **seen))
    plan = plan_for(entry(on_existing="adopt"), observed(live(), **seen))
    assert [one.actions for one in plan.changes] == [(Action.ADOPT,)]
    assert plan.summary == Summary(adopt=1)


def test_an_adoption_that_also_changes_something_says_both() -> None:
    plan = plan_for(entry(adopt={"id": ID}, tags=["a"]), observed(live()))

    [change] = plan.changes
    assert change.actions == (Action.ADOPT, Action.UPDATE)
    assert plan.summary == Summary(adopt=1)
    assert [one.origin for one in change.fields] == [Origin.CONFIG]
    assert plan.drift == ()


def test_an_ambiguous_name_is_refused() -> None:
    twins = [HERE, Found("twin", "Sales Orders")]

    with pytest.raises(ManifestError, match="2 datasets are called 'Sales Orders'"):
        plan_for(entry(on_existing="adopt"), observed(live(), live("twin"), found=twins))


def test_what_an_interrupted_create_made_is_adopted_and_finished() -> None:
    intent = OpenIntent(SALES, "create_dataset", "Sales Orders", ("older",), "run 1", 1)
    seen = observed(live(), live("older"), found=[HERE, Found("older", "Sales Orders")])

    plan = plan_for(entry(tags=["a"]), seen, state(open_intents=[intent]))

    [change] = plan.changes
    assert (change.id, change.actions) == (ID, (Action.ADOPT, Action.UPDATE))
    assert [op.name for op in change.operations] == ["set_tags"]
    assert "interrupted" in change.reasons[0]


def test_all_problems_are_said_at_once_and_in_the_order_of_their_places() -> None:
    late, middle = Address("dataset", "a_late"), Address("dataset", "z_middle")
    error = problems(
        entry("Late", address=late, start=100, owner="nobody@acme.test", tags=["a"]),
        entry("Middle", address=middle, start=9, shares=GRANTS),
        entry(start=3, owner={"group": "Nobody"}),
        seen=observed(live(), found=[HERE], planes=PLATFORM),
    )

    assert error.message == "5 problems with dev (acme-dev)"
    assert [one.source_line for one in error.findings] == [
        "name",
        "owner.group",
        "shares",
        "owner",
        "tags",
    ]
    assert [one.where.line for one in error.findings if one.where] == [4, 5, 10, 101, 101]


def test_a_dataset_in_the_way_hides_no_other_mistake_of_the_entry() -> None:
    error = problems(
        entry(owner="bbo@acme.test", stream={"update_method": "APPEND"}),
        seen=observed(live(), found=[HERE]),
    )

    assert [one.source_line for one in error.findings] == ["name", "owner", "stream"]


def test_the_same_problem_is_said_once() -> None:
    policy = {**WEST, "users": ["nobody@acme.test", {"user": "nobody@acme.test"}]}
    twice = entry(pdp={"policies": [policy]})
    one_line = Declared(twice.address, twice.spec, OneLine())

    error = problems(one_line, seen=observed())

    assert [one.source_line for one in error.findings] == ["one line"]


def test_names_are_mapped_before_they_are_looked_up() -> None:
    declared = entry(owner="boss@acme.test", shares=[{"group": "Money", "access": "CAN_VIEW"}])
    mapping = {"boss@acme.test": "bob@acme.test", "group:Money": "Finance"}

    plan = plan_for(desired(declared, **mapping), observed())

    after = plan.changes[0].after
    assert after["owner"]["id"] == "2"
    assert [one["principal"]["id"] for one in after["shares"]["grants"]] == ["2"]


def test_warnings_and_remarks_are_notes() -> None:
    warning = entry().problem("odd, but fine", "name")
    declared = entry(tags={"mode": "at_least", "values": []})
    there = live(metadata=replies.metadata(tags=["x"]))
    asked = Desired({SALES: declared}, warnings=(warning, type(warning)("nowhere")))

    plan = plan_for(asked, observed(there), state({SALES: recorded()}))

    assert plan.notes == (
        "sales.yml:2:3: odd, but fine",
        "nowhere",
        "dataset.sales_orders: tags (at_least) leaves: x",
    )


def test_what_is_taken_away_is_counted_in_the_summary() -> None:
    there = live(
        access=replies.access(("USER", "2", "CAN_VIEW"), ("GROUP", "7", "CAN_EDIT")),
        policies=[
            replies.all_rows(users=[2, 3]),
            replies.filter_group("West only", 1002, users=[27, 2, 3]),
            replies.filter_group("Old", 1003, users=[2]),
        ],
    )
    declared = entry(shares=[], pdp={"policies": [WEST], "all_rows": {}})

    plan = plan_for(declared, observed(there), state({SALES: recorded()}))

    operations = [op for change in plan.changes for op in change.operations]
    assert {op.name: revoked_by(op) for op in operations} == {
        "revoke_access": 1,
        "update_policy": 2,
        "delete_policy": 1,
        "set_all_rows": 2,
    }
    assert plan.summary.revoke == 7


def test_a_new_dataset_takes_nothing_from_anybody() -> None:
    plan = plan_for(entry(**RICH), observed())

    assert plan.changes[0].classes == (ChangeClass.SAFE, ChangeClass.WIDENING)
    assert plan.summary == Summary(add=1)


def test_a_state_that_was_never_saved_lends_its_random_name_to_no_plan() -> None:
    assert plan_for(entry(), observed(), state(serial=0)).state_lineage == ""
    assert plan_for(entry(), observed(), state()).state_lineage == "lineage-1"


def test_suppressed_differences_are_counted_over_all_addresses() -> None:
    one = entry(tags=["a", "b"], ignore=["tags"])
    other = entry("First", address=OTHER, description="x", ignore=["description"])
    there = [live(), live("9", metadata=replies.metadata(name="First"))]

    plan = plan_for(
        desired(one, other), observed(*there), state({SALES: recorded(), OTHER: recorded("9")})
    )

    assert plan.summary == Summary(unchanged=2, suppressed=3)


def test_a_plan_reads_the_same_after_json() -> None:
    document = json.loads(text(REFERENCE))

    assert canonical(document) == text(REFERENCE)


def test_a_percentage_of_revocations_is_of_what_was_applied_last() -> None:
    memory = state({SALES: recorded(shares=GRANTS, pdp={"policies": [WEST] * 5})})
    there = live(access=replies.access(("USER", "2", "CAN_EDIT"), ("GROUP", "2", "CAN_VIEW")))

    plan = plan_for(entry(shares=[]), observed(there), memory, limits=Limits({"revoke": "10%"}))

    # Two grants, five policies and their five members.
    assert [(one.name, one.limit, one.used) for one in plan.budgets] == [
        ("recreate", 0, 0),
        ("revoke", 1, 2),
    ]


def test_what_a_transfer_may_leave_to_the_former_owner_is_no_revocation() -> None:
    there, memory = observed(live()), state({SALES: recorded()})

    plan = plan_for(entry(owner="bob@acme.test", shares=[]), there, memory)

    [change] = plan.changes
    assert [op.name for op in change.operations][-2:] == ["reassign_owner", "revoke_access"]
    assert change.classes == (ChangeClass.OWNERSHIP,)
    assert plan.summary.revoke == 0


def test_what_an_interrupted_run_made_so_is_remembered_though_nothing_is_left_to_do() -> None:
    declared = entry(tags=["a"])
    there = observed(live(metadata=replies.metadata(tags=["a"])))
    nothing = Entry(ID, {}, run="run 1")

    [change] = plan_for(declared, there, state({SALES: nothing})).changes

    assert (change.actions, change.operations) == ((Action.UPDATE,), ())
    assert change.applied == applied(tags=["a"])
    assert plan_for(declared, there, state({SALES: recorded(tags=["a"])})).changes == ()
