from domostate.model.address import Address
from domostate.model.change import Action
from domostate.model.event import (
    ChangeApplied,
    Forgotten,
    OperationSucceeded,
    Unverified,
    Verified,
)
from domostate.model.plan import Summary
from domostate.views.tally import tally
from tests.builders import change, field, operation, plan

A = Address("dataset", "a")


def test_nothing_is_done_before_the_first_event() -> None:
    counts = tally(plan(change("dataset.a", operations=[operation(1, "x", "dataset.a")])), [])

    assert (counts.total, counts.succeeded, counts.done, counts.outcome) == (1, 0, (), None)


def test_every_address_counts_once_by_its_strongest_action() -> None:
    both = change("dataset.a", Action.ADOPT, Action.UPDATE)

    counts = tally(plan(both), [ChangeApplied(A, "1", {})])

    assert (counts.adopted, counts.changed) == (1, 0)


def test_a_destroyed_address_is_done_when_it_is_forgotten() -> None:
    assert tally(plan(change("dataset.a", Action.DELETE)), [Forgotten(A)]).destroyed == 1


def test_a_replaced_address_is_done_only_when_its_new_object_is() -> None:
    replaced = plan(change("dataset.a", Action.DELETE, Action.CREATE))

    assert tally(replaced, [Forgotten(A)]).done == ()
    assert len(tally(replaced, [Forgotten(A), ChangeApplied(A, "2", {})]).done) == 1


def test_a_change_that_stopped_half_way_is_begun() -> None:
    half = change("dataset.a", operations=[operation(n, "x", "dataset.a") for n in (1, 2)])

    counts = tally(plan(half), [OperationSucceeded(1, A, "x")])

    assert (counts.done, counts.begun) == ((), ((half, 1),))


def test_all_revocations_of_a_plan_are_counted_as_the_plan_counted_them() -> None:
    made = plan(change("dataset.a"), summary=Summary(revoke=7))

    assert tally(made, [ChangeApplied(A, "1", {})]).revoked == 7


def test_of_a_partial_apply_only_what_was_taken_away_is_counted_as_revoked() -> None:
    fields = [
        field("shares[user bob@acme.example]", "CAN_EDIT", None),
        field("shares[user eve@acme.example]", None, "CAN_EDIT"),
        field("pdp.policies[West].users[wes@acme.example]", True, None),
        field("tags[old]", True, None),
    ]
    made = plan(change("dataset.a", fields=fields), change("dataset.b"), summary=Summary(revoke=9))

    assert tally(made, [ChangeApplied(A, "1", {})]).revoked == 2


def test_what_was_written_and_not_read_back_is_not_verified() -> None:
    made = plan(change("dataset.a", operations=[operation(1, "x", "dataset.a")]))

    counts = tally(made, [ChangeApplied(A, "1", {})])

    assert (counts.verified, counts.to_verify) == (0, 1)


def test_the_last_reading_of_an_object_counts() -> None:
    counts = tally(plan(change("dataset.a")), [Unverified(A, ("x",)), Verified(A)])

    assert (counts.verified, counts.to_verify, counts.unverified) == (1, 1, ())
