"""States and their entries as documents: what the `state` commands give as JSON and render."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from domostate.model.address import Address
from domostate.model.state import Entry, OpenIntent, State

__all__ = [
    "FORMAT_VERSION",
    "entry_document",
    "generation_document",
    "intent_document",
    "list_document",
]

FORMAT_VERSION: Final = "1.0"
"""Of every document of the `state` and `lock` commands. Additive only, as the plan file's."""


def list_document(state: State) -> dict[str, Any]:
    """What is recorded, without what was applied."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": {"name": state.environment, "instance": state.instance},
        "lineage": state.lineage,
        "serial": state.serial,
        "entries": [_row(address, state.entries[address]) for address in sorted(state.entries)],
        "open_intents": [intent_document(one) for one in state.open_intents],
    }


def generation_document(state: State) -> dict[str, Any]:
    """A whole generation, without what was applied: who saved it, and the runs in it."""
    return {
        **list_document(state),
        "project": state.project,
        "hash": state.hash,
        "parent": state.parent,
        "saved": None if state.saved is None else asdict(state.saved),
        "runs": [asdict(one) for one in state.runs],
    }


def entry_document(state: State, address: Address) -> dict[str, Any]:
    """One entry with all that is remembered of it; an address may have open calls and no entry."""
    entry = state.entries.get(address)
    intents = [one for one in state.open_intents if one.address == address]
    return {
        "format_version": FORMAT_VERSION,
        "environment": {"name": state.environment, "instance": state.instance},
        "serial": state.serial,
        "address": str(address),
        "kind": address.kind,
        "recorded": entry is not None,
        "id": None if entry is None else entry.id,
        "protect": entry is not None and entry.protect,
        "run": "" if entry is None else entry.run,
        "applied": {} if entry is None else _plain(entry.applied),
        "open_intents": [intent_document(one) for one in intents],
    }


def intent_document(intent: OpenIntent) -> dict[str, Any]:
    """A call of unknown outcome; `known` holds the ids that bore the name before."""
    return {
        "address": str(intent.address),
        "operation": intent.operation,
        "name": intent.name,
        "known": list(intent.known),
        "run": intent.run,
    }


def _row(address: Address, entry: Entry) -> dict[str, Any]:
    return {
        "address": str(address),
        "id": entry.id,
        "protect": entry.protect,
        "run": entry.run,
    }


def _plain(applied: Mapping[str, Any]) -> dict[str, Any]:
    return {key: applied[key] for key in sorted(applied)}
