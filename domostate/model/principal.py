"""Principals: users and groups, as people write them and as Domo knows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["AccessLevel", "Directory", "Principal", "PrincipalType", "Reference"]


class PrincipalType(StrEnum):
    """The principal types that domostate manages; others are seen and never touched."""

    USER = "USER"
    GROUP = "GROUP"


class AccessLevel(StrEnum):
    """What a grant permits, from most to least (product §2.7)."""

    OWNER = "OWNER"
    CO_OWNER = "CO_OWNER"
    CAN_EDIT = "CAN_EDIT"
    CAN_SHARE = "CAN_SHARE"
    CAN_VIEW = "CAN_VIEW"
    NONE = "NONE"

    @property
    def rank(self) -> int:
        """Higher permits more; NONE is 0."""
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(reversed(AccessLevel))}


@dataclass(frozen=True, slots=True, order=True)
class Principal:
    """A user or group of one instance.

    `name` (an e-mail, or a group's name) is for people: it takes no part in comparison.
    """

    type: PrincipalType
    id: str
    name: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.type.lower()} {self.name or f'id {self.id}'}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A principal as a manifest names it: by name, or by Domo's id where names are ambiguous."""

    type: PrincipalType
    name: str = ""
    id: str = ""

    def __str__(self) -> str:
        return f"{self.type.lower()} {self.name or f'id {self.id}'}"


@dataclass(frozen=True, slots=True)
class Directory:
    """The users, groups and accounts of an instance, as its credentials see them.

    `users` maps id to e-mail, `groups` id to name, `accounts` id to (name, provider).
    `inactive` holds the ids of users that are there but deactivated.
    `me` is the running identity, None where the plane does not tell. `manages` says whether its
    role manages every dataset without a grant, None where nobody tells; `my_groups` holds the ids
    of the groups that it is in directly, and is not looked up for who manages everything.
    `roles` maps users to the ids of their roles, as far as Domo tells.
    """

    users: Mapping[str, str]
    groups: Mapping[str, str]
    accounts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    inactive: frozenset[str] = frozenset()
    me: Principal | None = None
    manages: bool | None = None
    my_groups: frozenset[str] = frozenset()
    roles: Mapping[str, str] = field(default_factory=dict)

    def named(self, type_: PrincipalType, id_: str) -> Principal:
        """The principal with its name, or without one when the directory does not list it."""
        names = self.users if type_ is PrincipalType.USER else self.groups
        return Principal(type_, id_, names.get(id_, ""))
