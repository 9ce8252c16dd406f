"""The estate as it stands, in the words of the estate file (contract §7).

Loading a snapshot as an estate gives an equal snapshot. What has its usual value is left out
where the contract does not name it. Times and request logs are no part of it.
"""

import json
from dataclasses import asdict
from typing import Any

from domostate.emulator.content import column_policies, content_of
from domostate.emulator.content_rows import rows_of, width_said
from domostate.emulator.rows.vault import Vault
from domostate.emulator.store.account_types import masked
from domostate.emulator.store.accounts import all_accounts, shares_of
from domostate.emulator.store.attributes import stored_keys
from domostate.emulator.store.credentials import passwords
from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset, Wanted, find_dataset, list_datasets
from domostate.emulator.store.grants import access_list
from domostate.emulator.store.groups import Group, all_groups, find_group, members, owners
from domostate.emulator.store.people import ALL_SCOPES, all_users, first_admin
from domostate.emulator.store.policies import Filter, Policy, policies_of
from domostate.emulator.store.roles import all_roles
from domostate.emulator.store.schemas import Column, columns_of, indexed_columns
from domostate.emulator.store.streams import Stream, stream_of
from domostate.emulator.switches import DEFAULT, as_dict

EVERYTHING: tuple[str, list[object]] = ("1", [])


def snapshot(db: Database, now_ms: int, vault: Vault | None = None) -> dict[str, Any]:
    """The whole estate with ids, and the switches that are not at their default; with a `vault`
    the rows of it too.

    Datasets are sorted by name, everything else by id; users stay in the order of the estate file,
    because the first Admin is who open tokens act as.
    """
    names = Names(db, now_ms)
    datasets = list_datasets(db, Wanted(EVERYTHING, hidden_too=True))
    found: dict[str, Any] = _roles_and_attributes(db)
    found |= {
        "users": _users(db),
        "groups": [_group(names, group) for group in all_groups(db)],
        "accounts": _accounts(names),
    }
    tokens = db.all("SELECT token, user_id FROM tokens ORDER BY token")
    if tokens:
        found["tokens"] = [{"token": row[0], "user": names.user(row[1])} for row in tokens]
    clients = db.all(
        "SELECT id, secret, user_id, scopes, name, description, made FROM clients ORDER BY id"
    )
    if clients:
        found["clients"] = [_client(names, row) for row in clients]
    found["datasets"] = [_dataset(names, dataset) for dataset in datasets]
    for entry, dataset in zip(found["datasets"], datasets, strict=True):
        if vault is not None:
            entry |= rows_of(db, vault, dataset, now_ms)
        entry |= width_said(entry, dataset)
    usual = as_dict(DEFAULT)
    switches = {name: on for name, on in as_dict(db.switches).items() if on != usual[name]}
    if switches:
        found["switches"] = switches
    return found


def dataset_access(db: Database, dataset_id: str) -> dict[str, Any]:
    """Who may do what with one dataset, as the history tells it; nobody when it is gone."""
    dataset = find_dataset(db, dataset_id)
    if dataset is None:
        nobody = {"enabled": False, "policies": []}
        return {"id": dataset_id, "owner": None, "permissions": [], "pdp": nobody}
    names = Names(db)
    return {
        "id": dataset_id,
        "owner": _owner(names, dataset),
        "permissions": _permissions(names, dataset),
        "pdp": _pdp(names, dataset),
    }


def group_access(db: Database, group_id: int) -> dict[str, Any]:
    """Who is in one group, as the history tells it; an inactive or deleted one passes nothing on,
    so it counts as empty."""
    group = find_group(db, group_id)
    if group is None or group.deleted or not group.active:
        name = group.name if group is not None else None
        return {"id": group_id, "name": name, "members": [], "groups": []}
    return {"id": group_id, "name": group.name, **_membership(Names(db), group_id)}


class Names:
    """What users, groups and accounts are called in a snapshot: by id where a name is shared."""

    def __init__(self, db: Database, now_ms: int = 0) -> None:
        self.db = db
        self.now_ms = now_ms
        self._known: dict[tuple[str, int], Any] = {}

    def user(self, user_id: int) -> Any:
        """An e-mail; users with equal ones cannot be."""
        return self._name("user", user_id, "SELECT email, 1 FROM users WHERE id=? AND deleted=0")

    def group(self, group_id: int) -> Any:
        """A name, or {id}."""
        return self._name(
            "group", group_id,
            "SELECT name, (SELECT count(*) FROM groups AS other WHERE other.name=groups.name "
            "AND other.deleted=0) FROM groups WHERE id=? AND deleted=0",
        )  # fmt: skip

    def account(self, account_id: int) -> Any:
        """A name, or {id}."""
        return self._name(
            "account", account_id,
            "SELECT name, (SELECT count(*) FROM accounts AS other WHERE other.name=accounts.name) "
            "FROM accounts WHERE id=?",
        )  # fmt: skip

    def _name(self, kind: str, number: int, statement: str) -> Any:
        key = (kind, number)
        if key not in self._known:
            row = self.db.one(statement, number)
            unique = row is not None and row[1] == 1
            self._known[key] = row[0] if row is not None and unique else {"id": number}
        return self._known[key]

    def principal(self, kind: str, principal_id: str) -> dict[str, Any]:
        """`{type, email}`, `{type, name}` or `{type, id}`."""
        if kind not in ("USER", "GROUP"):
            return {"type": kind, "id": principal_id}
        number = int(principal_id)
        found = self.user(number) if kind == "USER" else self.group(number)
        if isinstance(found, dict):
            return {"type": kind, "id": number}
        return {"type": kind, "email" if kind == "USER" else "name": found}


def _sorted(found: list[Any]) -> list[Any]:
    return sorted(found, key=lambda one: json.dumps(one, sort_keys=True))


def _roles_and_attributes(db: Database) -> dict[str, Any]:
    """What the estate adds to Domo's own roles and says of attributes; nothing where it does
    neither."""
    roles = [
        {"id": one.id, "name": one.name, "description": one.description}
        | {"authorities": one.authorities}
        for one in all_roles(db)
        if not one.system
    ]
    attributes = [asdict(one) for one in stored_keys(db)]
    found = {"roles": roles, "attributes": attributes}
    return {name: entries for name, entries in found.items() if entries}


def _users(db: Database) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    known = passwords(db)
    for user in all_users(db):
        entry: dict[str, Any] = {
            "id": user.id,
            "email": user.email,
            "name": user.name,
            "role": user.role,
            "active": user.active,
            "attributes": user.attributes,
        }
        if user.profile:
            entry["profile"] = user.profile
        if user.id in known:
            entry["password"] = known[user.id]
        found.append(entry)
    return found


def _group(names: Names, group: Group) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": group.id, "name": group.name}
    if group.type != "open":
        entry["type"] = group.type
    if group.description:
        entry["description"] = group.description
    if not group.active:
        entry["active"] = False
    creator = None if group.creator_id is None else names.user(group.creator_id)
    if isinstance(creator, str):
        entry["creator"] = creator
    owning = owners(names.db, group.id)
    users = [names.user(one) for kind, one in owning if kind == "USER"]
    groups = [names.group(one) for kind, one in owning if kind == "GROUP"]
    if users:
        entry["owners"] = _sorted(users)
    if groups:
        entry["owner_groups"] = _sorted(groups)
    return entry | _membership(names, group.id)


def _membership(names: Names, group_id: int) -> dict[str, Any]:
    inside = members(names.db, group_id)
    return {
        "members": _sorted([names.user(one) for kind, one in inside if kind == "USER"]),
        "groups": _sorted([names.group(one) for kind, one in inside if kind == "GROUP"]),
    }


def _accounts(names: Names) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for account in all_accounts(names.db):
        entry: dict[str, Any] = {"id": account.id, "name": account.name}
        if account.original_name != account.name:
            entry["original_name"] = account.original_name
        entry["provider"] = account.provider
        owner = names.user(account.owner_id)
        if isinstance(owner, str):
            entry["owner"] = owner
        else:
            entry["former_owner"] = account.owner_id
        if not account.valid:
            entry["valid"] = False
        shares = shares_of(names.db, account.id)
        if shares:
            shown = [names.principal(one.type, one.id) | {"access": one.level} for one in shares]
            entry["shares"] = _sorted(shown)
        if account.configuration:
            entry["configuration"] = masked(account.configuration)
        found.append(entry)
    return found


def _client(names: Names, row: tuple[Any, ...]) -> dict[str, Any]:
    entry = {"id": row[0], "secret": row[1], "user": names.user(row[2])}
    scopes = json.loads(row[3])
    if scopes != list(ALL_SCOPES):
        entry["scopes"] = scopes
    more = {"name": row[4], "description": row[5], "made": bool(row[6])}
    return entry | {name: value for name, value in more.items() if value}


def _dataset(names: Names, dataset: Dataset) -> dict[str, Any]:
    db = names.db
    stream = stream_of(db, dataset.id)
    entry: dict[str, Any] = {
        "id": dataset.id,
        "name": dataset.name,
        "description": dataset.description,
        "owner": _owner(names, dataset),
        "tags": sorted(dataset.tags),
        "columns": _columns(columns_of(db, dataset.id, dataset.schema_version)),
        "permissions": _permissions(names, dataset),
        "pdp": _pdp(names, dataset),
        "stream": None if stream is None else _stream(names, stream),
    }
    indexed = _columns(indexed_columns(db, dataset, names.now_ms))
    if indexed != entry["columns"]:
        entry["indexed_columns"] = indexed
    connector = stream is not None and bool(stream.provider)
    if dataset.provider != (stream.provider if stream and connector else "api"):
        entry["provider"] = dataset.provider
    if dataset.type != dataset.provider:
        entry["type"] = dataset.type
    if dataset.transport != ("CONNECTOR" if connector else "API"):
        entry["transport"] = dataset.transport
    if dataset.hidden:
        entry["hidden"] = True
    if dataset.row_count:
        entry["rows"] = dataset.row_count
    masks = column_policies(names, dataset)
    if masks:
        entry["pdp"]["column_policies"] = masks
    return entry | content_of(names, dataset)


def _columns(columns: list[Column]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for column in columns:
        entry: dict[str, Any] = {"name": column["name"], "type": column["type"]}
        if column.get("visible") is False:
            entry["visible"] = False
        if column.get("upsertKey"):
            entry["upsert_key"] = True
        said = ("description", "tags", "position")
        entry |= {name: column[name] for name in said if name in column}
        if "newName" in column:
            entry["new_name"] = column["newName"]
        found.append(entry)
    return found


def _owner(names: Names, dataset: Dataset) -> dict[str, Any]:
    return names.principal(dataset.owner_type, str(dataset.owner_id))


def _permissions(names: Names, dataset: Dataset) -> list[dict[str, Any]]:
    _, *grants = access_list(names.db, dataset)
    found = [names.principal(one.type, one.id) | {"access": one.level} for one in grants]
    return sorted(found, key=lambda one: json.dumps(list(one.values())))  # by type, then name


def _pdp(names: Names, dataset: Dataset) -> dict[str, Any]:
    entry: dict[str, Any] = {"enabled": dataset.pdp_enabled}
    for name in ("secured", "external", "enabled_column"):
        if getattr(dataset, f"pdp_{name}"):
            entry[name] = True
    entry["policies"] = [_policy(names, one) for one in policies_of(names.db, dataset.id)]
    return entry


def _policy(names: Names, policy: Policy) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": policy.id,
        "type": policy.type,
        "name": policy.name,
        "users": _sorted([names.user(one) for one in policy.users]),
        "groups": _sorted([names.group(one) for one in policy.groups]),
        "filters": [_filter(one) for one in policy.filters],
    }
    if policy.virtual_users:
        entry["virtual_users"] = policy.virtual_users
    if policy.dataset_permissions:
        entry["dataset_permissions"] = True
    return entry


def _filter(one: Filter) -> dict[str, Any]:
    entry = {
        "column": one.column,
        "operator": one.operator,
        "values": one.values,
        "not": one.negated,
        "ignore_case": one.ignore_case,
    }
    return entry if one.type == "COLUMN" else entry | {"type": one.type}


def _stream(names: Names, stream: Stream) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": stream.id}
    if stream.provider:
        entry["provider"] = stream.provider
    if stream.transport:
        entry["transport"] = stream.transport
    if stream.account_id is not None:
        entry["account"] = names.account(stream.account_id)
    entry["update_method"] = stream.update_method
    if stream.key_columns:
        entry["key_columns"] = stream.key_columns
    plain = {
        one["name"]: one["value"]
        for one in stream.configuration
        if one["category"] == "METADATA" and one["type"] == "string"
    }
    other = [one for one in stream.configuration if (one["category"], one["type"]) != _PLAIN]
    if plain or stream.provider:
        entry["configuration"] = plain
    if other:
        entry["other_configuration"] = other
    for name in ("schedule", "schedule_state", "schedule_options"):
        if getattr(stream, name):
            entry[name] = getattr(stream, name)
    return entry | _creator(names, stream)


def _creator(names: Names, stream: Stream) -> dict[str, Any]:
    creator, admin = names.user(stream.creator_id), first_admin(names.db)
    usual = admin is not None and admin.id == stream.creator_id
    return {} if usual or not isinstance(creator, str) else {"creator": creator}


_PLAIN = ("METADATA", "string")
