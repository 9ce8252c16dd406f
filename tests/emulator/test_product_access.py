"""Owners, shares, revocations, bulk forms, and who may do what on the Product plane."""

from typing import Any

import pytest

from tests.emulator.client import Domo
from tests.emulator.conftest import ADA, BOB, CAT, FINANCE, INTERNS, PEOPLE, SALES, WES, WEST

V3 = f"/data/v3/datasources/{SALES}"


def share(domo: Domo, *entries: tuple[str, int, str], token: str = "t-ada") -> Any:
    permissions = [{"type": k, "id": str(i), "accessLevel": level} for k, i, level in entries]
    body = {"permissions": permissions, "sendEmail": False}
    return domo.product("POST", f"{V3}/share", body, token)


def test_the_access_list_names_the_owner_and_counts(domo: Domo) -> None:
    found = domo.get(f"{V3}/permissions")

    owner = {"type": "USER", "id": str(ADA), "accessLevel": "OWNER", "name": "Ada"}
    grant = {"type": "GROUP", "id": str(FINANCE), "accessLevel": "CAN_VIEW", "name": "Finance"}
    assert sorted(found["list"], key=lambda one: one["id"]) == [owner, grant]
    assert (found["totalUserCount"], found["totalGroupCount"]) == (1, 1)


def test_sharing_adds_and_changes_only_what_is_listed(domo: Domo) -> None:
    assert share(domo, ("USER", CAT, "CAN_VIEW")).json() == {}
    share(domo, ("USER", CAT, "CAN_EDIT"), ("USER", WES, "CO_OWNER"))

    assert domo.access(SALES) == {
        ("USER", "Ada"): "OWNER",
        ("USER", "Cat"): "CAN_EDIT",
        ("USER", "Wes"): "CO_OWNER",
        ("GROUP", "Finance"): "CAN_VIEW",
    }


@pytest.mark.parametrize(
    "entry",
    [
        ("USER", 99, "CAN_VIEW"),
        ("GROUP", 99, "CAN_VIEW"),
        ("USER", CAT, "OWNER"),
        ("USER", CAT, "SUPERUSER"),
        ("ROBOT", CAT, "CAN_VIEW"),
        ("USER", ADA, "NONE"),
    ],
)
def test_a_share_that_makes_no_sense_is_400(domo: Domo, entry: tuple[str, int, str]) -> None:
    before = domo.access(SALES)

    assert share(domo, ("USER", WES, "CAN_VIEW"), entry).status_code == 400
    assert domo.access(SALES) == before


def test_principals_of_other_types_are_kept(domo: Domo) -> None:
    body = {"permissions": [{"type": "CARD", "id": "c-9", "accessLevel": "CAN_VIEW"}]}
    domo.done("POST", f"{V3}/share", body)

    assert domo.access(SALES)[("CARD", "c-9")] == "CAN_VIEW"
    card = {"type": "CARD", "id": "c-9", "access": "CAN_VIEW"}
    assert card in domo.snapshot()["datasets"][1]["permissions"]


def _revocations() -> dict[str, tuple[str, str, Any]]:
    listed = [{"id": str(CAT), "type": "USER"}]
    none = {"permissions": [{"type": "USER", "id": CAT, "accessLevel": "NONE"}]}
    bulk = {
        "bulkItems": {"ids": [SALES], "type": "DATA_SOURCE"},
        "dataSourceShareEntity": none,
    }
    return {
        "permissions": ("DELETE", f"{V3}/permissions/USER/{CAT}", None),
        "USERS": ("DELETE", f"{V3}/USERS/{CAT}", None),
        "users": ("DELETE", f"{V3}/users", listed),
        "share": ("POST", f"{V3}/share", none),
        "bulk": ("POST", "/data/v1/ui/bulk/share", bulk),
    }


@pytest.mark.parametrize("variant", ["permissions", "USERS", "users", "share", "bulk"])
def test_each_of_the_five_ways_to_revoke_does(domo: Domo, variant: str) -> None:
    share(domo, ("USER", CAT, "CAN_EDIT"))
    method, path, body = _revocations()[variant]

    reply = domo.done(method, path, body)

    assert ("USER", "Cat") not in domo.access(SALES)
    assert reply in ({}, {"successful": [SALES], "failed": {}})
    assert domo.product(method, path, body).status_code == 200


def test_a_group_is_revoked_by_the_path_too(domo: Domo) -> None:
    domo.done("DELETE", f"{V3}/permissions/GROUP/{FINANCE}")

    assert domo.access(SALES) == {("USER", "Ada"): "OWNER"}
    domo.switch(revoke_repeat_is_404=True)
    assert domo.product("DELETE", f"{V3}/permissions/GROUP/{FINANCE}").status_code == 404


def test_a_bulk_share_with_one_unknown_id_is_refused_whole(domo: Domo) -> None:
    body = {
        "bulkItems": {"ids": [SALES, "nope"], "type": "DATA_SOURCE"},
        "dataSourceShareEntity": {
            "permissions": [{"type": "USER", "id": CAT, "accessLevel": "CAN_VIEW"}]
        },
    }

    reply = domo.product("POST", "/data/v1/ui/bulk/share", body)

    assert reply.status_code == 400
    assert reply.json()["message"] == "Request payload includes invalid ids"
    assert ("USER", "Cat") not in domo.access(SALES)


def _owner_calls(kind: str, number: int) -> dict[str, tuple[str, str, Any]]:
    entity = {"entityIdentifier": {"id": number, "type": kind}, "dataSourceIds": [SALES]}
    key = "Id" if kind == "USER" else "GroupId"
    bulk = {"type": "DATA_SOURCE", "ids": [SALES], kind.lower() + "Id": number}
    return {
        "responsibleUsers": (
            "PUT",
            f"/data/v2/datasources/{SALES}/responsibleUsers",
            {f"responsible{'User' if kind == 'USER' else ''}{key}": str(number)},
        ),
        "ownedBy": ("PUT", "/data/ui/v3/datasources/ownedBy", [entity]),
        "reassign": ("POST", "/data/v1/ui/bulk/reassign", bulk),
    }


@pytest.mark.parametrize("call", ["responsibleUsers", "ownedBy", "reassign"])
@pytest.mark.parametrize("kind", ["USER", "GROUP"])
def test_each_of_the_owner_calls_transfers(domo: Domo, call: str, kind: str) -> None:
    share(domo, ("USER", BOB, "CAN_EDIT"), ("GROUP", WEST, "CAN_EDIT"))
    number = BOB if kind == "USER" else WEST
    name = "Bob" if kind == "USER" else "West Sales"

    domo.done(*_owner_calls(kind, number)[call])

    access = domo.access(SALES)
    assert access[(kind, name)] == "OWNER"
    assert ("USER", "Ada") not in access
    owner = {"id": str(number), "name": name, "type": kind, "group": kind == "GROUP"}
    assert domo.get(V3)["owner"] == owner
    assert domo.product(*_owner_calls(kind, 99)[call]).status_code == 400


def test_the_old_owner_keeps_a_grant_where_the_switch_says_so(domo: Domo) -> None:
    domo.switch(old_owner_keeps="CAN_EDIT")

    domo.done(*_owner_calls("USER", BOB)["reassign"])

    assert domo.access(SALES)[("USER", "Ada")] == "CAN_EDIT"


def test_reassigning_tells_of_each_dataset(domo: Domo) -> None:
    share(domo, ("USER", CAT, "CO_OWNER"))
    body = {"type": "DATA_SOURCE", "ids": [SALES, PEOPLE, "nope"], "userId": BOB}

    found = domo.done("POST", "/data/v1/ui/bulk/reassign", body, "t-cat")

    assert found == {"successful": [SALES], "failed": {PEOPLE: "NO_ACCESS", "nope": "DELETED"}}


def test_the_bulk_forms_exist_only_where_the_switch_says_so(domo: Domo) -> None:
    path = "/data/v3/datasources/bulk"
    assert domo.product("POST", f"{path}/permissions", [SALES]).status_code == 405
    assert domo.product("GET", f"{path}/permissions").status_code == 404
    assert domo.product("POST", f"{path}/directpermissions", [SALES]).status_code == 404

    domo.switch(bulk_access_forms=["map", "rows", "direct"])
    as_map = domo.done("POST", f"{path}/permissions", [SALES, "nope"])
    rows = domo.get(f"{path}/permissions?limit=2&offset=0")
    direct = domo.done("POST", f"{path}/directpermissions", [SALES])

    assert {one["name"] for one in as_map[SALES]} == {"Ada", "Finance"}
    assert len(rows) == 2
    assert len(domo.get(f"{path}/permissions?limit=50&offset=2")) == 1
    assert {(one["dataSourceId"], one["type"]) for one in direct} == {
        (SALES, "USER"),
        (SALES, "GROUP"),
    }


def _may(domo: Domo, token: str) -> set[str]:
    """What a user may do with SALES, by trying; everything is undone by `no_effect`."""
    domo.faults({"method": "*", "no_effect": True})
    tries = {
        "read": ("GET", V3, None),
        "rename": ("PUT", f"{V3}/properties", {"dataSourceName": "x"}),
        "tag": ("POST", f"/data/ui/v3/datasources/{SALES}/tags", []),
        "schema": (
            "POST",
            f"/data/v2/datasources/{SALES}/schemas",
            {"columns": [{"name": "a", "type": "LONG"}]},
        ),
        "pdp": ("PUT", f"/query/v1/data-control/{SALES}", {"enabled": False}),
        "share": (
            "POST",
            f"{V3}/share",
            {"permissions": [{"type": "USER", "id": WES, "accessLevel": "CAN_VIEW"}]},
        ),
        "own": (
            "PUT",
            f"/data/v2/datasources/{SALES}/responsibleUsers",
            {"responsibleUserId": str(CAT)},
        ),
        "delete": ("DELETE", V3, None),
    }
    allowed = set()
    for name, call in tries.items():
        status = domo.product(*call, token).status_code
        assert status in (200, 403)
        if status == 200:
            allowed.add(name)
    return allowed


EVERYTHING = {"read", "rename", "tag", "schema", "pdp", "share", "own", "delete"}


@pytest.mark.parametrize(
    ("level", "allowed"),
    [
        ("CAN_VIEW", {"read"}),
        ("CAN_SHARE", {"read", "share"}),
        ("CAN_EDIT", EVERYTHING - {"own", "delete"}),
        ("CO_OWNER", EVERYTHING),
    ],
)
def test_a_level_allows_what_it_says(domo: Domo, level: str, allowed: set[str]) -> None:
    share(domo, ("USER", CAT, level))

    assert _may(domo, "t-cat") == allowed


def test_without_access_nothing_is_allowed_and_lists_leave_it_out(domo: Domo) -> None:
    assert _may(domo, "t-cat") == set()
    assert _may(domo, "t-ada") == EVERYTHING
    assert domo.get("/data/v3/datasources", token="t-cat")["_metaData"]["totalCount"] == 0
    assert domo.product("GET", V3, token="t-cat").reason == "Forbidden"


def test_rights_come_through_groups_and_groups_in_groups(domo: Domo) -> None:
    share(domo, ("GROUP", WEST, "CAN_EDIT"))

    assert domo.get(V3, token="t-cat")["permissions"] == "READ_WRITE_SHARE"  # in Interns, in West
    assert domo.get(V3, token="t-bob")["permissions"] == "READ"
    domo.switch(nested_groups=False)
    assert domo.product("GET", V3, token="t-cat").status_code == 403


def test_groups_that_contain_each_other_do_no_harm(domo: Domo) -> None:
    member = {"groupId": INTERNS, "addMembers": [{"type": "GROUP", "id": WEST}]}
    domo.done("PUT", "/content/v2/groups/access", [member])
    share(domo, ("GROUP", INTERNS, "CAN_VIEW"))

    assert domo.get(V3, token="t-wes")["permissions"] == "READ"


def test_nobody_gives_or_takes_more_than_they_have(domo: Domo) -> None:
    share(domo, ("USER", CAT, "CAN_SHARE"), ("USER", BOB, "CO_OWNER"))

    assert share(domo, ("USER", WES, "CAN_EDIT"), token="t-cat").status_code == 403
    assert share(domo, ("USER", BOB, "CAN_VIEW"), token="t-cat").status_code == 403
    assert share(domo, ("USER", WES, "CAN_VIEW"), token="t-cat").status_code == 200
    leaving = domo.product("DELETE", f"{V3}/permissions/USER/{CAT}", token="t-cat")
    assert leaving.status_code == 200


def test_a_role_manages_everything_where_the_switch_says_so(domo: Domo) -> None:
    domo.switch(managing_roles=["Admin", "Editor"])

    assert domo.get(V3, token="t-cat")["permissions"] == "READ_WRITE_DELETE_SHARE_ADMIN"


def test_an_inactive_group_passes_nothing_on(domo: Domo) -> None:
    assert domo.get(V3, token="t-bob")["permissions"] == "READ"

    domo.v1("PUT", f"/groups/{FINANCE}", {"active": False})

    assert domo.product("GET", V3, token="t-bob").status_code == 403
    assert domo.history()[0]["group"]["members"] == []


def test_the_owner_has_one_entry_even_where_the_estate_names_them_twice(domo: Domo) -> None:
    grant = {"type": "USER", "email": "ada@x", "access": "CAN_VIEW"}
    dataset = {"id": SALES, "name": "D", "owner": "ada@x", "permissions": [grant]}
    domo.reset({"users": [{"email": "ada@x", "role": "Admin"}], "datasets": [dataset]})

    assert domo.get(f"{V3}/permissions")["totalUserCount"] == 1
