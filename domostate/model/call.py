"""Calls: requests to Domo, ready to send."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

__all__ = ["Call", "Part", "Plane"]


class Plane(StrEnum):
    """Domo's two APIs (platform §1)."""

    PRODUCT = "product"
    """`https://{instance}.domo.com/api`, developer token."""
    PLATFORM = "platform"
    """`https://api.domo.com/v1`, OAuth client credentials."""


class Part(StrEnum):
    """The parts of a live dataset that can be read one by one."""

    METADATA = "metadata"
    """Product: `v3/datasources/bulk`: name, description, owner, tags, provider, stream id."""
    SCHEMA = "schema"
    """Product: latest defined columns."""
    INDEXED = "indexed"
    """Product: indexed columns."""
    ACCESS = "access"
    """Product: the access list."""
    POLICIES = "policies"
    """Product: the filter groups, All Rows included."""
    SWITCH = "switch"
    """Product: PDP on or off, with the flags that a write must echo."""
    STREAM = "stream"
    """Product: the connector stream."""
    DATASET = "dataset"
    """Platform: the dataset object: schema, owner, pdpEnabled and policies with it."""
    API_STREAM = "api_stream"
    """Platform: the API stream that feeds the dataset."""


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request, without host and credentials.

    `repeatable` says that sending it twice has the effect of sending it once, whatever its
    method: only then is it sent again after a failure whose effect is unknown.
    """

    method: str
    path: str
    plane: Plane
    body: Any = None
    query: tuple[tuple[str, str], ...] = field(default=())
    repeatable: bool = True
