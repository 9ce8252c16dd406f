"""Finding, making, changing and deleting people on the Product plane, and their attributes."""

from typing import Any

import pytest

from tests.emulator.client import Domo
from tests.emulator.conftest import ADA, BOB, CAT, ESTATE, EVE, FINANCE, PEOPLE, SALES, WES

USERS = "/identity/v1/users"
SEARCH = f"{USERS}/search"
KEYS = "/user/v1/properties/meta/keys"
WITH_ATTRIBUTES: dict[str, Any] = ESTATE | {
    "users": [
        {
            "id": ADA,
            "email": "ada@acme.example",
            "name": "Ada",
            "role": "Admin",
            "attributes": {"region": ["West", "East"]},
            "profile": {"title": "Countess", "phone": "555-0100", "location": "London"},
        },
        *ESTATE["users"][1:],
    ]
}


def values(user: dict[str, Any]) -> dict[str, Any]:
    return {one["key"]: one["values"] for one in user["attributes"]}


def test_a_found_user_has_the_attributes_that_were_asked_for(domo: Domo) -> None:
    domo.reset(WITH_ATTRIBUTES)
    asked = ["id", "displayName", "roleId", "title", "phoneNumber", "region", "lastActivity"]
    body = {"parts": ["MINIMAL"], "attributes": asked, "ids": [ADA]}

    found = domo.done("POST", SEARCH, body)["users"][0]

    assert found == {
        "attributes": [
            {"key": "id", "values": [ADA]},
            {"key": "displayName", "values": ["Ada"]},
            {"key": "roleId", "values": [1]},
            {"key": "title", "values": ["Countess"]},
            {"key": "phoneNumber", "values": ["555-0100"]},
            {"key": "region", "values": ["West", "East"]},
        ],
        "id": ADA,
        "displayName": "Ada",
        "userName": "ada@acme.example",
        "roleId": 1,
        "emailAddress": "ada@acme.example",
    }


def test_parts_add_groups_role_and_details(domo: Domo) -> None:
    domo.reset(WITH_ATTRIBUTES)

    def first(*parts: str) -> Any:
        return domo.done("POST", SEARCH, {"parts": list(parts), "ids": [BOB]})["users"][0]

    assert first("MINIMAL")["attributes"] == []
    assert values(first("detailed"))["isActive"] == [True]
    assert values(first())["emailAddress"] == ["bob@acme.example"]
    both = first("GROUPS", "ROLE")
    assert both["role"] == {"roleId": 2, "roleName": "Privileged"}
    assert [(one["id"], one["name"], one["type"]) for one in both["groups"]] == [
        (FINANCE, "Finance", "open")
    ]


def test_those_who_are_gone_are_found_when_asked_for(domo: Domo) -> None:
    domo.done("DELETE", f"{USERS}/{WES}")

    def ids(**asked: bool) -> list[int]:
        return sorted(one["id"] for one in domo.done("POST", SEARCH, asked)["users"])

    assert ids() == [ADA, BOB, CAT, EVE]
    assert ids(includeDeleted=True) == [ADA, BOB, CAT, WES, EVE]
    assert ids(onlyDeleted=True) == [WES]
    assert ids(includeSupport=True) == [ADA, BOB, CAT, EVE]
    gone = domo.get(f"{USERS}/{WES}?includeDeleted=true&parts=DETAILED")["users"][0]
    assert values(gone)["isActive"] == [False]
    assert domo.product("GET", f"{USERS}/{WES}").status_code == 404


def test_the_count_can_be_left_out(domo: Domo) -> None:
    assert "count" not in domo.done("POST", SEARCH, {"showCount": False})
    assert domo.done("POST", SEARCH, {"showCount": True, "count": False, "limit": 1})["count"] == 5


def test_people_are_sorted_by_when_they_came(domo: Domo) -> None:
    domo.done("POST", USERS, {"displayName": "Al", "emailAddress": "al@x", "roleId": 4})
    body = {"sort": {"field": "created", "order": "DESC"}, "limit": 1}

    assert domo.done("POST", SEARCH, body)["users"][0]["displayName"] == "Al"


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"filters": "id"},
        {"filters": [None]},
        {"filters": [{"filterType": "value", "field": "id", "values": ["x"]}]},
        {"filters": [{"filterType": "value", "field": "id", "values": 5}]},
        {"filters": [{"filterType": "value", "field": "id", "values": [1], "operator": "NE"}]},
        {"parts": ["EVERYTHING"]},
        {"parts": "DETAILED"},
        {"attributes": [5]},
        {"ids": ["x"]},
        {"limit": "many"},
        {"offset": -1},
        {"sort": "name"},
    ],
)
def test_a_search_that_makes_no_sense_is_400(domo: Domo, body: Any) -> None:
    assert domo.product("POST", SEARCH, body).status_code == 400


def test_a_thousand_addresses_are_searched_at_once(domo: Domo) -> None:
    text = " ".join(f"nobody{number}@x" for number in range(2000)) + " bob@acme"
    body = {"filters": [{"filterType": "text", "field": "emailAddress", "text": text}]}

    assert [one["id"] for one in domo.done("POST", SEARCH, body)["users"]] == [BOB]


def test_users_are_listed_and_read_in_a_list(domo: Domo) -> None:
    everybody = domo.get(f"{USERS}?parts=DETAILED")["users"]
    one = domo.get(f"{USERS}/{BOB}?attributes=id,displayName")["users"]

    assert [user["id"] for user in everybody] == [ADA, BOB, CAT, WES, EVE]
    assert values(one[0]) == {"id": [BOB], "displayName": ["Bob"]}
    assert domo.product("GET", f"{USERS}/99").status_code == 404
    assert domo.product("GET", f"{USERS}/x").status_code == 400


def test_a_user_is_made_by_either_path(domo: Domo) -> None:
    first = domo.product(
        "POST", USERS, {"displayName": "Al", "emailAddress": "al@x", "roleId": "4"}
    )
    second = domo.product(
        "POST",
        "/content/v3/users?sendInvite=false",
        {"displayName": "Bo", "detail": {"email": "bo@x"}, "roleId": 3},
    )

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json().keys() == {
        "attributes", "id", "displayName", "userName", "roleId", "emailAddress",
    }  # fmt: skip
    assert second.json()["detail"] == {"email": "bo@x"}
    roles = [domo.get(f"/content/v2/users/{one.json()['id']}")["role"] for one in (first, second)]
    assert roles == ["Participant", "Editor"]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"displayName": "Al", "emailAddress": "BOB@acme.example", "roleId": 4},
        {"displayName": "Al", "emailAddress": "", "roleId": 4},
        {"displayName": "", "emailAddress": "al@x", "roleId": 4},
        {"displayName": "Al", "emailAddress": "al@x"},
        {"displayName": "Al", "emailAddress": "al@x", "roleId": 99},
        {"displayName": "Al", "emailAddress": "al@x", "roleId": True},
        {"emailAddress": "al@x", "roleId": 4},
    ],
)
def test_a_user_that_cannot_be_is_400(domo: Domo, body: Any) -> None:
    assert domo.product("POST", USERS, body).status_code == 400
    assert domo.product("POST", "/content/v3/users", body).status_code == 400
    assert len(domo.snapshot()["users"]) == 5


def test_a_user_is_changed_by_name_or_by_attribute(domo: Domo) -> None:
    domo.reset(WITH_ATTRIBUTES)
    path = f"{USERS}/{ADA}"

    domo.done("PATCH", path, {"displayName": "Ada L.", "emailAddress": "al@acme.example"})
    attributes = [
        {"key": "phoneNumber", "values": [""]},
        {"key": "title", "values": ["Programmer"]},
        {"key": "region", "values": ["North"]},
        {"key": "employeeNumber", "values": [7]},
    ]
    domo.done("PATCH", path, {"attributes": attributes})
    changed = domo.done("PATCH", f"{USERS}/{BOB}", {"roleId": 5})

    found = values(domo.get(path)["users"][0])
    assert (found["displayName"], found["emailAddress"]) == (["Ada L."], ["al@acme.example"])
    assert (found["title"], found["region"], found["employeeNumber"]) == (
        ["Programmer"],
        ["North"],
        [7],
    )
    assert "phoneNumber" not in found
    assert found["employeeLocation"] == ["London"]
    assert changed["roleId"] == 5
    assert domo.get(f"/content/v2/users/{BOB}")["role"] == "Social"


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"roleId": 99},
        {"displayName": ""},
        {"displayName": None},
        {"emailAddress": "cat@acme.example"},
        {"attributes": "title"},
        {"attributes": [5]},
        {"attributes": [{"values": ["x"]}]},
        {"attributes": [{"key": "title", "values": "x"}]},
        {"attributes": [{"key": "title", "values": [{}]}]},
        {"attributes": [{"key": "id", "values": [9]}]},
        {"attributes": [{"key": "unheard of", "values": ["x"]}]},
    ],
)
def test_a_change_that_cannot_be_is_400_and_changes_nothing(domo: Domo, body: Any) -> None:
    before = domo.snapshot()

    assert domo.product("PATCH", f"{USERS}/{BOB}", body).status_code == 400
    assert domo.snapshot() == before


def test_a_deleted_user_is_gone_everywhere(domo: Domo) -> None:
    reply = domo.product("DELETE", f"{USERS}/{BOB}")

    assert (reply.status_code, reply.json()) == (200, 1)
    assert domo.product("GET", "/content/v2/users/me", token="t-bob").status_code == 401
    assert domo.get(f"/content/v2/groups/{FINANCE}")["userIds"] == []
    assert domo.product("DELETE", f"{USERS}/{BOB}").status_code == 404
    domo.done("POST", USERS, {"displayName": "B", "emailAddress": "bob@acme.example", "roleId": 4})


def test_who_owns_datasets_is_not_deleted(domo: Domo) -> None:
    body = {"type": "DATA_SOURCE", "ids": [SALES], "userId": BOB}
    domo.done("POST", "/data/v1/ui/bulk/reassign", body)

    assert domo.product("DELETE", f"{USERS}/{BOB}").status_code == 400
    assert domo.get("/content/v2/users/me", "t-bob")["id"] == BOB


def test_the_last_admin_stays(domo: Domo) -> None:
    as_social = {"email": "ada@acme.example", "name": "Ada", "role": "Social"}
    refusals = [
        domo.product("DELETE", f"{USERS}/{ADA}"),
        domo.product("PATCH", f"{USERS}/{ADA}", {"roleId": 3}),
        domo.product("PUT", "/authorization/v1/roles/3/users", [ADA]),
        domo.platform("PUT", f"/users/{ADA}", as_social),
        domo.platform("DELETE", f"/users/{ADA}"),
    ]
    domo.done("POST", "/data/v1/ui/bulk/delete", {"type": "DATA_SOURCE", "ids": [SALES, PEOPLE]})
    refusals.append(domo.product("DELETE", f"{USERS}/{ADA}"))

    assert [one.status_code for one in refusals] == [400] * 6
    assert domo.get("/content/v2/users/me")["role"] == "Admin"
    domo.done("PATCH", f"{USERS}/{BOB}", {"roleId": 1})
    assert domo.product("DELETE", f"{USERS}/{ADA}").status_code == 200


def test_changing_people_takes_the_authority(domo: Domo) -> None:
    body = {"displayName": "Al", "emailAddress": "al@x", "roleId": 1}

    assert domo.product("POST", USERS, body, "t-bob").status_code == 403
    assert domo.product("POST", "/content/v3/users", body, "t-bob").status_code == 403
    assert domo.product("PATCH", f"{USERS}/{BOB}", {"roleId": 1}, "t-bob").status_code == 403
    assert domo.product("DELETE", f"{USERS}/{WES}", None, "t-bob").status_code == 403
    assert domo.product("POST", f"{KEYS}/level", {}, "t-bob").status_code == 403
    assert domo.get(f"{USERS}/{WES}", "t-bob")["users"][0]["id"] == WES


def test_attributes_are_defined_changed_and_removed(domo: Domo) -> None:
    body = {
        "key": "level",
        "keyspace": "customer-defined",
        "securityVoter": "FULL_VIS_ADMIN_IDP",
        "validator": "ANY_VALUE",
        "title": "Level",
        "description": "How far up",
    }

    made = domo.done("POST", f"{KEYS}/level", body)
    changed = domo.done("PUT", f"{KEYS}/level", {"title": "Rank"})

    assert made == body
    assert changed == body | {"title": "Rank"}
    assert domo.get(f"{KEYS}?issuerTypes=idp") == [changed]
    assert domo.get(f"{KEYS}/level") == changed
    assert domo.product("POST", f"{KEYS}/level", body).status_code == 400
    domo.done("PATCH", f"{USERS}/{BOB}", {"attributes": [{"key": "level", "values": ["3"]}]})
    domo.done("DELETE", f"{KEYS}/level")
    assert domo.get(KEYS) == []
    assert "level" not in values(domo.get(f"{USERS}/{BOB}")["users"][0])
    assert domo.product("DELETE", f"{KEYS}/level").status_code == 404
    assert domo.product("PUT", f"{KEYS}/level", body).status_code == 404


@pytest.mark.parametrize("body", [[], {"title": 5}, {"keyspace": "mine"}, {"validator": []}])
def test_a_definition_that_cannot_be_is_400(domo: Domo, body: Any) -> None:
    assert domo.product("POST", f"{KEYS}/level", body).status_code == 400
    assert domo.get(KEYS) == []


def test_what_users_have_counts_as_a_custom_attribute_and_definitions_are_kept(
    domo: Domo,
) -> None:
    domo.reset(WITH_ATTRIBUTES | {"attributes": [{"key": "level", "title": "Level"}]})
    snapshot = domo.snapshot()

    domo.reset(snapshot)

    assert domo.snapshot() == snapshot
    assert [(one["key"], one["keyspace"], one["title"]) for one in domo.get(KEYS)] == [
        ("level", "customer-defined", "Level"),
        ("region", "customer-defined", "region"),
    ]


def test_users_are_found_by_a_list_of_addresses_on_the_platform_plane(domo: Domo) -> None:
    body = ["CAT@acme.example", "bob@acme.example", "nobody@x", "bob@acme.example"]

    found = domo.v1("POST", "/users/bulk/emails", body)

    assert [one["id"] for one in found] == [BOB, CAT]
    listed = {one["id"]: one for one in domo.v1("GET", "/users")}
    assert found == [listed[BOB], listed[CAT]]
    assert domo.v1("POST", "/users/bulk/emails", []) == []
    assert domo.platform("POST", "/users/bulk/emails", {"email": "x"}).status_code == 400
    assert domo.platform("POST", "/users/bulk/emails", [5]).status_code == 400


def test_a_user_of_the_platform_plane_was_updated_to_the_millisecond(domo: Domo) -> None:
    found = domo.v1("GET", f"/users/{BOB}")

    assert len(found["createdAt"]) == len("2017-06-12T20:23:57Z")
    assert len(found["updatedAt"]) == len("2017-06-12T20:23:57.123Z")
    assert domo.platform("POST", "/users", {"name": "X", "email": "", "role": "Admin"}).ok is False
