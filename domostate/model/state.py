"""State: the memory between runs. It holds ids and last applied values, and is never evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domostate.model.address import Address
from domostate.model.change import Document

__all__ = ["Entry", "OpenIntent", "RunRecord", "Saved", "State", "first_state"]


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
class RunRecord:
    """A run that is part of the state: what it wrote need not be looked for any more.

    `nonce` is that of the plan it carried out; `started` is an ISO time; `outcome` is empty for
    a run that did not end in order.
    """

    run: str
    operation: str
    actor: str
    started: str
    outcome: str = ""
    plan_digest: str = ""
    nonce: str = ""
    ci_url: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """Who made a generation of the state, when (an ISO time) and why."""

    at: str
    actor: str
    operation: str
    run: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What domostate remembers of one environment.

    `runs` are the last ones, oldest first. `hash` and `saved` belong to the generation as it was
    read; `parent` is the hash of the generation before it.
    """

    project: str
    environment: str
    instance: str
    lineage: str
    serial: int
    entries: Mapping[Address, Entry]
    open_intents: tuple[OpenIntent, ...] = ()
    runs: tuple[RunRecord, ...] = ()
    parent: str = field(default="", compare=False)
    hash: str = field(default="", compare=False)
    saved: Saved | None = field(default=None, compare=False)

    def knows(self, run: str) -> bool:
        """Whether a run is part of the state already."""
        return any(one.run == run for one in self.runs)


def first_state(project: str, environment: str, instance: str, lineage: str) -> State:
    """An empty state; `lineage` is a fresh random name that the caller chose."""
    return State(project, environment, instance, lineage, serial=0, entries={})
