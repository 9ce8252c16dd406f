"""Holdings: all that decides who sees what of one dataset."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from domostate.model.principal import AccessLevel, Principal

__all__ = ["Holding", "RowFilter", "RowPolicy"]


@dataclass(frozen=True, slots=True, order=True)
class RowFilter:
    """One condition on one column: the cell matches one of `values` (BETWEEN: lies between the
    two), and `negated` inverts that. An empty cell matches nothing, inverted or not (GUESS:
    guarantees, access model 4).

    `column_type` is Domo's type of the column. `unknown` says why nobody can tell which rows the
    condition shows, and is empty where that is known: two conditions of equal fields show the same
    rows even then.
    """

    column: str
    operator: str
    values: tuple[str, ...]
    negated: bool = False
    ignore_case: bool = False
    column_type: str = "STRING"
    unknown: str = ""

    def unclear(self, why: str) -> "RowFilter":
        """The same condition, with nobody knowing what it shows."""
        return replace(self, unknown=why)


@dataclass(frozen=True, slots=True)
class RowPolicy:
    """Which rows whom it names may see. `is_open`: Domo's All Rows. `everyone`: applies to all with
    access, whoever is named (product §4.6, inferred). `dynamic` filters hold the names of user
    attributes in the place of values. `id` is empty until it has one."""

    name: str
    filters: tuple[RowFilter, ...] = ()
    members: frozenset[Principal] = frozenset()
    everyone: bool = False
    is_open: bool = False
    dynamic: frozenset[RowFilter] = frozenset()
    id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds one dataset, and which rows they see.

    `levels` are the grants of users and groups, without the owner's own entry; `foreign` counts
    those of other sorts, which are shown and never touched. `pdp` is the switch of the row
    policies, `columns` maps name to type. What nobody has looked at is None.
    """

    owner: Principal
    levels: Mapping[Principal, AccessLevel] | None = field(default_factory=dict)
    pdp: bool | None = False
    policies: tuple[RowPolicy, ...] = ()
    columns: Mapping[str, str] | None = None
    foreign: int = 0

    def level(self, among: Collection[Principal]) -> AccessLevel:
        """The highest level that one of these has."""
        if self.owner in among:
            return AccessLevel.OWNER
        found = (level for who, level in (self.levels or {}).items() if who in among)
        return max(found, key=lambda one: one.rank, default=AccessLevel.NONE)

    @property
    def named(self) -> frozenset[Principal]:
        """Everybody whom ownership, grants and policies name."""
        members = (policy.members for policy in self.policies)
        return frozenset({self.owner, *(self.levels or {})}).union(*members)
