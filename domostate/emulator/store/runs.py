"""Runs of connectors. They fetch nothing, but begin, last and end as Domo's do (product §5.4)."""

from dataclasses import dataclass, replace

from domostate.emulator.store.accounts import (
    GRANTABLE,
    Account,
    AccountLevel,
    account_level,
    find_account,
    shares_of,
)
from domostate.emulator.store.database import Database
from domostate.emulator.store.datasets import Dataset
from domostate.emulator.store.groups import members
from domostate.emulator.store.people import find_user
from domostate.emulator.store.rows import forget_parts, run_parts
from domostate.emulator.store.streams import (
    Execution,
    Stream,
    abort_active,
    executions_of,
    find_execution,
    newest_execution,
    next_execution_id,
    save_execution,
    start_execution,
)

RUN_TYPES = frozenset({"AUTOMATED", "MANUAL", "RETRY", "REPLAY", "BATCH", "EXTENDED", "API"})
"""product §5.4."""
NO_ACCESS = 7002
"""The code of a run whose account the owner may not use (product §5.3; captured [nb])."""


def start_run(
    db: Database, stream: Stream, dataset: Dataset, run_type: str, user_id: int, now_ms: int
) -> Execution:
    """Begin a run, in the place of one that is still active; of an API stream it waits for its
    client.

    A connector's run ends by itself after the switch `run_ms`, with SUCCESS, or at once with ERROR
    where the owner of the dataset may not use the account. The rows stay as they are: a run that
    replaces counts those that there are, any other none.
    """
    if not stream.provider:
        return start_execution(db, stream, run_type, now_ms, user_id)
    abort_active(db, stream.id, now_ms)
    rows = dataset.row_count if stream.update_method == "REPLACE" else 0
    run = Execution(
        stream.id, next_execution_id(db, stream.id), "ACTIVE", run_type, stream.update_method,
        now_ms, now_ms, None, now_ms + db.switches.run_ms, user_id, row_count=rows,
    )  # fmt: skip
    if stream.account_id is not None and not _owner_may_use(db, dataset, stream.account_id):
        problem = {
            "category": "USER",
            "code": NO_ACCESS,
            "message": "The owner of the DataSet does not have access to the account.",
        }
        run = replace(run, state="ERROR", ended_ms=now_ms, row_count=0, errors=[problem])
    save_execution(db, run)
    return run


def _owner_may_use(db: Database, dataset: Dataset, account_id: int) -> bool:
    account = find_account(db, account_id)
    if account is None:
        return False
    if dataset.owner_type == "USER":
        return _user_may_use(db, dataset.owner_id, account)
    # How Domo judges an owner that is a group is unknown: the group or one of its members will do.
    shared = any(
        (one.type, one.id) == ("GROUP", str(dataset.owner_id)) and one.level in GRANTABLE
        for one in shares_of(db, account.id)
    )
    people = [one for kind, one in members(db, dataset.owner_id) if kind == "USER"]
    return shared or any(_user_may_use(db, one, account) for one in people)


def _user_may_use(db: Database, user_id: int, account: Account) -> bool:
    user = find_user(db, user_id)
    return user is not None and account_level(db, user, account) > AccountLevel.NONE


def runs_of(db: Database, stream_id: int, now_ms: int) -> list[Execution]:
    """The runs of a stream as they stand by now, newest first."""
    return [_by_now(one, now_ms) for one in executions_of(db, stream_id)]


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest runs of a stream: of all, of those that succeeded, of those that go on."""

    last: Execution | None = None
    successful: Execution | None = None
    current: Execution | None = None


def latest_runs(db: Database, stream_id: int, now_ms: int) -> Latest:
    """The newest runs, without reading the others."""
    last = newest_execution(db, stream_id)
    if last is None:
        return Latest()
    succeeded = "(state='SUCCESS' OR state='ACTIVE' AND due_ms<=?)"
    done = newest_execution(db, stream_id, succeeded, now_ms)
    goes_on = "state='ACTIVE' AND ifnull(due_ms>?, 1)"
    current = newest_execution(db, stream_id, goes_on, now_ms)
    return Latest(_by_now(last, now_ms), None if done is None else _by_now(done, now_ms), current)


def find_run(db: Database, stream_id: int, number: int, now_ms: int) -> Execution | None:
    """One run as it stands by now."""
    run = find_execution(db, stream_id, number)
    return None if run is None else _by_now(run, now_ms)


def _by_now(run: Execution, now_ms: int) -> Execution:
    if run.state != "ACTIVE" or run.due_ms is None or run.due_ms > now_ms:
        return run
    return replace(run, state="SUCCESS", ended_ms=run.due_ms, modified_ms=run.due_ms)


def abort_run(
    db: Database, run: Execution, user_id: int, problem: dict[str, object], now_ms: int
) -> Execution:
    """End an active run before its time; nothing of what it brought is ever seen. `problem` is what
    is to be remembered as its error, if anything. The state is a GUESS (platform §6)."""
    errors = [*run.errors, problem] if problem else run.errors
    aborted = replace(
        run, state="ABORTED", ended_ms=now_ms, modified_ms=now_ms, cancelled_by=user_id,
        row_count=0, errors=errors,
    )  # fmt: skip
    save_execution(db, aborted)
    forget_parts(db, run_parts(run.stream_id, run.id))
    return aborted
