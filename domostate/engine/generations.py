"""The generations of a state: the bytes of one, and the history of all that are kept."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from domostate.engine.kept import Kept
from domostate.errors import StateError
from domostate.model.state import RunRecord, Saved, State
from domostate.planning.state_document import FORMAT_VERSION
from domostate.record.breaks import broken_locks
from domostate.record.state_file import StateDamaged, decode_state

__all__ = ["Generation", "bytes_at", "damage_in", "generations", "history_document", "state_at"]


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation that is kept: `named` is the serial that its name says, None for the present
    one; `damage` is why there is no state to be had from it."""

    named: int | None
    place: str
    state: State | None
    damage: StateDamaged | None = None


def bytes_at(kept: Kept, serial: int | None) -> bytes:
    """A generation as it lies there, byte by byte; the present one unless a serial is given.

    Raises:
        StateError: there is no such generation.
    """
    store = kept.record.store
    earlier = None if serial is None else store.generation(serial)
    if earlier is not None:
        return earlier
    document = store.read()
    if serial is None:
        if document is None:
            raise kept.missing()
        return document.content
    # Only now is it decoded: a damaged state must not keep anybody from an earlier one.
    if document is not None:
        present = decode_state(document.content, store.place).serial
        if present == serial:
            return document.content
        raise _not_kept(kept, serial, [*store.serials(), present])
    raise _not_kept(kept, serial, store.serials())


def damage_in(kept: Kept, serial: int | None, content: bytes) -> StateDamaged | None:
    """Why there is no state to be had from the bytes of a generation, None when there is one."""
    try:
        decode_state(content, _place(kept, serial))
    except StateDamaged as damage:
        return damage
    except StateError:
        # Whole, and of a format that is not known here.
        return None
    return None


def state_at(kept: Kept, serial: int | None) -> State:
    """The state that a generation holds; without a serial the state as it stands, leftover
    journal included.

    Raises:
        StateError: there is no such generation, or it cannot be read.
    """
    if serial is None:
        return kept.state()
    return decode_state(bytes_at(kept, serial), _place(kept, serial))


def _place(kept: Kept, serial: int | None) -> str:
    store = kept.record.store
    if serial is None or serial not in store.serials():
        return store.place
    return store.generation_place(serial)


def generations(kept: Kept) -> Sequence[Generation]:
    """Every generation that is kept, the newest first.

    Raises:
        StateError: a newer domostate has written one of them, or it is no state.
    """
    store, found = kept.record.store, list[Generation]()
    document = store.read()
    if document is not None:
        found.append(_generation(None, document.content, store.place))
    for serial in reversed(store.serials()):
        content = store.generation(serial)
        # Another run may have saved meanwhile and dropped the oldest; one that died right before
        # it saved has kept a copy of what is still the present one.
        if content is not None and (document is None or content != document.content):
            found.append(_generation(serial, content, store.generation_place(serial)))
    return found


def _generation(named: int | None, content: bytes, place: str) -> Generation:
    try:
        return Generation(named, place, decode_state(content, place))
    except StateDamaged as damage:
        return Generation(named, place, None, damage)


def history_document(kept: Kept) -> dict[str, Any]:
    """The generations that are kept, the runs that they know and the locks that were broken; the
    newest of each first.

    Raises:
        StateError: there is nothing of all that.
        JournalDamaged: there is nothing but a journal, and it cannot be read.
    """
    found, broken = generations(kept), broken_locks(kept.record.backend)
    if not (found or broken):
        kept.state()
        raise kept.missing()
    return {
        "format_version": FORMAT_VERSION,
        "environment": kept.document,
        "generations": [_row(one) for one in found],
        "runs": [asdict(one) for one in _runs(found)],
        "broken_locks": [asdict(one) for one in reversed(broken)],
    }


def _row(generation: Generation) -> dict[str, Any]:
    state = generation.state
    saved = (None if state is None else state.saved) or Saved("", "", "")
    return {
        "serial": generation.named if state is None else state.serial,
        "present": generation.named is None,
        **asdict(saved),
        "entries": None if state is None else len(state.entries),
        "lineage": "" if state is None else state.lineage,
        "hash": "" if state is None else state.hash,
        "parent": "" if state is None else state.parent,
        "damage": "" if generation.damage is None else generation.damage.message,
    }


def _runs(found: Sequence[Generation]) -> list[RunRecord]:
    """What a state that was put back does not know any more is known to the ones before it."""
    states = [one.state for one in reversed(found) if one.state is not None]
    known = {one.run: one for state in states for one in state.runs}
    return sorted(known.values(), key=lambda one: one.started, reverse=True)


def _not_kept(kept: Kept, serial: int, there: Iterable[int]) -> StateError:
    listed = ", ".join(map(str, sorted(set(there)))) or "none"
    return StateError(
        f"{kept.environment.name}: serial {serial} is not kept; these are: {listed}",
        hint="See them:\n  domostate state history",
    )
