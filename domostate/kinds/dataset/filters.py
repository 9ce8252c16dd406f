"""Row filters: one condition of a policy."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from domostate.kinds.references import Frozen

__all__ = [
    "MOST_JOINED",
    "PLATFORM_ONLY",
    "FilterSpec",
    "Operator",
    "joined_length",
    "length_joined",
]

MOST_JOINED = 254
"""Values of one policy, joined with one delimiter each, stay under 255 characters
(platform §5, DOC P:DataSet-API; unverified on the Product plane)."""


class Operator(StrEnum):
    """How a cell is compared with the values of a filter (platform §5)."""

    EQUALS = "EQUALS"
    LIKE = "LIKE"
    GREATER_THAN = "GREATER_THAN"
    LESS_THAN = "LESS_THAN"
    GREATER_THAN_EQUAL = "GREATER_THAN_EQUAL"
    LESS_THAN_EQUAL = "LESS_THAN_EQUAL"
    BETWEEN = "BETWEEN"
    BEGINS_WITH = "BEGINS_WITH"
    ENDS_WITH = "ENDS_WITH"
    CONTAINS = "CONTAINS"


PLATFORM_ONLY = frozenset({Operator.LIKE, Operator.ENDS_WITH, Operator.CONTAINS})
"""Documented for the Platform plane only (contract §2, product §4.6)."""


def _text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


Value = Annotated[str, BeforeValidator(_text, json_schema_input_type=str | int | float | bool)]


class FilterSpec(Frozen):
    """The rows whose cell matches one of `values`; `not` inverts.

    YAML numbers are taken as the text they were written as, because Domo keeps text.
    """

    column: Annotated[str, StringConstraints(min_length=1)]
    operator: Annotated[Operator, Field(strict=False)]
    values: list[Value] = Field(min_length=1)
    negated: bool = Field(default=False, alias="not")
    ignore_case: bool = False

    @model_validator(mode="after")
    def _two_for_between(self) -> "FilterSpec":
        if self.operator is Operator.BETWEEN and len(self.values) != 2:
            raise ValueError(f"values of BETWEEN are exactly two, here are {len(self.values)}")
        return self


def joined_length(filters: list[FilterSpec]) -> int:
    """The length of all values of one policy, joined with one delimiter each."""
    return length_joined([value for one in filters for value in one.values])


def length_joined(values: list[str]) -> int:
    """The length of values with one delimiter between each."""
    return sum(map(len, values)) + max(len(values) - 1, 0)
