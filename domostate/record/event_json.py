"""Events as JSON and back, for the journal."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from domostate.model.address import Address
from domostate.model.event import (
    Adopted,
    ChangeApplied,
    Event,
    Forgotten,
    Moved,
    OperationFailed,
    OperationSkipped,
    OperationStarted,
    OperationSucceeded,
    RunFinished,
    RunStarted,
    Unverified,
    Verified,
    Waiting,
)

__all__ = ["EVENT_NAMES", "event_from_json", "event_to_json"]

EVENT_NAMES: Final[Mapping[str, type[Event]]] = {
    "run_started": RunStarted,
    "adopted": Adopted,
    "forgotten": Forgotten,
    "moved": Moved,
    "operation_started": OperationStarted,
    "operation_succeeded": OperationSucceeded,
    "operation_failed": OperationFailed,
    "operation_skipped": OperationSkipped,
    "waiting": Waiting,
    "verified": Verified,
    "unverified": Unverified,
    "change_applied": ChangeApplied,
    "run_finished": RunFinished,
}
"""Names on disk: they stay when a class is renamed."""

_ADDRESSES: Final = frozenset({"address", "to"})
"""The fields that hold addresses, whatever the event."""

_NAME_OF: Final = {cls: name for name, cls in EVENT_NAMES.items()}


def event_to_json(event: Event) -> dict[str, Any]:
    """The event as JSON shows it; `event` holds its name."""
    shown: dict[str, Any] = {"event": _NAME_OF[type(event)]}
    for field in fields(event):
        value = getattr(event, field.name)
        shown[field.name] = str(value) if isinstance(value, Address) else value
    return shown


def event_from_json(shown: Any) -> Event:
    """The event; fields that this version does not know are left out.

    Raises ValueError saying what is wrong.
    """
    name = shown.get("event") if isinstance(shown, dict) else None
    if not isinstance(name, str):
        raise ValueError("no event is named")  # noqa: TRY004 - one error for all bad lines
    if name not in EVENT_NAMES:
        raise ValueError(f"unknown event {name!r}; a newer domostate may have written it")
    return _built(name, shown)


def _built(name: str, shown: Mapping[str, Any]) -> Event:
    given = dict(shown)
    for key in _ADDRESSES & given.keys():
        if isinstance(given[key], str):
            given[key] = Address.parse(given[key])
    try:
        return _reader(name).validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{name}: {where}: {first['msg']}") from error


@cache
def _reader(name: str) -> TypeAdapter[Event]:
    return TypeAdapter(EVENT_NAMES[name])
