"""The pages tell who sees which rows, and it is so."""

from typing import Any

import pytest

from domostate.emulator.store.policies import OPERATORS
from tests.emulator.client import Domo
from tests.emulator.conftest import BOB, CAT, ESTATE, PEOPLE, SALES, WES, WEST_ONLY
from tests.emulator.page_calls import (
    ALL,
    NONE,
    estate,
    of_dataset,
    of_user,
    policies,
    read,
    rows_seen,
    write,
)


def test_the_page_of_a_dataset_tells_who_sees_which_rows(domo: Domo) -> None:
    found = of_dataset(domo)

    assert found["Bob"] == {
        "Who": "Bob bob@acme.example",
        "Rows": "rows where region is West",
        "Level": "CAN_VIEW",
        "Through": "CAN_VIEW through Finance",
        "Policies that apply": "West only by name",
    }
    assert found["Ada"]["Rows"] == "all rows bypasses policies by role"
    assert (found["Ada"]["Level"], found["Ada"]["Through"]) == ("manages all", "role Admin owner")
    assert found["Wes"]["Rows"] == "no rows no access to the dataset"
    assert found["Cat"]["Policies that apply"] == "West only by name and through West Sales"
    assert found["Finance"]["Rows"] == "no rows no policy applies"
    assert found["Finance"]["Through"] == "CAN_VIEW granted"
    assert found["West"]["Level"] == "none"
    assert found["Interns"]["Policies that apply"] == "West only through West Sales"
    assert "Eve" not in found


def test_those_without_access_are_shown_when_they_are_asked_for(domo: Domo) -> None:
    found = of_dataset(domo, query="?all=1&q=EVE@")

    assert list(found) == ["Eve"]
    assert found["Eve"]["Rows"] == "no rows inactive, cannot sign in"


def test_pdp_off_means_all_rows_for_whoever_has_access(domo: Domo) -> None:
    domo.done("PUT", f"/query/v1/data-control/{SALES}", {"enabled": False})

    found = of_dataset(domo)

    assert found["Bob"]["Rows"] == f"{ALL} row policies are off"
    assert found["Wes"]["Rows"] == f"{NONE} no access to the dataset"


def test_owners_and_co_owners_bypass_policies_through_groups_too(domo: Domo) -> None:
    owner = {"type": "GROUP", "name": "West Sales"}
    grants = [{"type": "GROUP", "name": "Finance", "access": "CO_OWNER"}]
    domo.reset(estate(owner=owner, permissions=grants))

    found = of_dataset(domo)

    assert found["Wes"]["Rows"] == f"{ALL} bypasses policies as owner"
    assert found["Wes"]["Through"] == "owned by West Sales"
    assert found["West"]["Through"] == "owner"
    assert found["Bob"]["Rows"] == f"{ALL} bypasses policies as co-owner"
    assert found["Cat"]["Level"] == "OWNER"  # in Interns, which West Sales holds


def test_groups_in_groups_count_as_the_switch_says(domo: Domo) -> None:
    grants = [{"type": "GROUP", "name": "West Sales", "access": "CAN_VIEW"}]
    domo.reset(estate(permissions=grants))
    before = of_user(domo, CAT)
    domo.switch(nested_groups=False)

    after = read(domo, f"/users/{CAT}")

    assert before["Through"] == "CAN_VIEW through West Sales"
    assert "None." in after.text
    assert of_dataset(domo)["Cat"]["Rows"] == f"{NONE} no access to the dataset"


def test_several_policies_are_joined_and_repeats_told_once(domo: Domo) -> None:
    west = {"column": "region", "operator": "EQUALS", "values": ["West"]}
    large = {"column": "amount", "operator": "GREATER_THAN", "values": ["10"]}
    bob = ["bob@acme.example"]
    domo.reset(estate(pdp=policies(
        {"name": "A", "users": bob, "filters": [west, large]},
        {"name": "B", "groups": ["Finance"], "filters": [west]},
        {"name": "C", "users": bob, "filters": [west]},
        {"name": "D", "users": bob},
    )))  # fmt: skip

    found = of_dataset(domo)["Bob"]

    words = "rows where region is West, and amount is greater than 10; or where region is West"
    assert found["Rows"] == words
    assert found["Policies that apply"] == "A by name B through Finance C by name D by name"


def test_a_policy_for_everyone_with_access_applies_to_nobody_else(domo: Domo) -> None:
    early = {"column": "order_id", "operator": "LESS_THAN", "values": ["9"]}
    domo.reset(
        estate(pdp=policies({"name": "All", "dataset_permissions": True, "filters": [early]}))
    )

    found = of_dataset(domo)

    assert found["Bob"]["Rows"] == "rows where order_id is less than 9"
    assert found["Bob"]["Policies that apply"] == "All as everyone with access"
    assert "Wes" not in found


def test_all_rows_shows_all_rows(domo: Domo) -> None:
    domo.reset(estate(pdp=policies({"type": "open", "name": "All Rows", "groups": ["Finance"]})))

    assert of_dataset(domo)["Bob"]["Rows"] == ALL
    assert of_dataset(domo)["Finance"]["Rows"] == ALL


def test_a_dynamic_filter_is_told_with_the_values_of_the_person(domo: Domo) -> None:
    own = {"column": "region", "operator": "EQUALS", "values": ["area"], "type": "DYNAMIC"}
    grants = [{"type": "GROUP", "name": "West Sales", "access": "CAN_VIEW"}]
    made = estate(permissions=grants, pdp=policies(
        {"name": "Own", "groups": ["West Sales"], "filters": [own]}
    ))  # fmt: skip
    made["users"][WES - 1]["attributes"] = {"area": ["West", "North"]}
    domo.reset(made)

    found = of_dataset(domo)

    assert found["Wes"]["Rows"] == "rows where region is West or North, by the attribute area"
    assert found["Cat"]["Rows"] == "no rows no value of the attribute area"
    assert found["West"]["Rows"] == "rows where region is the person's own area"
    assert "area: West, North" in read(domo, f"/users/{WES}").fact("Attributes")


WORDS = {
    "EQUALS": ("is West or East", "is not West nor East, nor empty"),
    "LIKE": ("is like West or East", "is not like West nor East, nor empty"),
    "GREATER_THAN": (
        "is greater than West or East",
        "is not greater than West nor East, nor empty",
    ),
    "LESS_THAN": ("is less than West or East", "is not less than West nor East, nor empty"),
    "GREATER_THAN_EQUAL": ("is at least West or East", "is not at least West nor East, nor empty"),
    "LESS_THAN_EQUAL": ("is at most West or East", "is not at most West nor East, nor empty"),
    "BETWEEN": ("is between West and East", "is not between West and East, nor empty"),
    "BEGINS_WITH": ("begins with West or East", "does not begin with West nor East, nor empty"),
    "ENDS_WITH": ("ends with West or East", "does not end with West nor East, nor empty"),
    "CONTAINS": ("contains West or East", "does not contain West nor East, nor empty"),
}


def test_every_operator_has_its_words(domo: Domo) -> None:
    assert WORDS.keys() == OPERATORS
    domo.reset(estate(pdp=policies(*(
        {
            "name": f"{operator} {negated}",
            "filters": [{"column": "region", "operator": operator, "values": ["West", "East"],
                         "not": negated}],
        }
        for operator in WORDS
        for negated in (False, True)
    ))))  # fmt: skip

    found = read(domo, f"/datasets/{SALES}").table("Row policies")[:-1]

    assert [one["Shows"] for one in found] == [
        f"rows where region {words}" for pair in WORDS.values() for words in pair
    ]


ROWS = "1,West,5\n2,East,50\n3,west,500\n4,,\n"
FILTERS: dict[str, list[dict[str, Any]]] = {
    "rows where region is West": [{"values": ["West"]}],
    "rows where region is West (capitals ignored)": [{"values": ["West"], "ignore_case": True}],
    "rows where region is not West, nor empty": [{"values": ["West"], "not": True}],
    "rows where region is not empty": [{"values": [], "not": True}],
    "no rows region is compared with nothing": [{"values": []}],
    "no rows the policy has no filter": [],
    "rows where amount is between 5 and 50": [
        {"column": "amount", "operator": "BETWEEN", "values": ["5", "50"]}
    ],
    "no rows amount is compared with nothing": [
        {"column": "amount", "operator": "BETWEEN", "values": ["5"]}
    ],
    "rows where amount is at least 50, and region begins with E or w": [
        {"column": "amount", "operator": "GREATER_THAN_EQUAL", "values": ["50"]},
        {"operator": "BEGINS_WITH", "values": ["E", "w"]},
    ],
}


@pytest.mark.parametrize("words", FILTERS)
def test_the_words_agree_with_what_a_query_gives(domo: Domo, words: str) -> None:
    filters = [{"column": "region", "operator": "EQUALS", **one} for one in FILTERS[words]]
    domo.reset(estate(pdp=policies({"name": "P", "groups": ["Finance"], "filters": filters})))
    write(domo, SALES, ROWS)

    told = of_user(domo, BOB)["Rows"]
    seen = rows_seen(domo, SALES, "t-bob")

    assert told == words
    assert (seen == 0) == told.startswith(NONE)
    assert seen < 4


def test_a_policy_on_a_column_that_is_not_indexed_shows_no_rows(domo: Domo) -> None:
    columns = [*ESTATE["datasets"][0]["columns"], {"name": "later", "type": "STRING"}]
    write(domo, SALES, ROWS)
    domo.done("POST", f"/data/v2/datasources/{SALES}/schemas", {"columns": columns})
    domo.done("PUT", f"/query/v1/data-control/{SALES}/filter-groups/{WEST_ONLY}", {
        "name": "Later", "userIds": [BOB],
        "parameters": [{"name": "region", "values": ["West"]}, {"name": "later", "values": ["x"]}],
    })  # fmt: skip

    told = of_user(domo, BOB)["Rows"]

    assert told == f"{NONE} no indexed column later"
    assert rows_seen(domo, SALES, "t-bob") == 0


def test_an_empty_cell_under_not_is_told_as_the_switch_says(domo: Domo) -> None:
    negated = {"column": "region", "operator": "EQUALS", "values": ["West"], "not": True}
    made = estate(pdp=policies(
        {"name": "P", "groups": ["Finance"], "filters": [negated]},
        {"name": "Q", "filters": [{**negated, "values": []}]},
    ))  # fmt: skip
    made["switches"] = {"null_matches_not": True}
    domo.reset(made)
    write(domo, SALES, ROWS)

    assert of_user(domo, BOB)["Rows"] == "rows where region is not West, or is empty"
    assert rows_seen(domo, SALES, "t-bob") == 3
    assert read(domo, f"/datasets/{SALES}").table("Row policies")[1]["Shows"] == ALL


def test_for_everybody_the_page_agrees_with_what_a_query_gives(domo: Domo) -> None:
    domo.reset(estate(permissions=[
        {"type": "GROUP", "name": "Finance", "access": "CAN_VIEW"},
        {"type": "GROUP", "name": "West Sales", "access": "CO_OWNER"},
        {"type": "USER", "email": "eve@acme.example", "access": "CAN_EDIT"},
    ]))  # fmt: skip
    write(domo, SALES, ROWS)
    write(domo, PEOPLE, "Ada\n")

    for dataset_id, everything in ((SALES, 4), (PEOPLE, 1)):
        told = of_dataset(domo, dataset_id, "?all=1")
        for name in ("ada", "bob", "cat", "wes", "eve"):
            seen = rows_seen(domo, dataset_id, f"t-{name}")
            rows = told[name.capitalize()]["Rows"]
            extent = ALL if seen == everything else NONE if seen == 0 else "rows where"
            assert rows.startswith(extent), f"{name} sees {seen}"
