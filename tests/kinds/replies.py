"""What Domo answers, in the shapes of the references; each builder has defaults."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.kinds.entries import CONNECTOR, ID

Raw = dict[str, Any]


def metadata(
    *,
    name: str = "Sales Orders",
    description: str = "",
    owner: tuple[str, str] = ("USER", "1"),
    tags: Sequence[str] = (),
    provider: str = "api",
    transport: str = "API",
) -> Raw:
    """Product §2.1: ids are texts, tags a text that holds JSON; what is empty is missing."""
    type_, id_ = owner
    return {
        "id": ID,
        "name": name,
        "owner": {"id": id_, "name": "Somebody", "type": type_, "group": type_ == "GROUP"},
        "dataProviderType": provider,
        "transportType": transport,
        "rowCount": 0,
        "properties": {},
        **({"description": description} if description else {}),
        **({"tags": json.dumps(list(tags))} if tags else {}),
    }


def column(name: str, type_: str = "STRING", **extra: Any) -> Raw:
    """Product §2.5: `id` equals `name`, `order` is always 0."""
    return {"type": type_, "name": name, "id": name, "visible": True, "order": 0, **extra}


def schema(*columns: Raw) -> Raw:
    return {"columns": list(columns)}


def access(*rows: tuple[str, str, str], owner: tuple[str, str] = ("USER", "1")) -> Raw:
    """Product §2.7: the owner is in the list; ids are texts."""
    everyone = [(*owner, "OWNER"), *rows]
    return {
        "list": [
            {"type": type_, "id": id_, "accessLevel": level, "name": f"{type_} {id_}"}
            for type_, id_, level in everyone
        ],
        "totalUserCount": sum(row[0] == "USER" for row in everyone),
        "totalGroupCount": sum(row[0] == "GROUP" for row in everyone),
    }


def parameter(name: str = "region", *values: str, operator: str = "EQUALS", **more: Any) -> Raw:
    values = values or ("West",)
    return {
        "name": name,
        "value": values[0],
        "values": list(values),
        "type": "COLUMN",
        "operator": operator,
        "not": False,
        "ignoreCase": False,
        **more,
    }


def filter_group(
    name: str = "West only",
    id_: int = 1002,
    *parameters: Raw,
    users: Sequence[int] = (),
    groups: Sequence[int] = (),
    **more: Any,
) -> Raw:
    """Product §4.1: empty lists are left out, `resources` repeats the ids as texts."""
    resources = {"USER": [str(one) for one in users], "GROUP": [str(one) for one in groups]}
    return {
        "name": name,
        "filterGroupId": id_,
        "dataSourceId": ID,
        "type": "user",
        "dataSourcePermissions": False,
        "resources": {key: ids for key, ids in resources.items() if ids},
        "parameters": list(parameters) or [parameter()],
        "order": 0,
        **({"userIds": list(users)} if users else {}),
        **({"groupIds": list(groups)} if groups else {}),
        **more,
    }


def all_rows(
    id_: int = 1001, *, users: Sequence[int] = (), groups: Sequence[int] = (), **more: Any
) -> Raw:
    """Domo's own policy: its type is `open`, and it has no parameters."""
    made = filter_group("All Rows", id_, users=users, groups=groups, **more)
    return {key: value for key, value in made.items() if key != "parameters"} | {"type": "open"}


def switch(*, enabled: bool = False, **more: Any) -> Raw:
    """Product §4.5."""
    return {"enabled": enabled, "secured": False, "external": False, "enabledColumn": False, **more}


def setting_row(name: str, value: str, category: str = "METADATA") -> Raw:
    return {
        "streamId": 42,
        "category": category,
        "name": name,
        "type": "string",
        "value": value,
    }


def connector_stream(
    *rows: Raw, schedule: Mapping[str, Any] | None = None, account: int | None = 3, **more: Any
) -> Raw:
    """Product §5.1."""
    return {
        "id": 42,
        "valid": True,
        "transport": {**CONNECTOR["transport"], "extra": "x"},
        "updateMethod": "APPEND",
        "dataProvider": {"id": 9, "key": "snowflake-unload-v2", "name": "Snowflake"},
        "account": None if account is None else {"id": account, "name": "Snowflake prod"},
        "accounts": [],
        "dataSource": {"id": ID, "name": "Sales Orders"},
        "configuration": list(rows),
        "scheduleExpression": "MANUAL",
        "advancedScheduleJson": json.dumps(schedule or {"type": "MANUAL", "timezone": "UTC"}),
        "scheduleRetryExpression": None,
        "scheduleState": "MANUAL",
        "createdAt": 1700000000,
        **more,
    }


def condition(name: str = "region", *values: str, operator: str = "EQUALS") -> Raw:
    """A filter of the Platform plane (platform §5)."""
    return {"column": name, "values": list(values or ("West",)), "operator": operator, "not": False}


def policy(
    name: str = "West only",
    id_: int = 1002,
    *filters: Raw,
    users: Sequence[int] = (),
    groups: Sequence[int] = (),
    type_: str = "user",
) -> Raw:
    return {
        "id": id_,
        "type": type_,
        "name": name,
        "filters": list(filters) if filters or type_ == "open" else [condition()],
        "users": list(users),
        "virtualUsers": [],
        "groups": list(groups),
    }


def open_policy(id_: int = 1001, *, users: Sequence[int] = (), groups: Sequence[int] = ()) -> Raw:
    return policy("All Rows", id_, users=users, groups=groups, type_="open")


def dataset(
    *policies: Raw,
    name: str = "Sales Orders",
    description: str = "",
    owner: int = 1,
    columns: Sequence[tuple[str, str]] = (),
    pdp: bool = False,
) -> Raw:
    """Platform §4.1: everything about a dataset in one object."""
    return {
        "id": ID,
        "name": name,
        "description": description,
        "rows": 0,
        "columns": len(columns),
        "schema": {"columns": [{"type": type_, "name": name} for name, type_ in columns]},
        "owner": {"id": owner, "name": "Somebody"},
        "createdAt": "2022-10-17T05:52:21Z",
        "updatedAt": "2022-10-18T05:30:07Z",
        "pdpEnabled": pdp,
        "policies": list(policies),
    }


def api_stream(method: str = "REPLACE", **more: Any) -> Raw:
    """Platform §6: a read does not show the key columns."""
    return {
        "id": 42,
        "dataSet": {"id": ID, "name": "Sales Orders", "rows": 0, "columns": 0},
        "updateMethod": method,
        **more,
    }
