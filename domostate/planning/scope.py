"""What a plan is made for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domostate.model.address import Address

__all__ = ["Limits", "Scope"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets by class, a count or a percentage (`10%`), and what `--allow` lifts them to.

    A class that is not named has no limit, but for `recreate`: a recorded id that is gone is
    created anew only when somebody said so (guarantees, "Crash and retry rules").
    """

    budgets: Mapping[str, int | str] = field(default_factory=dict)
    allow: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """The environment, the limits that hold in it, and what was said of markers and state.

    `marker` says whether the project marks what it manages; `take_over` names the addresses whose
    objects may be taken from another project; `new_state` says that nothing was lost where there
    is no state.
    """

    environment: str
    instance: str
    limits: Limits = field(default_factory=Limits)
    marker: bool = False
    take_over: frozenset[Address] = frozenset()
    new_state: bool = False
