"""The journal: what a run did and was about to do, written down before and after each call.

JSON lines. Each wraps its content with the checksum of its bytes:

    {"crc":"5f1e0a37","line":{"event":"operation_started",...}}

The first content is the header. A line is on the disk before `write` returns, so that after a
crash at most the last one is torn.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Self
from zlib import crc32

from pydantic import TypeAdapter, ValidationError

from domostate.errors import JournalDamaged, LineageMismatch, StateError
from domostate.model.event import (
    Adopted,
    ChangeApplied,
    Event,
    Forgotten,
    Moved,
    OperationFailed,
    OperationStarted,
    OperationSucceeded,
    RunFinished,
    evolve_all,
)
from domostate.model.state import RunRecord, State, first_state
from domostate.record.canonical import as_bytes, from_bytes
from domostate.record.event_json import event_from_json, event_to_json
from domostate.record.files import Files, file_errors

__all__ = [
    "FORMAT",
    "KEPT",
    "Header",
    "Journal",
    "Leftover",
    "header_line",
    "read_journal",
    "replay",
    "sealed",
]

FORMAT: Final = 1

KEPT: Final = (
    Adopted,
    ChangeApplied,
    Forgotten,
    Moved,
    OperationFailed,
    OperationStarted,
    OperationSucceeded,
    RunFinished,
)
"""The events that are written; no other changes the state."""

_SEALED: Final = re.compile(rb'\{"crc":"([0-9a-f]{8})","line":(.*)\}', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Header:
    """What a journal starts from: enough to make the state of a first run that saved none.

    `serial` is that of the state before the run; `started` is an ISO time; `nonce` is that of the
    plan that the run carries out.
    """

    project: str
    environment: str
    instance: str
    lineage: str
    serial: int
    run: str
    plan_digest: str
    started: str
    nonce: str = ""
    actor: str = ""
    ci_url: str = ""
    operation: str = "apply"

    def recorded(self, outcome: str = "") -> RunRecord:
        """The run as the state remembers it."""
        return RunRecord(
            run=self.run,
            operation=self.operation,
            actor=self.actor,
            started=self.started,
            outcome=outcome,
            plan_digest=self.plan_digest,
            nonce=self.nonce,
            ci_url=self.ci_url,
        )


@dataclass(frozen=True, slots=True)
class Leftover:
    """A journal that was found.

    `header` is None when the run ended before even that was written. `torn` says that the last
    line is not whole; nobody had been told that it was written.
    """

    header: Header | None
    events: tuple[Event, ...] = ()
    torn: bool = False

    @property
    def outcome(self) -> str:
        """How the run ended, empty when it was cut off."""
        ends = [str(one.outcome) for one in self.events if isinstance(one, RunFinished)]
        return ends[-1] if ends else ""


class Journal:
    """The journal of the present run, open for appending."""

    def __init__(self, files: Files, path: Path, descriptor: int) -> None:
        self.path = path
        self._files = files
        self._descriptor: int | None = descriptor
        self._whole = True

    @classmethod
    def begin(cls, files: Files, path: Path, header: Header) -> Self:
        """A new journal that survives a loss of power.

        Raises StateError when there is one already, or the disk does not take it.
        """
        with file_errors(path, "created"):
            files.make_folder(path.parent)
            journal = cls(files, path, files.create(path))
        try:
            journal._append(header_line(header))
            with file_errors(path, "created"):
                files.sync_folder(path.parent)
        except BaseException:
            with suppress(OSError, StateError):
                journal.close()
                files.remove(path)
            raise
        return journal

    def write(self, event: Event) -> None:
        """Return once the event survives a loss of power; events that change nothing are skipped.

        Raises StateError, and from then on for every event: what follows a torn line could not be
        read again.
        """
        if isinstance(event, KEPT):
            self._append(sealed(event_to_json(event)))

    def _append(self, line: bytes) -> None:
        if self._descriptor is None or not self._whole:
            raise StateError(
                f"{self.path}: the journal takes no more lines since one could not be written",
                hint="Run the same command again: it settles what the journal holds.",
            )
        self._whole = False
        with file_errors(self.path, "written"):
            self._files.write(self._descriptor, line)
            self._files.sync(self._descriptor)
        self._whole = True

    def close(self) -> None:
        """Give the file back; a second time does nothing."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            with file_errors(self.path, "closed"):
                self._files.close(descriptor)


def header_line(header: Header) -> bytes:
    """The first line of a journal."""
    return sealed({"format": FORMAT, **asdict(header)})


def sealed(content: Any) -> bytes:
    """A line of a journal, with its checksum."""
    line = as_bytes(content)
    return b'{"crc":"%08x","line":%s}\n' % (crc32(line), line)


def _unsealed(piece: bytes) -> bytes | None:
    match = _SEALED.fullmatch(piece)
    if match is None or int(match[1], 16) != crc32(match[2]):
        return None
    return match[2]


def read_journal(content: bytes, path: object) -> Leftover:
    """What the bytes of the journal at `path` hold.

    A last line that is not whole is left out. Raises JournalDamaged for any other bad line, and
    StateError for a newer format.
    """
    pieces = content.split(b"\n")
    if not pieces[-1]:
        pieces.pop()
    lines = [_unsealed(piece) for piece in pieces]
    torn = bool(lines) and lines[-1] is None
    whole = lines[:-1] if torn else lines
    for number, line in enumerate(whole, start=1):
        if line is None:
            raise _damaged(path, number, "its checksum does not fit")
    return _parsed([line for line in whole if line is not None], torn, path)


def _parsed(lines: Sequence[bytes], torn: bool, path: object) -> Leftover:
    header: Header | None = None
    events: list[Event] = []
    for number, line in enumerate(lines, start=1):
        try:
            content = from_bytes(line)
            if number == 1:
                header = _header(content, path)
            else:
                events.append(event_from_json(content))
        except ValueError as error:
            raise _damaged(path, number, str(error)) from error
    return Leftover(header, tuple(events), torn)


def _header(content: Any, path: object) -> Header:
    number = content.get("format") if isinstance(content, dict) else None
    if type(number) is not int:
        raise ValueError("the header has no format number")
    if number > FORMAT:
        raise StateError(
            f"{path}: this journal is of format {number}, and this domostate reads up to format "
            f"{FORMAT}: a newer domostate wrote it",
            hint="Finish that run with the version that began it:\n  domostate apply --resume",
        )
    try:
        return _header_reader().validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"header: {where}: {first['msg']}") from error


@cache
def _header_reader() -> TypeAdapter[Header]:
    return TypeAdapter(Header)


def _damaged(path: object, number: int, why: str) -> JournalDamaged:
    return JournalDamaged(
        f"{path}:{number}: this line of the journal cannot be replayed: {why}",
        hint="The run that it tells of ended before its state was saved. Restore the file, or "
        "move it away\nto give up what it tells; then look at what Domo has:\n  domostate plan",
    )


def replay(state: State | None, leftover: Leftover, path: object) -> State | None:
    """The state after the events of a leftover journal; writes nothing.

    The journal of a run that the state knows changes nothing. One of an earlier serial, which came
    too late to be saved, adds what it made and nothing else. The serial stays: it counts what is
    saved.

    Raises:
        LineageMismatch: the journal belongs to another lineage.
        StateError: the state is older than its journal, or missing.
    """
    header = leftover.header
    if header is None:
        return state
    start = state or first_state(
        header.project, header.environment, header.instance, header.lineage
    )
    if header.lineage != start.lineage:
        raise LineageMismatch(
            f"{path}: the journal belongs to the lineage {header.lineage}, and the state beside "
            f"it to {start.lineage}",
            hint="One of the two was copied here from elsewhere. Move that one away.",
        )
    if header.serial > start.serial:
        beside = f"is of serial {start.serial}" if state else "is missing"
        raise StateError(
            f"{path}: the journal goes on from serial {header.serial}, and the state beside it "
            f"{beside}",
            hint="Put the later generation of the state back; the journal fits no other.",
        )
    if start.knows(header.run):
        return state
    if header.serial < start.serial:
        return _with_what_was_made(start, leftover, header.run)
    return evolve_all(start, leftover.events, header.run)


def _with_what_was_made(state: State, leftover: Leftover, run: str) -> State:
    """For a run that was overtaken: what it made is there and must not be made again; of what it
    remembers about everything else, the later state knows better."""
    for event in leftover.events:
        match event:
            case OperationStarted() | OperationSucceeded() | OperationFailed():
                if event.address not in state.entries:
                    state = evolve_all(state, (event,), run)
            case _:
                pass
    return state
