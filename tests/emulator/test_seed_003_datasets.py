"""Seed 003's own examples: creating, describing, tagging, sharing and the columns of datasets.

Requests are sent as printed, with ids that exist. `"body": {}` under a reply is its envelope: an
empty body and an empty object are the same there.
"""

from typing import Any

import pytest
import requests

from tests.emulator.client import Domo
from tests.emulator.conftest import ADA, BOB, CAT, PEOPLE, SALES, WES

V3 = f"/data/v3/datasources/{SALES}"


def empty(reply: requests.Response) -> bool:
    return reply.status_code == 200 and reply.content in (b"", b"{}")


def share(domo: Domo, *users: int) -> None:
    entries = [{"type": "USER", "id": str(one), "accessLevel": "CAN_VIEW"} for one in users]
    domo.done("POST", f"{V3}/share", {"permissions": entries, "sendEmail": False})


def test_seed_003_revoke_dataset_access(domo: Domo) -> None:
    share(domo, CAT)

    reply = domo.product("DELETE", f"{V3}/permissions/USER/{CAT}")

    assert empty(reply)
    assert ("USER", "Cat") not in domo.access(SALES)


def test_seed_003_create_dataset_tag(domo: Domo) -> None:
    reply = domo.product("POST", f"/data/ui/v3/datasources/{SALES}/tags", ["tag1", "tag2"])

    assert empty(reply)
    assert domo.snapshot()["datasets"][1]["tags"] == ["tag1", "tag2"]


def test_seed_003_share_dataset_with_access_permissions(domo: Domo) -> None:
    body = {
        "permissions": [{"id": str(CAT), "type": "USER", "accessLevel": "CO_OWNER"}],
        "sendEmail": True,
    }

    reply = domo.product("POST", f"{V3}/share", body)

    assert empty(reply)
    assert reply.headers["content-type"] == "application/json"
    assert domo.access(SALES)[("USER", "Cat")] == "CO_OWNER"


def test_seed_003_remove_user_from_dataset(domo: Domo) -> None:
    share(domo, CAT)

    reply = domo.product("DELETE", f"{V3}/USERS/{CAT}")

    assert empty(reply)
    assert ("USER", "Cat") not in domo.access(SALES)


def test_seed_003_remove_multiple_users_from_dataset(domo: Domo) -> None:
    share(domo, CAT, WES, BOB)
    body = [{"id": str(CAT), "type": "USER"}, {"id": str(WES), "type": "USER"}]

    reply = domo.product("DELETE", f"{V3}/users", body)

    assert empty(reply)
    assert domo.access(SALES).keys() == {
        ("USER", "Ada"),
        ("USER", "Bob"),
        ("GROUP", "Finance"),
    }


def test_seed_003_placeholders_for_users_are_400(domo: Domo) -> None:
    body = {"permissions": [{"id": "ownerId1", "type": "USER", "accessLevel": "CO_OWNER"}]}

    assert domo.product("POST", f"{V3}/share", body).status_code == 400


def test_seed_003_create_dataset_copy(domo: Domo) -> None:
    columns = [{"type": "STRING", "name": "Friend"}, {"type": "STRING", "name": "Attending"}]
    body = {
        "userDefinedType": "api",
        "dataSourceName": "hello world",
        "schema": {"columns": columns},
    }

    made = domo.done("POST", "/data/v2/datasources", body)["dataSource"]

    found = domo.get(f"/data/v3/datasources/{made['dataSourceId']}")
    assert (found["name"], found["dataProviderType"]) == ("hello world", "api")
    latest = domo.get(f"/data/v2/datasources/{made['dataSourceId']}/schemas/latest")
    assert [(one["type"], one["name"]) for one in latest["schema"]["columns"]] == [
        ("STRING", "Friend"),
        ("STRING", "Attending"),
    ]


def test_seed_003_get_dataset_schema(domo: Domo) -> None:
    printed = {
        "name": "schema",
        "tables": [
            {
                "columns": [
                    {
                        "name": "Display Name",
                        "id": "Display Name",
                        "type": "STRING",
                        "visible": True,
                        "order": 0,
                    },
                    {"name": "Role", "id": "Role", "type": "STRING", "visible": True, "order": 0},
                ]
            }
        ],
        "dataSourceId": "94a4edfa-5926-4f0c-ad1e-a341f53f6113",
    }
    columns = [{"name": "Display Name", "type": "STRING"}, {"name": "Role", "type": "STRING"}]
    user = {"email": "a@acme.example", "role": "Admin"}
    dataset = {"id": printed["dataSourceId"], "name": "Roles", "columns": columns}
    domo.reset({"users": [user], "datasets": [dataset]})

    path = f"/api/query/v1/datasources/{printed['dataSourceId']}/schema/indexed"
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "x-domo-authentication": "a session",
    }
    reply = domo.send("GET", f"{path}?includeHidden=false", headers=headers)

    assert (reply.status_code, reply.json()) == (200, printed)


def test_seed_003_alter_dataset_schema(domo: Domo) -> None:
    columns = [
        {"name": "name", "id": "name", "type": "STRING", "visible": True, "order": 0},
        {"name": "id", "id": "id", "type": "LONG", "visible": True, "order": 0},
        {"name": "alertId", "id": "alertId", "type": "LONG", "visible": True, "order": 0},
    ]
    body = {"columns": columns, "objects": [], "views": []}

    reply = domo.product("POST", f"/data/v2/datasources/{PEOPLE}/schemas", body)

    assert (reply.status_code, type(reply.json()["schemaId"])) == (200, int)
    path = f"/query/v1/datasources/{PEOPLE}/schema/indexed"
    assert [one["name"] for one in domo.get(path)["tables"][0]["columns"]] == ["name"]
    domo.done("POST", f"/data/v3/datasources/{PEOPLE}/indexes", {"dataIds": []})
    assert domo.get(path)["tables"] == [{"columns": columns}]


def test_seed_003_dataset_access_list(domo: Domo) -> None:
    printed = {
        "list": [
            {"type": "USER", "id": "966365811", "accessLevel": "OWNER", "name": "Scott Thompson"}
        ],
        "totalUserCount": 1,
        "totalGroupCount": 0,
    }
    user = {
        "id": 966365811,
        "email": "scott@acme.example",
        "name": "Scott Thompson",
        "role": "Admin",
    }
    domo.reset({"users": [user], "datasets": [{"id": SALES, "name": "Sales"}]})

    assert domo.get(f"{V3}/permissions", token="any") == printed


def test_seed_003_change_dataset_properties(domo: Domo) -> None:
    body = {"dataProviderType": "domo-jupyterdata"}

    found = domo.done("PUT", f"{V3}/properties", body)

    assert (found["dataProviderType"], found["displayType"]) == (body["dataProviderType"],) * 2
    assert (found["id"], found["name"]) == (SALES, "Sales Orders")
    assert found["owner"] == {"id": str(ADA), "name": "Ada", "type": "USER", "group": False}


@pytest.mark.parametrize("path", ["/tags", "/share", "/users"])
def test_seed_003_writes_need_more_than_sight(domo: Domo, path: str) -> None:
    method = "DELETE" if path == "/users" else "POST"
    place = f"/data/{'ui/' if path == '/tags' else ''}v3/datasources/{SALES}{path}"
    entry = {"id": str(CAT), "type": "USER", "accessLevel": "CAN_VIEW"}
    body: Any = {"/tags": ["x"], "/share": {"permissions": [entry]}, "/users": [entry]}[path]

    assert domo.product(method, place, body, "t-bob").status_code == 403
