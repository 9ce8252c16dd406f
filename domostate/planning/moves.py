"""Moves: what is recorded under one address and declared under another, said so or suspected."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from domostate.errors import Finding
from domostate.kinds.registry import contents_in, name_in
from domostate.model.address import Address
from domostate.model.change import Action, Change, Document
from domostate.model.desired import Desired
from domostate.model.plan import Refusal, RefusalKind
from domostate.model.state import Entry, State

__all__ = ["carried_over", "collisions", "moves_in", "suspected"]


def moves_in(desired: Desired, state: State) -> Mapping[Address, Address]:
    """The moves that the state has not seen yet: the old address by the new one.

    What an interrupted run may have made counts as recorded.
    """
    known = {*state.entries, *(one.address for one in state.open_intents)}
    found: dict[Address, Address] = {}
    for old in sorted(desired.moved):
        new = desired.moved[old].to
        if old in known and new not in known:
            found.setdefault(new, old)
    return found


def carried_over(desired: Desired, state: State) -> State:
    """The state as the manifests put it: moved addresses under their new names, and without
    those that are given up on purpose, whose datasets are strangers like any other.

    It is what `evolve` makes of the moves and of forgetting, in one go.
    """
    renamed = {old: new for new, old in moves_in(desired, state).items()}
    given_up = {address for address, how in desired.removed.items() if not how.destroy}
    if not (renamed or given_up):
        return state
    entries = {
        renamed.get(address, address): entry
        for address, entry in state.entries.items()
        if address not in given_up
    }
    intents = tuple(
        replace(one, address=renamed.get(one.address, one.address)) for one in state.open_intents
    )
    return replace(state, entries=entries, open_intents=intents)


def collisions(desired: Desired, state: State) -> Iterator[Finding]:
    """The moves that cannot be made, because the new address has an object of its own."""
    made = moves_in(desired, state)
    entries = carried_over(desired, state).entries
    for old, move in sorted(desired.moved.items()):
        if old in state.entries and made.get(move.to) != old:
            there = entries.get(move.to)
            has = f"has dataset {there.id}" if there is not None else "may have one already"
            yield move.problem(
                f"{old} (dataset {state.entries[old].id}) cannot become {move.to}, which {has}",
                hint=f"take the entry out, and say under removed: what becomes of {old}",
            )


def suspected(changes: Sequence[Change], state: State, desired: Desired) -> tuple[Refusal, ...]:
    """What looks like a move that nobody has spoken of; `state` is the carried-over one.

    An address is gone from the manifests while another comes up that adopts its dataset, has its
    name, or asks for just what was applied to it and to nothing else.
    """
    lost = {
        address: entry
        for address, entry in sorted(state.entries.items())
        if address not in desired.declared and address not in desired.removed
    }
    new = [one for one in changes if _comes_up(one, state)]
    if not (lost and new):
        return ()
    newcomers = _Newcomers(new, state)
    signs = ((address, newcomers.signs(address, entry)) for address, entry in lost.items())
    return tuple(_question(str(address), found) for address, found in signs if found)


def _comes_up(change: Change, state: State) -> bool:
    begins = Action.CREATE in change.actions or Action.ADOPT in change.actions
    return begins and change.address not in state.entries


_Key = tuple[str, str]
"""A kind, and what is looked for among its objects."""


class _Newcomers:
    """The addresses that come up, by what may show that they are old ones."""

    def __init__(self, new: Sequence[Change], state: State) -> None:
        self._by_id: dict[_Key, list[Address]] = {}
        self._by_name: dict[_Key, list[Address]] = {}
        self._by_contents: dict[_Key, list[Address]] = {}
        for one in new:
            kind = one.address.kind
            self._by_id.setdefault((kind, one.id or ""), []).append(one.address)
            self._by_name.setdefault((kind, name_in(kind, one.applied)), []).append(one.address)
            said = _contents(kind, one.applied)
            self._by_contents.setdefault((kind, said), []).append(one.address)
        recorded = ((one.kind, _contents(one.kind, e.applied)) for one, e in state.entries.items())
        self._recorded = Counter(recorded)

    def signs(self, address: Address, entry: Entry) -> Mapping[str, str]:
        """Which of them may be the old address, and what speaks for it."""
        kind = address.kind
        found: dict[Address, str] = {}
        said = (kind, _contents(kind, entry.applied))
        alike = self._by_contents.get(said, []) if said[1] else []
        # Entries that say the same of several datasets, as defaults make them, identify none.
        if len(alike) == self._recorded[said] == 1:
            found[alike[0]] = "with just what was applied to it, but for the name"
        if name := name_in(kind, entry.applied):
            found |= dict.fromkeys(self._by_name.get((kind, name), ()), f"with its name, {name!r}")
        with_its_dataset = self._by_id.get((kind, entry.id), ())
        found |= dict.fromkeys(with_its_dataset, f"with its dataset, {entry.id}")
        return {str(one): found[one] for one in sorted(found)}


def _contents(kind: str, applied: Document) -> str:
    """What was applied besides the name, as one text; empty where that is nothing."""
    contents = contents_in(kind, applied)
    return json.dumps(contents, sort_keys=True) if contents else ""


def _question(address: str, signs: Mapping[str, str]) -> Refusal:
    either = "; ".join(f"{new} {sign}" for new, sign in signs.items())
    moves = (f"  moved: [{{from: {address}, to: {new}}}]" for new in signs)
    hint = (
        "If it is the same dataset under a new address, say so in a manifest:",
        *moves,
        f"If it is not, and {address} is to be managed no longer, say that:",
        f"  removed: [{{address: {address}, destroy: false}}]",
    )
    message = f"{address} has vanished from the manifests, and new is {either}"
    return Refusal(RefusalKind.SUSPECTED_MOVE, address, message, "\n".join(hint))
