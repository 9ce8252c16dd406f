"""Push: a state from a file takes the place of what is kept, under the lock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from domostate.engine.kept import Kept
from domostate.engine.surgery import Approve, damage_notes, recorded
from domostate.errors import LineageMismatch, StateError
from domostate.model.state import State
from domostate.planning.push import Claims, check_fit, check_ours, pushed
from domostate.planning.surgery import Altered
from domostate.record.seen import Seen, look
from domostate.record.state_file import StateDamaged, decode_edited, decode_state
from domostate.record.store import StateStore
from domostate.record.writer import Writer

__all__ = ["Pushed", "push", "read_file"]


@dataclass(frozen=True, slots=True)
class Pushed:
    """A file that is to be pushed: its state, and what somebody said along with it."""

    name: str
    state: State
    edited: bool
    replaces: int | None
    unprotected: Sequence[str]

    def claims(self, present: State | None) -> Claims:
        """The same, with the addresses found in the present state."""
        found = [] if present is None else [recorded(present, one) for one in self.unprotected]
        return Claims(self.edited, self.replaces, frozenset(found))


def read_file(content: bytes, name: str, *, edited: bool) -> State:
    """The state in a file.

    Raises:
        StateError: it holds none, a damaged one, or one that was edited and nobody said so.
    """
    try:
        return decode_edited(content, name) if edited else decode_state(content, name)
    except StateDamaged as damage:
        raise StateError(
            damage.message,
            hint="Push another file. If this one was edited on purpose, take the line with its "
            "hash out,\nand say so: --edited",
        ) from damage


def push(
    kept: Kept, writer: Writer | None, file: Pushed, reason: str, approve: Approve
) -> State | None:
    """The state as it was written, None when nothing was approved.

    What cannot be read is kept aside. Nothing at all is written before the approval, and nothing
    ever without a `writer`.

    Raises:
        StateError: the file does not fit, or what is left over does not fit the file.
    """
    record, ours = kept.record, kept.identity
    check_fit(file.state, file.name, *ours)
    seen = look(record)
    present = seen.present.state
    if present is not None:
        check_ours(present, record.store.place, *ours)
    if present == file.state:
        approve(Altered(present, present))
        return None
    _check_lineage(seen, file.state)
    next_ = pushed(file.state, present, file.claims(present))
    next_ = replace(next_, serial=max(next_.serial, seen.free_serial))
    # What runs have left behind is added afterwards: whether it fits is to be known before.
    after = record.replayed(next_, seen.leftovers, ours[0], ours[2], next_.lineage)
    before = present or replace(next_, serial=0, entries={}, open_intents=())
    altered = Altered(before, after, tuple(_notes(seen, file.state, record.store)))
    if not (approve(altered) and writer is not None):
        return None
    writer.put(next_, seen, reason)
    return kept.settled(writer)


def _notes(seen: Seen, file: State, store: StateStore) -> Iterator[str]:
    yield from damage_notes(seen, store)
    for one in seen.leftovers:
        if one.header and one.events and not file.knows(one.header.run):
            yield (
                f"the file does not know run {one.header.run}, whose journal is left over: what "
                "that run made is added"
            )


def _check_lineage(seen: Seen, file: State) -> None:
    if seen.present.state is None and seen.lineage not in ("", file.lineage):
        raise LineageMismatch(
            f"the file is of the lineage {file.lineage}, and what is kept of {seen.lineage}",
            hint="See what is kept, and push one of those generations:\n  domostate state history",
        )
