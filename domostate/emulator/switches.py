"""What nobody knows about Domo, or what differs between instances: decided here, at run time.

`GET /_emulator/switches` shows them, `PUT` changes the ones it names, a reset restores the values
of the estate (`switches:`) or these defaults.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from domostate.emulator.errors import bad_request


@dataclass(frozen=True, slots=True)
class Switches:
    """One field per open question; each default is the reading that the references favour."""

    all_rows_before_first_enable: bool = True
    """The "All Rows" policy exists from creation on (platform §4.1: INFER), else from the first
    time PDP is on (product §4.5)."""
    auto_share_policy_members: bool = False
    """Adding somebody to a policy shares the dataset with them. "Said to" (product §4.6), never
    confirmed, and no captured access list shows it: hence off."""
    bulk_access_forms: tuple[str, ...] = ()
    """Which bulk access list reads exist, of "map", "rows", "direct" (product §8 a, b, c:
    contested, hence none)."""
    created_schema_is_indexed: bool = True
    """A new dataset's `schema/indexed` shows its columns at once, else no table before the first
    index call (product §2.5: guess). On, because the planes' create samples read back whole."""
    creator_joins_group: bool = True
    """Who creates a group is a member of it (platform §8: THREAD domo-python-sdk#103)."""
    deleted_dataset_is_object: bool = False
    """Platform plane: a deleted dataset answers 200 `{id, deleted: true}` (platform §4.1: DOC, no
    witness), else 404."""
    index_delay_ms: int = 0
    """How long after the index call the new schema is served (product §2.9: asynchronous)."""
    list_delay_ms: int = 0
    """How long a new dataset stays out of lists and searches (product §9: search lags)."""
    managing_roles: tuple[str, ...] = ("Admin",)
    """Roles that manage every dataset without a grant (product §3)."""
    nested_groups: bool = True
    """Groups in groups pass on what the outer one was granted (GUESS, guarantees.md)."""
    old_owner_keeps: str = ""
    """The level that a former owner keeps after a transfer; empty: none (product §2.3: guess)."""
    page_limit: int = 0
    """A cap on the page size of every list, so that small estates are paged too; 0: none."""
    policy_columns: str = "latest"
    """Whether a policy may name columns of the "latest" defined or only of the "indexed" schema
    (unknown)."""
    pdp_switch_omitted_is_false: bool = False
    """A flag left out of `PUT data-control/{id}` becomes false, else it stays (product §13 no. 6:
    open)."""
    properties_omitted_is_blank: bool = False
    """`PUT properties` without a description blanks it, else it stays (product §2.2: guess)."""
    revoke_repeat_is_404: bool = False
    """Revoking what is not there answers 404, else 200 (product §2.7: unknown)."""
    schema_list: bool = True
    """`GET v3/datasources/schemaList` exists (product §2.5: wip-spec only)."""
    shuffle: bool = True
    """Ids, tags and grants come in another order at every read (product §4.1, §2.6: nb)."""
    system_tags_regenerated: bool = False
    """Generated tags come back when a tag write leaves them out (product §13 no. 9: open)."""
    token_life_s: int = 3599
    """How long a Platform token lives (platform §2: DOC)."""


DEFAULT = Switches()
_CHOICES: Mapping[str, frozenset[str]] = {
    "bulk_access_forms": frozenset({"map", "rows", "direct"}),
    "old_owner_keeps": frozenset({"", "CO_OWNER", "CAN_EDIT", "CAN_SHARE", "CAN_VIEW"}),
    "policy_columns": frozenset({"latest", "indexed"}),
}


def as_dict(switches: Switches) -> dict[str, Any]:
    """The switches by name, as `GET /_emulator/switches` answers."""
    found: dict[str, Any] = {}
    for field in fields(switches):
        value = getattr(switches, field.name)
        found[field.name] = list(value) if isinstance(value, tuple) else value
    return found


def changed(switches: Switches, wanted: Mapping[str, Any]) -> Switches:
    """`switches` with the named ones set; an unknown name or a wrong type is refused."""
    return replace(switches, **{name: _checked(name, value) for name, value in wanted.items()})


def _checked(name: str, value: Any) -> Any:
    default = getattr(DEFAULT, name, None)
    if default is None:
        known = ", ".join(as_dict(DEFAULT))
        raise bad_request(f"There is no switch {name!r}; known: {known}")
    if isinstance(default, tuple):
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise bad_request(f"switch {name} takes a list of texts, not {value!r}")
        value = tuple(value)
    # bool is an int to Python, but `page_limit: true` is a mistake.
    elif type(value) is not type(default):
        raise bad_request(f"switch {name} takes {type(default).__name__}, not {value!r}")
    choices = _CHOICES.get(name)
    given = set(value) if isinstance(value, tuple) else {value}
    if choices is not None and not given <= choices:
        raise bad_request(f"switch {name} takes {sorted(choices)}, not {value!r}")
    return value
