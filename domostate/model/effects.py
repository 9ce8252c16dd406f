"""Effects: what a plan means for people."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domostate.model.principal import AccessLevel

__all__ = ["AccessRow", "Effects"]


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One person and one dataset whose access changes (contract §6, `access_changes`).

    `principal` is an e-mail, or the id where Domo tells none. `kind` is gain, lose, rows or level;
    rows are in words, `all` and `none` among them. `widens`: whether the person gets to see
    anything new, as far as that cannot be ruled out.
    """

    principal: str
    address: str
    dataset_id: str
    kind: str
    level_before: AccessLevel
    level_after: AccessLevel
    rows_before: str
    rows_after: str
    via: tuple[str, ...]
    widens: bool


@dataclass(frozen=True, slots=True)
class Effects:
    """All that a plan means for people.

    `gain`, `lose` and `rows` count distinct people; a level that rises or falls is a gain or a loss
    (contract §5). `by_role` counts those who see everything anyway by a managing role, and are not
    among the rows. `unknown` says why nobody can tell, and is empty where that is not so. `seen`
    are fingerprints of what the datasets let whom do, by address: only of these is it true.
    """

    rows: tuple[AccessRow, ...] = ()
    gain: int = 0
    lose: int = 0
    change_rows: int = 0
    by_role: int = 0
    unknown: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)

    @property
    def widened(self) -> tuple[AccessRow, ...]:
        """The pairs of a person and a dataset that gain level or rows (contract §3, `widen`)."""
        return tuple(row for row in self.rows if row.widens)
