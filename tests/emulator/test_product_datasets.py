"""Metadata, lists, creation, properties, tags and deletion on the Product plane."""

import json
import re
from typing import Any

import pytest

from tests.emulator.client import Domo
from tests.emulator.conftest import ADA, BOB, PEOPLE, SALES

V3 = "/data/v3/datasources"
TOE = re.compile(r"[0-9A-Z]{10}-[0-9A-Z]{5}-[0-9A-Z]{5}")


def test_metadata_has_the_shape_of_the_official_sample(domo: Domo) -> None:
    found = domo.get(f"{V3}/{SALES}?part=core,permission")

    assert found["owner"] == {"id": str(ADA), "name": "Ada", "type": "USER", "group": False}
    assert found["permissions"] == "READ_WRITE_DELETE_SHARE_ADMIN"
    assert (found["adc"], found["adcExternal"], found["adcSource"]) == (True, False, "DIRECT")
    assert (found["rowCount"], found["columnCount"]) == (0, 3)
    assert found["properties"] == {"formulas": {"formulas": {}}}
    assert found["created"] > 1_500_000_000_000
    assert "streamId" not in found


def test_tags_are_a_text_that_holds_json_and_missing_when_there_are_none(domo: Domo) -> None:
    found, bare = domo.get(f"{V3}/{SALES}"), domo.get(f"{V3}/{PEOPLE}")

    assert sorted(json.loads(found["tags"])) == ["finance", "gold", "pii"]
    assert not {"tags", "description", "adcSource"} & bare.keys()


def test_rights_come_only_with_their_part(domo: Domo) -> None:
    assert "permissions" not in domo.get(f"{V3}/{SALES}?part=core")
    assert domo.get(f"{V3}/{SALES}?includeAllDetails=true")["permissions"]
    assert domo.product("GET", f"{V3}/{SALES}?part=core&includeAllDetails=true").status_code == 400
    assert domo.product("GET", f"{V3}/{SALES}?part=nonsense").status_code == 400


def test_an_unknown_dataset_is_404_with_reason_and_trace(domo: Domo) -> None:
    reply = domo.product("GET", f"{V3}/nope")

    assert (reply.status_code, reply.reason) == (404, "Not Found")
    assert reply.headers["content-type"] == "application/json"
    body = reply.json()
    assert (body["status"], body["statusReason"]) == (404, "Not Found")
    assert TOE.fullmatch(body["toe"])
    assert "nope" in body["message"]


def test_a_bulk_read_drops_what_is_unknown_or_out_of_sight(domo: Domo) -> None:
    body = [SALES, PEOPLE, "nope"]

    everything = domo.done("POST", f"{V3}/bulk?part=core", body)["dataSources"]
    bobs = domo.done("POST", f"{V3}/bulk?part=core", body, token="t-bob")["dataSources"]

    assert {one["id"] for one in everything} == {SALES, PEOPLE}
    assert {one["id"] for one in bobs} == {SALES}


def test_a_bulk_read_of_more_than_100_ids_is_refused(domo: Domo) -> None:
    assert domo.product("POST", f"{V3}/bulk", [SALES] * 101).status_code == 400
    assert domo.product("POST", f"{V3}/bulk", [SALES] * 100).status_code == 200


def test_the_list_is_paged_filtered_and_counted(domo: Domo) -> None:
    for number in range(55):
        domo.done("POST", "/data/v2/datasources", {"dataSourceName": f"Bulk {number:02}"})

    first = domo.get(V3)
    second = domo.get(f"{V3}?offset=50")
    like = domo.get(f"{V3}?nameLike=bulk%200&limit=3&offset=8&orderBy=name")

    assert len(first["dataSources"]) == 50
    assert len(second["dataSources"]) == 7
    assert first["_metaData"] == {
        "totalCount": 57,
        "limit": 50,
        "offset": 0,
        "executor": "APIDATA",
        "augmented": False,
    }
    assert [one["name"] for one in like["dataSources"]] == ["Bulk 08", "Bulk 09"]
    assert domo.get(f"{V3}?offset=57")["dataSources"] == []
    assert domo.get(f"{V3}?ownerId={BOB}")["dataSources"] == []
    assert domo.product("GET", f"{V3}?offset=-1").status_code == 400


def test_a_small_page_limit_pages_every_list(domo: Domo) -> None:
    domo.switch(page_limit=1)

    assert len(domo.get(f"{V3}?limit=50")["dataSources"]) == 1
    assert len(domo.get("/content/v2/groups/grouplist?limit=30")) == 1
    assert len(domo.v1("GET", "/users?limit=50")) == 1
    assert len(domo.get("/content/v2/users")) == 5  # has no pages to cut


def test_creating_is_not_idempotent_and_names_repeat(domo: Domo) -> None:
    body = {
        "userDefinedType": "api",
        "dataSourceName": "hello world",
        "dataSourceDescription": "twice",
        "tags": '["a"]',
        "schema": {"columns": [{"type": "STRING", "name": "Friend"}]},
    }

    first = domo.done("POST", "/data/v2/datasources", body)["dataSource"]
    second = domo.done("POST", "/data/v2/datasources", body)["dataSource"]

    assert first["dataSourceId"] != second["dataSourceId"]
    found = domo.get(f"{V3}/{first['dataSourceId']}")
    assert (found["name"], found["description"], found["tags"]) == ("hello world", "twice", '["a"]')
    named = domo.get("/data/v2/datasources?dataSourceName=hello%20world")["dataSources"]
    assert {one["id"] for one in named} == {first["dataSourceId"], second["dataSourceId"]}


def test_a_new_dataset_belongs_to_the_user_of_the_token(domo: Domo) -> None:
    made = domo.done("POST", "/data/v2/datasources", {"dataSourceName": "Mine"}, "t-cat")
    given = {"dataSourceName": "Bob's", "responsibleUserId": str(BOB)}
    handed = domo.done("POST", "/data/v2/datasources", given)

    assert made["dataSource"]["owner"]["name"] == "Cat"
    assert domo.access(made["dataSource"]["dataSourceId"]) == {("USER", "Cat"): "OWNER"}
    assert handed["dataSource"]["owner"]["name"] == "Bob"
    refused = domo.product("POST", "/data/v2/datasources", {"dataSourceName": "No"}, "t-wes")
    assert refused.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"dataSourceName": ""},
        {"dataSourceName": "x", "schema": {"columns": [{"name": "a", "type": "TEXT"}]}},
        {"dataSourceName": "x", "schema": {"columns": "a"}},
        {"dataSourceName": "x", "responsibleUserId": "99"},
        [],
    ],
)
def test_a_malformed_create_is_400(domo: Domo, body: object) -> None:
    assert domo.product("POST", "/data/v2/datasources", body).status_code == 400
    assert len(domo.snapshot()["datasets"]) == 2


def test_properties_change_what_they_name_and_answer_the_object(domo: Domo) -> None:
    path = f"{V3}/{SALES}/properties"

    renamed = domo.done("PUT", path, {"dataSourceName": "Orders"})
    blanked = domo.done("PUT", path, {"dataSourceDescription": ""})

    assert (renamed["name"], renamed["description"]) == ("Orders", "One row per order line.")
    assert "description" not in blanked


def test_leaving_the_description_out_blanks_it_where_the_switch_says_so(domo: Domo) -> None:
    domo.switch(properties_omitted_is_blank=True)

    found = domo.done("PUT", f"{V3}/{SALES}/properties", {"dataSourceName": "Orders"})

    assert "description" not in found


def test_setting_tags_replaces_them_and_answers_nothing(domo: Domo) -> None:
    path = f"/data/ui/v3/datasources/{SALES}/tags"

    reply = domo.product("POST", path, ["pii", "new", "pii"])

    assert (reply.status_code, reply.content) == (200, b"")
    assert sorted(json.loads(domo.get(f"{V3}/{SALES}")["tags"])) == ["new", "pii"]
    domo.done("POST", path, [])
    assert "tags" not in domo.get(f"{V3}/{SALES}")


def test_an_empty_tag_is_refused_wherever_tags_are_given(domo: Domo) -> None:
    before = domo.snapshot()
    bulk = {"bulkItems": {"ids": [SALES], "type": "DATA_SOURCE"}, "tags": ["new", ""]}
    new = {"dataSourceName": "New", "schema": {"columns": []}}
    asked: list[tuple[str, Any]] = [
        (f"/data/ui/v3/datasources/{SALES}/tags", ["new", ""]),
        ("/data/v1/ui/bulk/tag", bulk),
        ("/data/v1/ui/bulk/tag/delete", bulk),
        ("/data/v2/datasources", new | {"tags": '["new", ""]'}),
        ("/data/v2/datasources", new | {"tags": [""]}),
    ]

    replies = [domo.product("POST", path, body) for path, body in asked]

    assert [one.status_code for one in replies] == [400] * 5
    assert {one.json()["message"] for one in replies} == {"A tag must not be empty."}
    assert domo.snapshot() == before


def test_tags_are_read_in_another_order_every_time(domo: Domo) -> None:
    seen = {domo.get(f"{V3}/{SALES}")["tags"] for _ in range(6)}

    assert len(seen) == 3
    domo.switch(shuffle=False)
    assert len({domo.get(f"{V3}/{SALES}")["tags"] for _ in range(6)}) == 1


def test_bulk_tags_add_and_remove(domo: Domo) -> None:
    body = {"bulkItems": {"ids": [SALES, "nope"], "type": "DATA_SOURCE"}, "tags": ["pii", "new"]}

    added = domo.done("POST", "/data/v1/ui/bulk/tag", body)
    domo.done("POST", "/data/v1/ui/bulk/tag/delete", {**body, "tags": ["finance"]})

    assert added == {"successful": [SALES], "failed": {"nope": "DELETED"}}
    assert domo.snapshot()["datasets"][1]["tags"] == ["gold", "new", "pii"]


@pytest.mark.parametrize("query", ["", "?deleteMethod=soft", "?deleteMethod=hard"])
def test_a_deleted_dataset_is_gone_and_its_id_is_not_used_again(domo: Domo, query: str) -> None:
    domo.done("DELETE", f"{V3}/{PEOPLE}{query}")

    assert domo.product("GET", f"{V3}/{PEOPLE}").status_code == 404
    assert domo.product("DELETE", f"{V3}/{PEOPLE}").status_code == 404
    assert domo.platform("GET", f"/datasets/{PEOPLE}").status_code == 404
    first = domo.done("POST", "/data/v2/datasources", {"dataSourceName": "a"})["dataSource"]["id"]
    domo.done("DELETE", f"{V3}/{first}")
    second = domo.done("POST", "/data/v2/datasources", {"dataSourceName": "a"})["dataSource"]["id"]
    assert first != second


def test_lists_may_lag_behind_where_the_switch_says_so(domo: Domo) -> None:
    domo.switch(list_delay_ms=60_000)

    made = domo.done("POST", "/data/v2/datasources", {"dataSourceName": "Late"})["dataSource"]["id"]

    assert domo.get(f"{V3}?nameLike=Late")["dataSources"] == []
    assert domo.get(f"{V3}/{made}")["name"] == "Late"
    assert domo.get(V3)["_metaData"]["executor"] == "SEARCH"


def test_a_body_that_is_no_json_and_a_path_that_is_none(domo: Domo) -> None:
    headers = {"X-DOMO-Developer-Token": "t-ada"}

    broken = domo.send("POST", f"/api{V3}/bulk", headers=headers, data=b"{")
    nowhere = domo.product("GET", "/data/v9/nothing")
    wrong = domo.product("DELETE", f"{V3}/bulk/permissions")

    assert (broken.status_code, nowhere.status_code, wrong.status_code) == (400, 404, 405)
    assert "GET" in wrong.headers["allow"]


@pytest.mark.parametrize("header", ["X-DOMO-Developer-Token", "x-domo-authentication"])
def test_a_token_is_a_user_and_anything_else_is_401(domo: Domo, header: str) -> None:
    me = domo.send("GET", "/api/content/v2/users/me", headers={header: "t-bob"})
    unknown = domo.send("GET", "/api/content/v2/users/me", headers={header: "t-nobody"})
    inactive = domo.send("GET", "/api/content/v2/users/me", headers={header: "t-eve"})
    missing = domo.send("GET", "/api/content/v2/users/me")

    assert me.json()["displayName"] == "Bob"
    assert [one.status_code for one in (unknown, inactive, missing)] == [401, 401, 401]
    assert unknown.reason == "Unauthorized"
    assert TOE.fullmatch(unknown.json()["toe"])
    assert unknown.json()["message"]


def test_without_tokens_any_one_acts_as_the_first_admin(domo: Domo) -> None:
    domo.reset({
        "users": [
            {"email": "old@acme.example", "role": "Admin", "active": False},
            {"email": "root@acme.example", "role": "Admin"},
        ]
    })  # fmt: skip

    assert domo.get("/content/v2/users/me", token="x")["emailAddress"] == "root@acme.example"
    assert domo.product("GET", "/content/v2/users/me", token="").status_code == 401
