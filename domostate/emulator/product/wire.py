"""How the Product plane words what the store holds (product §2.1, §4.1, §5.1, §6)."""

import json
from typing import Any

from domostate.emulator.call import Call
from domostate.emulator.store.access import level, rights
from domostate.emulator.store.datasets import Dataset
from domostate.emulator.store.grants import Grant
from domostate.emulator.store.groups import Group, group_name, members, owners
from domostate.emulator.store.people import ROLES, Account, User, user_name
from domostate.emulator.store.policies import Filter, Policy
from domostate.emulator.store.schemas import Column, indexed_width

PARTS = frozenset({
    "core", "permission", "status", "pdp", "rowcolcount", "certification", "sharecount",
    "alertcount", "dataprovider", "features", "impactcounts", "functions", "cryo", "warnings",
    "pharos",
})  # fmt: skip


def dataset(call: Call, found: Dataset, parts: frozenset[str] | None = None) -> dict[str, Any]:
    """The metadata object. Whatever the parts, the sample of seed 003 (`part=core,permission`)
    holds everything but the caller's rights, which come with `permission`; None is every part."""
    body: dict[str, Any] = {
        "id": found.id,
        "displayType": found.provider,
        "dataProviderType": found.provider,
        "type": found.provider,
        "name": found.name,
        "owner": {
            "id": str(found.owner_id),
            "name": found.owner_name,
            "type": found.owner_type,
            "group": found.owner_type == "GROUP",
        },
        "created": found.created_ms,
        "lastTouched": found.touched_ms,
        "lastUpdated": found.updated_ms,
        "rowCount": found.row_count,
        "columnCount": indexed_width(call.db, found, call.now_ms),
        "cardInfo": {"cardCount": 0, "cardViewCount": 0},
        "properties": {"formulas": {"formulas": {}}},
        "transportType": found.transport,
        # `adc` reads as "PDP is on" (product §2.1: inferred; to be confirmed on a live instance).
        "adc": found.pdp_enabled,
        "adcExternal": found.pdp_external,
        "hidden": found.hidden,
    }
    body |= _HEALTH | _optional(call, found)
    if parts is None or "permission" in parts:
        body["permissions"] = rights(level(call.db, call.caller, found))
    return body


_HEALTH = {
    "status": "SUCCESS",
    "state": "SUCCESS",
    "validConfiguration": True,
    "validAccount": True,
    "scheduleActive": True,
    "masked": False,
    "currentUserFullAccess": True,
    "cloudId": "domo",
    "cloudName": "Domo",
    "cloudEngine": "domo",
    "cardCount": 0,
}
"""Fields of the sample that nothing here changes."""


def _optional(call: Call, found: Dataset) -> dict[str, Any]:
    """What is missing when it is empty, rather than "" or [] (product §2.1); `tags` is text that
    holds JSON."""
    tags = json.dumps(call.shuffled(found.tags), separators=(",", ":")) if found.tags else None
    fields = {
        "description": found.description or None,
        "adcSource": "DIRECT" if found.pdp_enabled else None,
        "streamId": found.stream_id,
        "dataLastUpdated": found.data_ms,
        "tags": tags,
    }
    return {name: value for name, value in fields.items() if value is not None}


def grant(one: Grant) -> dict[str, Any]:
    """An entry of an access list; the id is text."""
    return {"type": one.type, "id": one.id, "accessLevel": one.level, "name": one.name}


def indexed_column(column: Column) -> dict[str, Any]:
    """A column of `schema/indexed`; `order` is always 0, the list has the order (seed 003)."""
    return {
        "name": column["name"],
        "id": column["name"],
        "type": column["type"],
        "visible": column.get("visible", True),
        "order": 0,
    }


def defined_column(column: Column) -> dict[str, Any]:
    """A column of the defined schema (seed 003 `schemaDefinition`, product §2.5)."""
    body: dict[str, Any] = {
        "type": column["type"],
        "name": column["name"],
        "id": column["name"],
        "visible": column.get("visible", True),
        "metadata": {"colLabel": column["name"], "colFormat": "", "isEncrypted": False},
    }
    if column.get("upsertKey"):
        body["upsertKey"] = True
    return body


def policy(call: Call, found: Policy, options: frozenset[str]) -> dict[str, Any]:
    """A policy as the list shows it: empty lists are left out, ids are numbers in the lists and
    text in `resources`, in an order of their own (product §4.1, nb)."""
    body: dict[str, Any] = {
        "name": found.name,
        "filterGroupId": found.id,
        "dataSourceId": found.dataset_id,
        "type": found.type,
    }
    if "load_associations" in options:
        body |= _associations(call, found)
    body["dataSourcePermissions"] = found.dataset_permissions
    if "load_associations" in options:
        named = {
            "USER": [str(one) for one in call.shuffled(found.users, salt=1)],
            "GROUP": [str(one) for one in call.shuffled(found.groups, salt=1)],
            "VIRTUAL_USER": found.virtual_users,
        }
        if any(named.values()):
            body["resources"] = {kind: ids for kind, ids in named.items() if ids}
    if "load_filters" in options and found.filters:
        body["parameters"] = [parameter(one) for one in found.filters]
    body["order"] = 0
    return body


def written_policy(call: Call, found: Policy, policy_set: int) -> dict[str, Any]:
    """What creating or changing a policy answers: with `policySetId`, without `type`, `resources`
    and `order` (product §4.2, §4.3: portal-pr)."""
    body: dict[str, Any] = {
        "filterGroupId": found.id,
        "dataSourceId": found.dataset_id,
        "name": found.name,
        "policySetId": policy_set,
    }
    body |= _associations(call, found)
    body["dataSourcePermissions"] = found.dataset_permissions
    if found.filters:
        body["parameters"] = [parameter(one) for one in found.filters]
    return body


def _associations(call: Call, found: Policy) -> dict[str, Any]:
    lists: dict[str, list[Any]] = {
        "userIds": call.shuffled(found.users),
        "groupIds": call.shuffled(found.groups),
        "virtualUserIds": list(found.virtual_users),
    }
    return {name: ids for name, ids in lists.items() if ids}


def parameter(one: Filter) -> dict[str, Any]:
    """A filter; `value` repeats the first of `values` (product §4.1)."""
    body: dict[str, Any] = {"name": one.column}
    if one.values:
        body["value"] = one.values[0]
    return body | {
        "values": one.values,
        "type": one.type,
        "operator": one.operator,
        "not": one.negated,
        "ignoreCase": one.ignore_case,
    }


def user(found: User) -> dict[str, Any]:
    """A user. Fields that only a profile has (title, phone, ...) are there when they are known;
    `attributes` holds what DYNAMIC policies use (product §6)."""
    return {
        "id": found.id,
        "displayName": found.name,
        "userName": found.email,
        "emailAddress": found.email,
        "role": found.role,
        "roleId": ROLES[found.role],
        "active": found.active,
        "isActive": found.active,
        "isSystemUser": False,
        "created": found.created_ms,
        "modified": found.updated_ms,
        "attributes": [
            {"key": key, "values": values} for key, values in sorted(found.attributes.items())
        ],
    } | {name: found.profile[name] for name in _PROFILE if found.profile.get(name)}


_PROFILE = ("title", "department", "phone", "location", "timezone", "locale")


def group_row(call: Call, found: Group) -> dict[str, Any]:
    """A group as `grouplist` shows it, with `groupId` (product §6)."""
    inside = members(call.db, found.id)
    return {
        "groupId": found.id,
        "name": found.name,
        "description": found.description,
        "groupType": found.type,
        "memberCount": len(inside),
        "owners": [_member(call, kind, one) for kind, one in owners(call.db, found.id)],
        "created": found.created_ms,
    }


def group(call: Call, found: Group) -> dict[str, Any]:
    """A group by itself, with `id` (product §6). `userIds` are direct members. How groups in
    groups are shown is unknown: `groupIds`, where there are any, is a GUESS."""
    inside = members(call.db, found.id)
    groups = [one for kind, one in inside if kind == "GROUP"]
    body: dict[str, Any] = {
        "id": found.id,
        "name": found.name,
        "type": found.type,
        "userIds": call.shuffled([one for kind, one in inside if kind == "USER"]),
        "creatorId": found.creator_id,
        "memberCount": len(inside),
        "guid": str(found.id),
        "hidden": False,
        "default": False,
        "active": found.active,
    }
    if found.description:
        body["description"] = found.description
    if groups:
        body["groupIds"] = call.shuffled(groups)
    return body


def group_permissions(call: Call, found: Group) -> dict[str, Any]:
    """Owners and members of a group with their types. The path is used by clients, the shape is
    a GUESS from how they read it."""
    return {
        "groupId": found.id,
        "permissions": {
            "owners": [_member(call, kind, one) for kind, one in owners(call.db, found.id)],
            "members": [_member(call, kind, one) for kind, one in members(call.db, found.id)],
        },
    }


def _member(call: Call, kind: str, member_id: int) -> dict[str, Any]:
    name = user_name(call.db, member_id) if kind == "USER" else group_name(call.db, member_id)
    return {"type": kind, "id": str(member_id), "displayName": name}


def account(found: Account) -> dict[str, Any]:
    """An account, without its configuration."""
    return {
        "id": found.id,
        "name": found.name,
        "displayName": found.name,
        "dataProviderType": found.provider,
        "valid": found.valid,
        "userId": found.owner_id,
        "createdAt": found.created_ms,
        "modifiedAt": found.created_ms,
    }
