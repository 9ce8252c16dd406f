"""The part of the journal that a lost machine must not take with it.

With a remote backend, each intent of a call that may not be repeated, and its outcome, is a
document there before the run goes on. Whoever runs next, anywhere, finds them.
"""

from collections.abc import Sequence
from typing import Final

from domostate.errors import StateError
from domostate.model.event import Event, OperationFailed, OperationStarted, OperationSucceeded
from domostate.record.documents import Documents
from domostate.record.event_json import event_to_json
from domostate.record.journal import Header, Leftover, header_line, read_journal, sealed

__all__ = ["SharedJournal", "forget_shared", "shared_leftovers"]

JOURNAL: Final = "journal/"


class SharedJournal:
    """The journal of the present run, as far as others must know it."""

    def __init__(self, documents: Documents, header: Header) -> None:
        self._documents = documents
        self._header = header
        self._open: set[int] = set()
        self._number = 0

    def write(self, event: Event) -> None:
        """Return once the backend has the event, where it concerns what may not be repeated."""
        match event:
            case OperationStarted(seq=seq, creates=creates) if creates:
                self._open.add(seq)
            case OperationSucceeded(seq=seq) | OperationFailed(seq=seq) if seq in self._open:
                self._open.discard(seq)
            case _:
                return
        self._number += 1
        name = f"{JOURNAL}{self._header.run}/{self._number:06}"
        content = header_line(self._header) + sealed(event_to_json(event))
        written = self._documents.create(name, content)
        if written is None:
            there = self._documents.read(name)
            if there is None or there.content != content:
                raise StateError(f"{self._documents.place(name)}: another run has written this")


def shared_leftovers(documents: Documents) -> Sequence[Leftover]:
    """What runs that did not end in order have left in the backend, the oldest run first."""
    runs: dict[str, list[Leftover]] = {}
    for name in documents.names(JOURNAL):
        document = documents.read(name)
        if document is not None:
            part = read_journal(document.content, documents.place(name))
            runs.setdefault(name.split("/")[1], []).append(part)
    joined = [
        Leftover(parts[0].header, tuple(event for part in parts for event in part.events))
        for parts in runs.values()
    ]
    return sorted(joined, key=lambda one: one.header.started if one.header else "")


def forget_shared(documents: Documents, run: str) -> None:
    """Take away what a run has left, once the state knows it."""
    for name in reversed(documents.names(f"{JOURNAL}{run}/")):
        documents.remove(name)
