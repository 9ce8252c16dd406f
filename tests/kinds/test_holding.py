from dataclasses import replace
from typing import Any

import pytest

from domostate.kinds.aspect import Step
from domostate.kinds.dataset.holding import after as after_of
from domostate.kinds.dataset.holding import holding_of
from domostate.kinds.dataset.pdp import PdpAspect
from domostate.kinds.dataset.policies import Filter, Members, Pdp, Policy
from domostate.model.call import Part
from domostate.model.change import ChangeClass, Operation
from domostate.model.holding import Holding, RowFilter
from domostate.model.observed import Live, Presence
from domostate.model.principal import AccessLevel, Principal
from tests.kinds import replies
from tests.kinds.entries import BOTH, ID, PLATFORM, SALES, group, names, numbered, setting, user

VIEW, EDIT = AccessLevel.CAN_VIEW, AccessLevel.CAN_EDIT
ADA, BOB, FINANCE = user("ada"), user("bob"), group("Finance")
HELD = Holding(ADA, {BOB: VIEW, FINANCE: EDIT})


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
    after = after_of(HELD, given(BOB))

    assert after == Holding(BOB, {FINANCE: EDIT})
    assert after.level({ADA}) is AccessLevel.NONE


def test_a_group_may_own() -> None:
    assert after_of(HELD, given(FINANCE)).level({FINANCE}) is AccessLevel.OWNER


def test_grants_come_change_and_go() -> None:
    assert after_of(HELD, granted(BOB, EDIT)) == Holding(ADA, {BOB: EDIT, FINANCE: EDIT})
    assert after_of(HELD, revoked(FINANCE)) == Holding(ADA, {BOB: VIEW})
    assert after_of(HELD, revoked(user("cat"))) == HELD


def test_an_owner_is_neither_granted_nor_denied_anything() -> None:
    assert after_of(HELD, granted(ADA, VIEW)) == HELD
    assert after_of(HELD, revoked(ADA)) == HELD


def test_what_is_done_to_anything_else_leaves_them_as_they_are() -> None:
    assert after_of(HELD, operation("set_tags", {"values": []}, {"values": ["a"]})) is HELD


def test_an_access_list_that_nobody_read_stays_unread_with_the_owner() -> None:
    unread = replace(HELD, levels=None)

    assert after_of(unread, given(BOB)) == Holding(BOB, None)
    assert unread.level({FINANCE}) is AccessLevel.NONE


def test_what_was_read_tells_of_owner_and_grants() -> None:
    access = replies.access(("USER", "2", "CAN_VIEW"), ("CARD", "9", "CAN_VIEW"))
    parts = {Part.METADATA: replies.metadata(), Part.ACCESS: access}

    def held(**some: Any) -> Holding | None:
        return holding_of(Live(ID, Presence.PRESENT, some.get("parts", {})), BOTH, names())

    assert held(parts=parts) == Holding(ADA, {BOB: VIEW}, pdp=None, foreign=1)
    assert held(parts={Part.METADATA: replies.metadata()}) == Holding(ADA, None, pdp=None)
    assert held() is None


def test_the_platform_plane_tells_of_all_but_the_access_list() -> None:
    parts = {Part.DATASET: replies.dataset(replies.open_policy(), owner=2)}
    there = holding_of(Live(ID, Presence.PRESENT, parts), PLATFORM, names())

    assert there is not None
    assert (there.owner, there.levels, there.pdp) == (BOB, None, False)
    assert [one.is_open for one in there.policies] == [True]
    assert there.columns is not None
    assert holding_of(Live(ID, Presence.PRESENT, {}), PLATFORM, names()) is None


WEST, EAST = Filter("region", "EQUALS", ("West",)), Filter("region", "EQUALS", ("East",))
OWN = Filter("region", "EQUALS", ("area",), dynamic=True)
EMPTY = Pdp(enabled=False)
FULL = Pdp(
    enabled=True,
    policies=(
        Policy("East", (EAST,), users=(BOB,), id="7"),
        Policy("Own", (OWN, WEST), groups=(FINANCE,), everyone=True, id="8"),
    ),
    all_rows=Members(users=(ADA,)),
    open_id="1",
)
OTHER = Pdp(
    enabled=True,
    policies=(
        Policy("East", (WEST,), users=(BOB,), groups=(FINANCE,), id="7"),
        Policy("New", (EAST,)),
    ),
    all_rows=Members(groups=(FINANCE,)),
    open_id="1",
)


def after_all(before: Pdp, after: Pdp) -> Holding:
    """What the operations between the two make of a holding."""
    aspect, holding = PdpAspect(), held_under(before)
    step = Step(SALES, before, after, setting())
    for op in numbered(aspect, aspect.operations(step)):
        holding = after_of(holding, op)
    return holding


def held_under(pdp: Pdp) -> Holding:
    """The holding that Domo reports with these row policies."""
    rows = [
        replies.filter_group(
            id_=int(one.id or 9),
            name=one.name,
            users=[int(who.id) for who in one.users],
            groups=[int(who.id) for who in one.groups],
            parameters=[parameter_of(known) for known in one.filters],
            dataSourcePermissions=one.everyone,
        )
        for one in pdp.policies
    ]
    if pdp.open_id:
        users, groups = pdp.all_rows.users, pdp.all_rows.groups
        ids = [[int(one.id) for one in several] for several in (users, groups)]
        rows.append(replies.all_rows(int(pdp.open_id), users=ids[0], groups=ids[1]))
    parts = {
        Part.METADATA: replies.metadata(),
        Part.POLICIES: rows,
        Part.SWITCH: replies.switch(enabled=pdp.enabled),
    }
    found = holding_of(Live(ID, Presence.PRESENT, parts), BOTH, names())
    assert found is not None
    return found


def parameter_of(one: Filter) -> dict[str, Any]:
    sort = "DYNAMIC" if one.dynamic else "COLUMN"
    return replies.parameter(one.column, *one.values, operator=one.operator, type=sort)


THERE = replace(OTHER, policies=(OTHER.policies[0], replace(OTHER.policies[1], id="9")))


@pytest.mark.parametrize(
    ("before", "after"), [(FULL, FULL), (FULL, OTHER), (THERE, FULL), (THERE, THERE)]
)
def test_operations_on_row_policies_lead_to_what_domo_then_reports(before: Pdp, after: Pdp) -> None:
    found, wanted = after_all(before, after), held_under(after)

    assert found.pdp == wanted.pdp
    assert set(found.policies) == set(wanted.policies)


def test_all_rows_may_be_named_before_domo_has_made_it() -> None:
    found = after_all(EMPTY, replace(EMPTY, enabled=True, all_rows=Members(users=(BOB,))))

    assert found.pdp
    (open_,) = found.policies
    assert (open_.is_open, open_.members) == (True, {BOB})


def test_a_filter_on_an_attribute_is_known_as_one() -> None:
    own = next(one for one in held_under(FULL).policies if one.name == "Own")

    assert own.dynamic == {RowFilter("region", "EQUALS", ("area",))}
    assert own.everyone


def test_altered_columns_are_the_columns() -> None:
    columns = {"columns": [{"name": "a", "type": "LONG"}], "indexed": True}
    reindex = operation("reindex", {"indexed": False}, {"indexed": True})

    altered = after_of(HELD, operation("alter_schema", None, columns))

    assert altered.columns == {"a": "LONG"}
    assert after_of(altered, reindex) == altered
