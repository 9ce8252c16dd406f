"""Surgery: changes to the state by hand, as values: nothing of it reaches Domo."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from domostate.errors import Protected, UsageError
from domostate.model.address import Address
from domostate.model.event import Moved, evolve
from domostate.model.state import Entry, OpenIntent, State

__all__ = [
    "Altered",
    "Edit",
    "EntryEdit",
    "check_protected",
    "entry_edits",
    "moved",
    "removed",
]


class Edit(StrEnum):
    """What happens to an entry of the state."""

    RECORD = "record"
    FORGET = "forget"
    CHANGE = "change"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class EntryEdit:
    """What happens to one address: `source` is where a moved entry comes from."""

    address: Address
    edit: Edit
    before: Entry | None
    after: Entry | None
    source: Address | None = None


@dataclass(frozen=True, slots=True)
class Altered:
    """The state before and after an operation on it; a `before` of serial 0 is none at all."""

    before: State
    after: State
    notes: tuple[str, ...] = ()
    """For people: nothing may depend on them."""

    @property
    def edits(self) -> tuple[EntryEdit, ...]:
        """What happens to the entries, sorted by address."""
        return entry_edits(self.before, self.after)

    @property
    def given_up(self) -> tuple[OpenIntent, ...]:
        """The calls of unknown outcome that nobody would look for any more."""
        return tuple(one for one in self.before.open_intents if one not in self.after.open_intents)

    @property
    def effective(self) -> bool:
        """Whether anything differs but the serial and the runs."""
        one, other = self.before, self.after
        return (one.lineage, one.entries, one.open_intents) != (
            other.lineage,
            other.entries,
            other.open_intents,
        )


def moved(state: State, source: Address, target: Address) -> State:
    """The state in which what was recorded at `source`, which is, is recorded at `target`.

    Raises:
        UsageError: `target` is of another kind or `source` itself, or something is recorded there.
    """
    if source.kind != target.kind:
        raise UsageError(
            f"{source} is a {source.kind}, and {target} would be a {target.kind}",
            hint="An entry keeps its kind.",
        )
    if source == target:
        raise UsageError(
            f"{source} is recorded there already", hint="Name the address that it is to move to."
        )
    there = state.entries.get(target)
    if there is not None:
        raise UsageError(
            f"{target} is recorded already, with id {there.id}",
            hint="Choose another address, or give up that entry first:\n"
            f"  domostate state rm {target} --reason WHY",
        )
    if any(one.address == target for one in state.open_intents):
        raise UsageError(
            f"{target}: a create of unknown outcome is open there",
            hint="Settle it with the next apply, or give it up:\n"
            f"  domostate state rm {target} --reason WHY",
        )
    return evolve(state, Moved(source, target))


def removed(state: State, addresses: Collection[Address]) -> State:
    """The state that knows nothing of these addresses, calls of unknown outcome included."""
    return replace(
        state,
        entries={one: entry for one, entry in state.entries.items() if one not in addresses},
        open_intents=tuple(one for one in state.open_intents if one.address not in addresses),
    )


def check_protected(before: State, after: State, said: Collection[Address]) -> None:
    """Returns when no entry loses its protection but those that were said.

    Raises:
        Protected: naming the flag for each of the others.
    """
    lost = [
        address
        for address, entry in sorted(before.entries.items())
        if entry.protect and address not in said and not _protects(after, address, entry.id)
    ]
    if lost:
        flags = " ".join(f"--protected {address}" for address in lost)
        raise Protected(
            f"{', '.join(map(str, lost))}: protected, and would not be any more",
            hint=f"If that is what you want, say so: {flags}",
        )


def _protects(state: State, address: Address, id_: str) -> bool:
    entry = state.entries.get(address)
    return entry is not None and entry.protect and entry.id == id_


def entry_edits(before: State, after: State) -> tuple[EntryEdit, ...]:
    """What leads from one set of entries to the other, sorted by address."""
    gone = before.entries.keys() - after.entries.keys()
    new = after.entries.keys() - before.entries.keys()
    by_id = {before.entries[address].id: address for address in sorted(gone, reverse=True)}
    edits = []
    for address in sorted(new):
        entry = after.entries[address]
        source = by_id.get(entry.id)
        if source is not None and source in gone and before.entries[source] == entry:
            gone -= {source}
            edits.append(EntryEdit(address, Edit.MOVE, entry, entry, source))
        else:
            edits.append(EntryEdit(address, Edit.RECORD, None, entry))
    edits += (EntryEdit(one, Edit.FORGET, before.entries[one], None) for one in gone)
    edits += _changed(before, after)
    return tuple(sorted(edits, key=lambda one: one.address))


def _changed(before: State, after: State) -> Iterator[EntryEdit]:
    for address in before.entries.keys() & after.entries.keys():
        one, other = before.entries[address], after.entries[address]
        if one != other:
            yield EntryEdit(address, Edit.CHANGE, one, other)
