"""Rarer calls on datasets: other ways to create, change, share and delete; checks; columns."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.client import Domo, Server
from tests.emulator.conftest import ADA, BOB, CAT, ESTATE, FINANCE, INTERNS, PEOPLE, SALES, WES

V3 = "/data/v3/datasources"
UI = "/data/v1/ui/bulk"
SHARE = "/content/v1/share?sendEmail=false"


def test_the_executor_creates_a_dataset_of_a_type(domo: Domo) -> None:
    body = {
        "dataSourceName": "Stats",
        "dataSourceDescription": "of another instance",
        "dataSourceType": "ObservabilityMetrics",
        "schema": {"columns": [{"type": "STRING", "name": "Remote Domo Stats"}]},
    }

    made = domo.done("POST", "/executor/v1/datasets", body, "t-cat")["dataSource"]

    found = domo.get(f"{V3}/{made['dataSourceId']}")
    assert (found["name"], found["description"]) == ("Stats", "of another instance")
    assert (found["type"], found["owner"]["name"]) == ("ObservabilityMetrics", "Cat")
    assert found["columnCount"] == 1
    assert domo.product("POST", "/executor/v1/datasets", body, "t-wes").status_code == 403
    for broken in ({}, {**body, "dataSourceName": ""}, {**body, "dataSourceType": 5}):
        assert domo.product("POST", "/executor/v1/datasets", broken).status_code == 400


def test_the_properties_of_many_datasets_change_at_once(domo: Domo) -> None:
    body = [
        {"dataSourceId": SALES, "properties": {"dataSourceName": "Orders"}},
        {"dataSourceId": PEOPLE, "properties": {"dataSourceDescription": "Who is who"}},
    ]

    found = domo.done("PUT", "/data/v2/datasources/properties", body)

    assert [(one["id"], one["name"]) for one in found] == [(SALES, "Orders"), (PEOPLE, "People")]
    assert domo.get(f"{V3}/{SALES}")["description"] == "One row per order line."
    assert domo.get(f"{V3}/{PEOPLE}")["description"] == "Who is who"


@pytest.mark.parametrize(
    ("second", "status"),
    [
        ({"dataSourceId": "nope", "properties": {}}, 404),
        ({"dataSourceId": PEOPLE, "properties": {"dataSourceName": ""}}, 400),
        ({"dataSourceId": PEOPLE, "properties": {"dataProviderType": ""}}, 400),
        ({"dataSourceId": PEOPLE, "properties": []}, 400),
        ({"properties": {}}, 400),
        (5, 400),
    ],
)
def test_properties_of_many_change_together_or_not_at_all(
    domo: Domo, second: Any, status: int
) -> None:
    first = {"dataSourceId": SALES, "properties": {"dataSourceName": "Orders"}}

    reply = domo.product("PUT", "/data/v2/datasources/properties", [first, second])

    assert reply.status_code == status
    assert domo.get(f"{V3}/{SALES}")["name"] == "Sales Orders"


def test_properties_of_many_need_the_right_to_edit_each(domo: Domo) -> None:
    body = [{"dataSourceId": SALES, "properties": {"dataSourceName": "Orders"}}]

    reply = domo.product("PUT", "/data/v2/datasources/properties", body, "t-bob")

    assert reply.status_code == 403


def test_a_new_provider_leaves_the_type_alone(domo: Domo) -> None:
    before = domo.get(f"{V3}/{SALES}")

    found = domo.done("PUT", f"{V3}/{SALES}/properties", {"dataProviderType": "domo-jupyterdata"})

    assert found["displayType"] == found["dataProviderType"] == "domo-jupyterdata"
    assert found["type"] == before["type"] == "api"
    snapshot = domo.snapshot()
    assert (snapshot["datasets"][1]["provider"], snapshot["datasets"][1]["type"]) == (
        "domo-jupyterdata",
        "api",
    )
    domo.reset(snapshot)
    assert domo.snapshot() == snapshot


def test_a_provider_of_its_own_survives_a_snapshot_of_a_connector_dataset(domo: Domo) -> None:
    user = {"email": "a@acme.example", "role": "Admin"}
    stream = {"provider": "snowflake", "configuration": {"query": "SELECT 1"}}
    domo.reset({"users": [user], "datasets": [{"id": SALES, "name": "S", "stream": stream}]})
    domo.done("PUT", f"{V3}/{SALES}/properties", {"dataProviderType": "other"}, "any")
    snapshot = domo.snapshot()

    domo.reset(snapshot)

    assert domo.get(f"{V3}/{SALES}", "any")["dataProviderType"] == "other"
    assert domo.snapshot() == snapshot


def test_one_permission_is_put(domo: Domo) -> None:
    path = f"{V3}/{SALES}/permissions"

    assert domo.done("PUT", path, {"id": str(CAT), "type": "USER", "accessLevel": "CAN_EDIT"}) == {}
    domo.done("PUT", path, {"id": CAT, "type": "USER", "accessLevel": "CAN_VIEW"})
    domo.done("PUT", path, {"id": FINANCE, "type": "GROUP", "accessLevel": "NONE"})

    assert domo.access(SALES) == {("USER", "Ada"): "OWNER", ("USER", "Cat"): "CAN_VIEW"}


@pytest.mark.parametrize(
    ("body", "token", "status"),
    [
        ({"id": CAT, "type": "USER", "accessLevel": "OWNER"}, "t-ada", 400),
        ({"id": 99, "type": "USER", "accessLevel": "CAN_VIEW"}, "t-ada", 400),
        ({"id": CAT, "type": "USER"}, "t-ada", 400),
        ([], "t-ada", 400),
        ({"id": CAT, "type": "USER", "accessLevel": "CAN_VIEW"}, "t-bob", 403),
    ],
)
def test_a_permission_that_makes_no_sense_is_refused(
    domo: Domo, body: Any, token: str, status: int
) -> None:
    assert domo.product("PUT", f"{V3}/{SALES}/permissions", body, token).status_code == status
    assert ("USER", "Cat") not in domo.access(SALES)


def content(*recipients: tuple[str, Any], resources: Any = None) -> dict[str, Any]:
    return {
        "resources": resources or [{"type": "dataset", "id": SALES}],
        "recipients": [{"type": kind, "id": one} for kind, one in recipients],
        "message": "I thought you might find this interesting.",
    }


def test_content_is_shared_with_users_and_groups_and_answers_nothing(domo: Domo) -> None:
    both = [{"type": "dataset", "id": SALES}, {"type": "dataset", "id": PEOPLE}]

    reply = domo.product("POST", SHARE, content(("user", CAT), ("group", "23"), resources=both))

    assert (reply.status_code, reply.content) == (200, b"")
    for dataset in (SALES, PEOPLE):
        access = domo.access(dataset)
        assert access[("USER", "Cat")] == access[("GROUP", "Interns")] == "CAN_VIEW"


def test_the_level_of_shared_content_is_a_switch_and_nobody_loses_by_it(domo: Domo) -> None:
    grant = {"id": CAT, "type": "USER", "accessLevel": "CO_OWNER"}
    domo.done("PUT", f"{V3}/{SALES}/permissions", grant)
    domo.switch(content_share_level="CAN_SHARE")

    domo.done("POST", SHARE, content(("user", CAT), ("group", FINANCE), ("user", ADA)))

    assert domo.access(SALES) == {
        ("USER", "Ada"): "OWNER",
        ("USER", "Cat"): "CO_OWNER",
        ("GROUP", "Finance"): "CAN_SHARE",
    }


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (content(("USER", CAT)), 400),
        (content(("user", 99)), 400),
        (content(), 400),
        (content(("user", CAT), resources=[{"type": "page", "id": 5}]), 400),
        (content(("user", CAT), resources=[{"type": "dataset", "id": 5}]), 400),
        (content(("user", CAT), resources=[{"type": "dataset", "id": "nope"}]), 404),
        ({"recipients": [{"type": "user", "id": CAT}]}, 400),
        ([], 400),
    ],
)
def test_content_that_cannot_be_shared_is_refused_whole(domo: Domo, body: Any, status: int) -> None:
    if isinstance(body, dict) and body.get("resources"):
        body = {**body, "resources": [{"type": "dataset", "id": PEOPLE}, *body["resources"]]}

    assert domo.product("POST", SHARE, body).status_code == status
    assert domo.access(PEOPLE) == {("USER", "Ada"): "OWNER"}


def test_content_is_shared_by_those_who_may(domo: Domo) -> None:
    assert domo.product("POST", SHARE, content(("user", CAT)), "t-bob").status_code == 403


def test_a_check_of_a_share_tells_what_would_fail_and_shares_nothing(domo: Domo) -> None:
    entry = {"type": "USER", "id": str(CAT), "accessLevel": "CAN_VIEW"}
    body = {
        "bulkItems": {"ids": [SALES, PEOPLE, "nope"], "type": "DATA_SOURCE"},
        "dataSourceShareEntity": {"permissions": [entry], "sendEmail": False},
    }

    mine = domo.done("POST", f"{UI}/share/check", body)
    bobs = domo.done("POST", f"{UI}/share/check", body, "t-bob")

    assert mine == {
        "validItems": [SALES, PEOPLE],
        "invalidItems": {"nope": "DELETED"},
        "typeValid": True,
    }
    assert bobs["validItems"] == []
    assert bobs["invalidItems"] == {SALES: "NO_ACCESS", PEOPLE: "NO_ACCESS", "nope": "DELETED"}
    assert ("USER", "Cat") not in domo.access(SALES)


def test_a_check_of_a_deletion_tells_what_would_fail_and_deletes_nothing(domo: Domo) -> None:
    body = {"type": "DATA_SOURCE", "ids": [SALES, PEOPLE, "nope"]}

    mine = domo.done("POST", f"{UI}/delete/check", body)
    other = domo.done("POST", f"{UI}/delete/check", {**body, "type": "DATAFLOW"})

    assert mine == {
        "validItems": [SALES, PEOPLE],
        "invalidItems": {"nope": "DELETED"},
        "typeValid": True,
    }
    assert other == {
        "validItems": [],
        "invalidItems": {SALES: "WRONG_TYPE", PEOPLE: "WRONG_TYPE", "nope": "WRONG_TYPE"},
        "typeValid": False,
    }
    assert len(domo.snapshot()["datasets"]) == 2


@pytest.mark.parametrize("path", ["share/check", "delete/check"])
@pytest.mark.parametrize("body", [{}, [], {"type": "DATA_SOURCE", "ids": [5]}, {"bulkItems": 5}])
def test_a_malformed_check_is_400(domo: Domo, path: str, body: Any) -> None:
    if path == "share/check" and "ids" in body:
        body = {"bulkItems": body}

    assert domo.product("POST", f"{UI}/{path}", body).status_code == 400


def test_cards_depend_on_a_dataset(domo: Domo) -> None:
    datasets = [dict(one) for one in ESTATE["datasets"]]
    datasets[0]["cards"] = [{"title": "Orders by region"}]
    domo.reset({**ESTATE, "datasets": datasets})

    body = {"type": "DATA_SOURCE", "ids": [SALES, PEOPLE]}
    found = domo.done("POST", f"{UI}/delete/check", body)

    assert found["invalidItems"] == {SALES: "HAS_DEPENDENCIES"}
    assert domo.done("POST", f"{UI}/delete", body)["failed"] == {}


def test_the_store_tells_soft_deletions_from_hard_ones(tmp_path: Path) -> None:
    server = Server("--data", str(tmp_path))
    domo = Domo(server.url)
    domo.reset(ESTATE)
    made = [
        domo.done("POST", "/data/v2/datasources", {"dataSourceName": str(number)})
        for number in range(4)
    ]
    softly, hard, bulk, platform = [one["dataSource"]["dataSourceId"] for one in made]

    domo.done("DELETE", f"{V3}/{softly}")
    domo.done("DELETE", f"{V3}/{hard}?deleteMethod=hard")
    domo.done("POST", f"{UI}/delete", {"type": "DATA_SOURCE", "ids": [bulk]})
    domo.v1("DELETE", f"/datasets/{platform}")
    wrong = domo.product("DELETE", f"{V3}/{SALES}?deleteMethod=gentle")
    domo.close()
    server.stop()

    assert wrong.status_code == 400
    (path,) = tmp_path.rglob("*.sqlite")
    with closing(sqlite3.connect(path)) as stored:
        found = dict(stored.execute("SELECT id, deletion FROM datasets WHERE deleted=1"))
    assert found == {softly: "soft", hard: "hard", bulk: "soft", platform: "hard"}


def test_what_is_said_of_a_column_is_kept_with_the_schema(domo: Domo) -> None:
    columns = [
        {"name": "name", "type": "STRING", "description": "Full name", "tags": ["pii", "key"]},
        {"name": "born", "type": "DATE"},
    ]
    path = f"/data/v2/datasources/{PEOPLE}/schemas"

    domo.done("POST", path, {"columns": columns})

    named, born = domo.get(f"{path}/latest")["schema"]["columns"]
    assert (named["description"], named["tags"]) == ("Full name", ["pii", "key"])
    assert not {"description", "tags"} & born.keys()
    snapshot = domo.snapshot()
    domo.reset(snapshot)
    assert domo.snapshot() == snapshot
    assert domo.get(f"{path}/latest")["schema"]["columns"][0]["description"] == "Full name"
    domo.done("POST", path, {"columns": [{"name": "name", "type": "STRING"}]})
    assert "description" not in domo.get(f"{path}/latest")["schema"]["columns"][0]


@pytest.mark.parametrize("extra", [{"description": 5}, {"tags": "pii"}, {"tags": [5]}])
def test_a_column_with_malformed_words_is_400(domo: Domo, extra: dict[str, Any]) -> None:
    body = {"columns": [{"name": "name", "type": "STRING", **extra}]}

    reply = domo.product("POST", f"/data/v2/datasources/{PEOPLE}/schemas", body)

    assert reply.status_code == 400


def test_columns_that_policies_filter_by_are_told(domo: Domo) -> None:
    path = f"/data/v2/datasources/{SALES}/schemas"

    latest = domo.get(f"{path}/latest")["schema"]
    (listed,) = domo.get(f"{V3}/schemaList?dataSourceIds={SALES}")

    assert latest["dataControlDetails"] == {"controlledColumns": ["region"]}
    assert [one.get("isDataControlled") for one in latest["columns"]] == [None, True, None]
    assert listed["schemaContract"]["schema"] == latest
    assert domo.get(f"/data/v2/datasources/{PEOPLE}/schemas/latest")["schema"].keys() == {"columns"}
    domo.done("POST", path, {"columns": [{"name": "order_id", "type": "LONG"}]})
    assert domo.get(f"{path}/latest")["schema"].keys() == {"columns"}


def test_owners_of_groups_are_read_by_ids(domo: Domo) -> None:
    owners = [{"type": "USER", "id": CAT}, {"type": "GROUP", "id": INTERNS}]
    domo.done("PUT", "/content/v2/groups/access", [{"groupId": FINANCE, "addOwners": owners}])
    path = "/content/v2/groups/permissions?checkOwnership=true&includeUsers="

    (brief,) = domo.done("POST", f"{path}false", [str(FINANCE)])
    full, second = domo.done("POST", f"{path}true", [FINANCE, 99, INTERNS])

    found = sorted(brief["permissions"]["owners"], key=lambda one: str(one["id"]))
    assert found == [
        {"type": "GROUP", "id": str(INTERNS), "displayName": "Interns"},
        {"type": "USER", "id": str(CAT), "displayName": "Cat"},
    ]
    assert "members" not in brief["permissions"]
    assert [one["displayName"] for one in full["permissions"]["members"]] == ["Bob"]
    assert second["groupId"] == INTERNS
    assert domo.product("POST", f"{path}true", ["x"]).status_code == 400
    assert domo.product("POST", f"{path}true", {}).status_code == 400


def test_users_of_a_group_are_read_by_page(domo: Domo) -> None:
    members = [{"type": "USER", "id": one} for one in (ADA, CAT, WES)]
    domo.done("PUT", "/content/v2/groups/access", [{"groupId": FINANCE, "addMembers": members}])
    path = f"/content/v2/groups/users?group={FINANCE}"

    first = domo.get(f"{path}&limit=3&offset=0")["groupUserList"]

    assert [one["userId"] for one in first] == [ADA, BOB, CAT]
    assert (first[0]["role"], first[0]["roleId"]) == ("Admin", 1)
    assert [one["userId"] for one in domo.get(f"{path}&limit=3&offset=3")["groupUserList"]] == [WES]
    assert domo.get(f"{path}&limit=3&offset=4") == {"groupUserList": []}
    assert len(domo.get(path)["groupUserList"]) == 4
    assert domo.get("/content/v2/groups/users?group=99") == {"groupUserList": []}
    assert domo.product("GET", "/content/v2/groups/users").status_code == 400


def test_groups_in_a_group_are_no_users_of_it(domo: Domo) -> None:
    found = domo.get("/content/v2/groups/users?group=22")["groupUserList"]

    assert [one["userId"] for one in found] == [WES]
