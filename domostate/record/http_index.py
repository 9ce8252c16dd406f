"""Which documents there are, on a server that has no list of them.

A document of its own, `names`, tells. A name is in it before the document is written, and until
it is removed: what is there is listed, and what a crash kept from being written may be listed too.

Where many documents are numbered, as in `journal/5f1e/000001`, only the folder is in it, so that
the work for each does not grow with their number. The first that is not there ends the folder;
one that is removed before the last is therefore replaced with a mark.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from domostate.errors import StateError
from domostate.record.canonical import as_bytes, from_bytes
from domostate.record.document_lock import LOCK
from domostate.record.http_address import STATE
from domostate.record.http_body import Stored
from domostate.record.http_documents import HttpDocuments

__all__ = ["Index"]

NAMES: Final = "names"

_UNLISTED: Final = (LOCK, STATE, NAMES)
"""What is always looked for itself."""

_NUMBERED: Final = re.compile(r"(.+/.+/)(\d{6,})")


@dataclass(frozen=True, slots=True)
class _Entries:
    """`numbered` are folders, each with the numbers in it that were removed."""

    names: frozenset[str] = frozenset()
    numbered: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def with_folder(self, folder: str, removed: frozenset[int]) -> "_Entries":
        return replace(self, numbered={**self.numbered, folder: removed})

    def without_folder(self, folder: str) -> "_Entries":
        kept = {key: value for key, value in self.numbered.items() if key != folder}
        return replace(self, numbered=kept)


class Index:
    """The names of one environment's documents."""

    def __init__(self, documents: HttpDocuments) -> None:
        self._documents = documents
        self._written: set[str] = set()
        self._erased: set[str] = set()

    def add(self, name: str) -> None:
        """Return once the name is in the index."""
        if name in _UNLISTED:
            return
        folder, number = _split(name)

        def change(entries: _Entries) -> _Entries:
            removed = entries.numbered.get(folder)
            if name in entries.names:
                return entries
            if removed is not None and number in removed:
                return entries.with_folder(folder, removed - {number})
            if removed is not None and (number == 1 or self._is_there(_name(folder, number - 1))):
                return entries
            if removed is None and number == 1:
                return entries.with_folder(folder, frozenset())
            return replace(entries, names=entries.names | {name})

        self._update(change)
        self._erased.discard(name)
        self._written.add(name)

    def remove(self, name: str) -> None:
        """Remove the document, then its name."""
        folder, number = _split(name)
        self._written.discard(name)
        if name in _UNLISTED:
            return self._documents.erase(name)
        entries = self._entries()[0]
        if folder in entries.numbered and name not in entries.names:
            return self._remove_numbered(name, folder, number)
        self._documents.erase(name)
        return self._update(lambda now: replace(now, names=now.names - {name}))

    def names(self, prefix: str) -> Sequence[str]:
        """The names that begin with `prefix`, sorted."""
        entries = self._entries()[0]
        found = set(entries.names)
        found.update(one for one in _UNLISTED if one != NAMES and one.startswith(prefix))
        found = {one for one in found if one not in _UNLISTED or self._documents.look(one)}
        for folder, removed in entries.numbered.items():
            if folder.startswith(prefix) or prefix.startswith(folder):
                found.update(self._numbered(folder, removed, entries.names))
        return sorted(one for one in found if one.startswith(prefix))

    def _remove_numbered(self, name: str, folder: str, number: int) -> None:
        following = _name(folder, number + 1)
        if following not in self._erased and self._documents.look(following) is not None:
            self._update(lambda now: _with_removed(now, folder, number))
            self._documents.swap(name, None, _is_content)
            return
        self._documents.erase(name)
        self._erased.add(name)
        if number == 1:
            self._update(lambda now: now.without_folder(folder))

    def _numbered(
        self, folder: str, removed: frozenset[int], apart: frozenset[str]
    ) -> Iterator[str]:
        last = self._last(folder, apart)
        return (_name(folder, one) for one in range(1, last + 1) if one not in removed)

    def _last(self, folder: str, apart: frozenset[str]) -> int:
        """The last number that is there, found by halving: none before it is missing. Those that
        are listed `apart` came after a gap."""

        def is_there(number: int) -> bool:
            name = _name(folder, number)
            return name not in apart and self._documents.look(name) is not None

        there, missing = 0, 1
        while is_there(missing):
            there, missing = missing, missing * 2
        while missing - there > 1:
            middle = (there + missing) // 2
            if is_there(middle):
                there = middle
            else:
                missing = middle
        return there

    def _is_there(self, name: str) -> bool:
        return name in self._written or self._documents.look(name) is not None

    def _update(self, change: Callable[[_Entries], _Entries]) -> None:
        while True:
            entries, there = self._entries()
            changed = change(entries)
            if changed == entries:
                return
            content = _encoded(changed)
            before = None if there is None else there.document.version
            if self._documents.swap(NAMES, content, lambda now: _version(now) == before):  # noqa: B023
                return

    def _entries(self) -> tuple[_Entries, Stored | None]:
        there = self._documents.look(NAMES)
        if there is None:
            return _Entries(), None
        with suppress(ValueError, TypeError, AttributeError, KeyError):
            return _decoded(from_bytes(there.document.content)), there
        raise StateError(
            f"{self._documents.place(NAMES)}: this list of the documents is damaged",
            hint="The server keeps earlier versions of it: put the last one back that is whole.",
        )


def _split(name: str) -> tuple[str, int]:
    """Folder and number; a number of 0 for what is not numbered."""
    match = _NUMBERED.fullmatch(name)
    if match is None or _name(match[1], int(match[2])) != name:
        return "", 0
    return match[1], int(match[2])


def _name(folder: str, number: int) -> str:
    return f"{folder}{number:06}"


def _is_content(there: Stored | None) -> bool:
    return there is not None and not there.removed


def _with_removed(entries: _Entries, folder: str, number: int) -> _Entries:
    return entries.with_folder(folder, entries.numbered.get(folder, frozenset()) | {number})


def _version(there: Stored | None) -> str | None:
    return None if there is None else there.document.version


def _encoded(entries: _Entries) -> bytes:
    numbered = {key: sorted(value) for key, value in entries.numbered.items()}
    return as_bytes({"names": sorted(entries.names), "numbered": numbered}) + b"\n"


def _decoded(value: Any) -> _Entries:
    numbered = {key: frozenset(found) for key, found in value["numbered"].items()}
    return _Entries(frozenset(value["names"]), numbered)
