"""Which rows somebody sees, in plain words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domostate.emulator.rows.conditions import Condition
from domostate.emulator.store.access import Level
from domostate.emulator.store.policies import Filter, Policy
from domostate.emulator.store.sight import Reason, Sight, conditions_of

Part = tuple[str, str]
"""What a text is ("column", "value", "attribute", or "" where it is ours) and the text."""
Attributes = Mapping[str, list[str]]


class Extent(StrEnum):
    """How much of a dataset is seen."""

    ALL = "all rows"
    SOME = "rows where "
    NONE = "no rows"


@dataclass(frozen=True, slots=True)
class Described:
    """How much is seen, what must hold of a row where it is not all, and why."""

    extent: Extent
    clauses: tuple[tuple[Part, ...], ...] = ()
    """One is enough."""
    why: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What filters are read against: the columns that queries see, and whether an empty cell
    matches a negated filter."""

    columns: Collection[str]
    null_matches_not: bool


def described(sight: Sight, attributes: Attributes | None, reading: Reading) -> Described:
    """The rows that somebody with these attributes sees; None for the members of a group, who may
    differ in them."""
    match sight.reason:
        case Reason.INACTIVE:
            return Described(Extent.NONE, why=_ours("inactive, cannot sign in"))
        case Reason.NO_ACCESS:
            return Described(Extent.NONE, why=_ours("no access to the dataset"))
        case Reason.PDP_OFF:
            return Described(Extent.ALL, why=_ours("row policies are off"))
        case Reason.BYPASS:
            return Described(Extent.ALL, why=_ours(f"bypasses policies {_BYPASS[sight.level]}"))
        case Reason.POLICIES:
            return _together([policy_rows(one, attributes, reading) for one in sight.deciding])


_BYPASS = {
    Level.CO_OWNER: "as co-owner",
    Level.OWNER: "as owner",
    Level.MANAGES: "by role",
}


def _ours(text: str) -> tuple[Part, ...]:
    return (("", text),)


def _together(found: Sequence[Described]) -> Described:
    """What at least one of them shows."""
    whole = next((one for one in found if one.extent is Extent.ALL), None)
    if whole is not None:
        return whole
    clauses = dict.fromkeys(clause for one in found for clause in one.clauses)
    if clauses:
        return Described(Extent.SOME, tuple(clauses))
    if found:
        return Described(Extent.NONE, why=found[0].why)
    return Described(Extent.NONE, why=_ours("no policy applies"))


def policy_rows(policy: Policy, attributes: Attributes | None, reading: Reading) -> Described:
    """The rows that a policy shows to somebody with these attributes, None: to anybody."""
    conditions = conditions_of(policy, attributes or {})
    if conditions is None:
        return Described(Extent.NONE, why=_ours("the policy has no filter"))
    clauses = []
    for one, condition in zip(policy.filters, conditions, strict=False):
        if one.column not in reading.columns:
            return Described(
                Extent.NONE, why=(*_ours("no indexed column "), ("column", one.column))
            )
        if one.type == "DYNAMIC" and attributes is None:
            clauses.append(tuple(_by_attribute(one, reading)))
        elif not condition.comparisons and not condition.negated:
            return Described(Extent.NONE, why=tuple(_nothing_to_compare(one)))
        else:
            clauses.append(tuple(_holds(one, condition, reading)))
    parts = tuple(_joined([one for one in clauses if one], ", and "))
    return Described(Extent.SOME, (parts,)) if parts else Described(Extent.ALL)


def _nothing_to_compare(one: Filter) -> Iterator[Part]:
    if one.type == "DYNAMIC":
        yield "", "no value of the attribute "
        yield from _joined([(("attribute", key),) for key in one.values], " or ")
    else:
        yield "column", one.column
        yield "", " is compared with nothing"


_VERBS = {
    "EQUALS": ("is", "is not"),
    "GREATER_THAN": ("is greater than", "is not greater than"),
    "LESS_THAN": ("is less than", "is not less than"),
    "GREATER_THAN_EQUAL": ("is at least", "is not at least"),
    "LESS_THAN_EQUAL": ("is at most", "is not at most"),
    "BETWEEN": ("is between", "is not between"),
    "LIKE": ("is like", "is not like"),
    "BEGINS_WITH": ("begins with", "does not begin with"),
    "ENDS_WITH": ("ends with", "does not end with"),
    "CONTAINS": ("contains", "does not contain"),
}


def _holds(one: Filter, condition: Condition, reading: Reading) -> Iterator[Part]:
    """When the condition holds; nothing where it always does."""
    if not condition.comparisons:
        if not reading.null_matches_not:
            yield "column", one.column
            yield "", " is not empty"
        return
    compared: list[tuple[Part, ...]] = [
        tuple(_joined([(("value", value),) for value in values], " and "))
        for values in condition.comparisons
    ]
    yield from _compared(one, compared, reading)
    if one.type == "DYNAMIC":
        yield "", ", by the attribute "
        yield from _joined([(("attribute", key),) for key in one.values], " or ")


def _by_attribute(one: Filter, reading: Reading) -> Iterator[Part]:
    """When a dynamic filter holds, whoever looks."""
    keys = _joined([(("attribute", key),) for key in one.values], " or ")
    yield from _compared(one, [(("", "the person's own "), *keys)], reading)


def _compared(
    one: Filter, compared: Sequence[tuple[Part, ...]], reading: Reading
) -> Iterator[Part]:
    yield "column", one.column
    yield "", f" {_VERBS[one.operator][one.negated]} "
    yield from _joined(compared, " nor " if one.negated else " or ")
    if one.ignore_case:
        yield "", " (capitals ignored)"
    if one.negated:
        yield "", ", or is empty" if reading.null_matches_not else ", nor empty"


def _joined(found: Iterable[tuple[Part, ...]], between: str) -> Iterator[Part]:
    for number, one in enumerate(found):
        if number:
            yield "", between
        yield from one
