"""Cards of a dataset, and what a change of the dataset reaches."""

from typing import Any

import pytest

from tests.emulator.client import Domo
from tests.emulator.conftest import BOB, ESTATE, FINANCE, PEOPLE, SALES
from tests.emulator.shapes import differences

CARDS = f"/content/v1/datasources/{SALES}/cards"
IMPACTED = f"/data/v3/datasources/{SALES}/impacted-resources"
LINEAGE = f"/data/v1/lineage/DATA_SOURCE/{SALES}"
VIEWS, FLOWS = 93905300, 100292082
DEEP = 100292083

PRINTED: list[dict[str, Any]] = [
    {
        "id": 93905300,
        "urn": "93905300",
        "type": "kpi",
        "chartType": "badge_xyscatterplot",
        "title": "Page Views by User",
        "ownerId": 587894148,
        "owners": [{"id": "587894148", "type": "USER", "displayName": "Bryan Van Kampen"}],
        "access": True,
        "datasourceId": "61c4e63d-0627-41f7-b138-74968ebd7634",
    },
    {
        "id": 100292082,
        "urn": "100292082",
        "type": "kpi",
        "chartType": "badge_vert_bar",
        "title": "DataFlow Creation",
        "ownerId": 1893952720,
        "owners": [{"id": "1893952720", "type": "USER", "displayName": "Jae Wilson"}],
        "access": True,
        "datasourceId": "61c4e63d-0627-41f7-b138-74968ebd7634",
    },
]
"""Seed 003 "Get Cards for a DataSet ID"."""

IMPACTS = {
    "alertCount": 0,
    "cardCount": 0,
    "complete": True,
    "dataFlowCount": 1,
    "dataSourceCount": 0,
    "impactAlertCount": 11,
    "impactCardCount": 57,
    "impactDataFlowCount": 44,
    "impactDataSourceCount": 69,
    "ranUpdate": True,
    "updated": 1758907296000,
}
"""The sample of an unofficial description (OAS), in other numbers."""


@pytest.fixture
def cards(domo: Domo) -> Domo:
    """`SALES` with a card of Bob's, one of Finance, and one that only drills into it."""
    sales, people = ESTATE["datasets"]
    drawn = [
        {
            "id": VIEWS,
            "title": "Page Views by User",
            "chart_type": "badge_xyscatterplot",
            "owners": [{"type": "USER", "email": "bob@acme.example"}],
            "columns": ["region", "amount"],
            "views": 7,
        },
        {"id": FLOWS, "title": "Flows", "owners": [{"type": "GROUP", "name": "Finance"}]},
        {"id": DEEP, "title": "Deep", "drill": True, "views": 2},
    ]
    domo.reset(ESTATE | {"datasets": [sales | {"cards": drawn}, people]})
    return domo


def test_seed_003_get_cards_for_a_dataset_id(domo: Domo) -> None:
    dataset = "61c4e63d-0627-41f7-b138-74968ebd7634"
    users = [
        {"id": 587894148, "email": "b@x", "name": "Bryan Van Kampen", "role": "Admin"},
        {"id": 1893952720, "email": "j@x", "name": "Jae Wilson"},
    ]
    drawn = [
        {
            "id": one["id"],
            "title": one["title"],
            "chart_type": one["chartType"],
            "owners": [{"type": "USER", "id": one["ownerId"]}],
        }
        for one in PRINTED
    ]
    domo.reset({"users": users, "datasets": [{"id": dataset, "name": "Logs", "cards": drawn}]})

    reply = domo.product("GET", f"/content/v1/datasources/{dataset}/cards?drill=true")

    assert (reply.status_code, differences(PRINTED, reply.json())) == (200, [])
    assert reply.json() == PRINTED


def test_drill_paths_are_there_unless_they_are_not_wanted(cards: Domo) -> None:
    def ids(query: str) -> list[int]:
        return [one["id"] for one in cards.get(CARDS + query)]

    assert ids("") == ids("?drill=True") == [VIEWS, FLOWS, DEEP]
    assert ids("?drill=false") == [VIEWS, FLOWS]


def test_owners_are_users_and_groups_and_without_any_the_datasets_owner(cards: Domo) -> None:
    views, flows, deep = cards.get(CARDS)

    assert (views["ownerId"], views["owners"][0]["displayName"]) == (BOB, "Bob")
    assert flows["owners"] == [{"id": str(FINANCE), "type": "GROUP", "displayName": "Finance"}]
    assert flows["ownerId"] == FINANCE
    assert deep["owners"][0]["displayName"] == "Ada"


def test_access_is_the_callers(cards: Domo) -> None:
    # Bob owns the first card and is in the group that owns the second.
    assert [one["access"] for one in cards.get(CARDS, "t-bob")] == [True, True, False]
    assert all(one["access"] for one in cards.get(CARDS))


def test_the_metadata_counts_cards_and_views_but_no_drill_paths(cards: Domo) -> None:
    found = cards.get(f"/data/v3/datasources/{SALES}")

    assert found["cardInfo"] == {"cardCount": 2, "cardViewCount": 9}
    assert found["cardCount"] == 2
    assert cards.get(f"/data/v3/datasources/{PEOPLE}")["cardCount"] == 0


def test_impacts_are_counted(cards: Domo) -> None:
    found = cards.get(f"/data/v1/impacts/DATA_SOURCE/{SALES}")

    assert (differences(IMPACTS, found), found.keys()) == ([], IMPACTS.keys())
    assert (found["cardCount"], found["impactCardCount"]) == (2, 2)
    parts = cards.get(f"/data/v3/datasources/{SALES}?part=impactcounts")
    assert parts["impactCardCount"] == 2


def test_a_card_breaks_when_a_column_of_it_goes(cards: Domo) -> None:
    before = cards.get(IMPACTED)

    columns = [{"name": "order_id", "type": "LONG"}, {"name": "region", "type": "STRING"}]
    cards.done("POST", f"/data/v2/datasources/{SALES}/schemas", {"columns": columns})

    after = cards.get(IMPACTED)
    assert [one["id"] for one in before["affectedCards"]] == [VIEWS, FLOWS, DEEP]
    assert before["brokenCards"] == []
    assert [one["id"] for one in after["brokenCards"]] == [VIEWS]
    assert (after["brokenDataFlows"], after["brokenAlerts"]) == ([], [])


def test_the_lineage_runs_from_the_dataset_to_its_cards(cards: Domo) -> None:
    found = cards.get(f"{LINEAGE}?traverseDown=true&requestEntities=DATA_SOURCE,CARD&maxDepth=3")

    root = found[f"DATA_SOURCE{SALES}"]
    assert list(found) == [f"DATA_SOURCE{SALES}", *(f"CARD{one}" for one in (VIEWS, FLOWS, DEEP))]
    assert (root["type"], root["id"], root["complete"]) == ("DATA_SOURCE", SALES, True)
    assert (root["descendantCounts"], root["ancestorCounts"]) == ({"CARD": 3}, {})
    child = {"type": "CARD", "id": str(VIEWS), "complete": True, "children": [], "parents": []}
    assert root["children"][0] == child
    parent = child | {"type": "DATA_SOURCE", "id": SALES}
    assert found[f"CARD{VIEWS}"]["parents"] == [parent]


@pytest.mark.parametrize(
    "query", ["?traverseDown=false", "?traverseDown=true&requestEntities=DATAFLOW", "?maxDepth=0"]
)
def test_a_lineage_that_leads_nowhere_is_the_dataset_alone(cards: Domo, query: str) -> None:
    found = cards.get(LINEAGE + query)

    assert list(found) == [f"DATA_SOURCE{SALES}"]
    assert (found[f"DATA_SOURCE{SALES}"]["children"], found[f"DATA_SOURCE{SALES}"]["parents"]) == (
        [],
        [],
    )


@pytest.mark.parametrize("depth", ["x", "-1", "9" * 30])
def test_a_depth_that_cannot_be_is_400(cards: Domo, depth: str) -> None:
    assert cards.product("GET", f"{LINEAGE}?maxDepth={depth}").status_code == 400


@pytest.mark.parametrize(
    "path", [CARDS, IMPACTED, LINEAGE, f"/data/v1/impacts/DATA_SOURCE/{SALES}"]
)
def test_what_hangs_on_a_dataset_is_for_those_who_see_it(cards: Domo, path: str) -> None:
    assert cards.product("GET", path, token="t-bob").status_code == 200
    assert cards.product("GET", path, token="t-wes").status_code == 403
    assert cards.product("GET", path.replace(SALES, "nowhere")).status_code == 404
    assert cards.product("GET", path, token="nobody").status_code == 401


def test_cards_go_with_their_dataset_and_come_with_the_snapshot(cards: Domo) -> None:
    first = cards.snapshot()

    cards.reset(first)

    assert cards.snapshot() == first
    assert [one["id"] for one in first["datasets"][1]["cards"]] == [VIEWS, FLOWS, DEEP]
    cards.done("DELETE", f"/data/v3/datasources/{SALES}")
    assert cards.product("GET", CARDS).status_code == 404
    assert "cards" not in cards.snapshot()["datasets"][0]


def test_a_card_keeps_an_owner_who_is_gone(cards: Domo) -> None:
    cards.done("DELETE", f"/identity/v1/users/{BOB}")

    first = cards.snapshot()
    cards.reset(first)

    assert cards.get(CARDS)[0]["ownerId"] == BOB
    assert cards.snapshot() == first
