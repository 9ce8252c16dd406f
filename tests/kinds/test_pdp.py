from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.errors import NotFound
from domostate.kinds.aspect import Step
from domostate.kinds.dataset.pdp import PdpAspect
from domostate.kinds.dataset.policies import Filter, Members, Pdp, PdpDeclared, Policy
from domostate.model.call import Call, Part, Plane
from domostate.model.change import ChangeClass, Operation
from domostate.model.desired import ListMode
from domostate.model.observed import Live, Presence
from tests.kinds.entries import (
    BOTH,
    ID,
    PLATFORM,
    SALES,
    entry,
    group,
    names,
    numbered,
    setting,
    user,
)
from tests.kinds.replies import (
    all_rows,
    dataset,
    filter_group,
    open_policy,
    parameter,
    policy,
    switch,
)

PDP = PdpAspect()
PRODUCT = Plane.PRODUCT
WEST = (Filter("region", "EQUALS", ("West",)),)
GROUPS = f"/api/query/v1/data-control/{ID}/filter-groups"


def product(*rows: Any, enabled: bool = True) -> Pdp:
    parts = {Part.POLICIES: list(rows), Part.SWITCH: switch(enabled=enabled)}
    return PDP.observe(Live(ID, Presence.PRESENT, parts), PRODUCT, names(), None)


def declared(**pdp: Any) -> PdpDeclared:
    made = PDP.declared(entry(pdp=pdp), names())
    assert made is not None
    return made


def spec(name: str = "West only", **more: Any) -> dict[str, Any]:
    where = {"column": "region", "operator": "EQUALS", "values": ["West"]}
    return {"name": name, "filters": [where], **more}


def operations(before: Pdp, after: Pdp) -> list[Operation]:
    return numbered(PDP, PDP.operations(Step(SALES, before, after, setting())))


def only(before: Pdp, after: Pdp) -> Operation:
    [op] = operations(before, after)
    return op


def call(op: Operation, replies: Mapping[str, Any] | None = None, plane: Plane = PRODUCT) -> Call:
    return PDP.call(op, {"id": ID}, plane, replies or {})


rows = st.dictionaries(st.sampled_from("ABC"), st.sampled_from([("1",), ("2",)]))


@given(rows, rows, st.sampled_from(ListMode))
def test_the_mode_covers_the_set_of_policies(
    wanted: dict[str, tuple[str, ...]], there: dict[str, tuple[str, ...]], mode: ListMode
) -> None:
    made = {n: Policy(n, (Filter("a", "EQUALS", v),)) for n, v in wanted.items()}
    seen = {n: Policy(n, (Filter("a", "EQUALS", v),), id=f"id {n}") for n, v in there.items()}
    wish = PdpDeclared(None, mode, tuple(made.values()), None)

    after = PDP.target(wish, Pdp(True, tuple(seen.values())), None, setting())

    found = {one.name: one for one in after.policies}
    expected = {
        ListMode.EXACT: made,
        ListMode.AT_LEAST: seen | made,
        ListMode.AT_MOST: {n: one for n, one in made.items() if n in seen},
    }
    assert found == expected[mode]
    assert all(one.id == (f"id {n}" if n in seen else "") for n, one in found.items())


def test_all_rows_is_told_by_its_type_and_not_by_its_name() -> None:
    there = product(filter_group("All Rows", 5), all_rows(1001, users=[2]))

    assert [one.id for one in there.policies] == ["5"]
    assert (there.open_id, there.all_rows) == ("1001", Members((user("bob"),)))


def test_reads_in_any_order_and_without_empty_lists_are_the_same() -> None:
    one = product(filter_group(users=[27, 2], groups=[7]), all_rows())
    other = product(all_rows(userIds=[]), filter_group(users=[2, 27], groups=[7]))

    assert one == other


def test_values_are_a_set_but_for_between() -> None:
    one = filter_group("W", 5, parameter("region", "b", "a"))
    other = filter_group("W", 5, parameter("region", "a", "b"))
    span = filter_group("W", 5, parameter("n", "20", "3", operator="BETWEEN"))

    assert product(one) == product(other)
    assert product(span).policies[0].filters[0].values == ("20", "3")


def test_a_parameter_may_come_with_its_first_value_only() -> None:
    raw = {"name": "region", "value": "West", "type": "COLUMN", "operator": "EQUALS"}

    assert product(filter_group("W", 5, raw)).policies[0].filters == WEST


def test_a_dynamic_parameter_is_another_filter() -> None:
    raw = filter_group("W", 5, parameter("region", "West", type="DYNAMIC"))

    there = product(raw)

    assert there.policies[0].filters[0].dynamic
    assert there.policies[0].filters != WEST


def test_a_policy_keeps_its_id_and_its_virtual_users_when_it_changes() -> None:
    there = product(filter_group(id_=1002, users=[27], virtualUserIds=["vu:1"]))
    after = PDP.target(declared(policies=[spec(users=["bob@acme.test"])]), there, None, setting())

    sent = call(only(there, after))

    assert (sent.method, sent.path) == ("PUT", f"{GROUPS}/1002")
    assert sent.body == {
        "name": "West only",
        "dataSourceId": ID,
        "filterGroupId": 1002,
        "userIds": [2],
        "groupIds": [],
        "virtualUserIds": ["vu:1"],
        "dataSourcePermissions": False,
        "parameters": [
            {
                "type": "COLUMN",
                "name": "region",
                "values": ["West"],
                "operator": "EQUALS",
                "not": False,
                "ignoreCase": False,
            }
        ],
    }


@pytest.mark.parametrize("negated", [True, False])
def test_not_is_always_sent(negated: bool) -> None:
    one = Policy("W", (Filter("region", "EQUALS", ("West",), negated=negated),))
    create = only(Pdp(True), Pdp(True, (one,)))

    on_product, on_platform = call(create), call(create, plane=Plane.PLATFORM)

    assert [row["not"] for row in on_product.body["parameters"]] == [negated]
    assert [row["not"] for row in on_platform.body["filters"]] == [negated]


def test_a_policy_is_created_once_with_ids_as_numbers() -> None:
    one = Policy("W", WEST, (user("wes"),), (group("West Sales"),))
    op = only(Pdp(True), Pdp(True, (one,)))

    sent = call(op)

    assert (sent.method, sent.path, sent.repeatable) == ("POST", GROUPS, False)
    assert (sent.body["userIds"], sent.body["groupIds"]) == ([27], [7])
    assert "filterGroupId" not in sent.body
    assert PDP.creates(op) == "W"
    assert PDP.made(op, {"filterGroupId": 9}, PRODUCT) == {"policy:W": "9"}
    assert PDP.made(op, {"id": 9}, Plane.PLATFORM) == {"policy:W": "9"}


def test_the_platform_plane_gets_the_type_when_it_creates_only() -> None:
    before = Policy("W", WEST, (user("wes"),), id="8")
    after = Policy("W", WEST, (user("bob"),), id="8")

    created = call(only(Pdp(True), Pdp(True, (Policy("W", WEST),))), plane=Plane.PLATFORM)
    updated = call(only(Pdp(True, (before,)), Pdp(True, (after,))), plane=Plane.PLATFORM)

    assert created.body["type"] == "user"
    assert updated.path == f"/v1/datasets/{ID}/policies/8"
    assert updated.body == {
        "name": "W",
        "filters": [{"column": "region", "values": ["West"], "operator": "EQUALS", "not": False}],
        "users": [2],
        "groups": [],
    }


def test_a_create_of_unknown_outcome_is_found_by_its_name() -> None:
    op = only(Pdp(True), Pdp(True, (Policy("All Rows", WEST),)))
    mine = filter_group("All Rows", 9)

    assert PDP.traces(op, {"id": ID}, PRODUCT)["policies"].path == GROUPS
    assert PDP.settle(op, {"policies": [all_rows(), mine]}, PRODUCT) == {"policy:All Rows": "9"}
    assert PDP.settle(op, {"policies": [all_rows()]}, PRODUCT) is None
    assert PDP.settle(op, {"dataset": dataset(policy("All Rows", 9))}, Plane.PLATFORM) == {
        "policy:All Rows": "9"
    }


def test_all_rows_is_sent_back_as_it_was_fetched() -> None:
    raw = all_rows(1001, users=[2], virtualUserIds=["vu:1"], policySetId=77)
    there = product(raw)
    after = PDP.target(declared(all_rows={"groups": ["Finance"]}), there, None, setting())

    sent = call(only(there, after), {"policies": [filter_group(), raw]})

    assert (sent.method, sent.path) == ("PUT", f"{GROUPS}/1001")
    assert sent.body == {
        "name": "All Rows",
        "filterGroupId": 1001,
        "dataSourceId": ID,
        "type": "open",
        "virtualUserIds": ["vu:1"],
        "dataSourcePermissions": False,
        "order": 0,
        "policySetId": 77,
        "userIds": [],
        "groupIds": [2],
    }


def test_all_rows_of_the_platform_plane_is_sent_back_whole() -> None:
    op = only(Pdp(True, open_id="17"), Pdp(True, (), Members((user("bob"),)), "17"))

    sent = call(op, {"dataset": dataset(open_policy(17))}, Plane.PLATFORM)

    assert sent.path == f"/v1/datasets/{ID}/policies/17"
    assert sent.body == open_policy(17, users=[2])


@pytest.mark.parametrize(
    ("plane", "replies"),
    [(PRODUCT, {"policies": [filter_group()]}), (Plane.PLATFORM, {"dataset": dataset()})],
)
def test_where_all_rows_does_not_exist_nothing_is_sent(
    plane: Plane, replies: Mapping[str, Any]
) -> None:
    op = only(Pdp(True), Pdp(True, (), Members((user("bob"),))))

    with pytest.raises(NotFound, match="All Rows"):
        call(op, replies, plane)


@pytest.mark.parametrize("enabled", [True, False])
def test_the_other_flags_of_the_switch_are_echoed(enabled: bool) -> None:
    op = only(Pdp(not enabled), Pdp(enabled))
    raw = switch(enabled=not enabled, enabledColumn=True, secured=True, external=True)

    sent = call(op, {"switch": {**raw, "dataSourceId": ID}})

    assert op.name == ("enable_pdp" if enabled else "disable_pdp")
    assert op.access_class is (ChangeClass.NARROWING if enabled else ChangeClass.WIDENING)
    assert PDP.lookups(op, {"id": ID}, PRODUCT)["switch"].method == "GET"
    assert (sent.method, sent.path) == ("PUT", f"/api/query/v1/data-control/{ID}")
    assert sent.body == {**raw, "enabled": enabled}


def test_a_flag_that_domo_does_not_tell_is_not_made_up() -> None:
    sent = call(only(Pdp(False), Pdp(True)), {"switch": {"enabled": False}})

    assert sent.body == {"enabled": True, "external": False}


def test_the_platform_plane_wants_the_name_beside_the_switch() -> None:
    sent = call(only(Pdp(False), Pdp(True)), {"dataset": dataset(name="Now")}, Plane.PLATFORM)

    assert sent.body == {"name": "Now", "pdpEnabled": True}


def test_two_policies_of_a_declared_name_are_refused() -> None:
    there = product(filter_group("West only", 5), filter_group("West only", 6))
    made = entry(pdp={"policies": [spec()]})

    [finding] = PDP.objections(declared(policies=[spec()]), there, made, setting())

    assert "2 policies of the dataset are called 'West only' (ids 5, 6)" in finding.message
    assert finding.source_line == "pdp.policies.0"


def test_two_policies_of_a_name_are_nobodys_business_where_policies_are_ignored() -> None:
    there = product(filter_group("West only", 5), filter_group("West only", 6))
    made = entry(pdp={"policies": [spec()]})
    masked = PDP.masked(declared(policies=[spec()]), "policies")

    assert [*PDP.objections(masked, there, made, setting())] == []


def test_undeclared_twins_go_both() -> None:
    there = product(filter_group("Twin", 5), filter_group("Twin", 6))
    after = PDP.target(declared(policies=[]), there, None, setting())

    met = operations(there, after)

    assert [call(op).path for op in met] == [f"{GROUPS}/5", f"{GROUPS}/6"]
    assert {call(op).method for op in met} == {"DELETE"}


def test_ignore_case_needs_the_product_plane() -> None:
    row = spec()
    row["filters"][0]["ignore_case"] = True
    made, wish = entry(pdp={"policies": [row]}), declared(policies=[row])

    [finding] = PDP.objections(wish, Pdp(True), made, setting(planes=PLATFORM))

    assert "ignore_case needs the Product plane" in finding.message
    assert [*PDP.objections(wish, Pdp(True), made, setting(planes=BOTH))] == []


def test_of_two_policies_of_a_name_the_one_that_is_as_declared_stays_in_a_closed_list() -> None:
    there = product(filter_group("West only", 5, users=(1,)), filter_group("West only", 6))
    made = entry(pdp={"policies": [spec()]})
    wish = declared(policies=[spec()])

    after = PDP.target(wish, there, None, setting())

    assert [*PDP.objections(wish, there, made, setting())] == []
    assert [policy.id for policy in after.policies] == ["6"]


def test_what_at_least_leaves_is_said() -> None:
    there = product(filter_group("East", 5))
    wish = declared(mode="at_least", policies=[spec()])

    assert [*PDP.remarks(wish, there, there, setting())] == ["policies (at_least) leaves: East"]


def test_what_is_left_out_is_left_alone() -> None:
    there = product(filter_group(), all_rows(users=[2]))

    assert PDP.target(declared(), there, None, setting()) == there


def test_who_joins_widens_and_who_only_leaves_narrows() -> None:
    one, both = Policy("W", WEST, (user("wes"),), id="8"), (user("bob"), user("wes"))
    two = Policy("W", WEST, both, id="8")

    wider = only(Pdp(True, (one,)), Pdp(True, (two,)))
    narrower = only(Pdp(True, (two,)), Pdp(True, (one,)))

    assert wider.access_class is ChangeClass.WIDENING
    assert narrower.access_class is ChangeClass.NARROWING


def test_other_filters_count_as_wider() -> None:
    one = Policy("W", WEST, id="8")
    other = Policy("W", (Filter("region", "EQUALS", ("East",)),), id="8")

    assert only(Pdp(True, (one,)), Pdp(True, (other,))).access_class is ChangeClass.WIDENING


def test_a_policy_for_everyone_is_shown_and_closed_by_the_declared_members() -> None:
    there = product(filter_group(id_=8, dataSourcePermissions=True))
    after = PDP.target(declared(policies=[spec()]), there, None, setting())

    op = only(there, after)

    assert PDP.keyed(there, after)["policies"]["[West only]"]["everyone"] is True
    assert op.access_class is ChangeClass.NARROWING
    assert call(op).body["dataSourcePermissions"] is False


def test_the_platform_plane_tells_policies_and_switch_in_one_object() -> None:
    raw = dataset(open_policy(1, users=[2]), policy(users=[27], groups=[7]), pdp=True)

    there = PDP.observe(
        Live(ID, Presence.PRESENT, {Part.DATASET: raw}), Plane.PLATFORM, names(), None
    )

    assert there == Pdp(
        True,
        (Policy("West only", WEST, (user("wes"),), (group("West Sales"),)),),
        Members((user("bob"),)),
    )


@pytest.mark.parametrize("mode", ["at_least", "at_most"])
def test_two_policies_of_a_name_are_refused_where_the_list_is_open(mode: str) -> None:
    there = product(filter_group("West only", 5, users=(1,)), filter_group("West only", 6))
    wish, made = declared(mode=mode, policies=[spec()]), entry(pdp={"policies": [spec()]})

    assert len([*PDP.objections(wish, there, made, setting())]) == 1


def test_policies_and_their_members_are_counted_for_the_budget() -> None:
    wish = declared(
        policies=[spec(users=["bob@acme.test"], groups=["Finance"]), spec("East")],
        all_rows={"users": ["cat@acme.test"]},
    )

    assert PDP.grants_in(PDP.dump_declared(wish)) == 5
    assert PDP.grants_in(PDP.dump_declared(declared())) == 0
