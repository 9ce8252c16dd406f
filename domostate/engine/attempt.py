"""One operation, carried out: look, announce, send, and settle what is not known."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domostate.domo.reader import Reader
from domostate.domo.sender import Sender
from domostate.errors import Broken, DomoError, Forbidden, NotFound, Unauthorized, Unreachable
from domostate.kinds.aspect import Aspect, Ids
from domostate.kinds.registry import aspect_of, plane_for
from domostate.model.call import Plane
from domostate.model.change import Operation
from domostate.model.event import (
    Event,
    OperationFailed,
    OperationStarted,
    OperationSucceeded,
)
from domostate.planning.wanted import CREATES

__all__ = ["LOOK_AGAIN", "Attempt"]

TRIES = 3
"""How often an operation that may not be repeated is tried, each time after looking."""
LOOK_AGAIN = timedelta(milliseconds=500)
"""A list may lag behind a create (product §9): one second look before trying again."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Carries out operations; safe between threads.

    `known` holds, by dataset name, the ids that bore it before the run.
    """

    reader: Reader
    sender: Sender
    known: Mapping[str, tuple[str, ...]]
    look_again: timedelta = LOOK_AGAIN

    def carry_out(
        self, op: Operation, ids: Ids, emit: Callable[[Event], None]
    ) -> OperationSucceeded | OperationFailed:
        """The outcome, which is for the caller to emit.

        `emit` returns once the event stands in the journal: only then is anything sent.
        """
        aspect = aspect_of(op.address, op.aspect)
        plane = plane_for(aspect, self.reader.planes)
        assert plane is not None, "the planner asks for a plane before it plans an operation"
        creates = aspect.creates(op)
        known = self.known.get(creates, ()) if op.name in CREATES else ()
        try:
            lookups = aspect.lookups(op, ids, plane)
            replies = {name: self.reader.get(call) for name, call in lookups.items()}
            call = aspect.call(op, ids, plane, replies)
        except DomoError as error:
            return _failed(op, error, unknown=False)
        emit(OperationStarted(op.seq, op.address, op.name, _what(op), creates, known))
        for _ in range(TRIES):
            try:
                reply = self.sender.send(call)
            except (Unreachable, Broken) as error:
                if call.repeatable:
                    return _failed(op, error, unknown=True)
                outcome = self._settled(op, aspect, plane, ids, error)
                if outcome is not None:
                    return outcome
                last: DomoError = error
            except NotFound as error:
                if op.after is None:
                    return OperationSucceeded(op.seq, op.address, op.name)
                return _failed(op, error, unknown=False)
            except DomoError as error:
                return _failed(op, error, unknown=False)
            else:
                return self._acknowledged(op, aspect, plane, ids, reply)
        return _failed(op, last, unknown=False)

    def _acknowledged(
        self, op: Operation, aspect: Aspect[Any, Any], plane: Plane, ids: Ids, reply: Any
    ) -> OperationSucceeded | OperationFailed:
        complaint = aspect.complaint(op, reply)
        if complaint is not None:
            return OperationFailed(op.seq, op.address, op.name, complaint)
        try:
            made = aspect.made(op, reply, plane)
        except (KeyError, TypeError, IndexError) as error:
            strange = Broken(f"the reply does not say what was made ({error!r}): {reply!r}")
            found = self._settled(op, aspect, plane, ids, strange)
            return found or _failed(op, strange, unknown=True)
        return OperationSucceeded(op.seq, op.address, op.name, made)

    def _settled(
        self, op: Operation, aspect: Aspect[Any, Any], plane: Plane, ids: Ids, cause: DomoError
    ) -> OperationSucceeded | OperationFailed | None:
        """Looks whether the effect is there; None when it is not, and may be tried again."""
        try:
            made = self._look(op, aspect, plane, ids)
            if made is None:
                time.sleep(self.look_again.total_seconds())
                made = self._look(op, aspect, plane, ids)
        except DomoError:
            return _failed(op, cause, unknown=True)
        if made is None and not (op.name in CREATES and self.reader.lists_lag):
            return None
        if not made:
            # Several, or none in a list that runs behind: only the next run can tell.
            return _failed(op, cause, unknown=True)
        return OperationSucceeded(op.seq, op.address, op.name, made)

    def _look(self, op: Operation, aspect: Aspect[Any, Any], plane: Plane, ids: Ids) -> Ids | None:
        if op.name not in CREATES:
            traces = aspect.traces(op, ids, plane)
            replies = {name: self.reader.get(call) for name, call in traces.items()}
            return aspect.settle(op, replies, plane)
        name = aspect.creates(op)
        there = self.reader.find_by_name([name]).get(name, ())
        made = [one.id for one in there if one.id not in self.known.get(name, ())]
        if not made:
            return None
        # Several: which one is ours cannot be told here, people have to look.
        return {"id": made[0]} if len(made) == 1 else {}


def _failed(op: Operation, error: DomoError, *, unknown: bool) -> OperationFailed:
    denied = isinstance(error, Unauthorized | Forbidden)
    return OperationFailed(op.seq, op.address, op.name, str(error), unknown, denied)


def _what(op: Operation) -> str:
    """A few words about the operation, for people."""
    document = op.after if op.after is not None else op.before or {}
    principal = document.get("principal")
    if principal is not None:
        access = f" {document['access']}" if op.after is not None else ""
        return f"{principal['type'].lower()} {principal['name'] or principal['id']}{access}"
    name = document.get("name", "")
    return str(name) if op.name != "reassign_owner" else f"to {name or document.get('id', '')}"
