"""Row policies and their switch on the Product plane."""

from typing import Any

import pytest

from tests.emulator.client import Domo
from tests.emulator.conftest import BOB, CAT, PEOPLE, SALES, WES, WEST, WEST_ONLY

CONTROL = f"/query/v1/data-control/{SALES}"
GROUPS = f"{CONTROL}/filter-groups"
ALL = "?options=load_associations,include_open_policy,load_filters,sort"


def policy(**changes: Any) -> dict[str, Any]:
    parameter = {
        "type": "COLUMN",
        "name": "region",
        "values": ["East"],
        "operator": "EQUALS",
        "ignoreCase": False,
    }
    body = {
        "name": "East",
        "dataSourceId": SALES,
        "userIds": [str(BOB)],
        "virtualUserIds": [],
        "groupIds": [str(WEST)],
        "dataSourcePermissions": False,
        "parameters": [parameter],
    }
    return body | changes


def by_name(domo: Domo, query: str = ALL) -> dict[str, Any]:
    return {one["name"]: one for one in domo.get(GROUPS + query)}


def test_a_policy_is_listed_as_captured(domo: Domo) -> None:
    found = by_name(domo)["West only"]

    assert sorted(found["userIds"]) == [BOB, CAT, WES]
    assert found["groupIds"] == [WEST]
    assert sorted(found["resources"]["USER"]) == ["2", "3", "4"]
    assert found["resources"]["GROUP"] == [str(WEST)]
    assert found["parameters"] == [
        {
            "name": "region",
            "value": "West",
            "values": ["West"],
            "type": "COLUMN",
            "operator": "EQUALS",
            "not": False,
            "ignoreCase": False,
        }
    ]
    assert (found["type"], found["order"], found["filterGroupId"]) == ("user", 0, WEST_ONLY)
    assert found["dataSourcePermissions"] is False
    assert "virtualUserIds" not in found


def test_ids_come_in_another_order_than_in_resources_and_at_every_read(domo: Domo) -> None:
    reads = [by_name(domo)["West only"] for _ in range(4)]

    assert len({tuple(one["userIds"]) for one in reads}) == 3
    assert all([str(i) for i in one["userIds"]] != one["resources"]["USER"] for one in reads)


def test_all_rows_is_there_only_when_it_is_asked_for(domo: Domo) -> None:
    assert by_name(domo)["All Rows"].keys() == {
        "name", "filterGroupId", "dataSourceId", "type", "dataSourcePermissions", "order",
    }  # fmt: skip
    assert by_name(domo)["All Rows"]["type"] == "open"
    assert set(by_name(domo, "?options=load_filters")) == {"West only"}


def test_what_options_do_not_name_is_missing(domo: Domo) -> None:
    bare = by_name(domo, "")["West only"]

    assert not {"userIds", "groupIds", "resources", "parameters"} & bare.keys()
    assert by_name(domo, "?options=load_filters")["West only"]["parameters"]


def test_both_spellings_of_the_list_and_its_pages(domo: Domo) -> None:
    assert len(domo.get(f"{GROUPS}/{ALL}")) == 2
    assert len(domo.get(f"{GROUPS}{ALL}&paginate=true&limit=1&offset=1")) == 1
    assert domo.get(f"{GROUPS}{ALL}&paginate=true&limit=50&offset=2") == []


def test_creating_answers_without_type_and_order(domo: Domo) -> None:
    made = domo.done("POST", GROUPS, policy(groupIds=[]))

    assert made["userIds"] == [BOB]
    assert made["parameters"][0]["value"] == "East"
    assert made["parameters"][0]["not"] is False
    assert isinstance(made["policySetId"], int)
    assert not {"type", "resources", "order", "groupIds", "virtualUserIds"} & made.keys()
    assert by_name(domo)["East"]["filterGroupId"] == made["filterGroupId"]


def test_creating_twice_makes_two_policies(domo: Domo) -> None:
    ids = {domo.done("POST", GROUPS, policy())["filterGroupId"] for _ in range(2)}

    assert len(ids) == 2
    assert len(domo.get(GROUPS)) == 3


@pytest.mark.parametrize(
    "body",
    [
        policy(name=""),
        policy(parameters=[{"name": "gone", "values": ["x"], "operator": "EQUALS"}]),
        policy(parameters=[{"name": "region", "values": ["x"], "operator": "SOUNDS_LIKE"}]),
        policy(parameters=[{"name": "region", "values": ["x"], "operator": "BETWEEN"}]),
        policy(parameters=[{"name": "region", "values": ["x" * 255], "operator": "EQUALS"}]),
        policy(parameters=[{"name": "region", "values": ["x" * 127, "y" * 127]}]),
        policy(userIds=[99]),
        policy(groupIds=[99]),
        policy(dataSourceId=PEOPLE),
        policy(type="open"),
    ],
)
def test_a_policy_that_cannot_be_is_400(domo: Domo, body: dict[str, Any]) -> None:
    assert domo.product("POST", GROUPS, body).status_code == 400
    assert set(by_name(domo)) == {"West only", "All Rows"}


def test_values_of_254_characters_are_taken(domo: Domo) -> None:
    parameter = {"name": "region", "values": ["x" * 127, "y" * 126], "operator": "EQUALS"}

    assert domo.done("POST", GROUPS, policy(parameters=[parameter]))


def test_an_update_replaces_everything_and_keeps_the_id(domo: Domo) -> None:
    body = policy(filterGroupId=WEST_ONLY, userIds=[WES])
    del body["groupIds"]

    reply = domo.done("PUT", f"{GROUPS}/{WEST_ONLY}", body)

    assert "type" not in reply
    found = by_name(domo)["East"]
    assert (found["filterGroupId"], found["userIds"]) == (WEST_ONLY, [WES])
    assert "groupIds" not in found


def test_not_and_ignore_case_and_dynamic_filters_survive(domo: Domo) -> None:
    parameter = {
        "type": "DYNAMIC",
        "name": "region",
        "values": ["domo.policy.managed_user_department"],
        "operator": "EQUALS",
        "not": True,
        "ignoreCase": True,
    }
    domo.done("POST", GROUPS, policy(parameters=[parameter]))

    found = by_name(domo)["East"]["parameters"][0]
    assert (found["type"], found["not"], found["ignoreCase"]) == ("DYNAMIC", True, True)


def test_unknown_policies_are_404(domo: Domo) -> None:
    assert domo.product("PUT", f"{GROUPS}/999", policy()).status_code == 404
    assert domo.product("DELETE", f"{GROUPS}/999").status_code == 404
    elsewhere = f"/query/v1/data-control/{PEOPLE}/filter-groups/{WEST_ONLY}"
    assert domo.product("DELETE", elsewhere).status_code == 404


def test_all_rows_changes_its_members_and_nothing_else(domo: Domo) -> None:
    number = by_name(domo)["All Rows"]["filterGroupId"]
    body = {"filterGroupId": number, "name": "Mine", "userIds": [CAT], "groupIds": []}

    domo.done("PUT", f"{GROUPS}/{number}", body)
    found = by_name(domo)["All Rows"]
    filtered = domo.product("PUT", f"{GROUPS}/{number}", policy(filterGroupId=number))
    deleted = domo.product("DELETE", f"{GROUPS}/{number}")

    assert (found["userIds"], found["type"]) == ([CAT], "open")
    assert (filtered.status_code, deleted.status_code) == (400, 400)


def test_deleting_a_policy_ends_it(domo: Domo) -> None:
    domo.done("DELETE", f"{GROUPS}/{WEST_ONLY}")

    assert set(by_name(domo)) == {"All Rows"}


def test_the_switch_echoes_four_flags_and_keeps_what_is_left_out(domo: Domo) -> None:
    domo.done("PUT", CONTROL, {"enabledColumn": True})

    off = domo.done("PUT", CONTROL, {"enabled": False, "external": False})

    expected = {"enabled": False, "secured": False, "external": False, "enabledColumn": True}
    assert off == expected
    assert domo.get(f"/query/v2/data-control/{SALES}") == expected
    assert domo.get(f"/data/v3/datasources/{SALES}")["adc"] is False
    assert set(by_name(domo)) == {"West only", "All Rows"}  # policies outlive the switch
    assert domo.product("PUT", CONTROL, {"enabled": "yes"}).status_code == 400


def test_a_flag_left_out_becomes_false_where_the_switch_says_so(domo: Domo) -> None:
    domo.done("PUT", CONTROL, {"enabledColumn": True})
    domo.switch(pdp_switch_omitted_is_false=True)

    assert domo.done("PUT", CONTROL, {"enabled": True})["enabledColumn"] is False


def test_all_rows_may_exist_only_from_the_first_enable_on(domo: Domo) -> None:
    domo.switch(all_rows_before_first_enable=False)
    made = domo.done("POST", "/data/v2/datasources", {"dataSourceName": "x"})["dataSource"]["id"]
    path = f"/query/v1/data-control/{made}"

    assert domo.get(f"{path}/filter-groups{ALL}") == []
    domo.done("PUT", path, {"enabled": True})
    assert [one["name"] for one in domo.get(f"{path}/filter-groups{ALL}")] == ["All Rows"]


def test_members_are_shared_with_only_where_the_switch_says_so(domo: Domo) -> None:
    domo.done("POST", GROUPS, policy())
    assert ("USER", "Bob") not in domo.access(SALES)

    domo.switch(auto_share_policy_members=True)
    domo.done("POST", GROUPS, policy())

    access = domo.access(SALES)
    assert (access[("USER", "Bob")], access[("GROUP", "West Sales")]) == ("CAN_VIEW", "CAN_VIEW")


def test_which_schema_a_policy_is_checked_against_is_a_switch(domo: Domo) -> None:
    columns = [{"name": "city", "type": "STRING"}]
    domo.done("POST", f"/data/v2/datasources/{SALES}/schemas", {"columns": columns})
    body = policy(parameters=[{"name": "city", "values": ["Rome"], "operator": "EQUALS"}])

    domo.done("POST", GROUPS, body)
    domo.switch(policy_columns="indexed")

    assert domo.product("POST", GROUPS, body).status_code == 400
