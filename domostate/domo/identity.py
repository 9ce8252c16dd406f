"""The running identity: whom the credentials act for, and what they may do without a grant."""

from dataclasses import dataclass
from typing import Any, Final

from domostate.domo.reading import Reading, Row, get, rows_in
from domostate.errors import Broken, Forbidden, NotFound, Rejected
from domostate.model.call import Plane
from domostate.model.principal import Principal, PrincipalType

__all__ = ["Identity", "Standing", "identity", "role_manages", "standing"]

_ADMIN: Final = "Admin"
_MANAGES: Final = "dataset.manage"
"""The authority of a custom role that is shown as *Manage DataSet* (product §3)."""
_REFUSALS: Final = (Forbidden, NotFound, Rejected, Broken)


@dataclass(frozen=True, slots=True)
class Identity:
    """A user, and the name of their role, empty where the reply does not tell."""

    principal: Principal
    role: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """`manages`: whether the role manages every dataset, None where nobody tells.

    `groups` are the ids of the groups that the user is in directly; not looked up for who manages
    everything.
    """

    manages: bool | None
    groups: frozenset[str] = frozenset()


def identity(reading: Reading) -> Identity:
    """Whom the developer token acts for (product §1.1)."""
    call = get(Plane.PRODUCT, "/api/content/v2/users/me")
    reply = reading.ask(call)
    if not isinstance(reply, dict) or reply.get("id") is None:
        raise Broken("the reply names no user", method=call.method, path=call.path)
    email = str(reply.get("emailAddress") or reply.get("email") or "")
    principal = Principal(PrincipalType.USER, str(reply["id"]), email)
    return Identity(principal, _role_in(reply))


def standing(reading: Reading, who: Identity) -> Standing:
    """What the identity may do by its role, and its groups; no call where the role says it all."""
    if who.role == _ADMIN:
        return Standing(True)
    try:
        row = _user(reading, who.principal.id)
    except _REFUSALS:
        return Standing(None)
    groups = row.get("groups")
    named = groups if isinstance(groups, list) else []
    ids = frozenset(str(one["id"]) for one in named if isinstance(one, dict) and "id" in one)
    return Standing(_manages(reading, row, _role_in(row) or who.role), ids)


def _user(reading: Reading, id_: str) -> Row:
    if Plane.PRODUCT not in reading.planes:
        row = reading.ask(get(Plane.PLATFORM, f"/v1/users/{id_}"))
        return row if isinstance(row, dict) else {}
    call = get(Plane.PRODUCT, f"/api/identity/v1/users/{id_}", parts="GROUPS,ROLE")
    reply = reading.ask(call)
    if isinstance(reply, dict) and "users" not in reply:
        return reply
    return next(iter(rows_in(reply, call, "users")), {})


def _manages(reading: Reading, row: Row, role: str) -> bool | None:
    role_id = row.get("roleId")
    if role == _ADMIN:
        return True
    if role_id is None or Plane.PRODUCT not in reading.planes:
        return False if role else None
    return role_manages(reading, str(role_id))


def role_manages(reading: Reading, role_id: str) -> bool:
    """Whether a role manages every dataset without a grant; False where Domo does not tell."""
    call = get(Plane.PRODUCT, f"/api/authorization/v1/roles/{role_id}/authorities")
    try:
        found = reading.ask(call)
    except _REFUSALS:
        # A role that may not even look: to be asked once too often is the safe side.
        return False
    return isinstance(found, list) and _MANAGES in found


def _role_in(row: Row) -> str:
    """The name of the role, which comes as text or as an object of its own (portal Users)."""
    role: Any = row.get("role")
    if isinstance(role, dict):
        role = role.get("roleName") or role.get("name")
    return role if isinstance(role, str) else ""
