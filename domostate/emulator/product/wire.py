"""How the Product plane words what the store holds (product §2.1, §4.1, §5.1, §6)."""

import json
from typing import Any

from domostate.emulator.call import Call
from domostate.emulator.product import metadata
from domostate.emulator.store.access import Level
from domostate.emulator.store.account_types import account_type
from domostate.emulator.store.accounts import Account
from domostate.emulator.store.datasets import Dataset
from domostate.emulator.store.grants import Grant
from domostate.emulator.store.groups import Group, group_name, members, owners
from domostate.emulator.store.people import User, user_name
from domostate.emulator.store.policies import Filter, Policy
from domostate.emulator.store.schemas import Column, indexed_width

_compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode


def dataset(
    call: Call,
    found: Dataset,
    parts: frozenset[str] = metadata.USUAL_PARTS,
    mine: Level | None = None,
) -> dict[str, Any]:
    """The metadata object. Whatever the parts, all that the sample of seed 003
    (`part=core,permission`) holds is there but for what `metadata.by_part` adds. `mine` is the
    caller's level, where it is known already."""
    body: dict[str, Any] = {
        "id": found.id,
        "displayType": found.provider,
        "dataProviderType": found.provider,
        "type": found.type,
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
        "cardInfo": {"cardCount": found.card_count, "cardViewCount": found.card_views},
        "cardCount": found.card_count,
        "properties": {"formulas": {"formulas": {}}},
        "transportType": found.transport,
        # `adc` reads as "PDP is on" (product §2.1: inferred; to be confirmed on a live instance).
        "adc": found.pdp_enabled,
        "adcExternal": found.pdp_external,
        "hidden": found.hidden,
        **_STEADY,
    }
    body |= metadata.arrival(call, found)
    # What is empty is missing, rather than "" or [] (product §2.1).
    if found.description:
        body["description"] = found.description
    if found.pdp_enabled:
        body["adcSource"] = "DIRECT"
    if found.data_ms is not None:
        body["dataLastUpdated"] = found.data_ms
    if found.tags:
        body["tags"] = _compact(call.shuffled(found.tags))  # text that holds JSON
    body |= metadata.by_part(call, found, parts, mine)
    return body


_STEADY = {
    "validConfiguration": True,
    "masked": False,
    "cloudId": "domo",
    "cloudName": "Domo",
    "cloudEngine": "domo",
}
"""Fields of the sample that nothing here changes."""


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
    return body | {name: column[name] for name in ("description", "tags") if name in column}


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
    """A user as `users/me` and `users/{id}` are captured (nb): `created` in seconds, `modified` in
    milliseconds. `role` and `roleId` are captured in the list only (nb); what a profile does not
    know is missing."""
    body: dict[str, Any] = {
        "id": found.id,
        "displayName": found.name,
        "userName": found.email,
        "emailAddress": found.email,
        "accepted": True,
        "userType": "USER",
        "modified": found.updated_ms,
        "created": found.created_ms // 1000,
        "role": found.role,
        "roleId": found.role_id,
        "active": found.active,
        "pending": False,
        "anonymous": False,
        "systemUser": False,
    }
    return body | {
        name: found.profile[known] for name, known in _PROFILE.items() if found.profile.get(known)
    }


_PROFILE = {
    "invitorUserId": "invitorUserId",
    "department": "department",
    "avatarKey": "avatarKey",
    "timeZone": "timezone",
    "title": "title",
    "employeeNumber": "employeeNumber",
}
"""Fields that not everybody has, and what a profile calls them: as the Platform plane does."""


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


def group_permissions(call: Call, found: Group, *, with_members: bool) -> dict[str, Any]:
    """Owners and members of a group with their types. The owners are captured (nb); the rest is a
    GUESS."""
    permissions = {"owners": [_member(call, kind, one) for kind, one in owners(call.db, found.id)]}
    if with_members:
        inside = members(call.db, found.id)
        permissions["members"] = [_member(call, kind, one) for kind, one in inside]
    return {"groupId": found.id, "permissions": permissions}


def group_user(found: User) -> dict[str, Any]:
    """A member in `groups/users`: no name in the capture. When they signed in last is not known
    here."""
    body = {"userId": found.id, "role": found.role, "roleId": found.role_id}
    location = found.profile.get("location")
    return body | {"location": location} if location else body


def _member(call: Call, kind: str, member_id: int) -> dict[str, Any]:
    name = user_name(call.db, member_id) if kind == "USER" else group_name(call.db, member_id)
    return {"type": kind, "id": str(member_id), "displayName": name}


def account(found: Account) -> dict[str, Any]:
    """An account, in the captured order; `configurations` is always empty (nb)."""
    return {
        "id": found.id,
        "userId": found.owner_id,
        "name": found.original_name,
        "displayName": found.name,
        "type": "data",
        "valid": found.valid,
        "dataProviderType": found.provider,
        "credentialsType": "oauth" if account_type(found.provider).oauth else "fields",
        "createdAt": found.created_ms,
        "createdBy": found.created_by,
        "modifiedAt": found.modified_ms,
        "modifiedBy": found.modified_by,
        "configurations": {},
        "accountId": found.id,
        "accountTemplateId": None,
        "accountTemplateAuthorizationId": None,
    }


def unshared_account(found: Account) -> dict[str, Any]:
    """An account in a stream whose reader may not use it: nulls around the id (nb)."""
    nothing = dict.fromkeys(account(found))
    return nothing | {"id": found.id, "valid": False, "accountId": found.id}
