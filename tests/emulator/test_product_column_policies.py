"""Column policies and their mappings, and row policies by virtual user."""

from typing import Any

import pytest

from tests.emulator.client import Domo
from tests.emulator.conftest import BOB, CAT, ESTATE, FINANCE, PEOPLE, SALES, WES, WEST_ONLY

CONTROL = f"/query/v2/data-control/{SALES}"
GROUPS = f"{CONTROL}/policy-group"
MAPPINGS = f"{CONTROL}/column-policy-mapping"
BY_USER = f"/query/v1/data-control/{SALES}/bulk/filter-groups/VIRTUAL_USER"
UUID = "3f0c7f5e-8d15-4f4f-9a52-55b1f6f1a1c7"


def rule(**changes: Any) -> dict[str, Any]:
    body = {
        "uuid": UUID,
        "values": ["hash", "md5"],
        "dataSourcePermissions": True,
        "policyOrder": 0,
        "defaultPolicy": True,
    }
    return body | changes


def policy(**changes: Any) -> dict[str, Any]:
    """A policy group as an unofficial description has it (OAS)."""
    visible = rule(values=["visible"], dataSourcePermissions=False, policyOrder=1)
    body = {
        "name": "Salaries",
        "filterGroupId": None,
        "dataSourceId": SALES,
        "type": "user",
        "columnPolicies": [rule(), visible | {"defaultPolicy": False, "groupIds": [FINANCE]}],
        "isNew": True,
    }
    return body | changes


def mapping(number: int, **changes: Any) -> dict[str, Any]:
    body = {"columnName": "amount", "dataSourceId": SALES, "filterGroupId": number, "id": None}
    return body | changes


def made(domo: Domo, **changes: Any) -> Any:
    return domo.done("POST", GROUPS, policy(**changes))


def test_a_policy_group_is_kept_as_it_is_sent(domo: Domo) -> None:
    group = made(domo)

    first, second = group["columnPolicies"]
    assert isinstance(group["filterGroupId"], int)
    assert {key: group[key] for key in ("name", "dataSourceId", "type")} == {
        "name": "Salaries",
        "dataSourceId": SALES,
        "type": "user",
    }
    assert first == rule(policyId=first["policyId"])
    assert (second["groupIds"], second["values"]) == ([FINANCE], ["visible"])
    assert "userIds" not in second
    assert domo.get(GROUPS) == [group]
    assert domo.get(f"{GROUPS}/{group['filterGroupId']}") == group


def test_it_is_no_row_policy(domo: Domo) -> None:
    group = made(domo)

    rows = domo.get(f"/query/v1/data-control/{SALES}/filter-groups?options=include_open_policy")

    assert group["filterGroupId"] not in [one["filterGroupId"] for one in rows]
    assert domo.get(f"{GROUPS.replace(SALES, PEOPLE)}") == []


def test_a_client_reads_changes_and_puts_back(domo: Domo) -> None:
    group = made(domo)
    path = f"{GROUPS}/{group['filterGroupId']}"
    read = domo.get(path)
    read["columnPolicies"][1] |= {"userIds": [BOB, str(CAT)], "groupIds": []}
    read["columnPolicies"].append({"values": ["hidden"]})

    written = domo.done("PUT", path, read)

    assert written["columnPolicies"][0] == group["columnPolicies"][0]
    assert written["columnPolicies"][1]["policyId"] == group["columnPolicies"][1]["policyId"]
    assert sorted(written["columnPolicies"][1]["userIds"]) == [BOB, CAT]
    assert "groupIds" not in written["columnPolicies"][1]
    new = written["columnPolicies"][2]
    assert new["policyId"] not in [one["policyId"] for one in group["columnPolicies"]]
    assert (new["policyOrder"], new["defaultPolicy"], len(new["uuid"])) == (2, False, 36)


@pytest.mark.parametrize(
    "body",
    [
        policy(name=""),
        policy(name=None),
        policy(type="open"),
        policy(dataSourceId=PEOPLE),
        policy(filterGroupId=999),
        policy(columnPolicies={}),
        policy(columnPolicies=["hash"]),
        policy(columnPolicies=[rule(values=[])]),
        policy(columnPolicies=[rule(values="hash")]),
        policy(columnPolicies=[rule(userIds=[99])]),
        policy(columnPolicies=[rule(groupIds=[99])]),
        policy(columnPolicies=[rule(policyId=999)]),
        policy(columnPolicies=[rule(uuid=5)]),
        policy(columnPolicies=[rule(policyOrder="first")]),
        policy(columnPolicies=[rule()] * 21),
        [],
    ],
)
def test_a_policy_group_that_cannot_be_is_400(domo: Domo, body: Any) -> None:
    assert domo.product("POST", GROUPS, body).status_code == 400
    assert domo.get(GROUPS) == []


def test_a_policy_id_may_not_occur_twice(domo: Domo) -> None:
    group = made(domo)
    twice = [group["columnPolicies"][0]] * 2

    reply = domo.product(
        "PUT", f"{GROUPS}/{group['filterGroupId']}", group | {"columnPolicies": twice}
    )

    assert reply.status_code == 400
    assert domo.get(GROUPS) == [group]


def test_there_are_at_most_twenty(domo: Domo) -> None:
    for number in range(20):
        last = made(domo, name=f"P{number}")

    assert domo.product("POST", GROUPS, policy()).status_code == 400
    assert domo.done("PUT", f"{GROUPS}/{last['filterGroupId']}", last) == last
    domo.done("DELETE", f"{GROUPS}/{last['filterGroupId']}")
    assert made(domo)["filterGroupId"] > last["filterGroupId"]


def test_a_column_is_put_under_a_policy_and_moved(domo: Domo) -> None:
    first, second = (made(domo, name=name)["filterGroupId"] for name in ("Hash", "Hide"))

    put = domo.done("POST", MAPPINGS, mapping(first))
    moved = domo.done("PUT", f"{MAPPINGS}/{put['id']}", put | {"filterGroupId": second})

    assert put == mapping(first, id=put["id"], policyName="Hash")
    assert moved == put | {"filterGroupId": second, "policyName": "Hide"}
    assert domo.get(MAPPINGS) == [moved]


def test_a_policy_group_cannot_go_while_a_column_is_under_it(domo: Domo) -> None:
    number = made(domo)["filterGroupId"]
    put = domo.done("POST", MAPPINGS, mapping(number))

    mapped = domo.product("DELETE", f"{GROUPS}/{number}")
    domo.done("DELETE", f"{MAPPINGS}/{put['id']}")
    free = domo.product("DELETE", f"{GROUPS}/{number}")

    assert (mapped.status_code, free.status_code) == (400, 200)
    assert (domo.get(GROUPS), domo.get(MAPPINGS)) == ([], [])


@pytest.mark.parametrize(
    "changes",
    [
        {"columnName": "gone"},
        {"columnName": None},
        {"filterGroupId": 999},
        {"filterGroupId": None},
        {"filterGroupId": WEST_ONLY},  # a row policy
        {"dataSourceId": PEOPLE},
        {"id": 77},
    ],
)
def test_a_mapping_that_cannot_be_is_400(domo: Domo, changes: dict[str, Any]) -> None:
    number = made(domo)["filterGroupId"]

    assert domo.product("POST", MAPPINGS, mapping(number, **changes)).status_code == 400
    assert domo.get(MAPPINGS) == []


def test_a_column_is_under_one_policy(domo: Domo) -> None:
    number = made(domo)["filterGroupId"]
    domo.done("POST", MAPPINGS, mapping(number))

    assert domo.product("POST", MAPPINGS, mapping(number)).status_code == 400


@pytest.mark.parametrize("path", [f"{GROUPS}/999", f"{MAPPINGS}/999"])
def test_what_is_not_there_is_404(domo: Domo, path: str) -> None:
    number = made(domo)["filterGroupId"]
    body = policy() if "group" in path else mapping(number)

    assert domo.product("PUT", path, body).status_code == 404
    assert domo.product("DELETE", path).status_code == 404
    assert domo.product("DELETE", path.replace("999", "nine")).status_code == 400
    assert domo.product("GET", f"{GROUPS}/999").status_code == 404
    assert domo.product("GET", f"{GROUPS.replace(SALES, PEOPLE)}/{number}").status_code == 404


def test_reading_needs_sight_and_writing_the_right_to_edit(domo: Domo) -> None:
    group = made(domo)
    number = group["filterGroupId"]
    put = domo.done("POST", MAPPINGS, mapping(number))
    writes = [
        ("POST", GROUPS, policy()),
        ("PUT", f"{GROUPS}/{number}", group),
        ("DELETE", f"{GROUPS}/{number}", None),
        ("POST", MAPPINGS, mapping(number, columnName="region")),
        ("PUT", f"{MAPPINGS}/{put['id']}", put),
        ("DELETE", f"{MAPPINGS}/{put['id']}", None),
    ]

    assert [domo.product(*one, "t-bob").status_code for one in writes] == [403] * 6
    reads = (GROUPS, f"{GROUPS}/{number}", MAPPINGS)
    assert [domo.product("GET", one, token="t-bob").status_code for one in reads] == [200] * 3
    assert [domo.product("GET", one, token="t-wes").status_code for one in reads] == [403] * 3


def test_who_is_gone_is_in_no_rule(domo: Domo) -> None:
    made(domo, columnPolicies=[rule(userIds=[WES])])

    domo.done("DELETE", f"/identity/v1/users/{WES}")

    assert "userIds" not in domo.get(GROUPS)[0]["columnPolicies"][0]


def test_column_policies_come_with_the_snapshot_and_go_with_the_dataset(domo: Domo) -> None:
    number = made(domo, columnPolicies=[rule(userIds=[BOB], groupIds=[FINANCE])])["filterGroupId"]
    domo.done("POST", MAPPINGS, mapping(number))
    before, first = (domo.get(GROUPS), domo.get(MAPPINGS)), domo.snapshot()

    domo.reset(first)

    assert (domo.get(GROUPS), domo.get(MAPPINGS)) == before
    assert domo.snapshot() == first
    domo.done("DELETE", f"/data/v3/datasources/{SALES}")
    assert domo.product("GET", GROUPS).status_code == 404
    later = domo.done("POST", GROUPS.replace(SALES, PEOPLE), policy(dataSourceId=PEOPLE))
    assert later["filterGroupId"] > number


def test_policies_are_found_by_virtual_user(domo: Domo) -> None:
    sales, people = ESTATE["datasets"]
    policies = [
        sales["pdp"]["policies"][0] | {"virtual_users": ["vu:1", "vu:2"]},
        {"type": "open", "name": "All Rows", "virtual_users": ["vu:2"]},
    ]
    domo.reset(ESTATE | {"datasets": [sales | {"pdp": {"policies": policies}}, people]})

    closed = domo.done("POST", BY_USER, ["vu:1", "vu:2", "vu:3"])
    with_open = domo.done("POST", f"{BY_USER}?options=include_open_policy", ["vu:2"])

    assert {user: [one["name"] for one in found] for user, found in closed.items()} == {
        "vu:1": ["West only"],
        "vu:2": ["West only"],
        "vu:3": [],
    }
    assert closed["vu:1"][0]["virtualUserIds"] == ["vu:1", "vu:2"]
    assert closed["vu:1"][0]["parameters"][0]["name"] == "region"
    assert sorted(one["name"] for one in with_open["vu:2"]) == ["All Rows", "West only"]


@pytest.mark.parametrize("body", [{}, [1], "vu:1", [f"vu:{one}" for one in range(101)]])
def test_virtual_users_that_cannot_be_asked_for_are_400(domo: Domo, body: Any) -> None:
    assert domo.product("POST", BY_USER, body).status_code == 400


def test_policies_by_virtual_user_are_for_those_who_see_the_dataset(domo: Domo) -> None:
    assert domo.product("POST", BY_USER, [], "t-wes").status_code == 403
    assert domo.product("POST", BY_USER.replace(SALES, "nowhere"), []).status_code == 404
