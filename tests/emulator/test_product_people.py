"""Users, groups and accounts on the Product plane."""

from typing import Any

from tests.emulator.client import Domo
from tests.emulator.conftest import ADA, BOB, CAT, EVE, FINANCE, INTERNS, SALES, WES, WEST

GROUPS = "/content/v2/groups"
SEARCH = "/identity/v1/users/search"


def by_email(text: str) -> dict[str, Any]:
    return {"filters": [{"filterType": "text", "field": "emailAddress", "text": text}]}


def test_a_search_by_email_is_fuzzy(domo: Domo) -> None:
    found = domo.done("POST", SEARCH, by_email("da@acme.example BOB"))

    assert found["count"] == 2
    assert [one["displayName"] for one in found["users"]] == ["Ada", "Bob"]
    assert domo.done("POST", SEARCH, by_email(""))["count"] == 0


def test_a_search_by_ids_is_exact_and_paged(domo: Domo) -> None:
    ids = {"field": "id", "filterType": "value", "values": [BOB, CAT, 99, WES], "operator": "EQ"}
    sort = {"field": "displayName", "order": "DESC"}

    found = domo.done("POST", SEARCH, {"filters": [ids], "limit": 2, "offset": 1, "sort": sort})

    assert found["count"] == 3
    assert [one["displayName"] for one in found["users"]] == ["Cat", "Bob"]
    assert domo.done("POST", SEARCH, {})["count"] == 5
    assert domo.product("POST", SEARCH, {"filters": [{"field": "x"}]}).status_code == 400


def test_a_user_has_role_attributes_and_activity(domo: Domo) -> None:
    domo.reset({
        "users": [
            {"email": "a@x", "role": "Admin", "attributes": {"region": ["West", "East"]}},
            {"email": "b@x", "role": "Social", "active": False},
        ]
    })  # fmt: skip

    first, second = domo.get("/content/v2/users", token="any")
    found = domo.done("POST", SEARCH, {"attributes": ["region"]})["users"]

    assert (first["role"], first["roleId"], first["active"]) == ("Admin", 1, True)
    assert (second["role"], second["roleId"], second["active"]) == ("Social", 5, False)
    assert [one["attributes"] for one in found] == [
        [{"key": "region", "values": ["West", "East"]}],
        [],
    ]


def test_users_are_read_alone_by_ids_and_unknown_ones_answer_nothing(domo: Domo) -> None:
    unknown = domo.product("GET", "/content/v2/users/99")

    assert domo.get(f"/content/v2/users/{BOB}")["emailAddress"] == "bob@acme.example"
    assert (unknown.status_code, unknown.content) == (200, b"")
    several = f"/content/v3/users?id={BOB},{EVE},99&includeDetails=true"
    assert [one["id"] for one in domo.get(several)] == [BOB, EVE]
    assert [one["id"] for one in domo.get(several + "&active=true")] == [BOB]
    assert domo.get("/content/v2/users?limit=2&offset=4")[0]["id"] == EVE


def test_groups_are_listed_by_group_id_and_read_by_id(domo: Domo) -> None:
    listed = domo.get(f"{GROUPS}/grouplist?ascending=true&sort=name&search=W")
    found = domo.get(f"{GROUPS}/{WEST}")

    assert [(one["groupId"], one["name"], one["memberCount"]) for one in listed] == [
        (WEST, "West Sales", 2)
    ]
    assert "id" not in listed[0]
    assert (found["id"], found["userIds"], found["groupIds"]) == (WEST, [WES], [INTERNS])
    assert "groupIds" not in domo.get(f"{GROUPS}/{FINANCE}")


def test_the_group_list_honours_offset_and_direction(domo: Domo) -> None:
    path = f"{GROUPS}/grouplist?ascending=false&sort=name"

    assert [one["name"] for one in domo.get(f"{path}&limit=2&offset=1")] == ["Interns", "Finance"]
    assert domo.get(f"{path}&limit=2&offset=3") == []


def test_groups_by_ids(domo: Domo) -> None:
    found = domo.done("POST", f"{GROUPS}/get", [str(FINANCE), WEST, 99])

    assert [one["name"] for one in found] == ["Finance", "West Sales"]


def test_a_groups_creator_owns_it_and_is_a_member(domo: Domo) -> None:
    body = {"name": "New", "type": "open", "description": "d"}

    made = domo.done("POST", GROUPS, body, "t-bob")

    assert (made["userIds"], made["creatorId"], made["description"]) == ([BOB], BOB, "d")
    assert domo.product("POST", GROUPS, body).status_code == 400  # the name is taken
    assert domo.product("POST", GROUPS, {"name": "X"}, "t-wes").status_code == 403
    domo.switch(creator_joins_group=False)
    assert domo.done("POST", GROUPS, {"name": "Other"})["userIds"] == []


def test_members_and_owners_change_by_the_access_call(domo: Domo) -> None:
    body = [
        {
            "groupId": str(FINANCE),
            "addMembers": [{"type": "USER", "id": str(CAT)}, {"type": "GROUP", "id": WEST}],
            "removeMembers": [{"type": "USER", "id": BOB}, {"type": "USER", "id": WES}],
            "addOwners": [{"type": "USER", "id": CAT}],
            "removeOwners": [],
        }
    ]
    assert domo.product("PUT", f"{GROUPS}/access", body, "t-cat").status_code == 403

    domo.done("PUT", f"{GROUPS}/access", body)

    found = domo.get(f"{GROUPS}/{FINANCE}")
    assert (found["userIds"], found["groupIds"], found["memberCount"]) == ([CAT], [WEST], 2)
    assert domo.product("PUT", f"{GROUPS}/access", body, "t-cat").status_code == 200
    owners = domo.get(f"{GROUPS}/{FINANCE}/permissions")["permissions"]["owners"]
    assert owners == [{"type": "USER", "id": str(CAT), "displayName": "Cat"}]
    assert [one["groupId"] for one in domo.get(f"{GROUPS}/grouplist?owner={CAT}")] == [FINANCE]


def test_members_must_exist_and_a_group_is_not_in_itself(domo: Domo) -> None:
    def add(kind: str, number: int) -> int:
        body = [{"groupId": FINANCE, "addMembers": [{"type": kind, "id": number}]}]
        return domo.product("PUT", f"{GROUPS}/access", body).status_code

    assert [add("USER", 99), add("GROUP", 99), add("GROUP", FINANCE)] == [400, 400, 400]
    assert domo.get(f"{GROUPS}/{FINANCE}")["userIds"] == [BOB]


def test_a_group_is_renamed_and_keeps_what_is_left_out(domo: Domo) -> None:
    domo.done("PUT", GROUPS, [{"groupId": FINANCE, "description": "Money"}])
    domo.done("PUT", GROUPS, [{"groupId": FINANCE, "name": "Treasury"}])

    found = domo.get(f"{GROUPS}/{FINANCE}")
    assert (found["name"], found["description"]) == ("Treasury", "Money")
    assert domo.product("PUT", GROUPS, [{"groupId": FINANCE, "name": "Interns"}]).status_code == 400


def test_a_deleted_group_is_renamed_inactive_and_has_nothing_left(domo: Domo) -> None:
    domo.done("DELETE", GROUPS, [str(FINANCE)])

    found = domo.get(f"{GROUPS}/{FINANCE}")
    assert found["name"].startswith("Finance_deleted_")
    assert (found["active"], found["userIds"]) == (False, [])
    assert domo.access(SALES) == {("USER", "Ada"): "OWNER"}
    assert "Finance" not in [one["name"] for one in domo.get(f"{GROUPS}/grouplist")]
    assert domo.product("DELETE", GROUPS, [FINANCE]).status_code == 404
    domo.done("POST", GROUPS, {"name": "Finance"})


def test_a_group_that_owns_a_dataset_is_not_deleted(domo: Domo) -> None:
    body = {"type": "DATA_SOURCE", "ids": [SALES], "groupId": FINANCE}
    domo.done("POST", "/data/v1/ui/bulk/reassign", body)

    assert domo.product("DELETE", GROUPS, [FINANCE]).status_code == 400


def test_accounts_are_the_callers_or_everybodys_for_an_admin(domo: Domo) -> None:
    found = domo.get("/data/v1/accounts")

    assert [(one["id"], one["name"], one["dataProviderType"]) for one in found] == [
        (3, "Snowflake prod", "snowflake")
    ]
    assert found[0]["userId"] == ADA
    assert domo.get("/data/v1/accounts/3?unmask=false") == found[0]
    assert domo.get("/data/v1/accounts", token="t-bob") == []
    assert domo.product("GET", "/data/v1/accounts/3", token="t-bob").status_code == 403
    assert domo.product("GET", "/data/v1/accounts/99").status_code == 404
