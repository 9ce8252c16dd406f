"""Addresses: how people name what they declare."""

from dataclasses import dataclass
from typing import Self

__all__ = ["Address"]


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A declared resource, named by its author; Domo's id is kept elsewhere."""

    kind: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The address written as `<kind>.<name>`; raises ValueError when there is no dot."""
        kind, dot, name = text.partition(".")
        if not (kind and dot and name):
            raise ValueError(f"{text!r} is not an address: <kind>.<name>, such as dataset.orders")
        return cls(kind, name)

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}"
