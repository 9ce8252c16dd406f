"""Changes: what differs between what is declared and what is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domostate.errors import Location
from domostate.model.address import Address

__all__ = ["Action", "Change", "ChangeClass", "Document", "FieldChange", "Operation", "Origin"]

Document = Mapping[str, Any]
"""A value as JSON shows it: mappings with text keys, lists, text, numbers, true, false, null."""


class Action(StrEnum):
    """What happens to an address; later members outweigh earlier ones in the summary."""

    FORGET = "forget"
    UPDATE = "update"
    ADOPT = "adopt"
    CREATE = "create"
    DELETE = "delete"


class ChangeClass(StrEnum):
    """What a change means for people."""

    SAFE = "safe"
    WIDENING = "widening"
    NARROWING = "narrowing"
    DESTRUCTIVE = "destructive"
    OWNERSHIP = "ownership"


class Origin(StrEnum):
    """Who moved: the manifest, Domo, or both since the last apply."""

    CONFIG = "config"
    DRIFT = "drift"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs.

    `path` is dotted, with keys of keyed lists in brackets: `shares[user bob@acme.example]`.
    `prior` is what the last applied manifest asked for, None where nothing was applied.
    """

    path: str
    prior: Any
    observed: Any
    desired: Any
    origin: Origin


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of an apply, symbolic: what is to happen, not yet how.

    `seq` numbers the operations of a plan from 1; `depends_on` holds the `seq` of those that
    must have succeeded before.
    `before` and `after` are documents of the aspect that planned the operation.
    """

    seq: int
    name: str
    address: Address
    aspect: str
    before: Document | None
    after: Document | None
    access_class: ChangeClass
    depends_on: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Everything that happens to one address."""

    address: Address
    id: str | None
    actions: tuple[Action, ...]
    reasons: tuple[str, ...]
    """For people: nothing may depend on them."""
    classes: tuple[ChangeClass, ...]
    origin: Location | None
    fields: tuple[FieldChange, ...]
    before: Document
    """The compared aspects as they are, by aspect."""
    after: Document
    """The compared aspects as they will be, by aspect."""
    applied: Document
    """What the state remembers once the change is done, by aspect."""
    fingerprint: str
    """Of the live object as read; empty when there is none."""
    operations: tuple[Operation, ...] = ()
    protect: bool = False
    moved_from: Address | None = None
    """The address under which the state still has it."""
