"""Snapshot, request log, history, reset and switches."""

import pytest

from tests.emulator.client import Domo
from tests.emulator.conftest import BOB, CAT, ESTATE, FINANCE, PEOPLE, SALES, WES, WEST, WEST_ONLY


def test_the_snapshot_has_the_shape_of_the_estate_file(domo: Domo) -> None:
    found = domo.snapshot()

    assert list(found) == ["users", "groups", "accounts", "tokens", "clients", "datasets"]
    assert found["users"][0] == {
        "id": 1,
        "email": "ada@acme.example",
        "name": "Ada",
        "role": "Admin",
        "active": True,
        "attributes": {},
    }
    assert found["groups"][1] == {
        "id": WEST,
        "name": "West Sales",
        "members": ["wes@acme.example"],
        "groups": ["Interns"],
    }
    assert found["datasets"][1] == {
        "id": SALES,
        "name": "Sales Orders",
        "description": "One row per order line.",
        "owner": {"type": "USER", "email": "ada@acme.example"},
        "tags": ["finance", "gold", "pii"],
        "columns": [
            {"name": "order_id", "type": "LONG"},
            {"name": "region", "type": "STRING"},
            {"name": "amount", "type": "DECIMAL"},
        ],
        "permissions": [{"type": "GROUP", "name": "Finance", "access": "CAN_VIEW"}],
        "pdp": {
            "enabled": True,
            "policies": [
                {
                    "id": WEST_ONLY,
                    "type": "user",
                    "name": "West only",
                    "users": ["bob@acme.example", "cat@acme.example", "wes@acme.example"],
                    "groups": ["West Sales"],
                    "filters": [
                        {
                            "column": "region",
                            "operator": "EQUALS",
                            "values": ["West"],
                            "not": False,
                            "ignore_case": False,
                        }
                    ],
                },
                {
                    "id": WEST_ONLY + 1,
                    "type": "open",
                    "name": "All Rows",
                    "users": [],
                    "groups": [],
                    "filters": [],
                },
            ],
        },
        "stream": None,
    }


def test_requests_are_logged_in_order_with_their_query_and_without_our_own(domo: Domo) -> None:
    domo.get("/content/v2/users?limit=1&offset=2")
    domo.product("GET", "/data/v3/datasources/nope")
    domo.v1("GET", "/groups")
    domo.snapshot()

    found = domo.requests()

    assert [(one["seq"], one["method"], one["path"], one["status"]) for one in found] == [
        (1, "GET", "/api/content/v2/users?limit=1&offset=2", 200),
        (2, "GET", "/api/data/v3/datasources/nope", 404),
        (3, "POST", "/oauth/token", 200),
        (4, "GET", "/v1/groups", 200),
    ]
    assert found[0]["at"].endswith("Z")
    assert [one["seq"] for one in domo.send("GET", "/_emulator/requests?since=2").json()] == [3, 4]


def test_history_tells_how_access_stood_after_each_write_that_changed_it(domo: Domo) -> None:
    path = f"/data/v3/datasources/{SALES}"
    grant = {"permissions": [{"type": "USER", "id": CAT, "accessLevel": "CAN_EDIT"}]}
    domo.done("POST", f"{path}/share", grant)
    domo.done("POST", f"{path}/share", grant)  # changes nothing
    domo.done("PUT", f"{path}/properties", {"dataSourceName": "x"})  # no access in it
    domo.product("POST", f"{path}/share", {"permissions": []})  # refused
    domo.done("DELETE", f"{path}/permissions/USER/{CAT}")

    first, second = domo.history()

    before = domo.snapshot()["datasets"][1]
    assert (first["seq"], first["method"], first["path"]) == (1, "POST", f"/api{path}/share")
    assert first["dataset"] == {
        "id": SALES,
        "owner": before["owner"],
        "permissions": [
            {"type": "GROUP", "name": "Finance", "access": "CAN_VIEW"},
            {"type": "USER", "email": "cat@acme.example", "access": "CAN_EDIT"},
        ],
        "pdp": before["pdp"],
    }
    assert (second["seq"], second["dataset"]["permissions"]) == (5, before["permissions"])


def test_history_knows_owners_policies_and_the_switch(domo: Domo) -> None:
    control = f"/query/v1/data-control/{SALES}"
    domo.done("POST", "/data/v1/ui/bulk/reassign", {
        "type": "DATA_SOURCE", "ids": [SALES], "userId": BOB,
    })  # fmt: skip
    domo.done("DELETE", f"{control}/filter-groups/{WEST_ONLY}")
    domo.done("PUT", control, {"enabled": False})

    found = [one["dataset"] for one in domo.history()]

    assert [one["owner"]["email"] for one in found] == ["bob@acme.example"] * 3
    assert [len(one["pdp"]["policies"]) for one in found] == [2, 1, 1]
    assert [one["pdp"]["enabled"] for one in found] == [True, True, False]


def test_history_knows_groups_and_they_stay_in_when_it_is_filtered(domo: Domo) -> None:
    body = [{"groupId": FINANCE, "addMembers": [{"type": "GROUP", "id": WEST}]}]
    domo.done("PUT", "/content/v2/groups/access", body)
    domo.platform("DELETE", f"/groups/{FINANCE}/users/{BOB}")
    domo.done("DELETE", f"/data/v3/datasources/{PEOPLE}")

    everything, one = domo.history(), domo.history(f"?dataset={SALES}")

    assert [list(entry)[3] for entry in everything] == ["group", "group", "dataset"]
    assert one == everything[:2]
    assert one[1]["group"] == {
        "id": FINANCE,
        "name": "Finance",
        "members": [],
        "groups": ["West Sales"],
    }
    assert everything[2]["dataset"] == {
        "id": PEOPLE,
        "owner": None,
        "permissions": [],
        "pdp": {"enabled": False, "policies": []},
    }


def test_a_bulk_write_has_an_entry_for_each_dataset_it_changed(domo: Domo) -> None:
    body = {
        "bulkItems": {"ids": [SALES, PEOPLE], "type": "DATA_SOURCE"},
        "dataSourceShareEntity": {
            "permissions": [{"type": "USER", "id": WES, "accessLevel": "CAN_VIEW"}]
        },
    }
    domo.done("POST", "/data/v1/ui/bulk/share", body)

    found = domo.history()

    assert [one["seq"] for one in found] == [1, 1]
    assert {one["dataset"]["id"] for one in found} == {SALES, PEOPLE}


def test_a_deleted_group_shows_in_the_datasets_that_named_it(domo: Domo) -> None:
    domo.done("DELETE", "/content/v2/groups", [WEST])

    changed = {
        one.get("dataset", {}).get("id") or one.get("group", {}).get("id") for one in domo.history()
    }

    assert changed == {SALES, WEST}


def test_a_reset_goes_back_to_the_seeded_estate_and_empties_the_logs(domo: Domo) -> None:
    before = domo.snapshot()
    made = domo.done("POST", "/data/v2/datasources", {"dataSourceName": "x"})["dataSource"]["id"]
    domo.done("DELETE", f"/data/v3/datasources/{SALES}")
    domo.switch(nested_groups=False)
    domo.faults({"status": 500, "path": "/nothing"})

    domo.reset()

    assert domo.snapshot() == before
    assert domo.requests() == []
    assert domo.history() == []
    assert domo.send("GET", "/_emulator/faults").json() == []
    assert domo.send("GET", "/_emulator/switches").json()["nested_groups"] is True
    again = domo.done("POST", "/data/v2/datasources", {"dataSourceName": "x"})["dataSource"]["id"]
    assert again == made  # the same run has the same ids


def test_a_reset_with_an_estate_seeds_that_one(domo: Domo) -> None:
    domo.reset({"users": [{"email": "a@x", "role": "Admin"}], "switches": {"page_limit": 7}})
    domo.send("PUT", "/_emulator/switches", {"page_limit": 1})
    domo.reset()

    assert [one["email"] for one in domo.snapshot()["users"]] == ["a@x"]
    assert domo.send("GET", "/_emulator/switches").json()["page_limit"] == 7


def test_a_reset_with_a_wrong_estate_changes_nothing(domo: Domo) -> None:
    wrong = {"users": [{"email": "a@x", "active": "no?"}], "datasets": [{"name": "d", "colour": 1}]}
    domo.get("/content/v2/users")

    reply = domo.send("POST", "/_emulator/reset", wrong)

    assert reply.status_code == 400
    assert "users[0].active" in reply.json()["message"]
    assert "datasets[0].colour" in reply.json()["message"]
    assert len(domo.snapshot()["users"]) == len(ESTATE["users"])
    domo.get("/content/v2/users")
    assert [one["seq"] for one in domo.requests()] == [1, 2]


@pytest.mark.parametrize(
    "values",
    [{"no_such": True}, {"page_limit": True}, {"nested_groups": 1}, {"bulk_access_forms": ["x"]}],
)
def test_a_switch_that_is_none_is_refused(domo: Domo, values: dict[str, object]) -> None:
    before = domo.send("GET", "/_emulator/switches").json()

    assert domo.send("PUT", "/_emulator/switches", values).status_code == 400
    assert domo.send("GET", "/_emulator/switches").json() == before
