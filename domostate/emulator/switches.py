"""What nobody knows about Domo, or what differs between instances: decided here, at run time.

`GET /_emulator/switches` shows them, `PUT` changes the ones it names, a reset restores the values
of the estate (`switches:`) or these defaults.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from typing import Any

from domostate.emulator.errors import bad_request


@dataclass(frozen=True, slots=True)
class Switches:
    """One field per open question; each default is the reading that the references favour."""

    account_replies_documented: bool = False
    """Platform plane: PATCH of an account answers 200 with the account and DELETE 200, as the
    documents say, else 202 and 204 without a body, which pydomo insists on (platform §9)."""
    account_share_repeat_is_500: bool = True
    """Product plane: sharing an account with somebody who has that very access answers 500
    (product §1.3: a client's error text), else 200."""
    all_rows_before_first_enable: bool = True
    """The "All Rows" policy exists from creation on (platform §4.1: INFER), else from the first
    time PDP is on (product §4.5)."""
    auto_share_policy_members: bool = False
    """Adding somebody to a policy shares the dataset with them. "Said to" (product §4.6), never
    confirmed, and no captured access list shows it: hence off."""
    block_page: int = 0
    """Product plane: everything is answered by the HTML page for addresses that are not on the
    allowlist, with this status, 200 or 303; 0: nothing is (product §1.1: dl)."""
    bulk_access_forms: tuple[str, ...] = ()
    """Which bulk access list reads exist, of "map", "rows", "direct" (product §8 a, b, c:
    contested, hence none)."""
    content_share_level: str = "CAN_VIEW"
    """What `POST content/v1/share` grants on a dataset: the call names no level (product §2.7:
    GUESS)."""
    created_schema_is_indexed: bool = True
    """A new dataset's `schema/indexed` shows its columns at once, else no table before the first
    index call (product §2.5: guess). On, because the planes' create samples read back whole."""
    creator_joins_group: bool = True
    """Who creates a group is a member of it (platform §8: THREAD domo-python-sdk#103)."""
    commit_interval_s: int = 0
    """How long after a commit the next one of the same stream is refused; 0: not at all. Domo's
    default is 900 (platform §6: DOC; with which status is unknown)."""
    case_clash_empties: bool = True
    """Rows that come into columns whose names differ only in case are lost without a word (platform
    §4.2: THREAD DomoR#14, 2019)."""
    csv_bad_cells: bool = False
    """A text that is no value of its column becomes no value, else the rows are refused (GUESS)."""
    csv_header: bool = True
    """A first row of a part that names the columns is a header (platform §4.8: GUESS)."""
    csv_unauthenticated_is_406: bool = True
    """Platform plane: who is not signed in and accepts CSV only is answered 406 with an HTML page
    (platform §2: THREAD domo-java-sdk#10, #11), else as everybody."""
    deleted_dataset_is_object: bool = False
    """Platform plane: a deleted dataset answers 200 `{id, deleted: true}` (platform §4.1: DOC, no
    witness), else 404."""
    error_share: float = 0.0
    """Which part of all requests, from 0 to 1, fails with one of 500, 502, 503 and 504."""
    error_when: str = "before"
    """Whether those fail "before" the effect, "after" it, or "either"."""
    execute_reply: str = "execution"
    """Starting a connector's run answers 201 with the "execution" (product §5.4: portal, wip-spec)
    or 200 and "nothing" (seed 003)."""
    index_delay_ms: int = 0
    """How long after the index call the new schema is served (product §2.9: asynchronous)."""
    jitter_ms: int = 0
    """Up to how much longer than `latency_ms` an answer takes."""
    latency_ms: int = 0
    """How much longer every answer takes."""
    list_delay_ms: int = 0
    """How long a new dataset stays out of lists and searches (product §9: search lags)."""
    list_stale_ms: int = 0
    """How long lists and searches go on showing a dataset's old name, description, tags, owner and
    type, or the dataset itself once it is deleted (product §9: by minutes). It tells of changes
    made while it is on."""
    lock_after: int = 0
    """After how many wrong passwords in a row an account is locked; 0: never. That accounts are
    locked is recorded (product §1.1: dl), when is not."""
    managing_roles: tuple[str, ...] = ("Admin",)
    """Roles that manage every dataset and account without a grant (product §3, §6)."""
    missing_scope_is_401: bool = False
    """Platform plane: a token without the scope is answered 401, as an old gateway did (platform
    §2: THREAD domo-python-sdk#42, 2019), else 403 (GUESS)."""
    nested_groups: bool = True
    """Groups in groups pass on what the outer one was granted (GUESS, guarantees.md)."""
    no_access_is_403: bool = False
    """Platform plane: no access to a dataset is a plain 403, else 400 around a 403 (platform §2:
    THREAD domo-node-sdk#6, 2017; may have changed)."""
    null_matches_not: bool = False
    """An empty cell matches a negated filter (GUESS, guarantees.md)."""
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
    rate_burst: int = 0
    """How many requests a token may send at once; 0: as many as in a minute."""
    rate_per_minute: int = 0
    """How many requests a token may send in a minute; 0: any number. Domo publishes no number but
    about 120 for searches (product §1.4), and limits all the same (scripts; platform §11)."""
    rate_retry_after: bool = True
    """A refusal by `rate_per_minute` says in `Retry-After` when to come back (product §1.4: another
    SDK honours it; platform §11: no document has it)."""
    rate_status: int = 429
    """What `rate_per_minute` refuses with: 429 (product §1.4: scripts), 403 or 503 (platform §11:
    GUESS)."""
    query_shape: str = "columns"
    """Product plane: SQL answers an object of "columns" and rows (product §2.9: nb, dl) or a list
    of "objects" (seed 003)."""
    revoke_repeat_is_404: bool = False
    """Revoking what is not there answers 404, else 200 (product §2.7: unknown)."""
    role_grants_400: bool = False
    """Replacing the authorities of a role answers 400 although it was done (product §1.3: dl,
    "sometimes")."""
    run_ms: int = 0
    """How long a connector's run takes (unknown; in Domo it takes what fetching the data takes)."""
    schema_list: bool = True
    """`GET v3/datasources/schemaList` exists (product §2.5: wip-spec only)."""
    shuffle: bool = True
    """Ids, tags and grants come in another order at every read (product §4.1, §2.6: nb)."""
    stale_share: float = 0.0
    """Which part of the reads of lists, searches and indexed schemas, from 0 to 1, is answered as
    the same read was answered before (product §9: the index lags)."""
    streams_of: str = "creator"
    """Platform plane: a stream is shown to its "creator"'s clients only (platform §6: THREAD
    domo-java-sdk#18), or to who may "view" its dataset (DOC)."""
    system_tags_regenerated: bool = False
    """Generated tags come back when a tag write leaves them out (product §13 no. 9: open)."""
    token_generation: int = 0
    """Another number, and the tokens and sessions that were given so far are expired."""
    tagged_append_replaces: bool = True
    """An APPEND with a partition tag takes the place of the partition: a tag names one data version
    (seed 003: "the data version associated with a partition tag"; nb: one `dataId` each). Else the
    rows come beside those of the same tag."""
    token_life_s: int = 3599
    """How long a Platform token lives (platform §2: DOC)."""

    weather_seed: int = 0
    """What chance is drawn from, where switches or faults leave something to it."""


DEFAULT = Switches()
_CHOICES: Mapping[str, frozenset[object]] = {
    "block_page": frozenset({0, 200, 303}),
    "bulk_access_forms": frozenset({"map", "rows", "direct"}),
    "content_share_level": frozenset({"CO_OWNER", "CAN_EDIT", "CAN_SHARE", "CAN_VIEW"}),
    "error_when": frozenset({"before", "after", "either"}),
    "execute_reply": frozenset({"execution", "nothing"}),
    "old_owner_keeps": frozenset({"", "CO_OWNER", "CAN_EDIT", "CAN_SHARE", "CAN_VIEW"}),
    "policy_columns": frozenset({"latest", "indexed"}),
    "query_shape": frozenset({"columns", "objects"}),
    "rate_status": frozenset({429, 403, 503}),
    "streams_of": frozenset({"creator", "view"}),
}

_BOUNDS: Mapping[str, tuple[float, float]] = {
    "error_share": (0, 1),
    "jitter_ms": (0, 3_600_000),
    "latency_ms": (0, 3_600_000),
    "rate_burst": (0, 1_000_000),
    "rate_per_minute": (0, 1_000_000),
    "stale_share": (0, 1),
    "token_generation": (0, 2**53),
    "weather_seed": (-(2**53), 2**53),
}


def as_dict(switches: Switches) -> dict[str, Any]:
    """The switches by name, as `GET /_emulator/switches` answers."""
    found: dict[str, Any] = {}
    for field in fields(switches):
        value = getattr(switches, field.name)
        found[field.name] = list(value) if isinstance(value, tuple) else value
    return found


def changed(switches: Switches, wanted: Mapping[str, Any]) -> Switches:
    """`switches` with the named ones set; an unknown name or a wrong type is refused. Each may be
    given as what it is or as the text of a flag: `5`, `false`, `map,rows`, `none`."""
    return replace(switches, **{name: _checked(name, value) for name, value in wanted.items()})


def _checked(name: str, value: Any) -> Any:
    if name not in as_dict(DEFAULT):
        raise bad_request(f"There is no switch {name!r}; {_known(name)}")
    default = getattr(DEFAULT, name)
    choices = _CHOICES.get(name, frozenset())
    if isinstance(value, str):
        value = _said(default, choices, value)
    if isinstance(default, tuple):
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise bad_request(f"switch {name} takes a list of texts, not {value!r}")
        value = tuple(value)
    # bool is an int to Python, but `page_limit: true` is a mistake.
    elif type(value) is not type(default) and not (type(default) is float and type(value) is int):
        raise bad_request(f"switch {name} takes {type(default).__name__}, not {value!r}")
    given = set(value) if isinstance(value, tuple) else {value}
    if choices and not given <= choices:
        known = sorted((one if one != "" else _NOTHING[1] for one in choices), key=str)
        raise bad_request(f"switch {name} takes {known}, not {value!r}")
    least, most = _BOUNDS.get(name, (None, None))
    if least is not None and most is not None and not least <= value <= most:
        raise bad_request(f"switch {name} takes {least} to {most}, not {value!r}")
    return float(value) if isinstance(default, float) else value


_NOTHING = ("none", "nothing")
"""Words for an empty list, and for no text where none is a choice."""


def _said(default: Any, choices: frozenset[object], text: str) -> Any:
    """What a text says of a switch with that default; what says nothing stays a text, which is
    refused by its type."""
    match default:
        case bool():
            return {"true": True, "false": False}.get(text.lower(), text)
        case int() | float():
            try:
                return type(default)(text)
            except ValueError:
                return text
        case tuple():
            return [] if text in ("", *_NOTHING) else [one.strip() for one in text.split(",")]
    return "" if text in _NOTHING and "" in choices else text


def _known(name: str) -> str:
    near = get_close_matches(name, as_dict(DEFAULT), 1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(as_dict(DEFAULT))}"
