"""What hangs on a dataset: before a column goes, before it is deleted (product §2.5)."""

from typing import Any

from domostate.emulator.call import Call, Reply, json_reply
from domostate.emulator.errors import bad_request
from domostate.emulator.product.cards import card_rows
from domostate.emulator.product.metadata import impact_counts
from domostate.emulator.product.reach import reach
from domostate.emulator.routing import Route
from domostate.emulator.store.cards import cards_of
from domostate.emulator.store.schemas import latest_columns


def impacted_resources(call: Call) -> Reply:
    """What a change of the dataset reaches. Of the reply only the names of its lists are known; a
    card counts as broken when a column that it draws from is gone (GUESS), and alerts and
    dataflows do not exist here."""
    found = reach(call, call.params["id"])
    names = {column["name"] for column in latest_columns(call.db, found)}
    cards = cards_of(call.db, found.id)
    broken = [one for one in cards if not names.issuperset(one.columns)]
    return json_reply({
        "affectedCards": card_rows(call, cards),
        "brokenCards": card_rows(call, broken),
        "brokenDataFlows": [],
        "brokenAlerts": [],
    })  # fmt: skip


def impacts(call: Call) -> Reply:
    """How much hangs on the dataset, in numbers (OAS)."""
    found = reach(call, call.params["id"])
    return json_reply(
        impact_counts(found) | {"complete": True, "ranUpdate": True, "updated": call.now_ms}
    )


def lineage(call: Call) -> Reply:
    """The dataset and what is made from it, each under its type and id (nb, OAS).

    Without `traverseDown` the dataset stands alone, as the end of a traversal upwards is captured
    (nb). `requestEntities` chooses the types of the others, all without it (GUESS). Nothing here
    feeds a dataset, so `traverseUp` finds nothing.
    """
    found = reach(call, call.params["id"])
    depth = call.number("maxDepth", 1)
    if depth < 0:
        raise bad_request("maxDepth must not be negative.")
    wanted = call.query.get("requestEntities") or "CARD"
    cards: list[str] = []
    if call.flag("traverseDown", True) and depth > 0 and "CARD" in wanted.split(","):
        cards = [str(one.id) for one in cards_of(call.db, found.id)]
    nodes = {f"DATA_SOURCE{found.id}": _node("DATA_SOURCE", found.id, children=cards)}
    for card in cards:
        nodes[f"CARD{card}"] = _node("CARD", card, parent=found.id)
    return json_reply(nodes)


def _node(
    kind: str, thing_id: str, *, parent: str = "", children: list[str] | None = None
) -> dict[str, Any]:
    return {
        "type": kind,
        "id": thing_id,
        "descendantCounts": {"CARD": len(children)} if children else {},
        "ancestorCounts": {},
        "complete": True,
        "children": [_neighbour("CARD", one) for one in children or ()],
        "parents": [_neighbour("DATA_SOURCE", parent)] if parent else [],
    }


def _neighbour(kind: str, thing_id: str) -> dict[str, Any]:
    return {"type": kind, "id": thing_id, "complete": True, "children": [], "parents": []}


ROUTES = (
    Route(
        "GET", "/api/data/v3/datasources/{id}/impacted-resources", impacted_resources,
        source="product §2.5",
        doubt="only the names of the lists are known; what stands in them and when is guessed",
    ),
    Route(
        "GET", "/api/data/v1/impacts/DATA_SOURCE/{id}", impacts, source="product §2.5",
        doubt="counts cards only: there are no alerts, dataflows or views",
    ),
    Route(
        "GET", "/api/data/v1/lineage/DATA_SOURCE/{id}", lineage, source="product §2.5",
        doubt="cards only; the parameters' defaults are inferred from two captures",
        query=("traverseUp", "traverseDown", "requestEntities", "maxDepth"),
    ),
)  # fmt: skip
