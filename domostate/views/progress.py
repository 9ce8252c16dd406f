"""The events of an apply as they come: for logs, for terminals, for other tools."""

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from types import TracebackType
from typing import Any, Final, Protocol, Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from domostate.model.address import Address
from domostate.model.event import (
    Adopted,
    Event,
    Forgotten,
    Moved,
    OperationFailed,
    OperationSkipped,
    OperationStarted,
    OperationSucceeded,
    Outcome,
    RunFinished,
    RunStarted,
    Unverified,
    Waiting,
)
from domostate.model.plan import Plan
from domostate.views.result import result_lines
from domostate.views.tally import Tally, tally
from domostate.views.terminal import Terminal, console_for
from domostate.views.text import plain

__all__ = ["EventView", "JsonView", "LineView", "LiveView", "event_document"]

_WORD_START: Final = re.compile(r"(?<!^)(?=[A-Z])")
_ONE_ROW: Final = Column(no_wrap=True, overflow="ellipsis")
_COUNTS: Final = (
    "adopted",
    "added",
    "changed",
    "forgotten",
    "destroyed",
    "revoked",
    "verified",
    "to_verify",
)


class EventView(Protocol):
    """Shows the events of one apply; used as a context, so that a terminal is left in order."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def show(self, event: Event) -> None:
        """Show one event."""
        ...


class _Wording:
    """Says events in one line each, counting the operations that have come to an end."""

    def __init__(self, plan: Plan) -> None:
        self.total = sum(len(change.operations) for change in plan.changes)
        self.ended = 0
        self.what: dict[int, str] = {}

    def line(self, event: Event) -> str:
        """What people are told; empty for events that say nothing new to them."""
        match event:
            case RunStarted():
                self.total = event.total
            case OperationStarted():
                self.what[event.seq] = event.what
            case OperationSucceeded() | OperationFailed() | OperationSkipped():
                return self._ended(event)
            case Adopted():
                return f"{plain(event.address)}: adopted id {plain(event.id)}"
            case Forgotten():
                return f"{plain(event.address)}: forgotten"
            case Moved():
                return f"{plain(event.to)}: moved from {plain(event.address)}"
            case Waiting():
                reason = plain(event.reason)
                return f"{plain(event.address)}: waiting: {reason} ({event.seconds:.0f} s)"
            case Unverified():
                differs = "; ".join(map(plain, event.fields))
                return f"{plain(event.address)}: not as planned: {differs}"
        return ""

    def _ended(self, event: OperationSucceeded | OperationFailed | OperationSkipped) -> str:
        self.ended += 1
        what = self.what.pop(event.seq, "")
        named = f"{plain(event.address)}: {plain(event.name)} {plain(what)}".rstrip()
        count = f"({self.ended}/{self.total})"
        match event:
            case OperationSucceeded():
                return f"{named} ... done {count}"
            case OperationFailed():
                return f"{named} ... FAILED {count}: {plain(event.error)}"
            case OperationSkipped():
                return f"{named} ... skipped {count}: {plain(event.because)}"


class _PeopleView:
    """What the two views for people share: they end with the result."""

    def __init__(self, terminal: Terminal, plan: Plan) -> None:
        self._terminal = terminal
        self._plan = plan
        self._events: list[Event] = []
        self._wording = _Wording(plan)

    def _result(self) -> None:
        counts = tally(self._plan, self._events)
        if counts.outcome is Outcome.COMPLETE:
            self._terminal.give_lines(result_lines(counts))
        else:
            self._terminal.say_lines(result_lines(counts))


class LineView(_PeopleView):
    """One line on stderr for every operation that ended: for logs and CI."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is held open."""

    def show(self, event: Event) -> None:
        """Say the event; after the last one, the result."""
        self._events.append(event)
        line = self._wording.line(event)
        if line:
            self._terminal.say(line)
        if isinstance(event, RunFinished):
            self._result()


class LiveView(_PeopleView):
    """A bar on stderr with what is being done; what went wrong stays above it."""

    def __init__(self, terminal: Terminal, plan: Plan) -> None:
        super().__init__(terminal, plan)
        self._progress = Progress(
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False, table_column=_ONE_ROW),
            console=console_for(
                terminal.err, colour=terminal.colour_err, width=terminal.width, moves=True
            ),
            transient=True,
        )
        self._bar = self._progress.add_task("", total=self._wording.total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def show(self, event: Event) -> None:
        """Move the bar; after the last event, take it away and give the result."""
        self._events.append(event)
        line = self._wording.line(event)
        self._progress.update(
            self._bar,
            completed=self._wording.ended,
            total=self._wording.total,
            description=_now(event, line),
        )
        if isinstance(event, OperationFailed | Unverified):
            self._progress.console.print(Text(line))
        if isinstance(event, RunFinished):
            self._progress.stop()
            self._result()


def _now(event: Event, line: str) -> str:
    if isinstance(event, OperationStarted):
        return f"{plain(event.address)}: {plain(event.name)} {plain(event.what)}"
    return line


class JsonView:
    """One JSON object a line on stdout; the last one carries the counts."""

    def __init__(self, terminal: Terminal, plan: Plan) -> None:
        self._terminal = terminal
        self._plan = plan
        self._events: list[Event] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is held open."""

    def show(self, event: Event) -> None:
        """Give the event."""
        self._events.append(event)
        document = event_document(event)
        if isinstance(event, RunFinished):
            document["summary"] = _counts(tally(self._plan, self._events))
        self._terminal.give(json.dumps(document))


def event_document(event: Event) -> dict[str, Any]:
    """The event by name, then its fields: `{"event": "operation_succeeded", "seq": 3, …}`."""
    named = _WORD_START.sub("_", type(event).__name__).lower()
    return {"event": named} | {f.name: _json(getattr(event, f.name)) for f in fields(event)}


def _json(value: Any) -> Any:
    if isinstance(value, Address):
        return str(value)
    return dict(value) if isinstance(value, Mapping) else value


def _counts(counts: Tally) -> dict[str, int]:
    return {key: getattr(counts, key) for key in _COUNTS}
