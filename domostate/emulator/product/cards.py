"""The cards of a dataset (seed 003 "Get Cards for a DataSet ID")."""

from typing import Any

from domostate.emulator.call import Call, Reply, json_reply
from domostate.emulator.product.reach import reach
from domostate.emulator.routing import Route
from domostate.emulator.store.access import groups_of, manages_all
from domostate.emulator.store.cards import Card, cards_of
from domostate.emulator.store.groups import Member, group_name
from domostate.emulator.store.people import user_name


def list_cards(call: Call) -> Reply:
    """The cards that are drawn from the dataset, also those that only drill into it unless `drill`
    is false."""
    found = reach(call, call.params["id"])
    return json_reply(card_rows(call, cards_of(call.db, found.id, drills=call.flag("drill", True))))


def card_rows(call: Call, cards: list[Card]) -> list[dict[str, Any]]:
    """The cards as the sample of seed 003 shows them. `access` is the caller's: to see the dataset
    is not to see the card (GUESS), which is for its owners and for roles that manage all."""
    mine: set[Member] = {("USER", call.caller.id)}
    mine |= {("GROUP", one) for one in groups_of(call.db, call.caller.id)}
    manages = manages_all(call.db, call.caller)
    return [_row(call, one, manages or not mine.isdisjoint(one.owners)) for one in cards]


def _row(call: Call, card: Card, access: bool) -> dict[str, Any]:
    """A card; `ownerId` is a number, the ids in `owners` are text."""
    first = next((owner for kind, owner in card.owners if kind == "USER"), card.owners[0][1])
    return {
        "id": card.id,
        "urn": str(card.id),
        "type": card.type,
        "chartType": card.chart_type,
        "title": card.title,
        "ownerId": first,
        "owners": [
            {"id": str(owner), "type": kind, "displayName": _name(call, kind, owner)}
            for kind, owner in card.owners
        ],
        "access": access,
        "datasourceId": card.dataset_id,
    }


def _name(call: Call, kind: str, owner: int) -> str:
    return user_name(call.db, owner) if kind == "USER" else group_name(call.db, owner)


ROUTES = (
    Route(
        "GET", "/api/content/v1/datasources/{id}/cards", list_cards,
        source="003; product §2.10",
        doubt="which cards count as drill paths, and what `access` follows from",
        query=("drill",),
    ),
)  # fmt: skip
