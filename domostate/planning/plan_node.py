"""One value of a plan file, asked for the type that it must have."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NoReturn, TypeVar

from domostate.errors import PlanError

__all__ = ["ANEW", "Node", "UnusablePlan", "malformed"]

ANEW: Final = "Make a new one:\n  domostate plan --out FILE"

EnumT = TypeVar("EnumT", bound=StrEnum)


class UnusablePlan(PlanError):
    """What was given is not a plan that this version of domostate can carry out."""

    summary = "unusable plan file"


def malformed(what: str) -> NoReturn:
    """Raise UnusablePlan: the plan file cannot be carried out for this reason."""
    raise UnusablePlan(f"The plan file cannot be carried out: {what}.", hint=ANEW)


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a document with its place in it; asks for the type that it must have."""

    value: Any
    path: str

    def __getitem__(self, key: str) -> "Node":
        place = f"{self.path}.{key}" if self.path else key
        if key not in self.document():
            malformed(f"{place} is missing")
        return Node(self.value[key], place)

    def added(self, key: str, otherwise: Any) -> "Node":
        """The value of a key that plans of earlier versions lack."""
        return self[key] if key in self.document() else Node(otherwise, f"{self.path}.{key}")

    def _is(self, right: bool, expected: str) -> None:
        if not right:
            malformed(f"{self.path} is {type(self.value).__name__}, expected {expected}")

    def document(self) -> dict[str, Any]:
        """A mapping with text keys, as it is."""
        self._is(
            isinstance(self.value, dict) and all(isinstance(k, str) for k in self.value), "object"
        )
        found: dict[str, Any] = self.value
        return found

    def each(self) -> Iterator["Node"]:
        """The members of a list."""
        self._is(isinstance(self.value, list), "list")
        return (Node(inner, f"{self.path}[{index}]") for index, inner in enumerate(self.value))

    def text(self) -> str:
        """A text."""
        self._is(isinstance(self.value, str), "text")
        return str(self.value)

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(node.text() for node in self.each())

    def count(self) -> int:
        """A whole number from 0 up."""
        whole = isinstance(self.value, int) and not isinstance(self.value, bool)
        self._is(whole and self.value >= 0, "a whole number from 0 up")
        return int(self.value)

    def flag(self) -> bool:
        """True or false."""
        self._is(isinstance(self.value, bool), "true or false")
        return bool(self.value)

    def one_of(self, enum: type[EnumT]) -> EnumT:
        """A member of an enumeration."""
        try:
            return enum(self.text())
        except ValueError:
            malformed(f"{self.path} is {self.value!r}, which this domostate does not know")
