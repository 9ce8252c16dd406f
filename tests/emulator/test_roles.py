"""Roles and authorities on both planes."""

from typing import Any

import pytest

from tests.emulator.client import Domo
from tests.emulator.conftest import ADA, BOB, CAT, ESTATE, PEOPLE, WES

ROLES = "/authorization/v1/roles"


def make(domo: Domo, name: str = "Steward", **more: Any) -> int:
    body = {"name": name, "description": "Looks after data", "fromRoleId": 4} | more
    return int(domo.done("POST", ROLES, body)["id"])


def test_every_instance_has_domos_five_roles(domo: Domo) -> None:
    found = domo.get(ROLES)

    assert [(one["id"], one["name"], one["userCount"]) for one in found] == [
        (1, "Admin", 1),
        (2, "Privileged", 1),
        (3, "Editor", 2),
        (4, "Participant", 1),
        (5, "Social", 0),
    ]
    assert found[0].keys() == {
        "id", "name", "description", "authorityCount", "userCount", "created", "modified",
    }  # fmt: skip
    assert domo.get(f"{ROLES}/1") == found[0]
    assert len(domo.get(f"{ROLES}/1/authorities")) == found[0]["authorityCount"]
    assert domo.product("GET", f"{ROLES}/9").status_code == 404
    assert domo.product("GET", f"{ROLES}/x").status_code == 400


def test_a_new_role_has_the_authorities_of_its_model(domo: Domo) -> None:
    reply = domo.product("POST", ROLES, {"name": "Steward", "description": "d", "fromRoleId": 3})

    made = reply.json()
    assert (reply.status_code, made) == (200, {"id": 101, "name": "Steward", "description": "d"})
    model = sorted(domo.get(f"{ROLES}/3/authorities"))
    assert sorted(domo.get(f"{ROLES}/{made['id']}/authorities")) == model


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_authorities_are_replaced_whole(domo: Domo, method: str) -> None:
    path = f"{ROLES}/{make(domo)}/authorities"

    said = domo.done(method, path, ["dataset.manage", "dataset.export", "dataset.manage"])

    assert said == {"status": "SUCCESS", "message": ""}
    assert sorted(domo.get(path)) == ["dataset.export", "dataset.manage"]
    domo.done("DELETE", path, ["dataset.export"])
    assert domo.get(path) == ["dataset.manage"]
    domo.done("DELETE", path)
    assert domo.get(path) == []


def test_by_the_switch_domo_says_400_and_does_it(domo: Domo) -> None:
    path = f"{ROLES}/{make(domo)}/authorities"
    domo.switch(role_grants_400=True)

    reply = domo.product("PUT", path, ["audit"])

    assert (reply.status_code, reply.json()["statusReason"]) == (400, "Bad Request")
    assert domo.get(path) == ["audit"]


@pytest.mark.parametrize("body", [None, {}, [5], ["audit", None], "audit"])
def test_authorities_are_a_list_of_texts(domo: Domo, body: Any) -> None:
    path = f"{ROLES}/{make(domo)}/authorities"
    before = sorted(domo.get(path))

    assert domo.product("PUT", path, body).status_code == 400
    assert sorted(domo.get(path)) == before


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"name": ""},
        {"name": "Admin"},
        {"name": 5},
        {"name": "X", "description": 5},
        {"name": "X", "fromRoleId": 9},
        {"name": "X", "fromRoleId": "x"},
    ],
)
def test_a_role_that_cannot_be_is_400(domo: Domo, body: Any) -> None:
    assert domo.product("POST", ROLES, body).status_code == 400
    assert len(domo.get(ROLES)) == 5


def test_a_role_is_given_renamed_and_deleted_once_nobody_has_it(domo: Domo) -> None:
    role = make(domo)
    path = f"{ROLES}/{role}"

    given = domo.product("PUT", f"{path}/users", [WES, str(CAT)])
    domo.done("PUT", path, {"name": "Keeper"})

    assert given.status_code == 204
    found = domo.get(f"{path}/users?limit=1")
    assert (found["totalCount"], found["totalFilteredCount"], len(found["users"])) == (2, 2, 1)
    searched = domo.get(f"{path}/users?search=WES")
    assert (searched["totalCount"], searched["totalFilteredCount"]) == (2, 1)
    assert searched["users"] == [
        {"userId": WES, "roleId": role, "displayName": "Wes", "email": "wes@acme.example"}
    ]
    assert domo.get(f"/content/v2/users/{WES}")["role"] == "Keeper"
    assert domo.v1("GET", f"/users/{WES}")["roleId"] == role
    assert domo.product("DELETE", path).status_code == 400
    domo.product("PUT", f"{ROLES}/4/users", [WES, CAT])
    assert domo.product("DELETE", path).status_code == 204
    assert domo.product("GET", path).status_code == 404


def test_domos_own_roles_stay_as_they_are(domo: Domo) -> None:
    assert domo.product("PUT", f"{ROLES}/3/authorities", []).status_code == 400
    assert domo.product("PUT", f"{ROLES}/3", {"name": "X"}).status_code == 400
    assert domo.product("DELETE", f"{ROLES}/5").status_code == 400
    assert domo.get(f"{ROLES}/3")["name"] == "Editor"


def test_changing_roles_takes_the_authority_and_reading_none(domo: Domo) -> None:
    role = make(domo)

    assert domo.product("POST", ROLES, {"name": "Mine"}, "t-bob").status_code == 403
    assert domo.product("PUT", f"{ROLES}/{role}/authorities", [], "t-bob").status_code == 403
    assert domo.product("PUT", f"{ROLES}/{role}/users", [BOB], "t-bob").status_code == 403
    assert domo.product("DELETE", f"{ROLES}/{role}", None, "t-bob").status_code == 403
    assert len(domo.get(ROLES, "t-wes")) == 6
    domo.done("PUT", f"{ROLES}/{role}/authorities", ["authorization.roles"])
    domo.product("PUT", f"{ROLES}/{role}/users", [BOB])
    assert domo.product("POST", ROLES, {"name": "Mine"}, "t-bob").status_code == 200
    assert domo.product("PUT", f"{ROLES}/{role}/users", [99]).status_code == 400
    assert domo.product("PUT", f"{ROLES}/{role}/users", {"id": 1}).status_code == 400


def test_a_role_that_manages_datasets_sees_them_all(domo: Domo) -> None:
    role = make(domo)
    domo.product("PUT", f"{ROLES}/{role}/users", [WES])
    path = f"/data/v3/datasources/{PEOPLE}"
    before = domo.product("GET", path, token="t-wes").status_code

    domo.done("PUT", f"{ROLES}/{role}/authorities", ["dataset.manage"])

    assert before == 403
    found = domo.get(f"{path}?part=core,permission", "t-wes")
    assert found["permissions"] == "READ_WRITE_DELETE_SHARE_ADMIN"


def test_custom_roles_are_part_of_an_estate(domo: Domo) -> None:
    people = [
        {"id": ADA, "email": "ada@x", "role": "Admin"},
        {"id": BOB, "email": "bob@x", "role": "Steward"},
    ]
    roles = [{"name": "Steward", "description": "d", "authorities": ["dataset.manage"]}]
    domo.reset({"users": people, "roles": roles})
    snapshot = domo.snapshot()

    domo.reset(snapshot)

    assert domo.snapshot() == snapshot
    assert snapshot["roles"] == [{"id": 101, **roles[0]}]
    assert domo.get(f"/content/v2/users/{BOB}", "any")["roleId"] == 101


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"users": [{"email": "a@x", "role": "Admn"}]}, "did you mean Admin?"),
        ({"roles": [{"name": "Editor"}]}, "roles[0].name"),
        ({"roles": [{"name": "A"}, {"name": "A"}]}, "two roles are called A"),
        ({"roles": [{"name": "A", "id": 3}]}, "roles[0].id"),
        ({"roles": [{"name": "A", "id": 300}, {"name": "B", "id": 300}]}, "occurs twice in roles"),
        ({"attributes": [{"key": "a"}, {"key": "a"}]}, "attributes[0].key"),
    ],
)
def test_an_estate_with_wrong_roles_is_refused_by_place(
    domo: Domo, changes: dict[str, Any], place: str
) -> None:
    reply = domo.send("POST", "/_emulator/reset", ESTATE | changes)

    assert reply.status_code == 400
    assert place in reply.json()["message"]


def test_the_platform_plane_lists_roles_too(domo: Domo) -> None:
    found = domo.v1("GET", "/roles/")

    assert [one["name"] for one in found] == [
        "Admin", "Privileged", "Editor", "Participant", "Social",
    ]  # fmt: skip
    assert domo.v1("GET", "/roles/2") == found[1]
    assert domo.v1("GET", "/roles?limit=1&offset=4") == [found[4]]
    assert domo.platform("GET", "/roles/9").status_code == 404
    assert domo.platform("GET", "/roles", client="c-data").status_code == 403


def test_the_platform_plane_knows_domos_roles_only(domo: Domo) -> None:
    role = make(domo)
    domo.product("PUT", f"{ROLES}/{role}/users", [WES])
    body = {"email": "wes@acme.example", "name": "Wes", "role": "Steward"}

    refused = domo.platform("PUT", f"/users/{WES}", body)
    kept = domo.v1("PUT", f"/users/{WES}", {"name": "Wesley"})
    moved = domo.v1("PUT", f"/users/{WES}", {"role": "Editor"})

    assert "No enum constant" in refused.json()["message"]
    assert (kept["role"], kept["roleId"], kept["name"]) == ("Steward", role, "Wesley")
    assert (moved["role"], moved["roleId"]) == ("Editor", 3)
