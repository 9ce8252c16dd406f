from dataclasses import replace
from typing import Any

import pytest

from domostate.kinds.dataset.holders import Holders, holders_of
from domostate.model.call import Part
from domostate.model.change import ChangeClass, Operation
from domostate.model.observed import Live, Presence
from domostate.model.principal import AccessLevel, Principal
from tests.kinds import replies
from tests.kinds.entries import BOTH, ID, PLATFORM, SALES, group, names, user

VIEW, EDIT = AccessLevel.CAN_VIEW, AccessLevel.CAN_EDIT
ADA, BOB, FINANCE = user("ada"), user("bob"), group("Finance")
HELD = Holders(ADA, {BOB: VIEW, FINANCE: EDIT})


def principal(one: Principal) -> dict[str, Any]:
    return {"type": one.type.value, "id": one.id, "name": one.name}


def operation(name: str, before: Any, after: Any) -> Operation:
    return Operation(1, name, SALES, "shares", before, after, ChangeClass.SAFE)


def granted(who: Principal, level: AccessLevel) -> Operation:
    return operation("grant_access", None, {"principal": principal(who), "access": level.value})


def revoked(who: Principal) -> Operation:
    return operation("revoke_access", {"principal": principal(who), "access": "CAN_VIEW"}, None)


def given(to: Principal) -> Operation:
    return operation("reassign_owner", principal(ADA), principal(to))


@pytest.mark.parametrize(
    ("among", "level"),
    [
        ({ADA, BOB}, AccessLevel.OWNER),
        ({BOB}, VIEW),
        ({BOB, FINANCE}, EDIT),
        ({user("cat")}, AccessLevel.NONE),
        (set(), AccessLevel.NONE),
    ],
)
def test_the_highest_of_several_ways_counts(among: set[Principal], level: AccessLevel) -> None:
    assert HELD.level(among) is level


def test_who_gives_a_dataset_away_is_counted_on_to_keep_nothing() -> None:
    after = HELD.after(given(BOB))

    assert after == Holders(BOB, {FINANCE: EDIT})
    assert after.level({ADA}) is AccessLevel.NONE


def test_a_group_may_own() -> None:
    assert HELD.after(given(FINANCE)).level({FINANCE}) is AccessLevel.OWNER


def test_grants_come_change_and_go() -> None:
    assert HELD.after(granted(BOB, EDIT)) == Holders(ADA, {BOB: EDIT, FINANCE: EDIT})
    assert HELD.after(revoked(FINANCE)) == Holders(ADA, {BOB: VIEW})
    assert HELD.after(revoked(user("cat"))) == HELD


def test_an_owner_is_neither_granted_nor_denied_anything() -> None:
    assert HELD.after(granted(ADA, VIEW)) == HELD
    assert HELD.after(revoked(ADA)) == HELD


def test_what_is_done_to_anything_else_leaves_them_as_they_are() -> None:
    assert HELD.after(operation("set_tags", {"values": []}, {"values": ["a"]})) is HELD


def test_an_access_list_that_nobody_read_stays_unread_with_the_owner() -> None:
    unread = replace(HELD, levels=None)

    assert unread.after(given(BOB)) == Holders(BOB, None)
    assert unread.level({FINANCE}) is AccessLevel.NONE


def test_what_was_read_tells_of_owner_and_grants() -> None:
    access = replies.access(("USER", "2", "CAN_VIEW"), ("CARD", "9", "CAN_VIEW"))
    parts = {Part.METADATA: replies.metadata(), Part.ACCESS: access}

    def held(**some: Any) -> Holders | None:
        return holders_of(Live(ID, Presence.PRESENT, some.get("parts", {})), BOTH, names())

    assert held(parts=parts) == Holders(ADA, {BOB: VIEW})
    assert held(parts={Part.METADATA: replies.metadata()}) == Holders(ADA, None)
    assert held() is None


def test_the_platform_plane_tells_of_the_owner() -> None:
    parts = {Part.DATASET: replies.dataset(replies.open_policy(), owner=2)}
    there = Live(ID, Presence.PRESENT, parts)

    assert holders_of(there, PLATFORM, names()) == Holders(BOB, None)
    assert holders_of(Live(ID, Presence.PRESENT, {}), PLATFORM, names()) is None
