"""Which rows of a dataset somebody sees: the rules (guarantees, access model; product §4), without
the rows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from domostate.emulator.rows.conditions import Condition
from domostate.emulator.store.access import Level, Viewer, Way, granted_on, highest, ways
from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset
from domostate.emulator.store.groups import Member
from domostate.emulator.store.policies import Filter, Policy, policies_of


class Reason(StrEnum):
    """What decides which rows somebody sees."""

    INACTIVE = "inactive"
    """Who cannot sign in sees nothing."""
    NO_ACCESS = "no access"
    """Nothing without a level, whatever policies say."""
    PDP_OFF = "PDP off"
    BYPASS = "bypass"
    """Owners, co-owners and managing roles bypass PDP (product §3, §4.6)."""
    POLICIES = "policies"


@dataclass(frozen=True, slots=True)
class Sight:
    """What one viewer sees of one dataset, and why."""

    reason: Reason
    ways: tuple[Way, ...]
    naming: tuple[Policy, ...]
    """The policies that apply to the viewer, whether they decide or not."""

    @property
    def level(self) -> Level:
        """The highest of the ways."""
        return highest(self.ways)

    @property
    def everything(self) -> bool:
        """Whether no policy narrows what is seen."""
        return self.reason in (Reason.PDP_OFF, Reason.BYPASS)

    @property
    def deciding(self) -> tuple[Policy, ...]:
        """The policies whose rows are seen, where not everything is."""
        return self.naming if self.reason is Reason.POLICIES else ()


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that decides who sees what of one dataset, but the viewers."""

    dataset: Dataset
    grants: Mapping[Member, Level]
    policies: tuple[tuple[Policy, frozenset[Member]], ...]
    """Each with whom it names."""

    def sight(self, viewer: Viewer) -> Sight:
        """What the viewer sees."""
        found = tuple(ways(viewer, self.dataset, self.grants))
        mine = viewer.principals
        naming = tuple(
            policy
            for policy, members in self.policies
            # That the flag means "everybody with access to the dataset" is inferred (product §4.6).
            if (found and policy.dataset_permissions) or not members.isdisjoint(mine)
        )
        return Sight(self._reason(viewer, highest(found)), found, naming)

    def _reason(self, viewer: Viewer, level: Level) -> Reason:
        if viewer.user is not None and not viewer.user.active:
            return Reason.INACTIVE
        if level == Level.NONE:
            return Reason.NO_ACCESS
        if not self.dataset.pdp_enabled:
            return Reason.PDP_OFF
        return Reason.BYPASS if level >= Level.CO_OWNER else Reason.POLICIES


def rules_of(db: Database, dataset: Dataset) -> Rules:
    """The rules of a dataset as they stand."""
    policies = tuple((one, frozenset(named(one))) for one in policies_of(db, dataset.id))
    return Rules(dataset, granted_on(db, dataset.id), policies)


def named(policy: Policy) -> list[Member]:
    """The users and groups that the policy names."""
    users: list[Member] = [("USER", one) for one in policy.users]
    return [*users, *(("GROUP", one) for one in policy.groups)]


def conditions_of(policy: Policy, attributes: Mapping[str, list[str]]) -> list[Condition] | None:
    """What a row must fulfil to be shown by the policy to a user with these attributes: nothing
    for All Rows; None where no row is shown.

    A policy without a filter that is not All Rows shows nothing: fails closed (GUESS).
    """
    if policy.type == "open":
        return []
    return [condition_of(one, attributes) for one in policy.filters] or None


def condition_of(one: Filter, attributes: Mapping[str, list[str]]) -> Condition:
    """The filter with its values; a dynamic one takes them from the user's attributes, and without
    the attribute, or the two ends that BETWEEN takes, matches nothing, negated or not (GUESS: fails
    closed)."""
    if one.type != "DYNAMIC":
        return Condition(one.column, one.operator, tuple(one.values), one.negated, one.ignore_case)
    values = tuple(value for key in one.values for value in attributes.get(key, []))
    found = Condition(one.column, one.operator, values, one.negated, one.ignore_case)
    return found if found.comparisons else replace(found, negated=False)
