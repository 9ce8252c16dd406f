import io
import json
from collections.abc import Callable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from domostate.model.address import Address
from domostate.model.change import Action, ChangeClass
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
from domostate.model.plan import Plan, Summary
from domostate.views.progress import EventView, JsonView, LineView, LiveView
from domostate.views.terminal import Terminal
from tests.builders import change, operation, plan

Golden = Callable[[str, str], None]

SALES, NEW, OLD, SEEN = (
    Address("dataset", name) for name in ("sales_orders", "new", "old", "seen")
)


def made() -> Plan:
    return plan(
        change(
            str(SALES),
            operations=[
                operation(1, "revoke_access", str(SALES), ChangeClass.NARROWING),
                operation(2, "grant_access", str(SALES), ChangeClass.WIDENING, depends_on=[1]),
                operation(3, "set_tags", str(SALES)),
            ],
        ),
        change(str(NEW), Action.CREATE, operations=[operation(4, "create_dataset", str(NEW))]),
        change(str(OLD), Action.FORGET),
        change(str(SEEN), Action.ADOPT),
        summary=Summary(adopt=1, add=1, change=1, forget=1, revoke=1),
    )


def step(seq: int, address: Address, name: str, what: str = "") -> list[Event]:
    return [
        OperationStarted(seq, address, name, what),
        OperationSucceeded(seq, address, name, {"id": "77"} if name == "create_dataset" else {}),
    ]


START: list[Event] = [RunStarted("r1", "d1", 4), Adopted(SEEN, "55"), ChangeApplied(SEEN, "55", {})]

COMPLETE: list[Event] = [
    *START,
    *step(1, SALES, "revoke_access", "user bob@acme.example"),
    *step(2, SALES, "grant_access", "group Finance CAN_VIEW"),
    Waiting(SALES, "Domo indexes the new columns", 12.4),
    *step(3, SALES, "set_tags", "finance, pii"),
    Verified(SALES),
    ChangeApplied(SALES, "4405", {"tags": {"values": ["finance"]}}),
    *step(4, NEW, "create_dataset", "New"),
    Verified(NEW),
    ChangeApplied(NEW, "77", {}),
    Forgotten(OLD),
    RunFinished(Outcome.COMPLETE),
]

PARTIAL: list[Event] = [
    *START,
    *step(1, SALES, "revoke_access", "user bob@acme.example"),
    OperationStarted(2, SALES, "grant_access", "group Finance CAN_VIEW"),
    OperationFailed(
        2, SALES, "grant_access", "POST /api/share: 400: No such group (toe TOE-77)", unknown=False
    ),
    OperationSkipped(3, SALES, "set_tags", "operation 2 failed"),
    OperationStarted(4, NEW, "create_dataset", "New"),
    OperationFailed(
        4, NEW, "create_dataset", "POST /api/datasources: no answer: timed out", unknown=True
    ),
    Unverified(SALES, ('description: found "b", wanted "a"',)),
    RunFinished(Outcome.PARTIAL),
]


def shown(view: type[LineView | LiveView | JsonView], events: Sequence[Event]) -> Terminal:
    terminal = Terminal(io.StringIO(), io.StringIO())
    with view(terminal, made()) as running:
        one: EventView = running
        for event in events:
            one.show(event)
    return terminal


def text(stream: object) -> str:
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def test_a_log_has_one_line_for_every_operation(golden: Golden) -> None:
    golden("progress_lines.txt", text(shown(LineView, COMPLETE).err))


def test_a_complete_apply_ends_in_the_line_that_scripts_rely_on() -> None:
    assert text(shown(LineView, COMPLETE).out) == (
        "Apply complete! Resources: 1 adopted, 1 added, 1 changed, 1 forgotten, 0 destroyed; "
        "1 access revoked. Verified 2 of 2.\n"
    )


def test_a_partial_apply_says_what_failed_what_is_left_and_how_to_go_on(golden: Golden) -> None:
    terminal = shown(LineView, PARTIAL)

    golden("apply_partial.txt", text(terminal.err))
    assert text(terminal.out) == ""


def test_an_interrupted_apply_says_so() -> None:
    terminal = shown(LineView, [*START, RunFinished(Outcome.INTERRUPTED)])

    assert "Apply interrupted. 0 of 4 operations done, 0 failed, 4 not tried." in text(terminal.err)


def test_a_long_list_of_what_is_left_ends_in_a_count() -> None:
    skipped = [OperationSkipped(n, SALES, "set_tags", "the run stopped") for n in range(1, 61)]

    terminal = shown(LineView, [*skipped, RunFinished(Outcome.PARTIAL)])

    assert "and 10 more lines" in text(terminal.err)


def test_a_replaced_dataset_is_not_called_destroyed() -> None:
    terminal = Terminal(io.StringIO(), io.StringIO())
    replaced = change("dataset.new", Action.DELETE, Action.CREATE)
    view = LineView(terminal, plan(replaced, change("dataset.other")))

    view.show(ChangeApplied(NEW, "77", {}))
    view.show(RunFinished(Outcome.PARTIAL))

    assert "-/+ replaced dataset.new" in text(terminal.err)


def test_a_move_is_told_as_one() -> None:
    event = Moved(OLD, NEW)

    assert "dataset.new: moved from dataset.old\n" in text(shown(LineView, [event]).err)
    assert json.loads(text(shown(JsonView, [event]).out)) == {
        "event": "moved",
        "address": "dataset.old",
        "to": "dataset.new",
    }


def test_the_live_view_ends_as_the_log_does() -> None:
    live, log = shown(LiveView, COMPLETE), shown(LineView, COMPLETE)

    assert text(live.out) == text(log.out)


def test_the_live_view_shows_what_is_being_done() -> None:
    begun = OperationStarted(1, SALES, "revoke_access", "user bob@acme.example")

    assert "dataset.sales_orders: revoke_access user bob@acme.example" in text(
        shown(LiveView, [*START, begun]).err
    )


def test_the_live_view_keeps_failures_on_the_screen() -> None:
    assert "FAILED (2/4): POST /api/share: 400: No such group (toe TOE-77)" in text(
        shown(LiveView, PARTIAL).err
    )


def test_events_as_json_are_one_object_a_line(golden: Golden) -> None:
    terminal = shown(JsonView, COMPLETE)

    golden("progress.jsonl", text(terminal.out))
    assert text(terminal.err) == ""
    assert all("event" in json.loads(line) for line in text(terminal.out).splitlines())


@given(st.text(max_size=10))
def test_hostile_text_leaves_no_control_characters(name: str) -> None:
    terminal = Terminal(io.StringIO(), io.StringIO())
    address = Address("dataset", name)
    events: list[Event] = [
        Adopted(address, name),
        *step(1, address, name, name),
        OperationStarted(2, address, name, name),
        OperationFailed(2, address, name, name),
        OperationSkipped(3, address, name, name),
        Waiting(address, name, 1),
        Unverified(address, (name,)),
        RunFinished(Outcome.PARTIAL),
    ]

    view = LineView(terminal, plan(change(f"dataset.x{name}", operations=[])))
    for event in events:
        view.show(event)

    assert all(char.isprintable() or char == "\n" for char in text(terminal.err))
