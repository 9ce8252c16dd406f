"""When a schedule strikes next."""

import json
import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

_DAY = 24 * 60
_EPOCH = date(1970, 1, 1).toordinal()
_WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})\s*([AP]M)?", re.IGNORECASE)


def spread_of(stream_id: int) -> int:
    """The minute of the hour at which a stream begins where its schedule names none: Domo spreads
    them (seed 003 "Stream (Connector) - Get": every 30 minutes became 13/30; inferred), here by
    number."""
    return stream_id * 7 % 60


# A page of metadata asks for the same few schedules within one minute.
@lru_cache(maxsize=4096)
def next_run_ms(schedule: str, spread: int, minute: int) -> int | None:
    """When `schedule`, an `advancedScheduleJson`, strikes next after `minute`, in minutes of UTC
    since 1970; None for one that never strikes by itself.

    Times count as UTC, whatever `timezone` says: the captured `nextUpdate` agrees with the
    expression read as UTC (nb). An expression (ADVANCED) is not read.
    """
    plan: dict[str, Any] = json.loads(schedule)
    times = _times(plan, spread)
    today, now = divmod(minute, _DAY)
    # The 31st of a month is at most 62 days away.
    for day in range(today, today + 63 if times else today):
        if _strikes_on(plan, day):
            later = (time for time in times if day > today or time > now)
            found = next(later, None)
            if found is not None:
                return (day * _DAY + found) * 60_000
    return None


def _times(plan: dict[str, Any], spread: int) -> Sequence[int]:
    """The minutes of a day at which the schedule strikes."""
    kind = plan.get("type", "MANUAL")
    if kind == "MINUTE":
        step = _number(plan.get("interval"), 1)
        return [hour * 60 + at for hour in range(24) for at in range(spread % step, 60, step)]
    if kind == "HOUR":
        return range(spread, _DAY, 60 * _number(plan.get("interval"), 1))
    if kind in ("DAY", "WEEK", "MONTH"):
        return [minute_of_day(str(plan.get("at") or ""), spread)]
    return []


def _strikes_on(plan: dict[str, Any], day: int) -> bool:
    at = date.fromordinal(_EPOCH + day)
    if plan.get("type") == "WEEK":
        named = re.findall("|".join(_WEEKDAYS), str(plan.get("days") or "MON").upper())
        return _WEEKDAYS[at.weekday()] in named
    if plan.get("type") == "MONTH":
        return at.day == _number(plan.get("day"), 1)
    return True


def _number(value: Any, otherwise: int) -> int:
    text = str(value or otherwise)
    return max(int(text), 1) if re.fullmatch("[0-9]{1,9}", text) else otherwise


def minute_of_day(text: str, spread: int) -> int:
    """When in a day a time such as 08:01 PM is; `spread` minutes past midnight without one."""
    found = _CLOCK.search(text)
    if found is None:
        return spread
    hour = int(found[1])
    if found[3]:
        hour = hour % 12 + (12 if found[3].upper() == "PM" else 0)
    return hour * 60 + int(found[2])
