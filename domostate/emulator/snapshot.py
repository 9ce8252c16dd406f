"""The estate as it stands, in the words of the estate file (contract §7).

Loading a snapshot as an estate gives an equal snapshot. What has its usual value is left out
where the contract does not name it. Times and request logs are no part of it.
"""

import json
from typing import Any

from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset, Wanted, find_dataset, list_datasets
from domostate.emulator.store.grants import access_list
from domostate.emulator.store.groups import Group, all_groups, find_group, members, owners
from domostate.emulator.store.people import ALL_SCOPES, all_users
from domostate.emulator.store.policies import Filter, Policy, policies_of
from domostate.emulator.store.schemas import Column, columns_of, indexed_columns
from domostate.emulator.store.streams import Stream, stream_of
from domostate.emulator.switches import DEFAULT, as_dict

EVERYTHING: tuple[str, list[object]] = ("1", [])


def snapshot(db: Database, now_ms: int) -> dict[str, Any]:
    """The whole estate with ids, and the switches that are not at their default.

    Datasets are sorted by name, everything else by id; users stay in the order of the estate file,
    because the first Admin is who open tokens act as.
    """
    names = Names(db, now_ms)
    datasets = list_datasets(db, Wanted(EVERYTHING, hidden_too=True))
    found: dict[str, Any] = {
        "users": _users(db),
        "groups": [_group(names, group) for group in all_groups(db)],
        "accounts": _accounts(names),
    }
    tokens = db.all("SELECT token, user_id FROM tokens ORDER BY token")
    if tokens:
        found["tokens"] = [{"token": row[0], "user": names.user(row[1])} for row in tokens]
    clients = db.all("SELECT id, secret, user_id, scopes FROM clients ORDER BY id")
    if clients:
        found["clients"] = [_client(names, row) for row in clients]
    found["datasets"] = [_dataset(names, dataset) for dataset in datasets]
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


def _users(db: Database) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
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
    rows = names.db.all("SELECT id, name, provider, owner_id, valid FROM accounts ORDER BY id")
    found: list[dict[str, Any]] = []
    for account_id, name, provider, owner_id, valid in rows:
        entry = {"id": account_id, "name": name, "provider": provider}
        if owner_id is not None:
            entry["owner"] = names.user(owner_id)
        if not valid:
            entry["valid"] = False
        found.append(entry)
    return found


def _client(names: Names, row: tuple[Any, ...]) -> dict[str, Any]:
    entry = {"id": row[0], "secret": row[1], "user": names.user(row[2])}
    scopes = json.loads(row[3])
    return entry if scopes == list(ALL_SCOPES) else entry | {"scopes": scopes}


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
    if dataset.transport != ("CONNECTOR" if connector else "API"):
        entry["transport"] = dataset.transport
    if dataset.hidden:
        entry["hidden"] = True
    if dataset.row_count:
        entry["rows"] = dataset.row_count
    return entry


def _columns(columns: list[Column]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for column in columns:
        entry: dict[str, Any] = {"name": column["name"], "type": column["type"]}
        if column.get("visible") is False:
            entry["visible"] = False
        if column.get("upsertKey"):
            entry["upsert_key"] = True
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
    if stream.schedule:
        entry["schedule"] = stream.schedule
    if stream.schedule_state:
        entry["schedule_state"] = stream.schedule_state
    return entry


_PLAIN = ("METADATA", "string")
