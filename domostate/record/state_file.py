"""State as bytes: canonical JSON with one line for each entry, so that two generations compare
line by line, and a hash by which damage is noticed.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, replace
from hashlib import sha256
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from domostate.errors import StateError
from domostate.model.address import Address
from domostate.model.state import Entry, OpenIntent, RunRecord, Saved, State
from domostate.record.canonical import as_bytes, from_bytes
from domostate.record.upgrades import FORMAT, upgraded

__all__ = ["FORMAT", "StateDamaged", "decode_edited", "decode_state", "encode_state"]

_RESTORE: Final = (
    "Earlier generations are kept. See them, then put one back:\n"
    "  domostate state history\n"
    "  domostate state pull --serial N > state.json\n"
    "  domostate state push state.json --reason WHY"
)
_HASH_LINE: Final = re.compile(rb'^"hash":"([0-9a-f]*)",\n', re.MULTILINE)


class StateDamaged(StateError):
    """What should be a state cannot be read, or is not as it was written."""


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


class _RunForm(_Strict):
    run: str
    operation: str
    actor: str
    started: str
    outcome: str
    plan_digest: str
    nonce: str
    ci_url: str


class _SavedForm(_Strict):
    at: str
    actor: str
    operation: str
    run: str
    reason: str


class _StateForm(_Strict):
    format: int
    project: str
    environment: str
    instance: str
    lineage: str
    serial: int
    entries: dict[str, _EntryForm]
    open_intents: list[_IntentForm]
    runs: list[_RunForm]
    parent: str
    hash: str
    saved: _SavedForm | None


def encode_state(state: State) -> bytes:
    """The state's bytes; equal states, saved by the same hand, give equal bytes.

    Their hash is made here: `state.hash` is that of the generation which it was read from.
    """
    entries = {str(address): _entry_document(entry) for address, entry in state.entries.items()}
    fields = {
        "entries": _lines("{}", (_member(key, as_bytes(entries[key])) for key in sorted(entries))),
        "environment": as_bytes(state.environment),
        "format": as_bytes(FORMAT),
        "instance": as_bytes(state.instance),
        "lineage": as_bytes(state.lineage),
        "open_intents": _lines("[]", (as_bytes(_intent_document(i)) for i in state.open_intents)),
        "parent": as_bytes(state.parent),
        "project": as_bytes(state.project),
        "runs": _lines("[]", (as_bytes(asdict(one)) for one in state.runs)),
        "saved": as_bytes(None if state.saved is None else asdict(state.saved)),
        "serial": as_bytes(state.serial),
    }
    bare = _lines("{}", (_member(key, value) for key, value in fields.items())) + b"\n"
    line = _member("hash", as_bytes(sha256(bare).hexdigest())) + b",\n"
    # In its place among the sorted keys.
    head, key, tail = bare.rpartition(b'\n"instance":')
    return head + b"\n" + line + key[1:] + tail


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


def decode_state(content: bytes, place: object) -> State:
    """The state in the bytes that lie at `place`; older formats are read too.

    Raises:
        StateDamaged: they hold a damaged state.
        StateError: they hold no state, or one of a newer format.
    """
    value = _value(content, place)
    state = _decoded(value, place)
    found = sha256(_HASH_LINE.sub(b"", content, count=1)).hexdigest()
    if value["format"] > 1 and value["hash"] != found:
        raise _damaged(place, "its content does not fit its hash; somebody may have edited it")
    return replace(state, hash=found)


def decode_edited(content: bytes, place: object) -> State:
    """The state in a file from which somebody has taken the hash, to say that they edited it.

    One that has a hash is read like any other. Raises what `decode_state` raises.
    """
    value = _value(content, place)
    if not isinstance(value, dict) or "hash" in value:
        return decode_state(content, place)
    try:
        json.loads(content, object_pairs_hook=_without_twins)
    except ValueError as error:
        raise _damaged(place, str(error)) from error
    return _decoded({**value, "hash": ""}, place)


def _without_twins(pairs: list[tuple[str, Any]]) -> None:
    twins = sorted(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    if twins:
        raise ValueError(f"it has {twins[0]!r} twice")


def _value(content: bytes, place: object) -> Any:
    try:
        return from_bytes(content)
    except ValueError as error:
        raise _damaged(place, str(error) if content else "it is empty") from error


def _decoded(value: Any, place: object) -> State:
    _check_format(value, place)
    try:
        return _state(_StateForm.model_validate(upgraded(value)))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _damaged(place, f"{where}: {first['msg']}") from error
    except ValueError as error:
        raise _damaged(place, str(error)) from error


def _damaged(place: object, why: str) -> StateDamaged:
    return StateDamaged(f"{place}: this state file is damaged: {why}", hint=_RESTORE)


def _check_format(value: Any, place: object) -> None:
    number = value.get("format") if isinstance(value, dict) and "lineage" in value else None
    if type(number) is not int or number < 1:
        raise StateError(
            f"{place}: this is not a state file: it has no format number and lineage",
            hint="Check state: in domostate.yml, or move the file away.",
        )
    if number > FORMAT:
        raise StateError(
            f"{place}: this state is of format {number}, and this domostate reads up to format "
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
        runs=tuple(RunRecord(**one.model_dump()) for one in form.runs),
        parent=form.parent,
        saved=None if form.saved is None else Saved(**form.saved.model_dump()),
    )
