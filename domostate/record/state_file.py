"""State as a file: canonical JSON with one line for each entry, so that two generations compare
line by line.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from domostate.errors import StateError
from domostate.model.address import Address
from domostate.model.state import Entry, OpenIntent, State
from domostate.record.canonical import as_bytes, from_bytes

__all__ = ["FORMAT", "decode_state", "encode_state"]

FORMAT: Final = 1

_RESTORE: Final = (
    "The generation before it is kept beside it, as <name>.backup.\n"
    "Compare it with what Domo has, copy it over the state file, then run:\n"
    "  domostate plan"
)


class _Strict(BaseModel):
    # A field that this version does not know would be lost with the next save.
    model_config = ConfigDict(extra="forbid", strict=True)


class _EntryForm(_Strict):
    id: str
    applied: dict[str, Any]
    protect: bool
    run: str


class _IntentForm(_Strict):
    address: str
    operation: str
    name: str
    known: list[str]
    run: str
    seq: int


class _StateForm(_Strict):
    format: int
    project: str
    environment: str
    instance: str
    lineage: str
    serial: int
    entries: dict[str, _EntryForm]
    open_intents: list[_IntentForm]


def encode_state(state: State) -> bytes:
    """The state's bytes; equal states give equal bytes."""
    entries = {str(address): _entry_document(entry) for address, entry in state.entries.items()}
    fields = {
        "entries": _lines("{}", (_member(key, as_bytes(entries[key])) for key in sorted(entries))),
        "environment": as_bytes(state.environment),
        "format": as_bytes(FORMAT),
        "instance": as_bytes(state.instance),
        "lineage": as_bytes(state.lineage),
        "open_intents": _lines("[]", (as_bytes(_intent_document(i)) for i in state.open_intents)),
        "project": as_bytes(state.project),
        "serial": as_bytes(state.serial),
    }
    return _lines("{}", (_member(key, value) for key, value in fields.items())) + b"\n"


def _entry_document(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "applied": entry.applied,
        "protect": entry.protect,
        "run": entry.run,
    }


def _intent_document(intent: OpenIntent) -> dict[str, Any]:
    return {
        "address": str(intent.address),
        "operation": intent.operation,
        "name": intent.name,
        "known": intent.known,
        "run": intent.run,
        "seq": intent.seq,
    }


def _member(key: str, value: bytes) -> bytes:
    return as_bytes(key) + b":" + value


def _lines(brackets: str, members: Iterable[bytes]) -> bytes:
    first, last = brackets.encode()[:1], brackets.encode()[1:]
    listed = b",\n".join(members)
    return first + b"\n" + listed + b"\n" + last if listed else first + last


def decode_state(content: bytes, path: Path) -> State:
    """The state in the bytes of the file at `path`; raises StateError."""
    try:
        value = from_bytes(content)
    except ValueError as error:
        raise _damaged(path, str(error) if content else "it is empty") from error
    _check_format(value, path)
    try:
        return _state(_StateForm.model_validate(value))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _damaged(path, f"{where}: {first['msg']}") from error
    except ValueError as error:
        raise _damaged(path, str(error)) from error


def _damaged(path: Path, why: str) -> StateError:
    return StateError(f"{path}: this state file is damaged: {why}", hint=_RESTORE)


def _check_format(value: Any, path: Path) -> None:
    number = value.get("format") if isinstance(value, dict) and "lineage" in value else None
    if type(number) is not int or number < 1:
        raise StateError(
            f"{path}: this is not a state file: it has no format number and lineage",
            hint="Check state.path in domostate.yml, or move the file away.",
        )
    if number > FORMAT:
        raise StateError(
            f"{path}: this state is of format {number}, and this domostate reads up to format "
            f"{FORMAT}: a newer domostate wrote it",
            hint="Install the version that your team uses; required_version in domostate.yml "
            "can ask for it.",
        )


def _state(form: _StateForm) -> State:
    return State(
        project=form.project,
        environment=form.environment,
        instance=form.instance,
        lineage=form.lineage,
        serial=form.serial,
        entries={
            Address.parse(key): Entry(entry.id, entry.applied, entry.protect, entry.run)
            for key, entry in form.entries.items()
        },
        open_intents=tuple(
            OpenIntent(Address.parse(i.address), i.operation, i.name, tuple(i.known), i.run, i.seq)
            for i in form.open_intents
        ),
    )
