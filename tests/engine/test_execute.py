"""A plan becomes events, and on the way becomes true."""

from datetime import timedelta
from typing import Any, NoReturn

import pytest

from domostate.engine.attempt import Attempt
from domostate.errors import ExitCode
from domostate.model.address import Address
from domostate.model.change import Action
from domostate.model.event import (
    Adopted,
    ChangeApplied,
    Event,
    Forgotten,
    Moved,
    OperationFailed,
    OperationSkipped,
    OperationStarted,
    OperationSucceeded,
    Outcome,
    RunFinished,
    RunStarted,
    Unverified,
    Verified,
    Waiting,
)
from tests.emulator.client import wait_until
from tests.engine.running import executing, workers
from tests.model_test.manifests import Spec
from tests.model_test.world import World

COLUMNS = [{"name": "id", "type": "LONG"}, {"name": "region", "type": "STRING"}]
MARKER = "managed-by:domostate:acme"
SALES: Spec = {"name": "Sales", "schema": COLUMNS, "tags": ["pii"], "owner": "bob@acme.test"}
POLICY = {
    "name": "West only",
    "filters": [{"column": "region", "operator": "EQUALS", "values": ["West"]}],
    "users": ["wes@acme.test"],
}
SALES_ADDRESS, ORDERS = Address("dataset", "sales"), Address("dataset", "orders")
GUARDED: Spec = {
    "name": "Guarded",
    "schema": COLUMNS,
    "pdp": {"enabled": True, "policies": [POLICY]},
    "shares": [{"group": "Finance", "access": "CAN_VIEW"}],
}


def told(events: list[Event]) -> list[str]:
    """The events in short."""
    return [f"{type(one).__name__} {getattr(one, 'name', '')}".strip() for one in events]


def named(events: list[Event], kind: type[Any]) -> list[str]:
    return [one.name for one in events if isinstance(one, kind)]


def count(world: World, name: str) -> int:
    return sum(one["name"] == name for one in world.datasets().values())


def test_each_operation_is_announced_then_told_and_the_object_is_read_back_last(
    world: World,
) -> None:
    world.declared["sales"] = SALES

    with executing(world) as execution:
        events = list(execution.events)

    assert told(events) == [
        "RunStarted",
        "OperationStarted create_dataset",
        "OperationSucceeded create_dataset",
        "OperationStarted set_tags",
        "OperationSucceeded set_tags",
        "OperationStarted reassign_owner",
        "OperationSucceeded reassign_owner",
        "Verified",
        "ChangeApplied",
        "RunFinished",
    ]
    assert events[0] == RunStarted("r1", "digest", 3)
    assert events[-1] == RunFinished(Outcome.COMPLETE)


def test_nothing_is_sent_before_its_announcement_was_taken(world: World) -> None:
    world.declared["sales"] = SALES
    with executing(world) as execution:
        seq = world.seq()

        execution.until(OperationStarted)
        with pytest.raises(AssertionError, match="did not happen"):
            wait_until(lambda: world.writes_since(seq), 0.2)
        done = next(execution.events)

        assert isinstance(done, OperationSucceeded)
        assert world.writes_since(seq) == ["POST /api/data/v2/datasources"]


def test_every_write_follows_its_announcement(world: World) -> None:
    world.declared["sales"], world.declared["guarded"] = SALES, GUARDED

    with executing(world, parallelism=2) as execution:
        announced = 0
        seq = world.seq()
        for event in execution.events:
            announced += isinstance(event, OperationStarted)
            # The announcement that was just taken has not been answered by a pull yet.
            pending = int(isinstance(event, OperationStarted))
            assert len(world.writes_since(seq)) <= announced - pending

    assert announced == len(world.writes_since(seq)) > 4


def test_a_stopped_run_finishes_what_is_under_way_and_begins_nothing(world: World) -> None:
    world.declared["sales"] = SALES
    with executing(world) as execution:
        execution.until(OperationStarted)

        execution.run.stop.set()
        events = list(execution.events)

    assert named(events, OperationSucceeded) == ["create_dataset"]
    assert named(events, OperationSkipped) == ["set_tags", "reassign_owner"]
    assert {one.because for one in events if isinstance(one, OperationSkipped)} == {
        "the run was stopped"
    }
    assert events[-1] == RunFinished(Outcome.INTERRUPTED)


def test_a_run_that_is_stopped_before_it_begins_sends_nothing(world: World) -> None:
    world.declared["sales"] = SALES
    world.declared["old"] = {"name": "Old one", "on_existing": "adopt", "tags": ["pii"]}
    with executing(world) as execution:
        seq = world.seq()

        execution.run.stop.set()
        events = list(execution.events)

    assert not world.writes_since(seq)
    assert not [one for one in events if isinstance(one, Adopted | OperationStarted)]
    assert events[-1] == RunFinished(Outcome.INTERRUPTED)


@pytest.mark.parametrize("parallelism", [1, 3])
def test_closing_the_events_sends_nothing_more_and_leaves_no_thread(
    world: World, parallelism: int
) -> None:
    for n in range(3):
        world.declared[f"sales{n}"] = {**SALES, "name": f"Sales {n}"}
    with executing(world, parallelism=parallelism) as execution:
        seq = world.seq()
        execution.until(OperationStarted)

        execution.events.close()

        assert not workers()
        assert not world.writes_since(seq)


def test_closing_the_events_waits_for_the_write_that_is_under_way(world: World) -> None:
    world.declared["sales"], world.declared["other"] = SALES, {**SALES, "name": "Other"}
    slow = {"method": "POST", "path": "/api/data/v2/datasources", "delay_ms": 300, "times": 1}
    with executing(world, parallelism=2) as execution:
        world.domo.faults(slow)
        execution.until(OperationStarted)
        execution.until(OperationStarted)

        execution.events.close()

        assert not workers()
        assert count(world, "Sales") + count(world, "Other") == 1


def test_a_bug_in_a_worker_is_raised_and_not_taken_for_a_failed_operation(world: World) -> None:
    class Buggy(Attempt):
        def carry_out(self, *_: object) -> NoReturn:
            raise ZeroDivisionError

    world.declared["sales"] = SALES

    with executing(world, attempt_of=Buggy) as execution, pytest.raises(ZeroDivisionError):
        list(execution.events)

    assert not workers()


def test_a_bug_in_one_worker_lets_the_others_finish(world: World) -> None:
    class BuggyForTags(Attempt):
        def carry_out(self, op: Any, *more: Any) -> Any:
            if op.name == "set_tags":
                raise ZeroDivisionError
            return super().carry_out(op, *more)

    world.declared["guarded"], world.declared["sales"] = GUARDED, SALES
    events: list[Event] = []

    with executing(world, attempt_of=BuggyForTags) as execution, pytest.raises(ZeroDivisionError):
        events.extend(iter(execution.events))

    assert [one["name"] for one in world.datasets().values()].count("Guarded") == 1


def test_what_was_acknowledged_and_not_done_is_named_field_by_field(world: World) -> None:
    world.declared["sales"] = SALES
    world.domo.faults({"path": "*/tags", "no_effect": True})

    with executing(world) as execution:
        events = list(execution.events)

    (unverified,) = [one for one in events if isinstance(one, Unverified)]
    assert unverified.fields == (
        "tags[managed-by:domostate:acme]: found None, wanted True",
        "tags[pii]: found None, wanted True",
    )
    assert not [one for one in events if isinstance(one, Verified | ChangeApplied)]
    assert events[-1] == RunFinished(Outcome.PARTIAL)


@pytest.mark.parametrize("level", ["", "CO_OWNER", "CAN_VIEW"])
def test_what_domo_leaves_to_whoever_made_a_dataset_goes_with_the_ownership(
    world: World, level: str
) -> None:
    world.domo.switch(old_owner_keeps=level)
    world.declared["sales"] = {**GUARDED, "owner": "bob@acme.test", "shares": []}

    assert world.apply().code is ExitCode.DONE
    assert world.apply().code is None


def test_what_domo_moved_by_itself_is_named_and_put_right_the_next_time(world: World) -> None:
    world.domo.switch(auto_share_policy_members=True)
    world.declared["sales"] = {**GUARDED, "owner": "bob@acme.test", "shares": []}

    first, second = world.apply(), world.apply()

    (unverified,) = [one for one in first.events if isinstance(one, Unverified)]
    assert unverified.fields == ("shares[user wes@acme.test]: found 'CAN_VIEW', wanted None",)
    assert second.code is ExitCode.DONE
    assert world.apply().code is None


def test_what_takes_time_is_waited_for(world: World) -> None:
    world.declared["old"] = {
        "name": "Old one",
        "on_existing": "adopt",
        "schema": [*COLUMNS, {"name": "day", "type": "DATE"}],
    }
    world.domo.switch(index_delay_ms=150)
    with executing(world, patience=timedelta(seconds=5)) as execution:
        events = list(execution.events)

    assert [one for one in events if isinstance(one, Waiting)]
    assert events[-1] == RunFinished(Outcome.COMPLETE)


def test_what_has_vanished_when_it_is_read_back_is_not_verified(world: World) -> None:
    world.declared["sales"] = SALES
    with executing(world) as execution:
        made = execution.until(OperationSucceeded)
        assert isinstance(made, OperationSucceeded)

        path = f"/data/v3/datasources/{made.ids['id']}?deleteMethod=hard"
        world.domo.done("DELETE", path)
        events = list(execution.events)

    assert not [one for one in events if isinstance(one, ChangeApplied)]
    assert events[-1] == RunFinished(Outcome.PARTIAL)


def test_a_failed_operation_holds_back_what_needs_it_and_nothing_else(world: World) -> None:
    world.declared["guarded"] = {**GUARDED, "tags": ["pii"]}
    world.domo.faults({"method": "PUT", "path": "/api/query/v1/data-control/*", "status": 400})

    with executing(world) as execution:
        events = list(execution.events)

    assert named(events, OperationFailed) == ["enable_pdp"]
    assert named(events, OperationSkipped) == ["create_policy", "grant_access"]
    assert named(events, OperationSucceeded) == ["create_dataset", "set_tags"]
    assert not [one for one in events if isinstance(one, ChangeApplied)]
    assert events[-1] == RunFinished(Outcome.PARTIAL)


def test_what_could_not_be_made_holds_back_all_of_its_object_and_no_other(world: World) -> None:
    world.declared["a"], world.declared["b"] = {**SALES, "name": "A"}, {**SALES, "name": "B"}
    world.domo.faults({"method": "POST", "path": "*/v2/datasources", "status": 400, "times": 1})

    with executing(world) as execution:
        events = list(execution.events)

    assert named(events, OperationFailed) == ["create_dataset"]
    assert named(events, OperationSkipped) == ["set_tags", "reassign_owner"]
    assert [one.address.name for one in events if isinstance(one, ChangeApplied)] == ["b"]
    assert events[-1] == RunFinished(Outcome.PARTIAL)


@pytest.mark.parametrize("fault", [{"drop_after": True}, {"status": 503, "after_effect": True}])
@pytest.mark.parametrize("path", ["/api/data/v2/datasources", "*/filter-groups"])
def test_what_was_made_though_the_answer_was_lost_is_found_and_not_made_again(
    world: World, fault: dict[str, Any], path: str
) -> None:
    world.declared["guarded"] = GUARDED
    world.domo.faults({"method": "POST", "path": path, "times": 1, **fault})

    with executing(world) as execution:
        seq = world.seq()
        events = list(execution.events)

    assert events[-1] == RunFinished(Outcome.COMPLETE)
    assert count(world, "Guarded") == 1
    posts = [one for one in world.writes_since(seq) if one.startswith("POST")]
    assert len([one for one in posts if one.endswith(path.lstrip("*"))]) == 1


@pytest.mark.parametrize("fault", [{"drop_before": True}, {"status": 503}])
def test_what_was_not_made_is_tried_again_after_a_look(world: World, fault: dict[str, Any]) -> None:
    world.declared["sales"] = SALES
    world.domo.faults({"method": "POST", "path": "*/v2/datasources", "times": 1, **fault})

    with executing(world) as execution:
        events = list(execution.events)

    assert events[-1] == RunFinished(Outcome.COMPLETE)
    assert count(world, "Sales") == 1


def test_what_nobody_can_look_at_stays_open(world: World) -> None:
    world.declared["sales"] = SALES
    with executing(world) as execution:
        world.domo.faults(
            {"method": "POST", "path": "*/v2/datasources", "drop_after": True},
            {"method": "GET", "path": "/api/data/v3/datasources", "status": 500},
        )
        events = list(execution.events)

    (failed,) = [one for one in events if isinstance(one, OperationFailed)]
    assert failed.unknown
    assert named(events, OperationStarted) == ["create_dataset"]


def test_two_that_may_be_ours_are_left_for_people_to_tell_apart(world: World) -> None:
    world.declared["sales"] = SALES
    with executing(world) as execution:
        execution.until(OperationStarted)
        body = {"dataSourceName": "Sales", "schema": {"columns": COLUMNS}}
        world.domo.done("POST", "/data/v2/datasources", body)
        world.domo.faults({"method": "POST", "path": "*/v2/datasources", "drop_after": True})

        events = list(execution.events)

    (failed,) = [one for one in events if isinstance(one, OperationFailed)]
    assert failed.unknown
    assert count(world, "Sales") == 2


def test_taking_away_what_is_gone_already_succeeds(world: World) -> None:
    world.declared["old"] = {"name": "Old one", "on_existing": "adopt", "shares": []}
    world.domo.switch(revoke_repeat_is_404=True)
    with executing(world) as execution:
        (change,) = execution.plan.changes
        for kind, who in (("USER", 3), ("GROUP", 2)):
            path = f"/data/v3/datasources/{change.id}/permissions/{kind}/{who}"
            world.domo.done("DELETE", path)

        events = list(execution.events)

    assert events[-1] == RunFinished(Outcome.COMPLETE)


def test_objects_go_side_by_side(world: World) -> None:
    world.declared["a"], world.declared["b"] = {**SALES, "name": "A"}, {**SALES, "name": "B"}
    slow = {"method": "POST", "path": "*/v2/datasources", "delay_ms": 300, "times": 1}
    world.domo.faults(slow)

    with executing(world, parallelism=2) as execution:
        events = list(execution.events)

    applied = [one.address.name for one in events if isinstance(one, ChangeApplied)]
    done = [one for one in events if isinstance(one, OperationSucceeded)]
    assert sorted(applied) == ["a", "b"]
    assert {one.address.name for one in done[:3]} == {applied[0]}


def test_what_is_adopted_as_it_is_takes_no_call_without_a_marker(unmarked: World) -> None:
    unmarked.declared["old"] = {"name": "Old one", "on_existing": "adopt"}
    with executing(unmarked) as execution:
        seq = unmarked.seq()
        events = list(execution.events)

    assert told(events) == ["RunStarted", "Adopted", "ChangeApplied", "RunFinished"]
    assert not unmarked.writes_since(seq)


def test_what_is_adopted_is_marked_in_one_call_and_nothing_else_moves(world: World) -> None:
    world.declared["old"] = {"name": "Old one", "on_existing": "adopt"}
    (before,) = [one for one in world.datasets().values() if one["name"] == "Old one"]
    with executing(world) as execution:
        seq = world.seq()
        list(execution.events)

    after = world.datasets()[before["id"]]
    assert world.writes_since(seq) == ["POST /api/data/v1/ui/bulk/tag"]
    assert after["tags"] == sorted([*before["tags"], MARKER])
    assert {**after, "tags": before["tags"]} == before


def test_what_is_forgotten_loses_its_marker_and_stays_as_it_is(world: World) -> None:
    world.declared["sales"] = SALES
    world.apply()
    del world.declared["sales"]
    before = world.datasets()
    (sales,) = [one for one in before.values() if one["name"] == "Sales"]

    with executing(world) as execution:
        events = list(execution.events)

    assert execution.plan.changes[0].actions == (Action.FORGET,)
    assert told(events)[-3:] == ["Verified", "Forgotten", "RunFinished"]
    assert events[-1] == RunFinished(Outcome.COMPLETE)
    assert sales["tags"] == [MARKER, "pii"]
    assert world.datasets() == {**before, sales["id"]: {**sales, "tags": ["pii"]}}


def test_what_keeps_its_marker_is_not_forgotten_yet(world: World) -> None:
    world.declared["sales"] = SALES
    world.apply()
    del world.declared["sales"]
    world.domo.faults({"path": "*/tags", "status": 400})

    with executing(world) as execution:
        events = list(execution.events)

    assert not [one for one in events if isinstance(one, Forgotten)]
    assert events[-1] == RunFinished(Outcome.PARTIAL)


def test_what_bears_no_marker_is_forgotten_without_a_call(unmarked: World) -> None:
    unmarked.declared["sales"] = SALES
    unmarked.apply()
    del unmarked.declared["sales"]
    before, seq = unmarked.datasets(), unmarked.seq()

    with executing(unmarked) as execution:
        events = list(execution.events)

    assert told(events) == ["RunStarted", "Forgotten", "RunFinished"]
    assert not unmarked.writes_since(seq)
    assert unmarked.datasets() == before


def test_what_is_destroyed_is_read_back_as_gone_and_only_then_forgotten(world: World) -> None:
    world.declared["sales"], world.declared["guarded"] = SALES, GUARDED
    world.apply()
    del world.declared["sales"]
    world.removed["sales"] = True

    with executing(world) as execution:
        events = list(execution.events)

    assert told(events) == [
        "RunStarted",
        "OperationStarted delete_dataset",
        "OperationSucceeded delete_dataset",
        "Verified",
        "Forgotten",
        "RunFinished",
    ]
    assert count(world, "Sales") == 0
    assert count(world, "Guarded") == 1


def test_what_another_has_destroyed_meanwhile_is_destroyed(world: World) -> None:
    world.declared["sales"], world.declared["guarded"] = SALES, GUARDED
    world.apply()
    del world.declared["sales"]
    world.removed["sales"] = True
    with executing(world) as execution:
        (change,) = execution.plan.changes
        world.domo.done("DELETE", f"/data/v3/datasources/{change.id}?deleteMethod=hard")

        events = list(execution.events)

    assert [one for one in events if isinstance(one, Forgotten)]
    assert events[-1] == RunFinished(Outcome.COMPLETE)


@pytest.mark.parametrize("fault", [{"status": 400}, {"no_effect": True}])
def test_what_was_not_destroyed_is_not_forgotten(world: World, fault: dict[str, Any]) -> None:
    world.declared["sales"], world.declared["guarded"] = SALES, GUARDED
    world.apply()
    del world.declared["sales"]
    world.removed["sales"] = True
    world.domo.faults({"method": "DELETE", "path": "*/datasources/*", "times": 1, **fault})

    with executing(world) as execution:
        events = list(execution.events)

    assert not [one for one in events if isinstance(one, Forgotten | Verified)]
    if "status" not in fault:
        (left,) = [one for one in events if isinstance(one, Unverified)]
        assert "is still there" in left.fields[0]
    assert events[-1] == RunFinished(Outcome.PARTIAL)


def test_a_stopped_run_destroys_nothing_and_moves_nothing(world: World) -> None:
    world.declared["sales"], world.declared["guarded"] = SALES, GUARDED
    world.apply()
    world.declared = {"protected": world.declared["guarded"]}
    world.moved["guarded"], world.removed["sales"] = "protected", True
    with executing(world) as execution:
        seq = world.seq()

        execution.run.stop.set()
        events = list(execution.events)

    assert told(events) == ["RunStarted", "OperationSkipped delete_dataset", "RunFinished"]
    assert not world.writes_since(seq)


def test_a_move_takes_no_call_and_comes_before_what_else_is_to_be_done(world: World) -> None:
    world.declared["sales"], world.declared["guarded"] = SALES, GUARDED
    world.apply()
    world.declared = {"orders": SALES, "others": {**GUARDED, "description": "New."}}
    world.moved = {"sales": "orders", "guarded": "others"}
    with executing(world) as execution:
        seq = world.seq()
        events = list(execution.events)

    of_orders = [one for one in events if getattr(one, "address", None) in (ORDERS, SALES_ADDRESS)]
    of_others = [one for one in events if one not in of_orders]
    assert told(of_orders) == ["Moved", "ChangeApplied"]
    assert told(of_others) == [
        "RunStarted",
        "Moved",
        "OperationStarted update_dataset",
        "OperationSucceeded update_dataset",
        "Verified",
        "ChangeApplied",
        "RunFinished",
    ]
    assert Moved(SALES_ADDRESS, ORDERS) in events
    assert len(world.writes_since(seq)) == 1
