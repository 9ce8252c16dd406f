"""Plans: a value that is printed, saved, compared, refused and carried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from domostate.model.change import Action, Change
from domostate.model.effects import Effects

__all__ = [
    "Budget",
    "DriftRow",
    "Plan",
    "PlanEnvironment",
    "Refusal",
    "RefusalKind",
    "Summary",
    "changed_by",
]


@dataclass(frozen=True, slots=True)
class PlanEnvironment:
    """Which instance a plan is for: `instance` is `acme-dev`, `emulator` or a base URL."""

    name: str
    instance: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of the summary line (contract §5).

    `adopt` to `destroy` count addresses, each once by its strongest action; `revoke` counts
    grants, policies and memberships taken away; `skipped` counts addresses that are only
    observed; `suppressed` counts differences under `ignore`.
    """

    adopt: int = 0
    add: int = 0
    change: int = 0
    forget: int = 0
    destroy: int = 0
    revoke: int = 0
    unchanged: int = 0
    skipped: int = 0
    suppressed: int = 0


@dataclass(frozen=True, slots=True)
class Budget:
    """One limit, what the plan would use of it, and what `--allow` lifts it to."""

    name: str
    limit: int
    used: int
    addresses: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    """For people: what each address is counted for, where that does not speak for itself."""

    @property
    def exceeded(self) -> bool:
        """Whether apply refuses the plan for it."""
        return self.used > self.limit


class RefusalKind(StrEnum):
    """What a plan is refused for that no budget counts."""

    PROTECTED = "protected"
    MANAGED_ELSEWHERE = "managed_elsewhere"
    SUSPECTED_MOVE = "suspected_move"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why apply refuses a plan; `hint` says in full what has to be done first."""

    kind: RefusalKind
    address: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class DriftRow:
    """A field that moved in Domo since the last apply, or stands under `ignore` or observe."""

    address: str
    path: str
    applied: object
    observed: object
    corrected: bool
    """Whether this plan puts it right."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an apply would do; see contract §6 for its file."""

    environment: PlanEnvironment
    manifests_digest: str
    state_lineage: str
    state_serial: int
    changes: tuple[Change, ...]
    summary: Summary
    reads: int
    writes: int
    budgets: tuple[Budget, ...] = ()
    drift: tuple[DriftRow, ...] = ()
    notes: tuple[str, ...] = ()
    """Warnings for people: nothing may depend on them."""
    allow: Mapping[str, int] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()
    take_over: tuple[str, ...] = ()
    """The addresses that may be taken from another project, sorted."""
    effects: Effects = field(default_factory=Effects)
    undoes: str = ""
    """The run that the plan takes back; empty where it goes after the manifests."""

    @property
    def effective(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.changes)


def changed_by(change: Change) -> Action:
    """The strongest action of a change, by which it is counted."""
    order = list(Action)
    return max(change.actions, key=order.index)
