"""What a plan is made for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    """The environment, and the limits that hold in it."""

    environment: str
    instance: str
    limits: Limits = field(default_factory=Limits)
