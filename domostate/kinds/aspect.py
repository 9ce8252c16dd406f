"""What an aspect is: one side of a kind, in one room.

An aspect knows what a manifest may say of it, how Domo reports it, what should be there after an
apply, which operations lead there, and which calls those become on each plane. The engine
contains no aspect's name.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import TypeAdapter

from domostate.errors import Finding
from domostate.kinds.names import Names
from domostate.model.address import Address
from domostate.model.call import Call, Part, Plane
from domostate.model.change import ChangeClass, Document, Operation
from domostate.model.desired import Declared
from domostate.model.marker import Marking
from domostate.model.observed import Live
from domostate.model.principal import Principal

__all__ = ["Aspect", "Draft", "Ids", "Replies", "Setting", "Step"]

D = TypeVar("D")
V = TypeVar("V")

Replies = Mapping[str, Any]
"""The answers to an operation's look-ups, by the name under which it asked for them."""

Ids = Mapping[str, str]
"""What is known of one address while a run goes on: `id`, `stream`, `policy:<name>`."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An operation before it has a number."""

    name: str
    before: Document | None
    after: Document | None
    access_class: ChangeClass = ChangeClass.SAFE


@dataclass(frozen=True, slots=True)
class Setting:
    """The other aspects of the same object: an aspect may look at them, never change them."""

    declared: Mapping[str, Any]
    observed: Mapping[str, Any]
    creating: bool
    planes: frozenset[Plane]
    wanted: Mapping[str, Any] = field(default_factory=dict)
    """The targets of the aspects that come earlier in the registry."""


@dataclass(frozen=True, slots=True)
class Step(Generic[V]):
    """The way from what is there to what should be."""

    address: Address
    before: V
    after: V
    setting: Setting


class Aspect(ABC, Generic[D, V]):
    """One aspect: `D` is what is declared (names resolved), `V` what can be there.

    Both are frozen dataclasses; fields that are only carried along have `compare=False`.
    """

    name: ClassVar[str]
    """Its name in the registry; operations carry it."""
    key: ClassVar[str]
    """The key in manifest, state and plan; aspects that exclude each other may share one."""
    prefix: ClassVar[str]
    """What its field paths begin with, `""` where its fields stand at the top."""
    parts: ClassVar[Mapping[Plane, frozenset[Part]]]
    """The live parts that tell of it, by plane, in order of preference."""
    name_field: ClassVar[str] = ""
    """The field of the declared value that is the object's name in Domo; one aspect has it."""
    optional: ClassVar[frozenset[str]] = frozenset()
    """The fields of the declared value that may be left out (None)."""
    operations_named: ClassVar[frozenset[str]]
    """The names of the operations that it plans."""
    bears_markers: ClassVar[bool] = False
    """Whether markers of projects are among what it reports."""
    disturbs: ClassVar[frozenset[str]] = frozenset()
    """The aspects, by name, that Domo may move by itself when one of them is carried out."""

    def __init__(self, declared_type: Any, value_type: Any) -> None:
        self._declared: TypeAdapter[D] = TypeAdapter(declared_type)
        self._value: TypeAdapter[V] = TypeAdapter(value_type)

    @abstractmethod
    def is_declared(self, entry: Declared) -> bool:
        """Whether the entry says anything about it, names unresolved."""

    @abstractmethod
    def declared(self, entry: Declared, names: Names) -> D | None:
        """What the entry declares, None when it says nothing; problems go to `names`."""

    @abstractmethod
    def observe(self, live: Live, plane: Plane, names: Names, prior: D | None) -> V:
        """What Domo reports; `prior` fills in what Domo never tells."""

    @abstractmethod
    def fresh(self, declared: D, me: Principal | None) -> V:
        """What Domo makes of it when the object is created."""

    @abstractmethod
    def target(self, declared: D, observed: V, prior: D | None, setting: Setting) -> V:
        """What should be there: declared values, and what the rules say is left alone."""

    @abstractmethod
    def keyed(self, value: V, against: V) -> Document:
        """The value for people: lists keyed by what names their members (`[key]`).

        `against` is the other side of the comparison.
        """

    @abstractmethod
    def operations(self, step: Step[V]) -> Iterator[Draft]:
        """What leads from `before` to `after`."""

    @abstractmethod
    def call(self, op: Operation, ids: Ids, plane: Plane, replies: Replies) -> Call:
        """The write that carries out one of its operations."""

    def destruction(self, observed: V) -> Iterator[Draft]:
        """What takes the object away; one aspect of a kind knows how, the others say nothing."""
        return iter(())

    def masked(self, declared: D, field_name: str) -> D:
        """The declared value as if one field had been left out (`ignore:`).

        Raises KeyError when there is no such field, or it cannot be left out.
        """
        if field_name not in self.optional:
            raise KeyError(field_name)
        return replace(declared, **{field_name: None})  # type: ignore[type-var]

    def ignored(self, declared: D) -> D | None:
        """What is left of the declared value when all of it is under `ignore:`."""
        return None

    def marked(self, declared: D | None, marking: Marking) -> D | None:
        """What is declared, together with the markers that come and go."""
        return declared

    def markers(self, value: V) -> tuple[str, ...]:
        """The markers of projects in a value, sorted."""
        return ()

    def lookups(self, op: Operation, ids: Ids, plane: Plane) -> Mapping[str, Call]:
        """The reads that must stand right before the write, by name."""
        return {}

    def made(self, op: Operation, reply: Any, plane: Plane) -> Ids:
        """What the acknowledged operation created."""
        return {}

    def traces(self, op: Operation, ids: Ids, plane: Plane) -> Mapping[str, Call]:
        """The reads that show whether an operation of unknown outcome had its effect.

        Not needed for what makes the object itself: that is looked for by its name.
        """
        return {}

    def settle(self, op: Operation, replies: Replies, plane: Plane) -> Ids | None:
        """What an operation of unknown outcome created, None when it had no effect.

        `replies` are the answers to its traces.
        """
        return None

    def complaint(self, op: Operation, reply: Any) -> str | None:
        """Why an answer of 200 is a failure all the same, None when it is not."""
        return None

    def creates(self, op: Operation) -> str:
        """The name of what an unrepeatable operation makes, empty for repeatable ones."""
        return ""

    def objections(
        self, declared: D, observed: V, entry: Declared, setting: Setting
    ) -> Iterator[Finding]:
        """Why the declared value cannot be reached at all."""
        return iter(())

    def remarks(self, declared: D, observed: V, after: V, setting: Setting) -> Iterator[str]:
        """What a reader of the plan should know besides the changes."""
        return iter(())

    def lost(self, op: Operation) -> Iterator[str]:
        """What one of its operations took away that no other can bring back, for people."""
        return iter(())

    def grants_in(self, declared: Any) -> int:
        """How many grants, policies and memberships a declared value holds, in its JSON form."""
        return 0

    def dump_declared(self, value: D) -> Any:
        """The JSON form for the state."""
        return self._declared.dump_python(value, mode="json", by_alias=True)

    def load_declared(self, document: Any) -> D:
        """The declared value behind its JSON form."""
        return self._declared.validate_python(document)

    def dump(self, value: V) -> Any:
        """The JSON form for the plan."""
        return self._value.dump_python(value, mode="json", by_alias=True)

    def load(self, document: Any) -> V:
        """The value behind its JSON form."""
        return self._value.validate_python(document)
