"""What a plan means for people: worked situations, each as a manager reads it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.acme import BOTH, CLIENT, CONFIG
from tests.scenarios.lab import Lab, Project
from tests.scenarios.somebody import Somebody

Golden = Callable[[str, str], None]

PEOPLE = ["root", "ann", "bob", "cat", "dan", "eve", "zoe"]
ESTATE: dict[str, Any] = {
    "users": [
        {
            "email": f"{name}@acme.test",
            "name": name.title(),
            "role": "Admin" if name in ("root", "zoe") else "Participant",
            "active": name != "eve",
        }
        for name in PEOPLE
    ],
    "groups": [
        {"name": "West", "members": ["ann@acme.test", "eve@acme.test"]},
        {"name": "East", "members": ["bob@acme.test"]},
        {"name": "Sales", "members": ["cat@acme.test"], "groups": ["West", "East"]},
        {"name": "Auditors", "members": ["dan@acme.test"]},
    ],
    "tokens": [{"token": "t-root", "user": "root@acme.test"}],
    "clients": [{"id": "c-root", "secret": "s-root", "user": "root@acme.test"}],
}

SCHEMA = "[{name: region, type: STRING}, {name: amount, type: LONG}]"
WEST = "{column: region, operator: EQUALS, values: [West]}"
EAST = "{column: region, operator: EQUALS, values: [East]}"
BIG = "{column: amount, operator: GREATER_THAN, values: ['100']}"


def manifest(
    *,
    owner: str = "dan@acme.test",
    shares: str = "[{group: Sales, access: CAN_VIEW}]",
    pdp: str = "true",
    west: str = f"filters: [{WEST}], groups: [West]",
    east: str = f"filters: [{EAST}], groups: [East]",
    all_rows: str = "{users: [cat@acme.test]}",
    schema: str = SCHEMA,
) -> str:
    return f"""\
datasets:
  orders:
    name: Orders
    owner: {owner}
    schema: {schema}
    shares: {shares}
    pdp:
      enabled: {pdp}
      all_rows: {all_rows}
      policies:
        - {{name: West only, {west}}}
        - {{name: East only, {east}}}
"""


BEFORE = manifest()
SITUATIONS = {
    "contractor": manifest(
        shares="[{group: Sales, access: CAN_VIEW}, {user: dan@acme.test, access: CAN_VIEW}]",
        owner="root@acme.test",
        west=f"filters: [{WEST}], groups: [West], users: [dan@acme.test]",
    ),
    "leaver": manifest(shares="[{group: East, access: CAN_VIEW}]"),
    "mover": manifest(
        west=f"filters: [{WEST}], groups: [West], users: [bob@acme.test]",
        east=f"filters: [{EAST}], users: [cat@acme.test]",
        all_rows="{users: []}",
    ),
    "new owner": manifest(owner="{group: Auditors}"),
    "owner in sales": manifest(owner="ann@acme.test"),
    "row policies off": manifest(pdp="false"),
    "narrowed and widened": manifest(
        west=f"filters: [{WEST}, {BIG}], groups: [West]",
        east="filters: [{column: region, operator: EQUALS, values: [East, North]}], groups: [East]",
    ),
    "all rows cleaned up": manifest(all_rows="{groups: []}"),
    "higher level": manifest(
        shares="[{group: Sales, access: CAN_VIEW}, {user: bob@acme.test, access: CAN_EDIT}]"
    ),
    "column of a filter dropped": manifest(
        schema="[{name: amount, type: LONG}, {name: area, type: STRING}]",
        west="filters: [{column: area, operator: EQUALS, values: [West]}], groups: [West]",
        east="filters: [{column: area, operator: EQUALS, values: [East]}], groups: [East]",
    ),
    "the same in other words": manifest(
        west="filters: [{column: region, operator: BETWEEN, values: [West, West]}], groups: [West]"
    ),
    "everybody": manifest(shares="[{group: Sales, access: CAN_EDIT}]", pdp="false"),
}


@pytest.fixture
def orders(lab: Lab, tmp_path: Path) -> Project:
    """One dataset, shared and filtered, as it was applied."""
    lab.reset(ESTATE)
    made = Project(tmp_path, {**BOTH, "DOMO_DEVELOPER_TOKEN": "t-root"})
    made.write("domostate.yml", CONFIG.format(url=lab.url))
    made.write("datasets/orders.yml", BEFORE)
    made.apply()
    return made


def told(said: str) -> str:
    """What a plan says of people."""
    lines = said.splitlines()
    start = "Who gains and who loses access:"
    block = (
        lines[lines.index(start) : lines.index("", lines.index(start))] if start in lines else []
    )
    return "\n".join([*block, *(one for one in lines if one.startswith("Access: "))]) + "\n"


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_plan_says_who_gains_and_who_loses(orders: Project, golden: Golden, name: str) -> None:
    orders.write("datasets/orders.yml", SITUATIONS[name])

    done = orders.call("plan")

    assert done.code == 0, done.said
    golden(f"access/{name.replace(' ', '_')}.txt", told(done.out))


def test_a_new_dataset_is_gained_by_everybody_who_may_see_it(
    lab: Lab, tmp_path: Path, golden: Golden
) -> None:
    lab.reset(ESTATE)
    project = Project(tmp_path, {**BOTH, "DOMO_DEVELOPER_TOKEN": "t-root"})
    project.write("domostate.yml", CONFIG.format(url=lab.url))
    project.write("datasets/orders.yml", BEFORE)

    golden("access/new_dataset.txt", told(project.call("plan").out))


def test_what_somebody_did_by_hand_is_put_right_for_people_too(
    lab: Lab, orders: Project, golden: Golden
) -> None:
    dataset, lab.token = orders.state()["entries"]["dataset.orders"]["id"], "t-root"
    Somebody(lab, dataset).switches_pdp(enabled=False)
    users = {one["email"]: one["id"] for one in lab.snapshot()["users"]}
    Somebody(lab, dataset).shares("USER", users["dan@acme.test"], "CAN_VIEW")

    golden("access/drift.txt", told(orders.call("plan").out))


def test_the_plan_file_names_everybody(orders: Project) -> None:
    orders.write("datasets/orders.yml", SITUATIONS["row policies off"])

    document = orders.plan()
    seen = document["access"].pop("seen")

    assert set(seen) == {"dataset.orders"}
    assert document["access"] == {
        "gain": 0,
        "lose": 0,
        "rows": 2,
        "by_role": 1,
        "widened": 2,
        "unknown": "",
    }
    assert {row["principal"] for row in document["access_changes"]} == {
        "ann@acme.test",
        "bob@acme.test",
    }
    first = document["access_changes"][0]
    assert (first["address"], first["kind"]) == ("dataset.orders", "rows")
    assert (first["rows_before"], first["rows_after"]) == ("region is West", "all")
    assert first["dataset_id"] == orders.state()["entries"]["dataset.orders"]["id"]


def test_widening_has_a_budget_of_people_and_datasets(orders: Project) -> None:
    config = (orders.root / "domostate.yml").read_text()
    orders.write("domostate.yml", config + "budgets: {widen: 1}\n")
    orders.write("datasets/orders.yml", SITUATIONS["row policies off"])

    refused = orders.call("apply", "--auto-approve")
    allowed = orders.call("apply", "--auto-approve", "--allow", "widen=1")

    assert refused.code == 4, refused.said
    assert "widen: 2 against a limit of 1 (dataset.orders)" in " ".join(refused.err.split())
    assert allowed.code == 0, allowed.said


def test_the_platform_plane_cannot_tell(lab: Lab, orders: Project) -> None:
    text = BEFORE.replace("    shares: [{group: Sales, access: CAN_VIEW}]\n", "")
    orders.write("datasets/orders.yml", text.replace("name: Orders", "name: Other orders"))

    done = Project(orders.root, CLIENT).call("plan")

    assert "Access: unknown: the Platform plane does not tell who holds a dataset." in done.out


def test_a_plan_that_changes_nobodys_access_reads_nothing_more(orders: Project) -> None:
    nothing = orders.plan()["api_cost"]["reads"]
    orders.replace("datasets/orders.yml", "    name: Orders", "    name: Orders\n    tags: [a]")

    assert orders.plan()["api_cost"]["reads"] == nothing
    assert json.loads(orders.call("plan", "--json").out)["access_changes"] == []


def test_what_nobody_declares_may_not_change_who_sees_it_either(lab: Lab, orders: Project) -> None:
    """The plan told of people beside policies that the manifest is silent on."""
    text = BEFORE[: BEFORE.index("    pdp:")]
    orders.write("datasets/orders.yml", text)
    orders.apply()
    more = "CAN_VIEW}, {user: bob@acme.test, access: CAN_EDIT}]"
    orders.write("datasets/orders.yml", text.replace("CAN_VIEW}]", more))
    assert orders.call("plan", "--out", "plan.json").code == 0
    dataset, lab.token = orders.state()["entries"]["dataset.orders"]["id"], "t-root"
    Somebody(lab, dataset).switches_pdp(enabled=False)
    mark = lab.mark()

    done = orders.call("apply", "plan.json", "--auto-approve")

    assert done.code == 5, done.said
    assert "dataset.orders: who may see it" in " ".join(done.err.split())
    assert lab.writes(since=mark) == []
