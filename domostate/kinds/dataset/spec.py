"""What a manifest may say about a dataset (contract §2).

The JSON Schema that editors use is generated from these models.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from domostate.kinds.dataset.filters import FilterSpec
from domostate.kinds.references import (
    ByName,
    Frozen,
    GroupMember,
    GroupName,
    ObjectId,
    OwnerSpec,
    UserMember,
    UserName,
)
from domostate.model.desired import ListMode, Manage, OnExisting

__all__ = [
    "AdoptSpec",
    "AllRowsSpec",
    "ColumnSpec",
    "ColumnType",
    "DatasetSpec",
    "GrantSpec",
    "PdpSpec",
    "PolicySpec",
    "SharesSpec",
    "StreamSpec",
    "TagsSpec",
]

NonEmpty = Annotated[str, StringConstraints(min_length=1)]


class ColumnType(StrEnum):
    """The column types of both planes (platform §4.2)."""

    STRING = "STRING"
    DECIMAL = "DECIMAL"
    LONG = "LONG"
    DOUBLE = "DOUBLE"
    DATE = "DATE"
    DATETIME = "DATETIME"


class ColumnSpec(Frozen):
    """One column; `renamed_from` only tells people what a drop and an add mean together."""

    name: NonEmpty
    type: Annotated[ColumnType, Field(strict=False)]
    renamed_from: NonEmpty | None = None


class TagsSpec(Frozen):
    """Tags in long form; a bare list means mode exact."""

    mode: Annotated[ListMode, Field(strict=False)] = ListMode.EXACT
    values: list[NonEmpty]


class GrantSpec(Frozen):
    """Access for one user or one group; `why` and `ticket` are notes for people."""

    user: UserName | None = None
    group: GroupName | None = None
    access: Literal["CO_OWNER", "CAN_EDIT", "CAN_SHARE", "CAN_VIEW"]
    why: str | None = None
    ticket: str | None = None

    @model_validator(mode="after")
    def _one(self) -> "GrantSpec":
        if (self.user is None) == (self.group is None):
            raise ValueError("exactly one of user and group is needed")
        return self


class SharesSpec(Frozen):
    """Shares in long form; a bare list of grants means mode exact."""

    mode: Annotated[ListMode, Field(strict=False)] = ListMode.EXACT
    use: list[ByName] = Field(default_factory=list)
    grants: list[GrantSpec] = Field(default_factory=list)


class AllRowsSpec(Frozen):
    """The members of Domo's own All Rows policy, exact where given."""

    users: list[UserMember] = Field(default_factory=list)
    groups: list[GroupMember] = Field(default_factory=list)


class PolicySpec(Frozen):
    """One row policy: who sees the rows on which every filter holds."""

    name: NonEmpty
    filters: list[FilterSpec] = Field(min_length=1)
    users: list[UserMember] = Field(default_factory=list)
    groups: list[GroupMember] = Field(default_factory=list)


class PdpSpec(Frozen):
    """Row-level permissions; `policies` left out leaves the policies alone."""

    enabled: bool | None = None
    mode: Annotated[ListMode, Field(strict=False)] = ListMode.EXACT
    all_rows: AllRowsSpec | None = None
    use: list[ByName] = Field(default_factory=list)
    policies: list[PolicySpec] | None = None


class TransportSpec(Frozen):
    """How a connector runs (seed 003)."""

    type: NonEmpty = "CONNECTOR"
    description: NonEmpty
    version: str = "1"


class AccountById(Frozen):
    """A connector account by Domo's id, where names are ambiguous."""

    id: ObjectId


class StreamSpec(Frozen):
    """The stream that feeds the dataset: a connector's with `provider`, else an API stream."""

    update_method: Literal["APPEND", "REPLACE", "UPSERT"]
    key_columns: list[NonEmpty] | None = None
    provider: NonEmpty | None = None
    transport: TransportSpec | None = None
    account: ByName | AccountById | None = None
    configuration: dict[str, str] | None = None
    schedule: dict[str, str | int | bool | list[str | int] | None] | None = None

    @model_validator(mode="after")
    def _forms(self) -> "StreamSpec":
        if (self.update_method == "UPSERT") != bool(self.key_columns):
            raise ValueError("update_method UPSERT and key_columns go together")
        connector = [
            key
            for key in ("transport", "account", "configuration", "schedule")
            if getattr(self, key) is not None
        ]
        if self.provider is None and connector:
            raise ValueError(
                f"{connector[0]} belongs to a connector stream, which names a provider"
            )
        if self.provider is not None and self.update_method == "UPSERT":
            raise ValueError("a connector stream takes APPEND or REPLACE")
        if self.provider is not None and self.transport is None:
            raise ValueError("a connector stream needs a transport")
        return self


class AdoptSpec(Frozen):
    """The one live dataset that this entry takes over."""

    id: ObjectId


class DatasetSpec(Frozen):
    """Everything a manifest may say about one dataset; what it leaves out is left alone."""

    name: NonEmpty
    description: str | None = None
    owner: ByName | OwnerSpec | None = None
    tags: list[NonEmpty] | TagsSpec | None = None
    columns: list[ColumnSpec] | None = Field(default=None, alias="schema")
    shares: list[GrantSpec] | SharesSpec | None = None
    pdp: PdpSpec | None = None
    stream: StreamSpec | None = None
    on_existing: Annotated[OnExisting, Field(strict=False)] = OnExisting.FAIL
    adopt: AdoptSpec | None = None
    manage: Annotated[Manage, Field(strict=False)] = Manage.FULL
    protect: bool = False
    ignore: list[NonEmpty] = Field(default_factory=list)
