"""Cards: what is drawn from a dataset, as far as the dataset tells of it."""

import json
from dataclasses import dataclass

from domostate.emulator.store.database import Database, Row
from domostate.emulator.store.groups import Member


@dataclass(frozen=True, slots=True)
class Card:
    """One card. No endpoint of the documents makes or changes any: they come with the estate."""

    id: int
    dataset_id: str
    title: str
    type: str
    chart_type: str
    owners: list[Member]
    columns: list[str]
    """The columns it draws from; it breaks when one of them goes."""
    views: int
    drill: bool
    """Whether only a drill path of it uses the dataset."""


_CARD = (
    "SELECT id, dataset_id, title, type, chart_type, owners, columns, views, drill FROM cards "
    "WHERE dataset_id=?"
)


def _card(row: Row) -> Card:
    owners = [(kind, owner) for kind, owner in json.loads(row[5])]
    columns = json.loads(row[6])
    return Card(row[0], row[1], row[2], row[3], row[4], owners, columns, row[7], bool(row[8]))


def cards_of(db: Database, dataset_id: str, *, drills: bool = True) -> list[Card]:
    """The cards of a dataset, by id, with or without those that only drill into it."""
    condition = "" if drills else " AND drill=0"
    return [_card(row) for row in db.all(f"{_CARD}{condition} ORDER BY id", dataset_id)]


def add_card(db: Database, card: Card) -> None:
    """Store a card and count it; one that only drills into the dataset does not count (GUESS)."""
    db.run(
        "INSERT INTO cards VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        card.id, card.dataset_id, card.title, card.type, card.chart_type, json.dumps(card.owners),
        json.dumps(card.columns), card.views, card.drill,
    )  # fmt: skip
    db.run(
        "UPDATE datasets SET card_count=card_count+?, card_views=card_views+? WHERE id=?",
        int(not card.drill), card.views, card.dataset_id,
    )  # fmt: skip
