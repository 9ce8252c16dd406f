"""Parts of the metadata object that come from elsewhere than the dataset itself: how its data
arrives, who vouches for it, what hangs on it (product §2.1)."""

from typing import Any

from domostate.emulator.call import Call
from domostate.emulator.store.access import Level, level, rights
from domostate.emulator.store.certification import Certification, certification_of
from domostate.emulator.store.datasets import Dataset
from domostate.emulator.store.feeds import feed_of
from domostate.emulator.store.grants import user_count
from domostate.emulator.store.schedules import next_run_ms, spread_of

PARTS = frozenset({
    "core", "permission", "status", "pdp", "rowcolcount", "certification", "sharecount",
    "alertcount", "dataprovider", "features", "impactcounts", "functions", "cryo", "warnings",
    "pharos",
})  # fmt: skip
"""product §2.1 (OAS, wip-spec)."""
USUAL_PARTS = PARTS - {"sharecount", "alertcount", "impactcounts"}
"""What a read that names no part answers: no capture of one shows what these three add (nb)."""

_SOUND = {"status": "SUCCESS", "state": "SUCCESS", "validAccount": True, "scheduleActive": True}
_FAILED = frozenset({"ERROR", "FAILED"})


def arrival(call: Call, found: Dataset) -> dict[str, Any]:
    """State, account and next run of what feeds the dataset. A connector that is switched off after
    a failed run is captured as INACTIVE_SCHEDULE, ERROR and not active (nb); that both states
    follow from schedule and newest run alone is inferred."""
    if found.stream_id is None:
        return _SOUND
    feed = feed_of(call.db, found.stream_id)
    if feed is None:
        return _SOUND
    state = "ERROR" if feed.last_run in _FAILED else "SUCCESS"
    active = feed.schedule_state != "INACTIVE"
    body: dict[str, Any] = {
        "streamId": found.stream_id,
        "status": state if active else "INACTIVE_SCHEDULE",
        "state": state,
        "validAccount": feed.account_id is None or bool(feed.account_valid),
        "scheduleActive": active,
    }
    if feed.account_id is not None:
        body["accountId"] = feed.account_id
    if feed.provider:
        due = next_run_ms(feed.schedule, spread_of(found.stream_id), call.now_ms // 60_000)
        if due is not None:
            body["nextUpdate"] = due
    return body


def by_part(
    call: Call, found: Dataset, parts: frozenset[str], mine: Level | None
) -> dict[str, Any]:
    """What is there only when its part is asked for. That `permission` brings the rights is
    documented (seed 003); the other pairs are inferred from the names. `mine` is the caller's
    level, None where nobody has looked."""
    body: dict[str, Any] = {}
    if "permission" in parts:
        if mine is None:
            mine = level(call.db, call.caller, found)
        body["permissions"] = rights(mine)
        # GUESS: whether the caller sees every row, whatever the policies.
        body["currentUserFullAccess"] = not found.pdp_enabled or mine >= Level.CO_OWNER
    if "cryo" in parts:
        body["cryoStatus"] = "ADRENALINE"
    certified = certification_of(found) if "certification" in parts else None
    if certified is not None:
        body["certification"] = certification(certified)
    if "sharecount" in parts:
        body["userCount"] = user_count(call.db, found)
    if "alertcount" in parts:
        body["alertCount"] = 0
    if "impactcounts" in parts:
        body |= impact_counts(found)
    return body


_SHOWN = {
    "ACTIVE": "CERTIFIED",
    "EXPIRED": "EXPIRED",
    "REQUESTED": "REQUESTED",
    "PENDING": "PENDING",
}
"""State of the tag (OAS) to state in the metadata (product §2.1); the pairs are inferred."""


def certification(found: Certification) -> dict[str, Any]:
    """`certification` of the metadata; what is empty is missing."""
    body = {
        "state": _SHOWN[found.state],
        "processType": found.process_type,
        "processName": found.process_name,
        "adminCertified": found.admin,
        "approvalRequestId": found.request_id,
        "lastUpdated": found.updated_ms,
        "reason": found.reason,
        "userId": str(found.user_id),
    }
    return {name: value for name, value in body.items() if value != ""}


def impact_counts(found: Dataset) -> dict[str, int]:
    """How much hangs on the dataset, directly and in all (OAS). There are no alerts, dataflows or
    views here, so only cards count."""
    return {
        "alertCount": 0,
        "cardCount": found.card_count,
        "dataFlowCount": 0,
        "dataSourceCount": 0,
        "impactAlertCount": 0,
        "impactCardCount": found.card_count,
        "impactDataFlowCount": 0,
        "impactDataSourceCount": 0,
    }
