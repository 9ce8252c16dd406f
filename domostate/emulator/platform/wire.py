"""How the Platform plane words what the store holds: ids are numbers, times ISO texts, empty
optional fields are left out (platform §3)."""

from datetime import UTC, datetime
from typing import Any

from domostate.emulator.call import Call
from domostate.emulator.store.accounts import Account
from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset, find_dataset
from domostate.emulator.store.groups import Group, find_group, members
from domostate.emulator.store.people import User
from domostate.emulator.store.policies import Filter, Policy, policies_of
from domostate.emulator.store.schemas import latest_columns
from domostate.emulator.store.streams import Execution, Stream


def time(at_ms: int) -> str:
    """ISO-8601 in UTC; both precisions occur, this is the more frequent (platform §3)."""
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def exact_time(at_ms: int) -> str:
    """ISO-8601 with milliseconds, as the R client reads `updatedAt` of users (platform §3)."""
    return f"{time(at_ms)[:-1]}.{at_ms % 1000:03}Z"


def listed_dataset(found: Dataset) -> dict[str, Any]:
    """A dataset in a list: without schema and policies (platform §4.5)."""
    return _head(found) | _tail(found) | {"pdpEnabled": found.pdp_enabled}


def created_dataset(db: Database, found: Dataset) -> dict[str, Any]:
    """What a create answers: without PDP (seed 001)."""
    return _head(found) | _schema(db, found) | _tail(found)


def dataset(db: Database, found: Dataset) -> dict[str, Any]:
    """The whole dataset, with every policy, All Rows included (platform §4.1)."""
    return created_dataset(db, found) | {
        "pdpEnabled": found.pdp_enabled,
        "policies": [policy(one) for one in policies_of(db, found.id)],
    }


def _head(found: Dataset) -> dict[str, Any]:
    body: dict[str, Any] = {"id": found.id, "name": found.name}
    if found.description:
        body["description"] = found.description
    return body | {"rows": found.row_count, "columns": found.column_count}


def _schema(db: Database, found: Dataset) -> dict[str, Any]:
    """Exactly `type` and `name`, in this order: pydomo compares the text (platform §13.2). A
    dataset without columns has no schema (THREAD OpenMetadata#16786)."""
    columns = latest_columns(db, found)
    if not columns:
        return {}
    shown = [{"type": column["type"], "name": column["name"]} for column in columns]
    return {"schema": {"columns": shown}}


def _tail(found: Dataset) -> dict[str, Any]:
    body: dict[str, Any] = {"owner": {"id": found.owner_id, "name": found.owner_name}}
    if found.data_ms is not None:
        body["dataCurrentAt"] = time(found.data_ms)
    return body | {"createdAt": time(found.created_ms), "updatedAt": time(found.touched_ms)}


def policy(found: Policy) -> dict[str, Any]:
    """A policy with all three lists (platform §5)."""
    return {
        "id": found.id,
        "type": found.type,
        "name": found.name,
        "filters": [_filter(one) for one in found.filters],
        "users": found.users,
        "virtualUsers": found.virtual_users,
        "groups": found.groups,
    }


def _filter(one: Filter) -> dict[str, Any]:
    return {
        "column": one.column,
        "values": one.values,
        "operator": one.operator,
        "not": one.negated,
    }


def stream(db: Database, found: Stream, fields: frozenset[str]) -> dict[str, Any]:
    """A stream; its `dataSet` has no schema. Upsert keys are write-only, as far as anybody knows
    (platform §6)."""
    data = find_dataset(db, found.dataset_id)
    whole = "all" in fields or "dataSet" in fields
    body: dict[str, Any] = {"id": found.id}
    if data is not None:
        brief = {"id": data.id, "pdpEnabled": data.pdp_enabled}
        body["dataSet"] = listed_dataset(data) if whole else brief
    body |= {
        "updateMethod": found.update_method,
        "createdAt": time(found.created_ms),
        "modifiedAt": time(found.modified_ms),
    }
    if fields and "all" not in fields:
        return {name: value for name, value in body.items() if name in fields or name == "id"}
    return body


def execution(run: Execution) -> dict[str, Any]:
    """A run; the end and the method appear once it is over (platform §6)."""
    body: dict[str, Any] = {
        "id": run.id,
        "startedAt": time(run.started_ms),
        "currentState": run.state,
        "createdAt": time(run.started_ms),
        "modifiedAt": time(run.modified_ms),
    }
    if run.ended_ms is not None:
        body |= {"endedAt": time(run.ended_ms), "updateMethod": run.update_method}
    return body


def listed_user(found: User) -> dict[str, Any]:
    """A user in a list (platform §7)."""
    body: dict[str, Any] = {
        "id": found.id,
        "email": found.email,
        "role": found.role,
        "name": found.name,
        "roleId": found.role_id,
        "createdAt": time(found.created_ms),
        "updatedAt": exact_time(found.updated_ms),
    }
    return body | {
        name: found.profile[name] for name in ("title", "phone") if name in found.profile
    }


def user(db: Database, found: User) -> dict[str, Any]:
    """A user by itself, with the groups they are in directly."""
    inside = "SELECT group_id FROM group_members WHERE type='USER' AND member_id=?"
    groups = [find_group(db, row[0]) for row in db.all(inside, found.id)]
    return listed_user(found) | {
        **{name: value for name, value in found.profile.items() if name not in WRITE_ONLY},
        "deleted": False,
        "groups": [{"id": one.id, "name": one.name} for one in groups if one is not None],
    }


WRITE_ONLY = frozenset({"timezone", "locale"})
"""platform §7."""


def group(call: Call, found: Group) -> dict[str, Any]:
    """A group by itself; its creator is text although users are numbers (platform §8)."""
    return {
        "id": found.id,
        "name": found.name,
        "active": found.active,
        "creatorId": str(found.creator_id or 0),
        "default": False,
        "memberCount": len(members(call.db, found.id)),
    }


def listed_group(call: Call, found: Group) -> dict[str, Any]:
    """A group in a list: without `active`."""
    count = len(members(call.db, found.id))
    return {"id": found.id, "name": found.name, "default": False, "memberCount": count}


def account(found: Account) -> dict[str, Any]:
    """An account: the id is a numeric text, properties are never returned (platform §9)."""
    return {
        "id": str(found.id),
        "name": found.name,
        "valid": found.valid,
        "type": {"id": found.provider, "properties": {}},
    }
