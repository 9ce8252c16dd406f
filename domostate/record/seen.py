"""What is kept of an environment, in whatever condition it is: for putting it right."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domostate.errors import StateError
from domostate.model.state import State
from domostate.record.journal import Leftover, read_journal
from domostate.record.state_file import StateDamaged, decode_state
from domostate.record.store import Present, StateStore

if TYPE_CHECKING:
    from domostate.record.room import Record

__all__ = ["Seen", "look"]

_SERIAL: Final = re.compile(rb'^"serial":([0-9]{1,15}),?$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found.

    `damage` says why the present generation, which is there, cannot be read; `present.state` is
    None then. `kept` holds the serials of the earlier generations, `leapt` those that followed
    upon none; `newest` is the last kept one that can be read. `leftovers` are the journals of runs
    that did not end in order.
    """

    present: Present
    damage: StateDamaged | None = None
    kept: Sequence[int] = ()
    leapt: Sequence[int] = ()
    newest: State | None = None
    leftovers: Sequence[Leftover] = ()

    @property
    def lineage(self) -> str:
        """The lineage that is to go on, empty where there was none."""
        known = self.present.state or self.newest
        if known is not None:
            return known.lineage
        return next((one.header.lineage for one in self.leftovers if one.header), "")

    @property
    def parent(self) -> str:
        """The hash of the last generation that can be read, empty where there is none."""
        known = self.present.state or self.newest
        return "" if known is None else known.hash

    @property
    def is_first_run(self) -> bool:
        """Whether all that there is are journals of runs that began from nothing: then nothing is
        missing."""
        begun = [one.header.serial for one in self.leftovers if one.header]
        return bool(begun) and not any(begun) and not (self.present.document or self.kept)

    @property
    def free_serial(self) -> int:
        """A serial that no generation ever had, as far as can be told.

        A plan that was made from a generation which is lost must not fit what takes its place.
        """
        if self.present.state is not None:
            return self.present.state.serial + 1
        used = [one.header.serial for one in self.leftovers if one.header]
        # The one that is missing came after those that are kept.
        used += [serial + 1 for serial in (*self.kept, *self.leapt)]
        if self.present.document is not None:
            used += map(int, _SERIAL.findall(self.present.document.content))
        return max(used, default=0) + 1


def look(record: "Record") -> Seen:
    """What is kept of the environment; takes no lock and writes nothing.

    Raises:
        JournalDamaged: a journal cannot be read.
        StateError: the backend cannot be read, or a newer domostate has written the state.
    """
    # The journal first, as in `Record.open`.
    content = record.journal_bytes()
    mine = None if content is None else read_journal(content, record.journal_path)
    leftovers = record.leftovers(mine)
    store = record.store
    document, kept, leapt = store.read(), store.serials(), store.leaps()
    present, damage = Present(), None
    if document is not None:
        present = Present(None, document)
        try:
            present = Present(decode_state(document.content, store.place), document)
        except StateDamaged as error:
            damage = error
    newest = None if present.state is not None else _newest(store, kept)
    return Seen(present, damage, kept, leapt, newest, leftovers)


def _newest(store: StateStore, kept: Sequence[int]) -> State | None:
    for serial in reversed(kept):
        content = store.generation(serial)
        try:
            if content is not None:
                return decode_state(content, store.generation_place(serial))
        except StateError:
            continue
    return None
