"""How manifests name users and groups.

A user is an e-mail, a group its name; `{id: 27}` stands in for either where names are ambiguous.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from domostate.model.principal import PrincipalType, Reference

__all__ = ["ByName", "Frozen", "GroupName", "ObjectId", "OwnerSpec", "UserName", "reference_to"]


class Frozen(BaseModel):
    """The base of everything a manifest may say: unknown keys are mistakes, values are frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _id_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


ObjectId = Annotated[
    str, BeforeValidator(_id_text, json_schema_input_type=str | int), Field(min_length=1)
]
"""A Domo id, always text inside (product §7: its JSON type differs by endpoint)."""

ByName = Annotated[str, Field(min_length=1)]


class ById(Frozen):
    """A principal by Domo's id."""

    id: ObjectId


UserName = ByName | ById
GroupName = ByName | ById


class _UserMember(Frozen):
    user: UserName
    why: str | None = None
    ticket: str | None = None


UserMember = UserName | _UserMember
"""A member of a policy: an e-mail, or `{user: …}` in long form, with notes for people."""


class _GroupMember(Frozen):
    group: GroupName
    why: str | None = None
    ticket: str | None = None


GroupMember = GroupName | _GroupMember


class OwnerSpec(Frozen):
    """An owner in long form: exactly one of `user` and `group`."""

    user: UserName | None = None
    group: GroupName | None = None

    @model_validator(mode="after")
    def _one(self) -> "OwnerSpec":
        if (self.user is None) == (self.group is None):
            raise ValueError("exactly one of user and group is needed")
        return self


def reference_to(type_: PrincipalType, named: UserName | _UserMember | _GroupMember) -> Reference:
    """The reference behind any of the forms in which a manifest names a principal."""
    match named:
        case str():
            return Reference(type_, name=named)
        case ById(id=id_):
            return Reference(type_, id=id_)
        case _UserMember(user=inner):
            return reference_to(type_, inner)
        case _GroupMember(group=inner):
            return reference_to(type_, inner)
