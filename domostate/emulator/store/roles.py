"""Roles: what Domo calls them and which authorities they carry."""

import json
from dataclasses import dataclass

from domostate.emulator.store.database import Database, Row
from domostate.emulator.store.people import MANAGE_DATASETS, ROLES, User

EDIT_USERS = "user.edit"
EDIT_ROLES = "authorization.roles"
MAKE_CLIENTS = "gateway.oauth.client.create"
"""Authorities that the emulator asks for; their names are Domo's [OAS], that they guard these very
calls is inferred from the names."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the instance."""

    id: int
    name: str
    description: str
    authorities: list[str]
    created_ms: int
    modified_ms: int

    @property
    def system(self) -> bool:
        """Whether it is one of the five that every instance has."""
        return self.id in ROLES.values()


_EVERYBODY = ("alert.actions", "profile.achieve.assign")
_PARTICIPANT = (*_EVERYBODY, "content.export", "insights.view")
_EDITOR = (
    *_PARTICIPANT, "alert.edit", "certifiedcontent.request", "content.card.edit",
    "content.page.edit", "content.variable.edit", "dataflow.magic", "dataset.account.create",
    "dataset.export", "goal.edit", "group.edit", "workbench.download",
)  # fmt: skip
_PRIVILEGED = (
    *_EDITOR, "appstore.read", "content.card.embed", "dataflow.adrenaline", "datastore.create",
    MAKE_CLIENTS, "user.invite", "versions.repository.create", "workflow.create",
)  # fmt: skip
_ADMIN = (
    *_PRIVILEGED, "account.admin", "account.view.all", "alert.admin", "audit", EDIT_ROLES,
    "certifiedcontent.admin", "content.admin", "customer.edit", "dataflow.admin",
    "dataflow.manage", "dataset.admin", MANAGE_DATASETS, "developer.token.manage", "group.admin",
    EDIT_USERS, "user.session.edit", "workflow.admin",
)  # fmt: skip
_SYSTEM = {
    "Admin": ("Full access to everything", _ADMIN),
    "Privileged": ("Full access except for editing users and settings owners", _PRIVILEGED),
    "Editor": ("Can edit Cards, Pages, DataSets, and Dataflows", _EDITOR),
    "Participant": ("Read only access to Cards and Pages", _PARTICIPANT),
    "Social": ("Access limited to social features", _EVERYBODY),
}
"""Names and descriptions are Domo's [OAS]; which role has which authority is a GUESS from the
descriptions, and the list of authorities a part of Domo's hundred."""

_ROLE = "SELECT id, name, description, authorities, created_ms, modified_ms FROM roles"


def _role(row: Row) -> Role:
    return Role(row[0], row[1], row[2], json.loads(row[3]), row[4], row[5])


def add_system_roles(db: Database, now_ms: int) -> None:
    """Store the roles that every instance has."""
    for name, (description, authorities) in _SYSTEM.items():
        save_role(db, Role(ROLES[name], name, description, sorted(authorities), now_ms, now_ms))


def all_roles(db: Database) -> list[Role]:
    """Every role, by id."""
    return [_role(row) for row in db.all(_ROLE + " ORDER BY id")]


def find_role(db: Database, role_id: int) -> Role | None:
    """The role of that id."""
    row = db.one(_ROLE + " WHERE id=?", role_id)
    return None if row is None else _role(row)


def role_named(db: Database, name: str) -> Role | None:
    """The role of that name; names are unique (GUESS)."""
    row = db.one(_ROLE + " WHERE name=?", name)
    return None if row is None else _role(row)


def save_role(db: Database, role: Role) -> None:
    """Store a role as it now is; who had it under another name has it under this one."""
    renamed = "UPDATE users SET role=? WHERE role=(SELECT name FROM roles WHERE id=?)"
    db.run(renamed, role.name, role.id)
    db.run(
        "INSERT OR REPLACE INTO roles VALUES (?, ?, ?, ?, ?, ?)",
        role.id, role.name, role.description, json.dumps(role.authorities), role.created_ms,
        role.modified_ms,
    )  # fmt: skip


def delete_role(db: Database, role: Role) -> None:
    """Remove a role that nobody has any more."""
    db.run("DELETE FROM roles WHERE id=?", role.id)


def holders(db: Database, role: Role) -> int:
    """How many users have the role."""
    return db.count("SELECT count(*) FROM users WHERE role=? AND deleted=0", role.name)


def has_authority(db: Database, user: User, authority: str) -> bool:
    """Whether the user's role carries `authority`."""
    role = role_named(db, user.role)
    return role is not None and authority in role.authorities
