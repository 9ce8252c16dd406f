"""State: the memory between runs. It holds ids and last applied values, and is never evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domostate.model.address import Address
from domostate.model.change import Document

__all__ = ["Entry", "OpenIntent", "State", "first_state"]

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One managed object: Domo's id, what was last applied by aspect, and the run that did it."""

    id: str
    applied: Document
    protect: bool = False
    run: str = ""


@dataclass(frozen=True, slots=True)
class OpenIntent:
    """A call that was announced and whose outcome nobody knows.

    `known` holds the ids that already bore the name before the call was sent, so that what the
    call may have made can be told from what was there.
    """

    address: Address
    operation: str
    name: str
    known: tuple[str, ...] = ()
    run: str = ""
    seq: int = 0
    """The operation's number in its run: with the run, it tells one intent from another."""


@dataclass(frozen=True, slots=True)
class State:
    """What domostate remembers of one environment."""

    project: str
    environment: str
    instance: str
    lineage: str
    serial: int
    entries: Mapping[Address, Entry]
    open_intents: tuple[OpenIntent, ...] = ()
    format: int = field(default=FORMAT)


def first_state(project: str, environment: str, instance: str, lineage: str) -> State:
    """An empty state; `lineage` is a fresh random name that the caller chose."""
    return State(project, environment, instance, lineage, serial=0, entries={})
