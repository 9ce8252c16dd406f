"""What lists and searches still show of datasets that have changed since (product §9: the index
behind them lags, by minutes)."""

from domostate.emulator.store.database import Database

_LISTED = (
    "name", "description", "owner_type", "owner_id", "provider", "type", "tags", "hidden",
    "touched_ms", "deleted",
)  # fmt: skip
"""What lags: how a dataset is called, whose it is, and that it is there at all."""

_REMEMBER = (
    "INSERT OR IGNORE INTO listed_before SELECT id, ?, json_object("
    + ", ".join(f"'{name}', {name}" for name in _LISTED)
    + ") FROM datasets WHERE id=?"
)
_PAST = (
    "main.datasets AS datasets LEFT JOIN listed_before ON dataset_id=datasets.id AND until_ms="
    "(SELECT min(until_ms) FROM listed_before WHERE dataset_id=datasets.id AND until_ms>?)"
)


def remember_listed(db: Database, dataset_id: str, now_ms: int) -> None:
    """Keep how the dataset stands for the lists that lag; called before it is changed.

    Nothing is kept while the switch `list_stale_ms` is 0, and nothing for longer than it says.
    """
    stale_ms = db.switches.list_stale_ms
    if stale_ms <= 0:
        return
    db.run(_REMEMBER, now_ms, dataset_id)
    outdated = "DELETE FROM listed_before WHERE dataset_id=? AND until_ms<=?"
    db.run(outdated, dataset_id, now_ms - stale_ms)


def datasets_as_listed(
    db: Database, seen_ms: int, visible: tuple[str, list[object]]
) -> tuple[str, list[object]]:
    """A WITH clause under which `datasets` is what lists saw at `seen_ms`, as far as `visible`
    holds. Who may see a dataset is judged by today's owner and grants: only what is told of it
    lags."""
    names = [row[0] for row in db.all("SELECT name FROM pragma_table_info('datasets')")]
    columns = ", ".join(
        f"ifnull(json_extract(seen, '$.{name}'), {name}) AS {name}" if name in _LISTED else name
        for name in names
    )
    clause = f"WITH datasets AS (SELECT {columns} FROM {_PAST} WHERE {visible[0]}) "
    return clause, [seen_ms, *visible[1]]
