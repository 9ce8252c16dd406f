"""The estate file: what it may say (contract §7), and where it is wrong."""

import gc
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from domostate.emulator.errors import EstateInvalid
from domostate.emulator.estate_check import Finding, findings_in
from domostate.emulator.estate_rows import (
    Count,
    DataVersionEntry,
    Entry,
    Number,
    PieceEntry,
    Type,
    Whole,
)
from domostate.emulator.store.people import ALL_SCOPES


class ById(Entry):
    """A user or group named by id, where its name would be ambiguous."""

    id: Number


Ref = str | ById
"""A user by e-mail, a group or an account by name, or either by id."""


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class RoleEntry(Entry):
    """A role beside Domo's own five."""

    id: Number | None = None
    name: str = Field(min_length=1)
    description: str = ""
    authorities: list[str] = []


class AttributeEntry(Entry):
    """The definition of a user attribute; attributes without one are custom."""

    key: str = Field(min_length=1)
    title: str = ""
    description: str = ""
    keyspace: Literal["idp", "domo-defined", "customer-defined"] = "customer-defined"
    validator: str = "ANY_VALUE"
    security_voter: str = "FULL_VIS_ADMIN_IDP"


class UserEntry(Entry):
    """A user."""

    id: Number | None = None
    email: str = Field(min_length=1)
    name: str = ""
    role: str = Field(default="Privileged", min_length=1)
    """One of Domo's five, or one of `roles`."""
    active: bool = True
    password: str | None = Field(default=None, min_length=1)
    """Without one any password signs the user in."""
    attributes: dict[str, Annotated[list[str], BeforeValidator(_as_list)]] = {}
    profile: dict[str, Any] = {}


class GroupEntry(Entry):
    """A group; `members` are users, `groups` are groups in it."""

    id: Number | None = None
    name: str = Field(min_length=1)
    type: Literal["open", "adHoc", "closed", "directory", "dynamic", "system"] = "open"
    description: str = ""
    active: bool = True
    creator: Ref | None = None
    owners: list[Ref] = []
    owner_groups: list[Ref] = []
    members: list[Ref] = []
    groups: list[Ref] = []


class TokenEntry(Entry):
    """A developer token."""

    token: str = Field(min_length=1)
    user: Ref


class ClientEntry(Entry):
    """An OAuth client."""

    id: str = Field(min_length=1)
    secret: str
    user: Ref
    scopes: list[str] = list(ALL_SCOPES)
    name: str = ""
    description: str = ""
    made: bool = False
    """Made by `POST /clients`: it does not end that any pair counts where no client is listed."""


class PrincipalEntry(Entry):
    """A user by `email`, a group by `name`, anything by `id`."""

    type: str
    email: str | None = None
    name: str | None = None
    id: Whole | str | None = None


class ShareEntry(PrincipalEntry):
    """One entry of an account's access list, the owner's excepted."""

    type: Literal["USER", "GROUP", "VIRTUAL_USER"]
    access: Literal[
        "OWNER", "CAN_EDIT", "CAN_SHARE", "CAN_WRITE", "CAN_WRITE_ONLY", "CAN_VIEW", "FEDERATED"
    ]


class AccountEntry(Entry):
    """An account of a data provider; without an owner it is the first Admin's."""

    id: Number | None = None
    name: str = Field(min_length=1)
    original_name: str | None = None
    """What it was called before it was renamed."""
    provider: str = Field(min_length=1)
    owner: Ref | None = None
    former_owner: Number | None = None
    """The id of an owner who was deleted since; instead of `owner`."""
    valid: bool = True
    shares: list[ShareEntry] = []
    configuration: dict[str, str] = {}
    """The credentials. A snapshot shows secrets as eight stars, which is what they then are."""


class GrantEntry(PrincipalEntry):
    """One entry of an access list, the owner's excepted."""

    access: Literal["CO_OWNER", "CAN_EDIT", "CAN_SHARE", "CAN_VIEW", "FEDERATED"]


class ColumnEntry(Entry):
    """One column."""

    name: str = Field(min_length=1)
    type: Type
    visible: bool = True
    upsert_key: bool = False
    description: str = ""
    tags: list[str] = []
    new_name: str = ""
    """What it is shown as, where that is not its name."""
    position: Whole | None = None
    """Where it is shown, where that is not its place in the list."""


class FilterEntry(Entry):
    """One condition of a policy."""

    column: str
    operator: str = "EQUALS"
    values: list[str] = []
    negated: bool = Field(False, alias="not")
    ignore_case: bool = False
    type: Literal["COLUMN", "DYNAMIC"] = "COLUMN"


class PolicyEntry(Entry):
    """A row policy; type "open" is All Rows."""

    id: Number | None = None
    type: Literal["user", "system", "open"] = "user"
    name: str = Field(min_length=1)
    users: list[Ref] = []
    groups: list[Ref] = []
    virtual_users: list[str] = []
    filters: list[FilterEntry] = []
    dataset_permissions: bool = False


class ColumnRuleEntry(Entry):
    """How some people see the columns under a column policy."""

    id: Number | None = None
    uuid: str = ""
    values: list[str] = Field(min_length=1)
    users: list[Ref] = []
    groups: list[Ref] = []
    dataset_permissions: bool = False
    order: Whole | None = None
    default: bool = False


class MappedColumnEntry(Entry):
    """A column under a column policy."""

    id: Number | None = None
    column: str


class ColumnPolicyEntry(Entry):
    """A column policy and the columns under it."""

    id: Number | None = None
    name: str = Field(min_length=1)
    rules: list[ColumnRuleEntry] = []
    columns: list[MappedColumnEntry] = []


class PdpEntry(Entry):
    """The policies of a dataset, and whether they act."""

    enabled: bool = False
    secured: bool = False
    external: bool = False
    enabled_column: bool = False
    policies: list[PolicyEntry] = []
    column_policies: list[ColumnPolicyEntry] = []


class CardEntry(Entry):
    """A card that is drawn from a dataset; without owners it is the dataset's owner's."""

    id: Number | None = None
    title: str = Field(min_length=1)
    type: str = "kpi"
    chart_type: str = "badge_vert_bar"
    owners: list[PrincipalEntry] = []
    """One that is named by id may be gone by now."""
    columns: list[str] = []
    """Those it draws from; it breaks when one of them goes."""
    views: Count = 0
    drill: bool = False
    """Whether only a drill path of it uses the dataset."""


class CertificationEntry(Entry):
    """Who vouches for a dataset; the first Admin, if nobody is named."""

    state: Literal["ACTIVE", "EXPIRED", "REQUESTED", "PENDING"] = "ACTIVE"
    user: Ref | None = None
    """One that is named by id may be gone by now."""
    admin: bool = True
    process_type: str = "COMPANY"
    process_name: str = ""
    request_id: str = ""
    reason: str = ""


class StreamEntry(Entry):
    """A stream in the words of the manifest language (contract §2)."""

    id: Number | None = None
    provider: str | None = None
    transport: dict[str, str] | None = None
    account: Ref | None = None
    update_method: Literal["REPLACE", "APPEND", "UPSERT", "DELETE"] = "REPLACE"
    key_columns: list[str] = []
    configuration: dict[str, str] = {}
    other_configuration: list[dict[str, str]] = []
    """Entries of categories other than METADATA, or of types other than string."""
    schedule: dict[str, Any] = {}
    schedule_state: Literal["MANUAL", "ACTIVE", "INACTIVE"] | None = None
    schedule_options: dict[str, Any] = {}
    """`scheduleStartDate`, `scheduleRetryExpression`, `scheduleRetryCount`, `scheduleAssertion`."""
    creator: Ref | None = None
    """Who made it; the first Admin, if nobody is named."""


class DatasetEntry(Entry):
    """A dataset. Without `tags` a connector dataset gets the tags that Domo generates; with them
    it has exactly those."""

    id: str | None = None
    name: str = Field(min_length=1)
    description: str = ""
    owner: PrincipalEntry | str | None = None
    tags: list[Annotated[str, Field(min_length=1)]] | None = None
    columns: list[ColumnEntry] = []
    indexed_columns: list[ColumnEntry] | None = None
    """Where the index lags behind `columns`."""
    permissions: list[GrantEntry] = []
    pdp: PdpEntry = PdpEntry()
    stream: StreamEntry | None = None
    provider: str | None = None
    type: str | None = None
    """Where it differs from the provider."""
    transport: str | None = None
    hidden: bool = False
    rows: Count = 0
    """How many rows are said to be there, where no `csv` tells."""
    csv: str | None = None
    """The rows, with a header that names the columns."""
    pieces: list[PieceEntry] | None = None
    """The rows where a `csv` cannot tell: in partitions, or written with other columns."""
    states: list[list[Count]] | None = Field(default=None, min_length=1)
    """The places in `pieces` of the rows, state by state: from what is indexed to what is stored,
    where that is not the same."""
    data_versions: list[DataVersionEntry] | None = None
    """The writes of rows, where they were others than one for each partition."""
    column_count: Count | None = None
    """How many columns the rows had when they were written, where they have others now."""
    cards: list[CardEntry] = []
    certification: CertificationEntry | None = None


class Estate(Entry):
    """Everything an instance holds."""

    roles: list[RoleEntry] = []
    attributes: list[AttributeEntry] = []
    users: list[UserEntry] = []
    groups: list[GroupEntry] = []
    accounts: list[AccountEntry] = []
    tokens: list[TokenEntry] = []
    clients: list[ClientEntry] = []
    datasets: list[DatasetEntry] = []
    switches: dict[str, Any] = {}


ONE_ADMIN = Estate(users=[UserEntry(email="admin@acme.example", name="Admin", role="Admin")])
"""What the emulator starts with when no estate is given."""


def load_estate(path: Path) -> Estate:
    """Read an estate file, YAML or JSON.

    Raises:
        EstateInvalid: with every finding, each with file and line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise EstateInvalid([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise EstateInvalid([f"{path}: is not UTF-8 text"]) from error
    return estate_of(text, str(path))


def estate_of(text: str, name: str) -> Estate:
    """The estate that a text holds, YAML or JSON; findings call it by `name`.

    Raises:
        EstateInvalid: with every finding, each with name and line.
    """
    # Imported here: ruamel only where YAML is read.
    from domostate.emulator.yaml_lines import line_of, parse_as_json

    found = _problems(parse_as_json(text, name))
    if isinstance(found, Estate):
        return found
    lines = [(line_of(text, place), place, message) for place, message in found]
    raise EstateInvalid(
        [f"{name}:{line}: {_spoken(place)}{message}" for line, place, message in sorted(lines)]
    )


def check_estate(value: Any) -> Estate:
    """An estate that came as JSON.

    Raises:
        EstateInvalid: with every finding.
    """
    found = _problems(value)
    if isinstance(found, Estate):
        return found
    raise EstateInvalid([f"{_spoken(place)}{message}" for place, message in found])


def _problems(value: Any) -> Estate | list[Finding]:
    collecting = gc.isenabled()
    gc.disable()  # many small objects, none of them garbage: four times as fast without
    try:
        estate = Estate.model_validate({} if value is None else value)
    except ValidationError as error:
        # `Ref` is a union: pydantic reports each branch, its name behind the place.
        return [(_place(one["loc"]), one["msg"]) for one in error.errors()]
    finally:
        if collecting:
            gc.enable()
    return findings_in(estate) or estate


def _place(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    branches = {"str", "ById", "PrincipalEntry", "int", "constrained-int"}
    return tuple(part for part in location if part not in branches)


def _spoken(place: tuple[int | str, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return f"{text.removeprefix('.')}: " if text else ""
