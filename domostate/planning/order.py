"""The order of operations on one dataset, and which of them must wait for which.

After guarantees, "The order that follows": for one person and one dataset, access is a product
of a way to a level, a way to rows, and a bypass. Every loss in one factor comes before any gain
in another; a swap within one factor adds before it removes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domostate.kinds.aspect import Draft
from domostate.model.address import Address
from domostate.model.change import ChangeClass, Document, Operation
from domostate.model.principal import PrincipalType
from domostate.planning.wanted import CREATES

__all__ = ["ordered"]


class Factor(StrEnum):
    """What of somebody's access an operation touches."""

    LEVEL = "level"
    ROWS = "rows"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the order of one dataset depends on besides the operations themselves."""

    creating: bool
    disabling: bool
    all_rows_exists: bool
    owner_is_me: bool
    me: tuple[str, str] | None
    """Type and id of the running identity, None where it is not known."""
    former: tuple[str, str] | None
    """Type and id of who owns it until `reassign_owner`; the id is empty where it is unknown."""


def ordered(
    drafts: Sequence[tuple[str, Draft]], address: Address, first: int, me: str = ""
) -> tuple[Operation, ...]:
    """The drafts as numbered operations, counting from `first`.

    `me` is the id of the running identity: it gives up a dataset, or a grant of its own, last,
    because it may lose its rights by it.
    """
    facts = _facts([draft for _, draft in drafts], me)
    ranked = sorted(
        range(len(drafts)), key=lambda n: (_rank(drafts[n][1], facts, _nth(drafts, n)), n)
    )
    chosen = [drafts[n] for n in ranked]
    return tuple(
        Operation(
            seq=first + place,
            name=draft.name,
            address=address,
            aspect=aspect,
            before=draft.before,
            after=draft.after,
            access_class=draft.access_class,
            depends_on=tuple(
                first + n for n, (_, other) in enumerate(chosen[:place]) if _waits(draft, other)
            ),
        )
        for place, (aspect, draft) in enumerate(chosen)
    )


def _facts(drafts: Sequence[Draft], me: str) -> _Facts:
    names = {draft.name for draft in drafts}
    all_rows = next((draft for draft in drafts if draft.name == "set_all_rows"), None)
    owner = next((draft for draft in drafts if draft.name == "reassign_owner"), None)
    former = _typed(owner.before) if owner is not None else None
    return _Facts(
        creating=bool(names & CREATES),
        disabling="disable_pdp" in names,
        all_rows_exists=all_rows is None or bool((all_rows.before or {}).get("exists")),
        owner_is_me=former in ((PrincipalType.USER, ""), (PrincipalType.USER, me)),
        me=(PrincipalType.USER, me) if me else None,
        former=former,
    )


def _nth(drafts: Sequence[tuple[str, Draft]], n: int) -> int:
    """How many operations of the same name come before it in its aspect's own order."""
    return sum(1 for _, draft in drafts[:n] if draft.name == drafts[n][1].name)


def _rank(draft: Draft, facts: _Facts, nth: int) -> int:
    narrows = draft.access_class is ChangeClass.NARROWING
    match draft.name:
        case "alter_schema":
            # The second one drops the columns that old policies filtered on.
            return 20 if nth == 0 and not _only_drops_late(draft) else 87
        case "reassign_owner":
            return 100 if facts.owner_is_me else 30
        case "grant_access" | "revoke_access" if _is_last(draft, facts):
            return 101
        case "grant_access":
            return 50 if narrows else 90
        case "create_policy":
            return 71
        case "update_policy" | "set_all_rows" if narrows:
            return _after_switch(74, draft, facts, late=facts.disabling)
        case "update_policy" | "set_all_rows":
            return _after_switch(72, draft, facts, late=False)
        case "delete_policy":
            # What switching PDP off makes pointless goes after it, else people are locked out.
            return 85 if facts.disabling else 76
        case "enable_pdp":
            # Nobody sees a new dataset yet, and All Rows may not exist before (product §4.5).
            return 60 if facts.creating else 80
        case name:
            return _RANKS[name]


_RANKS = {
    "create_dataset": 0,
    "create_stream": 0,
    "update_dataset": 10,
    "set_tags": 40,
    "revoke_access": 51,
    "disable_pdp": 80,
    "update_stream": 97,
    "reindex": 99,
    "delete_dataset": 110,
}


def _after_switch(rank: int, draft: Draft, facts: _Facts, *, late: bool) -> int:
    if draft.name == "set_all_rows" and not facts.all_rows_exists and not facts.creating:
        return 81  # All Rows may exist only once PDP has been on (product §4.5)
    return 85 if late else rank


def _only_drops_late(draft: Draft) -> bool:
    """Whether all that it does is to drop columns, while another operation made the additions
    or none were needed, and policies still filter on them."""
    before = {column["name"] for column in (draft.before or {})["columns"]}
    after = {column["name"] for column in (draft.after or {})["columns"]}
    return after < before


def _is_last(draft: Draft, facts: _Facts) -> bool:
    """Whether the running identity may lose a right by it, which nothing may come after."""
    if draft.access_class is ChangeClass.NARROWING and _grantee(draft) == facts.me:
        return True
    # Domo takes nothing away from an owner.
    return facts.owner_is_me and facts.former is not None and _grantee(draft) == facts.former


def _grantee(draft: Draft) -> tuple[str, str] | None:
    """Type and id of whom a grant is for: users and groups have ids of their own."""
    return _typed((draft.before or draft.after or {}).get("principal"))


def _typed(principal: Document | None) -> tuple[str, str] | None:
    return None if principal is None else (principal["type"], principal["id"])


def _factor(draft: Draft) -> Factor:
    match draft.name:
        case "grant_access" | "revoke_access" | "reassign_owner":
            return Factor.LEVEL
        case name if name.endswith(("_policy", "_pdp")) or name == "set_all_rows":
            return Factor.ROWS
        case _:
            return Factor.NONE


def _gains(draft: Draft) -> bool:
    return draft.access_class in (ChangeClass.WIDENING, ChangeClass.OWNERSHIP)


def _loses(draft: Draft) -> bool:
    if draft.access_class in (ChangeClass.NARROWING, ChangeClass.OWNERSHIP):
        return True
    # One call may give rows to some and take them from others; its class says the worse of both.
    if draft.name not in ("update_policy", "set_all_rows"):
        return False
    before, after = draft.before or {}, draft.after or {}
    left = [one for key in ("users", "groups") for one in before[key] if one not in after[key]]
    left_out = before["everyone"] and not after["everyone"]
    return bool(left) or left_out or before["filters"] != after["filters"]


def _waits(later: Draft, earlier: Draft) -> bool:
    """Whether `later` must not run unless `earlier` succeeded."""
    if earlier.name in CREATES:
        return True
    if earlier.name == "alter_schema":
        return later.name in ("reindex", "alter_schema") or later.name.endswith("_policy")
    if later.name == "alter_schema":
        return earlier.name.endswith("_policy")
    if Factor.NONE in (_factor(later), _factor(earlier)):
        return False
    if _factor(later) is _factor(earlier) is Factor.LEVEL:
        return _is_former_owner(later, earlier)
    if _factor(later) is _factor(earlier) is Factor.ROWS:
        return _within_rows(later, earlier)
    return _gains(later) and _loses(earlier)


def _is_former_owner(later: Draft, earlier: Draft) -> bool:
    """A grant of the old owner is lowered or taken away once somebody else owns the dataset."""
    if earlier.name != "reassign_owner":
        return False
    return _grantee(later) is not None and _grantee(later) == _typed(earlier.before)


def _within_rows(later: Draft, earlier: Draft) -> bool:
    """Added before removed; the switch after what it relies on, and before what relies on it."""
    if "pdp" in (later.name[-3:], earlier.name[-3:]):
        return True
    return _loses(later) and _gains(earlier)
