"""What the suite asks of a kind of place: something real, and connections to it.

A kind is a module `<kind>_place` with a context manager `serving()`: it starts the real thing (a
server, a folder), yields a `Factory`, and stops it. Each environment of it is an empty place of
its own, so that a test that takes a name which nobody has used starts from nothing.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, Self, runtime_checkable

from domostate.record.documents import Backend

__all__ = ["Factory", "Place", "Reached"]


class Factory(Protocol):
    """Makes connections; picklable, as other processes make them too."""

    def __call__(self, environment: str, budget: timedelta | None = None) -> Backend:
        """A fresh connection; `budget` bounds one call where the place does not answer."""
        ...


@runtime_checkable
class Reached(Factory, Protocol):
    """A factory for what is reached over TCP on this machine, at `port`."""

    port: int

    def through(self, port: int) -> Self:
        """The same place by way of another port."""
        ...

    def on_wire(self, content: bytes) -> bytes:
        """Bytes that pass when a document of this content is written, and at no other time; the
        answer after them is the answer to the write."""
        ...


@dataclass(frozen=True)
class Place:
    """One environment; picklable."""

    factory: Factory
    environment: str

    def connect(self, budget: timedelta | None = None) -> Backend:
        """A fresh connection."""
        return self.factory(self.environment, budget)

    def through(self, port: int) -> "Place":
        """The same place by way of another port."""
        assert isinstance(self.factory, Reached)
        return Place(self.factory.through(port), self.environment)
