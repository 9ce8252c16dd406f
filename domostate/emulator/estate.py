"""The estate file: what it may say (contract §7), and where it is wrong."""

import gc
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from domostate.emulator.errors import EstateInvalid
from domostate.emulator.estate_check import Finding, findings_in
from domostate.emulator.store.people import ALL_SCOPES


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class ById(_Entry):
    """A user or group named by id, where its name would be ambiguous."""

    id: int


Ref = str | ById
"""A user by e-mail, a group or an account by name, or either by id."""

Type = Literal["STRING", "DECIMAL", "LONG", "DOUBLE", "DATE", "DATETIME"]
Role = Literal["Admin", "Privileged", "Editor", "Participant", "Social"]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class UserEntry(_Entry):
    """A user."""

    id: int | None = None
    email: str = Field(min_length=1)
    name: str = ""
    role: Role = "Privileged"
    active: bool = True
    attributes: dict[str, Annotated[list[str], BeforeValidator(_as_list)]] = {}
    profile: dict[str, Any] = {}


class GroupEntry(_Entry):
    """A group; `members` are users, `groups` are groups in it."""

    id: int | None = None
    name: str = Field(min_length=1)
    type: Literal["open", "adHoc", "closed", "directory", "dynamic", "system"] = "open"
    description: str = ""
    active: bool = True
    creator: Ref | None = None
    owners: list[Ref] = []
    owner_groups: list[Ref] = []
    members: list[Ref] = []
    groups: list[Ref] = []


class AccountEntry(_Entry):
    """An account of a data provider; without an owner it is the first Admin's."""

    id: int | None = None
    name: str = Field(min_length=1)
    provider: str = Field(min_length=1)
    owner: Ref | None = None
    valid: bool = True


class TokenEntry(_Entry):
    """A developer token."""

    token: str = Field(min_length=1)
    user: Ref


class ClientEntry(_Entry):
    """An OAuth client."""

    id: str = Field(min_length=1)
    secret: str
    user: Ref
    scopes: list[str] = list(ALL_SCOPES)


class PrincipalEntry(_Entry):
    """A user by `email`, a group by `name`, anything by `id`."""

    type: str
    email: str | None = None
    name: str | None = None
    id: int | str | None = None


class GrantEntry(PrincipalEntry):
    """One entry of an access list, the owner's excepted."""

    access: Literal["CO_OWNER", "CAN_EDIT", "CAN_SHARE", "CAN_VIEW", "FEDERATED"]


class ColumnEntry(_Entry):
    """One column."""

    name: str = Field(min_length=1)
    type: Type
    visible: bool = True
    upsert_key: bool = False


class FilterEntry(_Entry):
    """One condition of a policy."""

    column: str
    operator: str = "EQUALS"
    values: list[str] = []
    negated: bool = Field(False, alias="not")
    ignore_case: bool = False
    type: Literal["COLUMN", "DYNAMIC"] = "COLUMN"


class PolicyEntry(_Entry):
    """A row policy; type "open" is All Rows."""

    id: int | None = None
    type: Literal["user", "system", "open"] = "user"
    name: str = Field(min_length=1)
    users: list[Ref] = []
    groups: list[Ref] = []
    virtual_users: list[str] = []
    filters: list[FilterEntry] = []
    dataset_permissions: bool = False


class PdpEntry(_Entry):
    """The policies of a dataset, and whether they act."""

    enabled: bool = False
    secured: bool = False
    external: bool = False
    enabled_column: bool = False
    policies: list[PolicyEntry] = []


class StreamEntry(_Entry):
    """A stream in the words of the manifest language (contract §2)."""

    id: int | None = None
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


class DatasetEntry(_Entry):
    """A dataset. Without `tags` a connector dataset gets the tags that Domo generates; with them
    it has exactly those."""

    id: str | None = None
    name: str = Field(min_length=1)
    description: str = ""
    owner: PrincipalEntry | str | None = None
    tags: list[str] | None = None
    columns: list[ColumnEntry] = []
    indexed_columns: list[ColumnEntry] | None = None
    """Where the index lags behind `columns`."""
    permissions: list[GrantEntry] = []
    pdp: PdpEntry = PdpEntry()
    stream: StreamEntry | None = None
    provider: str | None = None
    transport: str | None = None
    hidden: bool = False
    rows: int = 0


class Estate(_Entry):
    """Everything an instance holds."""

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
    from domostate.emulator.yaml_lines import line_of, parse  # ruamel only where YAML is read

    value = parse(text, str(path))
    found = _problems(value)
    if isinstance(found, Estate):
        return found
    lines = [(line_of(text, place), place, message) for place, message in found]
    raise EstateInvalid(
        [f"{path}:{line}: {_spoken(place)}{message}" for line, place, message in sorted(lines)]
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
    branches = {"str", "ById", "PrincipalEntry", "int"}
    return tuple(part for part in location if part not in branches)


def _spoken(place: tuple[int | str, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return f"{text.removeprefix('.')}: " if text else ""
