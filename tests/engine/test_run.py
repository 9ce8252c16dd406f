"""The one loop: events become journal, state and display."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domostate.domo.connect import ProductAccess, connect
from domostate.engine.plan_file import Approved
from domostate.engine.run import Applying, apply_plan, holding, look_anew
from domostate.engine.session import Made
from domostate.errors import (
    ExitCode,
    Locked,
    ManifestError,
    Protected,
    Refused,
    StalePlan,
    StateError,
    WrongInstance,
)
from domostate.model.address import Address
from domostate.model.event import (
    Event,
    OperationStarted,
    OperationSucceeded,
    RunFinished,
    RunStarted,
)
from domostate.model.plan import PlanEnvironment
from domostate.record.files import Files
from tests.engine.running import AT_ONCE, workers
from tests.engine.test_execute import MARKER, SALES
from tests.model_test.world import HASTY, HastyDisk, World

ADDRESS = Address("dataset", "sales")
SHORT = timedelta(milliseconds=50)


class FullDisk(HastyDisk):
    """Takes `room` more writes."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, descriptor: int, content: bytes) -> None:
        self.room -= 1
        if self.room < 0:
            raise OSError(28, "No space left on device")
        super().write(descriptor, content)


@contextmanager
def decided(
    world: World, allow: dict[str, int] | None = None, files: Files | None = None
) -> Iterator[tuple[Applying, Made]]:
    """The lock, and a plan made under it."""
    world.files = files or world.files
    with (
        world.session() as session,
        holding(session, timedelta(0), threading.Event()) as applying,
    ):
        made = session.make_plan(world.wanted(), applying.state, allow or {})
        yield replace(applying, patience=SHORT, look_again=AT_ONCE), made


def carried_out(applying: Applying, made: Made, show: Callable[[Event], None]) -> ExitCode:
    return apply_plan(applying, Approved.now(made.plan), made.names, show)


def ignore(_: Event) -> None:
    pass


def test_a_complete_run_leaves_a_state_and_no_journal(world: World) -> None:
    world.declared["sales"] = {**SALES, "protect": True}

    with decided(world) as (applying, made):
        code = carried_out(applying, made, ignore)
        journal = applying.session.record.journal_path

    entry = world.state().entries[ADDRESS]
    assert code is ExitCode.DONE
    assert not journal.exists()
    assert entry.protect
    assert entry.applied["tags"] == {"mode": "exact", "values": ["pii"], "marker": MARKER}
    assert world.state().serial == 1


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_when_the_view_fails_nothing_more_is_sent_and_the_journal_tells_what_was(
    world: World, nth: int
) -> None:
    world.declared["sales"] = SALES
    shown: list[Event] = []

    def broken(event: Event) -> None:
        shown.append(event)
        if len(shown) > nth:
            raise BrokenPipeError

    with decided(world) as (applying, made):
        seq = world.seq()
        with pytest.raises(BrokenPipeError) as caught:
            carried_out(applying, made, broken)

        # The error still holds the frames of the run: it must have ended all the same.
        assert caught.value is not None
        assert not workers()
        assert applying.session.record.journal_path.exists()

    succeeded = sum(isinstance(one, OperationSucceeded) for one in shown)
    assert len(world.writes_since(seq)) == succeeded


def test_when_the_journal_fails_the_write_that_it_should_hold_is_not_sent(world: World) -> None:
    world.declared["sales"] = SALES
    shown: list[Event] = []
    # Who holds the lock, and the journal's header: the first announcement finds no room.
    disk = FullDisk(room=2)

    with decided(world, files=disk) as (applying, made):
        seq = world.seq()
        with pytest.raises(StateError) as caught:
            carried_out(applying, made, shown.append)

    assert "--resume" not in caught.value.hint

    assert not world.writes_since(seq)
    assert not any(isinstance(one, OperationStarted) for one in shown)
    assert not workers()


def test_a_run_that_breaks_off_half_way_says_so_by_its_exit_code(world: World) -> None:
    world.declared["sales"] = SALES

    with (
        decided(world, files=FullDisk(room=4)) as (applying, made),
        pytest.raises(StateError) as caught,
    ):
        carried_out(applying, made, ignore)

    assert caught.value.exit_code is ExitCode.PARTIAL
    assert "Free some space" in caught.value.hint
    assert caught.value.hint.endswith("go on with what is left:\n  domostate apply --resume")


class NoState(HastyDisk):
    """Takes everything but the state."""

    def replace(self, source: Path, target: Path) -> None:
        if target.name == "sandbox.json":
            raise OSError(28, "No space left on device")
        super().replace(source, target)


def test_a_run_whose_state_cannot_be_saved_does_not_say_that_it_is_complete(world: World) -> None:
    world.declared["sales"] = SALES
    shown: list[Event] = []

    with (
        decided(world, files=NoState()) as (applying, made),
        pytest.raises(StateError) as caught,
    ):
        carried_out(applying, made, shown.append)

    assert caught.value.exit_code is ExitCode.PARTIAL
    assert "--resume" not in caught.value.hint
    assert any(isinstance(one, OperationSucceeded) for one in shown)
    assert not any(isinstance(one, RunFinished) for one in shown)


def test_the_end_of_a_run_is_told_once_its_state_is_saved(world: World) -> None:
    world.declared["sales"] = SALES
    serials: list[int] = []

    def look(event: Event) -> None:
        if isinstance(event, RunFinished):
            serials.append(world.state().serial)

    with decided(world) as (applying, made):
        carried_out(applying, made, look)

    assert serials == [1]


def test_a_failed_operation_makes_the_outcome_partial_and_the_rest_is_recorded(
    world: World,
) -> None:
    world.declared["sales"] = SALES
    world.domo.faults({"path": "*/tags", "status": 400})

    result = world.apply()

    (there,) = [one["id"] for one in world.datasets().values() if one["name"] == "Sales"]
    assert result.code is ExitCode.PARTIAL
    assert world.state().entries[ADDRESS].id == there


def test_a_run_that_was_denied_everything_has_written_nothing(world: World) -> None:
    world.declared["sales"] = SALES
    world.domo.faults({"method": "POST", "path": "*/v2/datasources", "status": 403})

    assert world.apply().code is ExitCode.UNAUTHORIZED


def test_a_run_that_was_denied_something_late_is_partial(world: World) -> None:
    world.declared["sales"] = SALES
    world.domo.faults({"path": "*/tags", "status": 403})

    assert world.apply().code is ExitCode.PARTIAL


def test_a_stopped_run_is_interrupted_and_goes_on_next_time(world: World) -> None:
    world.declared["sales"] = SALES
    with decided(world) as (applying, made):

        def stopping(event: Event) -> None:
            if isinstance(event, OperationSucceeded):
                applying.stop.set()

        code = carried_out(applying, made, stopping)

    assert code is ExitCode.INTERRUPTED
    assert world.apply().code is ExitCode.DONE
    assert world.apply().code is None


def test_a_budget_is_held_before_anything_is_written_or_begun(world: World) -> None:
    world.declared["sales"] = SALES
    world.apply()
    gone = world.state().entries[ADDRESS].id
    world.domo.done("DELETE", f"/data/v3/datasources/{gone}?deleteMethod=hard")

    with decided(world) as (applying, made):
        seq = world.seq()
        with pytest.raises(Refused, match="recreate: 1 against a limit of 0"):
            carried_out(applying, made, ignore)
        begun = applying.session.record.journal_path.exists()
    refused = world.writes_since(seq)

    assert not refused
    assert not begun
    assert world.apply({"recreate": 1}).code is ExitCode.DONE


def test_a_stranger_in_place_of_what_is_gone_is_named_by_the_plan(world: World) -> None:
    world.declared["sales"] = SALES
    world.apply()
    gone = world.state().entries[ADDRESS].id
    world.domo.done("DELETE", f"/data/v3/datasources/{gone}?deleteMethod=hard")
    body = {"dataSourceName": "Sales", "schema": {"columns": SALES["schema"]}}
    stranger = world.domo.done("POST", "/data/v2/datasources", body)["dataSource"]["dataSourceId"]

    with pytest.raises(ManifestError) as refused:
        world.apply({"recreate": 1})

    assert stranger in str(refused.value.findings[0])


def test_what_the_state_protects_no_plan_destroys_not_even_one_that_says_nothing_of_it(
    world: World,
) -> None:
    world.declared["sales"] = {**SALES, "protect": True}
    world.declared["other"] = {"name": "Other"}
    world.apply()
    del world.declared["sales"]
    world.removed["sales"] = True

    with decided(world) as (applying, made):
        seq = world.seq()
        with pytest.raises(Protected):
            carried_out(applying, made, ignore)
        silent = replace(made, plan=replace(made.plan, refusals=()))
        with pytest.raises(Protected):
            carried_out(applying, silent, ignore)
        begun = applying.session.record.journal_path.exists()

    assert not world.writes_since(seq)
    assert not begun


def test_a_plan_is_applied_once(world: World) -> None:
    world.declared["sales"] = SALES
    with decided(world) as (applying, made):
        carried_out(applying, made, ignore)

    with decided(world) as (applying, _):
        seq = world.seq()
        with pytest.raises(StalePlan, match="another run has applied since"):
            carried_out(applying, made, ignore)

    assert not world.writes_since(seq)


def test_a_plan_of_another_instance_is_refused(world: World) -> None:
    world.declared["sales"] = SALES
    with decided(world) as (applying, made):
        elsewhere = replace(made.plan, environment=PlanEnvironment("sandbox", "acme-prod"))

        with pytest.raises(WrongInstance):
            carried_out(applying, replace(made, plan=elsewhere), ignore)


def test_a_plan_for_another_lineage_is_refused(world: World) -> None:
    world.declared["sales"] = SALES
    world.apply()
    world.declared["sales"] = {**SALES, "tags": []}
    with decided(world) as (applying, made):
        strange = replace(made.plan, state_lineage="another")

        with pytest.raises(WrongInstance):
            carried_out(applying, replace(made, plan=strange), ignore)


def test_a_name_that_was_taken_since_the_plan_is_not_used_a_second_time(world: World) -> None:
    world.declared["sales"] = SALES
    with decided(world) as (applying, made):
        body = {"dataSourceName": "Sales", "schema": {"columns": SALES["schema"]}}
        world.domo.done("POST", "/data/v2/datasources", body)
        seq = world.seq()

        with pytest.raises(StalePlan, match="has appeared since the plan was made"):
            carried_out(applying, made, ignore)

    assert not world.writes_since(seq)


def test_a_stream_that_learns_its_keys_is_not_taken_for_one_that_moved(world: World) -> None:
    """A read tells no keys: what was applied stands in for them, and that changes with the plan."""
    push = {"name": "Sales", "schema": SALES["schema"], "stream": {"update_method": "APPEND"}}
    world.declared["sales"] = push
    world.apply()
    world.declared["sales"] = {
        **push,
        "stream": {"update_method": "UPSERT", "key_columns": ["id"]},
    }

    code = world.apply().code

    assert code is ExitCode.DONE
    assert world.apply().code is None


def test_tags_that_came_since_the_plan_are_kept(world: World) -> None:
    """The call replaces the whole list: it is sent with what the plan does not speak of."""
    world.declared["old"] = {
        "name": "Old one",
        "on_existing": "adopt",
        "tags": {"mode": "at_least", "values": ["pii"]},
    }
    (id_,) = [one["id"] for one in world.datasets().values() if one["name"] == "Old one"]

    def others_tag(event: Event) -> None:
        if isinstance(event, RunStarted):
            tags = ["theirs", "s_kept", "gold"]
            world.domo.done("POST", f"/data/ui/v3/datasources/{id_}/tags", tags)

    with decided(world) as (applying, made):
        code = carried_out(applying, made, others_tag)

    assert code is ExitCode.DONE
    assert world.datasets()[id_]["tags"] == ["gold", MARKER, "pii", "s_kept", "theirs"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "properties", {"dataSourceName": "Old one", "dataSourceDescription": "Theirs."}),
        ("DELETE", "", None),
    ],
    ids=["changed", "deleted"],
)
def test_what_moved_while_somebody_looked_at_the_plan_is_not_touched(
    world: World, method: str, path: str, body: Any
) -> None:
    world.declared["old"] = {"name": "Old one", "on_existing": "adopt", "description": "Ours."}
    (id_,) = [one["id"] for one in world.datasets().values() if one["name"] == "Old one"]
    with decided(world) as (applying, made):
        world.domo.done(method, f"/data/v3/datasources/{id_}/{path}".rstrip("/"), body)
        seq = world.seq()
        look_anew(applying, made.plan)

        with pytest.raises(StalePlan, match="changed in Domo since the plan was made"):
            carried_out(applying, made, ignore)

    assert not world.writes_since(seq)


def test_what_another_project_has_marked_since_the_plan_is_not_touched(unmarked: World) -> None:
    """Also where the plan says nothing of tags."""
    unmarked.declared["old"] = {"name": "Old one", "on_existing": "adopt", "description": "Ours."}
    (old,) = [one for one in unmarked.datasets().values() if one["name"] == "Old one"]
    with decided(unmarked) as (applying, made):
        path = f"/data/ui/v3/datasources/{old['id']}/tags"
        unmarked.domo.done("POST", path, [*old["tags"], "managed-by:domostate:beta"])
        seq = unmarked.seq()
        look_anew(applying, made.plan)

        with pytest.raises(StalePlan, match="has been marked by the project beta"):
            carried_out(applying, made, ignore)

    assert not unmarked.writes_since(seq)


def test_two_applies_exclude_each_other(world: World) -> None:
    with decided(world), pytest.raises(Locked), decided(world):
        pass


def test_the_running_identity_gives_up_a_dataset_last(world: World) -> None:
    """A user without a managing role makes a dataset for somebody else."""
    grants = [{"group": "Finance", "access": "CAN_VIEW"}]
    world.declared["sales"] = {**SALES, "owner": "cat@acme.test", "shares": grants}
    seen: list[Any] = []

    with as_user(world, "bob@acme.test"), decided(world) as (applying, made):
        code = carried_out(applying, made, seen.append)

    done = [one.name for one in seen if isinstance(one, OperationSucceeded)]
    assert done == ["create_dataset", "set_tags", "grant_access", "reassign_owner", "revoke_access"]
    assert code is ExitCode.DONE


def test_who_would_lock_themselves_out_writes_nothing(world: World) -> None:
    """What a former owner is granted comes after they gave the dataset up."""
    grants = [{"user": "bob@acme.test", "access": "CAN_VIEW"}]
    world.declared["sales"] = {**SALES, "owner": "cat@acme.test", "shares": grants}

    with as_user(world, "bob@acme.test"):
        seq = world.seq()
        with decided(world) as (applying, made), pytest.raises(Refused, match="lockout: 1"):
            carried_out(applying, made, ignore)

    assert not world.writes_since(seq)


@contextmanager
def as_user(world: World, email: str) -> Iterator[None]:
    """The world's token belongs to this user."""
    snapshot = world.domo.snapshot()
    token = {"token": world.token, "user": email}
    world.domo.reset({**snapshot, "tokens": [token]})
    yield


def test_nothing_but_reads_goes_through_a_session_that_only_plans(world: World) -> None:
    world.declared["sales"] = SALES
    seq = world.seq()

    world.plan()

    with connect(ProductAccess(world.domo.url, world.token), None, retry=HASTY) as connection:
        assert not hasattr(connection.reader, "send")
    assert not world.writes_since(seq)
