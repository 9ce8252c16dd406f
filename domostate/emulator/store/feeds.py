"""What feeds a dataset: as much of its stream as the dataset's own metadata tells."""

from typing import NamedTuple

from domostate.emulator.store.database import Database


class Feed(NamedTuple):
    """A stream, its account and its newest run."""

    provider: str
    schedule: str
    """The `advancedScheduleJson`."""
    schedule_state: str
    account_id: int | None
    account_valid: int | None
    """None without an account, and where the account is gone."""
    last_run: str | None
    """The state of the newest run."""


# One statement, since the metadata of a page asks it for every dataset.
_FEED = """SELECT provider, schedule, schedule_state, account_id,
(SELECT valid FROM accounts WHERE accounts.id=account_id),
(SELECT state FROM executions WHERE stream_id=streams.id ORDER BY executions.id DESC LIMIT 1)
FROM streams WHERE id=?"""


def feed_of(db: Database, stream_id: int) -> Feed | None:
    """What is known of the stream of a dataset."""
    row = db.one(_FEED, stream_id)
    return None if row is None else Feed._make(row)
