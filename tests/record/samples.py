"""One environment, one run and what happened in it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from pathlib import Path

from domostate.model.address import Address
from domostate.model.event import (
    Adopted,
    ChangeApplied,
    Event,
    Forgotten,
    Moved,
    OperationFailed,
    OperationStarted,
    OperationSucceeded,
    Outcome,
    RunFinished,
    Waiting,
    evolve,
)
from domostate.model.state import Entry, OpenIntent, Saved, State, first_state
from domostate.record.journal import Header
from domostate.record.room import Record
from domostate.record.writer import Writer

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ORDERS = Address("dataset", "orders")
SALES = Address("dataset", "sales.eu")
STAFF = Address("group", "staff")

EVENTS: tuple[Event, ...] = (
    OperationStarted(1, ORDERS, "create_dataset", "create Orders", "Orders", ("7",)),
    OperationSucceeded(1, ORDERS, "create_dataset", {"id": "9"}),
    Waiting(ORDERS, "indexing", 2.0),
    ChangeApplied(ORDERS, "9", {"naming": {"name": "Orders", "description": "née \ud800"}}, True),
    Adopted(SALES, "10"),
    OperationStarted(2, SALES, "set_tags", "set tags"),
    OperationFailed(2, SALES, "set_tags", "400"),
    Forgotten(SALES),
    Moved(ORDERS, Address("dataset", "sales_orders")),
    OperationStarted(3, STAFF, "create_group", "create Staff", "Staff"),
    OperationFailed(3, STAFF, "create_group", "no answer", unknown=True),
    RunFinished(Outcome.PARTIAL),
)

STATE = State(
    project="acme",
    environment="dev",
    instance="acme-dev",
    lineage="l1",
    serial=7,
    entries={
        SALES: Entry("10", {"tags": {"values": ["eu", "ünï"]}}, protect=True, run="r0"),
        ORDERS: Entry("9", {}, run="r0"),
    },
    open_intents=(OpenIntent(STAFF, "create_group", "Staff", ("1", "2"), "r0", 1),),
)

HEADER = Header("acme", "dev", "acme-dev", "l1", 7, "r1", "digest", NOW.isoformat())


def after(state: State, *events: Event) -> State:
    """The state once the events of run r1 have happened."""
    return reduce(lambda so_far, event: evolve(so_far, event, "r1"), events, state)


def first() -> State:
    """The state before the first run."""
    return first_state("acme", "dev", "acme-dev", "l1")


def opened(record: Record, lineage: str = "l1") -> State:
    """The state as a command without the lock sees it."""
    return record.open("acme", "acme-dev", lineage)


def settled(writer: Writer, lineage: str = "l1") -> State:
    """The state as the holder of the lock puts it in order."""
    return writer.settle("acme", "acme-dev", lineage)


def bare(state: State) -> State:
    """The state without what each save adds to it."""
    return replace(state, serial=0, runs=())


def put(record: Record, state: State) -> None:
    """The state in its place, as it is."""
    present = record.store.load()
    record.store.save(state, Saved(NOW.isoformat(), "ada@laptop", "test"), present)


def save(folder: Path, state: State) -> State:
    """The state on the disk, one serial further."""
    record = Record(folder, state.environment)
    with record.hold("test", "r0", NOW, timedelta(0)) as writer:
        return writer.commit(state)


def leave_journal(folder: Path, state: State, *events: Event, run: str = "r1") -> Path:
    """A journal as a crashed run leaves it."""
    record = Record(folder, "dev")
    with record.hold("test", run, NOW) as writer:
        journal = writer.begin(state, run, "digest", NOW)
        for event in events:
            journal.write(event)
    return record.journal_path
