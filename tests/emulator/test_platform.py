"""The Platform plane: tokens, datasets, policies, streams, users, groups, accounts."""

import base64
import json
import re
from typing import Any

import pytest
import requests

from tests.emulator.client import Domo
from tests.emulator.conftest import (
    ADA,
    BOB,
    CAT,
    FINANCE,
    INTERNS,
    PEOPLE,
    SALES,
    WES,
    WEST,
    WEST_ONLY,
)

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DENIED = "Infrastructure problem (403): Access is denied"


def token(domo: Domo, method: str = "POST", client: str = "c-ada", **fields: str) -> Any:
    fields = {"grant_type": "client_credentials"} | fields
    where: Any = {"data": fields} if method == "POST" else {"params": fields}
    auth = (client, "secret")
    return domo.session.request(method, f"{domo.url}/oauth/token", auth=auth, timeout=10, **where)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_both_forms_of_asking_for_a_token_work(domo: Domo, method: str) -> None:
    reply = token(domo, method, scope="data user")

    body = reply.json()
    assert (reply.status_code, body["token_type"], body["expires_in"]) == (200, "bearer", 3599)
    assert (body["scope"], body["userId"], body["role"]) == ("data user", ADA, "Admin")
    claims = body["access_token"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["exp"] > 1_700_000_000
    assert {"customer", "jti"} <= body.keys()


def test_without_a_scope_a_token_has_all_of_the_clients(domo: Domo) -> None:
    assert token(domo, client="c-data").json()["scope"] == "data"
    assert "audit" in token(domo).json()["scope"]
    assert token(domo, client="c-data", scope="user").status_code == 400


def test_bad_clients_and_bad_grants_are_refused(domo: Domo) -> None:
    url = domo.url + "/oauth/token"
    form = {"grant_type": "client_credentials"}

    wrong = domo.session.post(url, data=form, auth=("c-ada", "guess"), timeout=10)
    missing = domo.session.post(url, data=form, timeout=10)
    query = domo.session.post(url, params=form, auth=("c-ada", "secret"), timeout=10)

    assert (wrong.status_code, missing.status_code, query.status_code) == (401, 401, 400)
    assert {"status", "message", "toe"} <= wrong.json().keys()


def bearer(domo: Domo, path: str, value: str) -> requests.Response:
    return domo.send("GET", "/v1" + path, headers={"Authorization": value})


def test_a_bearer_token_must_be_there_valid_and_fresh(domo: Domo) -> None:
    good = token(domo).json()["access_token"]
    domo.switch(token_life_s=-1)
    old = token(domo).json()["access_token"]

    assert bearer(domo, "/datasets", f"Bearer {good}").status_code == 200
    for value in ("", "bearer x.y.z", f"bearer {good}x"):
        refused = bearer(domo, "/datasets", value)
        assert refused.status_code == 403
        assert refused.json().keys() == {"status", "toe"}
    expired = bearer(domo, "/datasets", f"bearer {old}")
    assert (expired.status_code, expired.content) == (401, b"")
    assert 'error="invalid_token"' in expired.headers["www-authenticate"]
    assert "Jwt expired at" in expired.headers["www-authenticate"]


def test_each_resource_asks_for_its_scope(domo: Domo) -> None:
    statuses = [
        domo.platform("GET", path, client="c-data").status_code
        for path in ("/datasets", "/streams", "/users", "/groups", "/accounts")
    ]

    assert statuses == [200, 200, 403, 403, 403]


def test_without_clients_any_pair_is_the_first_admin(domo: Domo) -> None:
    domo.reset({"users": [{"email": "root@x", "role": "Admin"}]})

    reply = domo.session.post(
        domo.url + "/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=("any", "thing"),
        timeout=10,
    )

    assert reply.json()["role"] == "Admin"


def test_a_dataset_reads_like_the_captured_one(domo: Domo) -> None:
    found = domo.v1("GET", f"/datasets/{SALES}")

    assert list(found) == [
        "id", "name", "description", "rows", "columns", "schema", "owner", "createdAt",
        "updatedAt", "pdpEnabled", "policies",
    ]  # fmt: skip
    assert (found["rows"], found["columns"]) == (0, 0)
    assert json.dumps(found["schema"]["columns"][0]) == '{"type": "LONG", "name": "order_id"}'
    assert found["owner"] == {"id": ADA, "name": "Ada"}
    assert TIME.fullmatch(found["createdAt"])
    assert found["policies"] == [
        {
            "id": WEST_ONLY,
            "type": "user",
            "name": "West only",
            "filters": [
                {"column": "region", "values": ["West"], "operator": "EQUALS", "not": False}
            ],
            "users": [BOB, CAT, WES],
            "virtualUsers": [],
            "groups": [WEST],
        },
        {
            "id": WEST_ONLY + 1,
            "type": "open",
            "name": "All Rows",
            "filters": [],
            "users": [],
            "virtualUsers": [],
            "groups": [],
        },
    ]


def test_the_quickstart_of_the_documents_works(domo: Domo) -> None:
    """Seed 001: create a dataset, then a policy on it."""
    columns = [{"type": "STRING", "name": "Friend"}, {"type": "STRING", "name": "Attending"}]
    body = {
        "name": "Leonhard Euler Party",
        "description": "Mathematician Guest List",
        "rows": 0,
        "schema": {"columns": columns},
        "owner": {"id": BOB},
    }
    reply = domo.platform("POST", "/datasets", body)
    made = reply.json()
    given = {
        "name": "Only Show Attendees",
        "filters": [{"column": "Attending", "values": ["TRUE"], "operator": "EQUALS"}],
        "users": [WES],
    }
    policy = domo.platform("POST", f"/datasets/{made['id']}/policies", given)

    assert (reply.status_code, policy.status_code) == (201, 201)
    assert made["schema"] == {"columns": columns}
    assert made["owner"]["id"] == ADA  # whatever the body says
    assert not {"pdpEnabled", "policies"} & made.keys()
    assert policy.json() | {"id": 0} == {
        "id": 0,
        "type": "user",
        "name": "Only Show Attendees",
        "filters": [
            {"column": "Attending", "values": ["TRUE"], "operator": "EQUALS", "not": False}
        ],
        "users": [WES],
        "virtualUsers": [],
        "groups": [],
    }


def test_a_malformed_schema_is_the_recorded_400(domo: Domo) -> None:
    reply = domo.platform("POST", "/datasets", {"name": "x", "schema": "columns"})

    assert reply.status_code == 400
    assert reply.json()["message"] == "Bad Request"


def test_lists_hold_at_most_50_and_neither_schema_nor_policies(domo: Domo) -> None:
    for number in range(51):
        domo.done("POST", "/data/v2/datasources", {"dataSourceName": f"n{number:02}"})

    first = domo.v1("GET", "/datasets?limit=500&sort=name&nameLike=")
    rest = domo.v1("GET", "/datasets?limit=50&offset=50&sort=name")

    assert (len(first), len(rest)) == (50, 3)
    assert not {"schema", "policies"} & first[0].keys()
    assert [one["name"] for one in first] == sorted(one["name"] for one in first)
    assert domo.v1("GET", "/datasets?limit=-3&offset=6") == []
    assert domo.v1("GET", "/datasets?limit=50&offset=53&sort=name") == []
    assert [one["name"] for one in domo.v1("GET", "/datasets?nameLike=SALES")] == ["Sales Orders"]
    assert domo.v1("GET", "/datasets?sort=nameDescending&limit=1")[0]["name"] == "n50"
    assert domo.platform("GET", "/datasets?sort=size").status_code == 400


def test_an_update_is_partial_and_ignores_what_java_sends_back(domo: Domo) -> None:
    whole = {
        "id": SALES,
        "name": "Orders",
        "rows": 0,
        "columns": 0,
        "createdAt": "",
        "updatedAt": "",
        "owner": {"id": 0, "name": ""},
        "schema": {"columns": []},
    }

    renamed = domo.v1("PUT", f"/datasets/{SALES}", whole)
    switched = domo.v1("PUT", f"/datasets/{SALES}", {"name": "Orders", "pdpEnabled": False})

    assert (renamed["name"], renamed["description"]) == ("Orders", "One row per order line.")
    assert len(renamed["schema"]["columns"]) == 3
    assert (switched["pdpEnabled"], len(switched["policies"])) == (False, 2)


def test_a_schema_update_replaces_the_columns_in_order(domo: Domo) -> None:
    columns = [{"type": "DATE", "name": "day"}, {"type": "LONG", "name": "order_id"}]

    changed = domo.v1("PUT", f"/datasets/{SALES}", {"schema": {"columns": columns}})

    assert changed["schema"]["columns"] == columns
    latest = domo.get(f"/data/v2/datasources/{SALES}/schemas/latest")["schema"]["columns"]
    assert [one["name"] for one in latest] == ["day", "order_id"]


def test_the_owner_changes_by_an_update(domo: Domo) -> None:
    changed = domo.v1("PUT", f"/datasets/{SALES}", {"owner": {"id": BOB, "name": "x"}})

    assert changed["owner"] == {"id": BOB, "name": "Bob"}
    assert ("USER", "Ada") not in domo.access(SALES)
    assert domo.platform("PUT", f"/datasets/{SALES}", {"owner": {"id": 99}}).status_code == 400


def test_a_deleted_dataset_is_404_or_a_reduced_object(domo: Domo) -> None:
    deleted = domo.platform("DELETE", f"/datasets/{SALES}")

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert domo.platform("GET", f"/datasets/{SALES}").status_code == 404
    domo.switch(deleted_dataset_is_object=True)
    assert domo.v1("GET", f"/datasets/{SALES}") == {"id": SALES, "deleted": True}
    assert domo.platform("PUT", f"/datasets/{SALES}", {"name": "x"}).status_code == 404
    assert domo.platform("GET", "/datasets/nope").status_code == 404


def test_no_access_is_a_400_around_a_403(domo: Domo) -> None:
    for method in ("GET", "PUT", "DELETE"):
        reply = domo.platform(method, f"/datasets/{PEOPLE}", {}, client="c-cat")
        assert (reply.status_code, reply.reason) == (400, "Bad Request")
        assert reply.json()["message"] == DENIED
    assert domo.v1("GET", "/datasets", client="c-cat") == []


def test_both_planes_see_the_same_estate(domo: Domo) -> None:
    made = domo.v1(
        "POST", "/datasets", {"name": "x", "schema": {"columns": [{"type": "LONG", "name": "a"}]}}
    )["id"]
    domo.done("PUT", f"/data/v3/datasources/{made}/properties", {"dataSourceDescription": "d"})
    domo.done(
        "POST",
        f"/query/v1/data-control/{made}/filter-groups",
        {"name": "p", "userIds": [str(BOB)], "parameters": [{"name": "a", "values": ["1"]}]},
    )
    domo.done("PUT", f"/query/v1/data-control/{made}", {"enabled": True})

    found = domo.v1("GET", f"/datasets/{made}")

    assert (found["description"], found["pdpEnabled"]) == ("d", True)
    assert {one["name"]: one["users"] for one in found["policies"]} == {"All Rows": [], "p": [BOB]}


def test_policies_have_their_own_paths_and_codes(domo: Domo) -> None:
    path = f"/datasets/{SALES}/policies"

    assert [one["name"] for one in domo.v1("GET", path)] == ["West only", "All Rows"]
    changed = domo.v1("PUT", f"{path}/{WEST_ONLY}", {"name": "Renamed"})
    assert (changed["name"], changed["users"]) == ("Renamed", [BOB, CAT, WES])  # partial
    emptied = domo.v1("PUT", f"{path}/{WEST_ONLY}", {"users": [], "groups": [str(WEST)]})
    assert (emptied["users"], emptied["groups"], len(emptied["filters"])) == ([], [WEST], 1)
    assert domo.v1("GET", f"{path}/{WEST_ONLY}") == emptied
    assert domo.platform("DELETE", f"{path}/{WEST_ONLY}").status_code == 204
    assert domo.platform("GET", f"{path}/{WEST_ONLY}").status_code == 404


def test_all_rows_takes_members_and_no_deletion(domo: Domo) -> None:
    path = f"/datasets/{SALES}/policies/{WEST_ONLY + 1}"

    changed = domo.v1("PUT", path, {"name": "x", "users": [CAT]})

    assert (changed["name"], changed["type"], changed["users"]) == ("All Rows", "open", [CAT])
    assert domo.platform("DELETE", path).status_code == 400
    body = {"name": "x", "type": "open"}
    assert domo.platform("POST", f"/datasets/{SALES}/policies", body).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"filters": [{"column": "gone", "values": ["x"], "operator": "EQUALS"}]},
        {"filters": [{"column": "region", "values": ["x" * 255], "operator": "EQUALS"}]},
        {"users": [99]},
        {"groups": [99]},
        {"name": ""},
    ],
)
def test_a_policy_that_cannot_be_is_400(domo: Domo, changes: dict[str, Any]) -> None:
    assert (
        domo.platform("PUT", f"/datasets/{SALES}/policies/{WEST_ONLY}", changes).status_code == 400
    )


def stream_body(**changes: Any) -> dict[str, Any]:
    data = {"name": "s", "schema": {"columns": [{"type": "LONG", "name": "a"}]}}
    return {"dataSet": data, "updateMethod": "APPEND"} | changes


def test_a_stream_is_created_with_its_dataset(domo: Domo) -> None:
    reply = domo.platform("POST", "/streams/", stream_body())
    made = reply.json()

    assert reply.status_code == 201
    assert reply.headers["location"] == f"{domo.url}/v1/streams/{made['id']}"
    assert made["dataSet"].keys() == {
        "id", "name", "rows", "columns", "owner", "createdAt", "updatedAt", "pdpEnabled",
    }  # fmt: skip
    assert domo.v1("GET", f"/streams/{made['id']}?fields=all") == made
    dataset = domo.get(f"/data/v3/datasources/{made['dataSet']['id']}")
    assert (dataset["streamId"], dataset["transportType"]) == (made["id"], "API")


def test_upsert_takes_both_spellings_and_keys_are_write_only(domo: Domo) -> None:
    made = [
        domo.v1("POST", "/streams", stream_body(updateMethod=method, keyColumnNames=["a"]))
        for method in ("UPSERT", "APPEND")
    ]

    assert [one["updateMethod"] for one in made] == ["UPSERT", "APPEND"]
    assert not any("keyColumnNames" in one for one in made)
    kept = [one["stream"]["key_columns"] for one in domo.snapshot()["datasets"] if one["stream"]]
    assert kept == [["a"], ["a"]]
    for bad in ({"updateMethod": "UPSERT"}, {"keyColumnNames": ["b"]}, {"updateMethod": "MERGE"}):
        assert domo.platform("POST", "/streams", stream_body(**bad)).status_code == 400


def test_streams_are_searched_and_listed_by_page(domo: Domo) -> None:
    made = [domo.v1("POST", "/streams", stream_body()) for _ in range(3)]
    dataset = made[1]["dataSet"]["id"]

    plain = domo.v1("GET", f"/streams/search?q=dataSource.id:{dataset}")
    encoded = domo.v1("GET", f"/streams/search?q=dataSource.id%3A{dataset}&fields=all")

    assert [one["id"] for one in plain] == [made[1]["id"]]
    assert plain[0]["dataSet"] == {"id": dataset, "pdpEnabled": False}
    assert encoded == [made[1]]
    assert domo.v1("GET", "/streams/search?q=dataSource.id:nope") == []
    assert len(domo.v1("GET", f"/streams/search?q=dataSource.owner.id:{ADA}")) == 3
    assert len(domo.v1("GET", "/streams/search?q=dataSource.name:S")) == 3
    assert domo.platform("GET", "/streams/search?q=color:red").status_code == 400
    listed = domo.v1("GET", "/streams/?limit=2&offset=2")
    assert [one["id"] for one in listed] == [made[2]["id"]]
    brief = domo.v1("GET", "/streams?fields=id,updateMethod")[0]
    assert brief == {"id": made[0]["id"], "updateMethod": "APPEND"}
    assert domo.v1("GET", "/streams", client="c-cat") == []


def test_only_the_update_method_of_a_stream_changes_and_its_dataset_survives_it(
    domo: Domo,
) -> None:
    made = domo.v1("POST", "/streams", stream_body())
    path = f"/streams/{made['id']}"

    changed = domo.v1("PATCH", path, stream_body(dataSet={"name": "x"}, updateMethod="REPLACE"))

    assert (changed["updateMethod"], changed["dataSet"]["name"]) == ("REPLACE", "s")
    assert domo.platform("DELETE", path).status_code == 204
    assert domo.platform("GET", path).status_code == 404
    assert "streamId" not in domo.get(f"/data/v3/datasources/{made['dataSet']['id']}")


def test_one_run_is_active_at_a_time(domo: Domo) -> None:
    path = f"/streams/{domo.v1('POST', '/streams', stream_body())['id']}/executions"
    headers = {"Authorization": f"bearer {domo.access_token()}"}

    for body in (b"", b"null", b'""', b"{}", b'{"updateMethod": null}'):
        reply = domo.send("POST", f"/v1{path}", headers=headers, data=body)
        assert reply.status_code == 200
    runs = domo.v1("GET", path)

    states = [(one["id"], one["currentState"]) for one in runs]
    assert states == [(5, "ACTIVE"), *((number, "ABORTED") for number in (4, 3, 2, 1))]
    assert domo.v1("GET", f"{path}/5").keys() == {
        "id", "startedAt", "currentState", "createdAt", "modifiedAt",
    }  # fmt: skip
    assert [one["id"] for one in domo.v1("GET", f"{path}?limit=2&offset=3")] == [2, 1]
    assert domo.platform("GET", f"{path}/9").status_code == 404


def test_a_deleted_dataset_takes_its_stream_along(domo: Domo) -> None:
    made = domo.v1("POST", "/streams", stream_body())

    domo.platform("DELETE", f"/datasets/{made['dataSet']['id']}")

    assert domo.platform("GET", f"/streams/{made['id']}").status_code == 404
    domo.switch(deleted_dataset_is_object=True)
    reduced = {"id": made["id"], "deleted": True}
    assert domo.v1("GET", f"/streams/{made['id']}") == reduced


def test_users_are_created_read_changed_and_deleted(domo: Domo) -> None:
    body = {"name": "Dan", "email": "dan@acme.example", "role": "Editor", "title": "Boss"}
    reply = domo.platform("POST", "/users/?sendInvite=False", body)
    number = reply.json()["id"]

    assert (reply.status_code, reply.json()["title"]) == (201, "Boss")
    duplicate = domo.platform("POST", "/users", body | {"email": "DAN@acme.example"})
    assert "EMAIL_DUPLICATE" in duplicate.json()["message"]
    role = domo.platform("POST", "/users", body | {"email": "x@y", "role": "King"})
    assert "No enum constant" in role.json()["message"]
    changed = domo.v1("PUT", f"/users/{number}", {"email": body["email"], "role": "Participant"})
    assert (changed["role"], changed["name"], changed["title"]) == ("Participant", "Dan", "Boss")
    domo.v1("PUT", f"/users/{BOB}", {"name": "Robert"})
    found = domo.v1("GET", f"/users/{BOB}")
    assert found["groups"] == [{"id": FINANCE, "name": "Finance"}]
    assert domo.platform("DELETE", f"/users/{number}").status_code == 204
    assert domo.platform("GET", f"/users/{number}").status_code == 404
    assert domo.platform("POST", "/users", body, client="c-cat").status_code == 403


def test_users_are_listed_by_page(domo: Domo) -> None:
    assert [one["id"] for one in domo.v1("GET", "/users/?limit=2&offset=1")] == [BOB, CAT]
    assert domo.v1("GET", "/users?limit=500&offset=5") == []
    assert domo.platform("GET", "/users?limit=-1").status_code == 400
    assert domo.platform("GET", "/users?offset=-1").status_code == 400


def test_a_user_who_owns_datasets_stays(domo: Domo) -> None:
    assert domo.platform("DELETE", f"/users/{ADA}").status_code == 400


def test_a_deleted_user_has_access_to_nothing(domo: Domo) -> None:
    assert domo.platform("DELETE", f"/users/{WES}").status_code == 204

    estate = domo.snapshot()
    assert "wes@acme.example" not in json.dumps(estate)
    assert domo.product("GET", "/content/v2/users/me", token="t-wes").status_code == 401


def test_groups_have_their_own_paths_and_codes(domo: Domo) -> None:
    made = domo.v1("POST", "/groups/", {"name": "New", "active": "true"})
    path = f"/groups/{made['id']}"

    assert made.keys() == {"id", "name", "active", "creatorId", "default"}
    assert made["creatorId"] == str(ADA)
    assert domo.v1("GET", f"{path}/users") == [ADA]  # the creator
    assert domo.platform("PUT", f"{path}/users/{BOB}", {}).status_code == 204
    assert domo.v1("GET", f"{path}/users?limit=1&offset=1") == [BOB]
    assert domo.platform("DELETE", path).status_code == 400  # not empty
    for member in (ADA, BOB):
        assert domo.platform("DELETE", f"{path}/users/{member}").status_code == 204
    domo.v1("PUT", path, {"name": "Newer", "active": False})
    assert domo.v1("GET", path)["active"] is False
    assert domo.platform("PUT", f"{path}/users/{BOB}", {}).status_code == 400  # not active
    assert domo.platform("DELETE", path).status_code == 204
    assert domo.platform("GET", path).status_code == 404


def test_groups_are_listed_by_page_without_their_activity(domo: Domo) -> None:
    listed = domo.v1("GET", "/groups/?limit=2&offset=1")

    assert [one["id"] for one in listed] == [WEST, INTERNS]
    assert listed[0].keys() == {"id", "name", "default", "memberCount"}


def test_accounts_are_read_with_numeric_texts(domo: Domo) -> None:
    found = domo.v1("GET", "/accounts?limit=50&offset=0")

    kind = {"id": "snowflake", "properties": {}}
    assert found == [{"id": "3", "name": "Snowflake prod", "valid": True, "type": kind}]
    assert domo.v1("GET", "/accounts/3") == found[0]
    assert domo.platform("GET", "/accounts/9").status_code == 404
