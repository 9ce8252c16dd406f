"""The generations of a state: the present one, and those before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from domostate.errors import LineageMismatch, Overtaken, StateError
from domostate.model.state import Saved, State
from domostate.record.documents import Document, Documents
from domostate.record.state_file import decode_state, encode_state

__all__ = ["GENERATIONS", "Present", "StateStore"]

STATE: Final = "state"
HISTORY: Final = "history/"
DAMAGED: Final = "damaged/"
LEAPS: Final = "leaps/"
GENERATIONS: Final = 20
"""How many earlier generations are kept. Arbitrary: some weeks of a team that applies daily."""


@dataclass(frozen=True, slots=True)
class Present:
    """The present generation as it was read; without a document there is none yet."""

    state: State | None = None
    document: Document | None = None


class StateStore:
    """The state of one environment, wherever its documents lie."""

    def __init__(self, documents: Documents, keep: int = GENERATIONS) -> None:
        self._documents = documents
        self._keep = keep

    @property
    def place(self) -> str:
        """Where the present generation lies, for people."""
        return self._documents.place(STATE)

    def read(self) -> Document | None:
        """The present generation as it lies there, whatever condition it is in."""
        return self._documents.read(STATE)

    def load(self) -> Present:
        """The present generation."""
        document = self.read()
        if document is None:
            return Present()
        return Present(decode_state(document.content, self.place), document)

    def save(self, state: State, saved: Saved, present: Present) -> Present:
        """Make `state` the generation after `present`, at once.

        Raises:
            LineageMismatch: the present generation is of another lineage.
            Overtaken: somebody else has saved since `present` was read.
            StateError: the backend does not take it.
        """
        if present.state is not None:
            self._check_succession(present.state, state)
        parent = "" if present.state is None else present.state.hash
        return self._written(replace(state, parent=parent, saved=saved), present)

    def supersede(self, state: State, saved: Saved, present: Present, parent: str) -> Present:
        """Put `state` in the place of `present`, which may be damaged or of another lineage;
        what cannot be read is kept aside first, for people.

        `parent` is the hash of the generation that it counts as the next of. The serial must be
        one that was never used, which `Seen.free_serial` knows.

        Raises:
            Overtaken: somebody else has saved since `present` was read.
            StateError: the backend does not take it.
        """
        if present.state is None and present.document is not None:
            self._documents.create(_aside(present.document), present.document.content)
        before = self.serials()[-1:] if present.state is None else [present.state.serial]
        if before != [state.serial - 1]:
            # Should this one be lost in turn, what is kept would not tell that it was there.
            self._documents.create(f"{LEAPS}{state.serial:08}", b"")
        written = self._written(replace(state, parent=parent, saved=saved), present)
        for old in self.leaps()[:-1]:
            self._documents.remove(f"{LEAPS}{old:08}")
        return written

    def serials(self) -> Sequence[int]:
        """The serials of the generations that are kept besides the present one, oldest first."""
        return self._numbers(HISTORY)

    def leaps(self) -> Sequence[int]:
        """The serials, lowest first, that did not follow upon the one before: those of states
        that took the place of something lost, or came from elsewhere."""
        return self._numbers(LEAPS)

    def place_aside(self, document: Document) -> str:
        """Where `supersede` keeps a state that cannot be read, for people."""
        return self._documents.place(_aside(document))

    def generation_place(self, serial: int) -> str:
        """Where a generation that is kept lies, for people."""
        return self._documents.place(_generation(serial))

    def generation(self, serial: int) -> bytes | None:
        """The bytes of a generation that is kept, None when it is not."""
        document = self._documents.read(_generation(serial))
        return None if document is None else document.content

    def _written(self, state: State, present: Present) -> Present:
        content = encode_state(state)
        if present.document is None:
            written = self._documents.create(STATE, content)
        else:
            self._keep_generation(present)
            written = self._documents.replace(STATE, content, present.document.version)
        if written is None:
            raise self._overtaken(state)
        self._prune()
        return Present(decode_state(content, self.place), written)

    def _numbers(self, prefix: str) -> Sequence[int]:
        names = (one.removeprefix(prefix) for one in self._documents.names(prefix))
        # What somebody else has laid beside them is not ours.
        return sorted(int(one) for one in names if one.isascii() and one.isdigit())

    def _keep_generation(self, present: Present) -> None:
        if present.state is not None and present.document is not None:
            # One that is there already was written by a run that then came too late, or crashed.
            self._documents.create(_generation(present.state.serial), present.document.content)

    def _prune(self) -> None:
        # By number and not by serial: a state that is put back may leap ahead.
        for old in self.serials()[: -self._keep]:
            self._documents.remove(_generation(old))

    def _overtaken(self, state: State) -> Overtaken:
        return Overtaken(
            f"{self.place}: another run saved in between; serial {state.serial} was not written",
            hint="Plan again on the present state:\n  domostate plan",
        )

    def _check_succession(self, present: State, next_: State) -> None:
        if present.lineage != next_.lineage:
            raise LineageMismatch(
                f"{self.place}: holds the lineage {present.lineage}, and what is to be saved is "
                f"of the lineage {next_.lineage}",
                hint="Another project or another first run wrote it. Move one of the two away.",
            )
        if present.serial >= next_.serial:
            raise StateError(
                f"{self.place}: holds serial {present.serial}, and what is to be saved is serial "
                f"{next_.serial}",
                hint="Plan again on the present state:\n  domostate plan",
            )


def _aside(document: Document) -> str:
    return f"{DAMAGED}{sha256(document.content).hexdigest()[:12]}"


def _generation(serial: int) -> str:
    return f"{HISTORY}{serial:08}"
