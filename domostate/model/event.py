"""Events: the only output of an apply.

The journal is the event stream on disk, the state is a fold over it (`evolve`), the progress
display a view of it, `--json` its serialisation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from domostate.model.address import Address
from domostate.model.change import Document
from domostate.model.state import Entry, OpenIntent, State

__all__ = [
    "Adopted",
    "ChangeApplied",
    "Event",
    "Forgotten",
    "Moved",
    "OperationFailed",
    "OperationSkipped",
    "OperationStarted",
    "OperationSucceeded",
    "Outcome",
    "RunFinished",
    "RunStarted",
    "Unverified",
    "Verified",
    "Waiting",
    "evolve",
    "evolve_all",
]


class Outcome(StrEnum):
    """How a run ended."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The first event of a run; `total` counts its operations."""

    run: str
    plan_digest: str
    total: int


@dataclass(frozen=True, slots=True)
class Adopted:
    """An object that was there is managed from now on."""

    address: Address
    id: str


@dataclass(frozen=True, slots=True)
class Forgotten:
    """An address is managed no longer: its object in Domo stays as it is, or is gone by now."""

    address: Address


@dataclass(frozen=True, slots=True)
class Moved:
    """What was recorded under `address` is recorded under `to` from now on."""

    address: Address
    to: Address


@dataclass(frozen=True, slots=True)
class OperationStarted:
    """The intent: written down before the call is sent.

    `creates` is the name of what an unrepeatable operation makes, empty for repeatable ones;
    `known` holds the ids that bore the name before.
    """

    seq: int
    address: Address
    name: str
    what: str
    creates: str = ""
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OperationSucceeded:
    """Domo acknowledged; `ids` holds what it made by symbol (`id`, `stream`, `policy:<name>`)."""

    seq: int
    address: Address
    name: str
    ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OperationFailed:
    """Domo refused or did not answer; `unknown` says that the effect may have happened."""

    seq: int
    address: Address
    name: str
    error: str
    unknown: bool = False
    unauthorized: bool = False


@dataclass(frozen=True, slots=True)
class OperationSkipped:
    """Not tried, because an operation that it depends on did not succeed or the run stopped."""

    seq: int
    address: Address
    name: str
    because: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing is wrong, it takes time: `reason` for people, `seconds` the time so far."""

    address: Address
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Verified:
    """The object was read back and is as planned."""

    address: Address


@dataclass(frozen=True, slots=True)
class Unverified:
    """The object was read back and differs; `fields` lists `path: found, wanted` for people."""

    address: Address
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeApplied:
    """Every operation of the change succeeded; `applied` is what the state remembers."""

    address: Address
    id: str
    applied: Document
    protect: bool = False


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The last event of a run that ended in order."""

    outcome: Outcome


Event = (
    RunStarted
    | Adopted
    | Forgotten
    | Moved
    | OperationStarted
    | OperationSucceeded
    | OperationFailed
    | OperationSkipped
    | Waiting
    | Verified
    | Unverified
    | ChangeApplied
    | RunFinished
)


class _Working(dict[Address, Entry]):
    """Entries that belong to one fold alone: they change in place, since a copy for each event
    would make a run's cost grow with the square of its size."""


def evolve_all(state: State, events: Iterable[Event], run: str = "") -> State:
    """The state after all of the events, in time that grows with their number."""
    working = replace(state, entries=_Working(state.entries))
    for event in events:
        working = evolve(working, event, run)
    return replace(working, entries=dict(working.entries))


def _own(entries: Mapping[Address, Entry]) -> dict[Address, Entry]:
    return entries if isinstance(entries, _Working) else dict(entries)


def evolve(state: State, event: Event, run: str = "") -> State:
    """The state after an event; events that leave it as it is return the same value."""
    match event:
        case Adopted(address, id_):
            # Whatever a create left behind for the address, it is known now.
            return _with_entry(_answered(state, address), address, Entry(id_, {}, run=run))
        case Forgotten(address):
            entries = _own(state.entries)
            entries.pop(address, None)
            return replace(state, entries=entries)
        case Moved(address, to):
            return _moved(state, address, to)
        case OperationStarted(seq, address, name, creates=creates, known=known):
            if not creates:
                return state
            intent = OpenIntent(address, name, creates, known, run, seq)
            kept = tuple(one for one in state.open_intents if not _is_again(one, intent))
            return replace(state, open_intents=(*kept, intent))
        case OperationSucceeded(seq, address, ids=ids):
            return _succeeded(state, seq, address, ids, run)
        case OperationFailed(seq=seq, unknown=unknown):
            return state if unknown else _settled(state, seq, run)
        case ChangeApplied(address, id_, applied, protect):
            entry = Entry(id_, applied, protect, run)
            return _with_entry(_answered(state, address), address, entry)
        case (
            RunStarted()
            | OperationSkipped()
            | Waiting()
            | Verified()
            | Unverified()
            | RunFinished()
        ):
            return state
        case _:
            assert_never(event)


def _succeeded(state: State, seq: int, address: Address, ids: Mapping[str, str], run: str) -> State:
    settled = _settled(state, seq, run)
    made = ids.get("id")
    if made is None:
        return settled
    # A fresh entry and not the old one: what was applied to an object that is gone says nothing
    # about the one that takes its place.
    return _with_entry(settled, address, Entry(made, {}, run=run))


def _moved(state: State, old: Address, new: Address) -> State:
    entries = _own(state.entries)
    if old in entries:
        entries[new] = entries.pop(old)
    # What a run may have left behind in Domo for the old address is looked for under the new one.
    intents = tuple(
        replace(one, address=new) if one.address == old else one for one in state.open_intents
    )
    return replace(state, entries=entries, open_intents=intents)


def _with_entry(state: State, address: Address, entry: Entry) -> State:
    entries = _own(state.entries)
    entries[address] = entry
    return replace(state, entries=entries)


def _answered(state: State, address: Address) -> State:
    left = tuple(one for one in state.open_intents if one.address != address)
    return replace(state, open_intents=left)


def _settled(state: State, seq: int, run: str) -> State:
    left = tuple(one for one in state.open_intents if (one.run, one.seq) != (run, seq))
    return replace(state, open_intents=left)


def _is_again(one: OpenIntent, other: OpenIntent) -> bool:
    """Whether one intent is to make what the other was to make."""
    mine, theirs = (one.address, one.operation, one.name), (other.address, other.operation)
    return mine == (*theirs, other.name)
