"""What becomes of everybody's access, and by which ways."""

from dataclasses import replace
from random import Random

import pytest

from domostate.access.delta import AccessChange, ChangeKind, Delta, delta
from domostate.access.estate import Estate
from domostate.model.holding import Holding, RowFilter, RowPolicy
from domostate.model.people import Group, Person
from domostate.model.principal import AccessLevel, Principal, PrincipalType
from tests.access import brute
from tests.access.cases import an_estate, tables

COLUMNS = ("region", "amount")
SMALL = tables(COLUMNS)[::3]


def user(id_: str) -> Principal:
    return Principal(PrincipalType.USER, id_)


def group(id_: str) -> Principal:
    return Principal(PrincipalType.GROUP, id_)


ROOT, ANN, BOB, CAT = (
    Person(str(n), f"{name}@acme.test") for n, name in enumerate(["root", "ann", "bob", "cat"])
)
ADMIN = Person("9", "zoe@acme.test", manages=True)
WEST = RowFilter("region", "EQUALS", ("West",))
EAST = RowFilter("region", "EQUALS", ("East",))
SALES = Group("s", "Sales", users=frozenset({"2"}), groups=frozenset({"w"}))
WESTERNERS = Group("w", "West", users=frozenset({"1"}))
ORDERS = Holding(
    user("0"),
    {group("s"): AccessLevel.CAN_VIEW},
    pdp=True,
    policies=(
        RowPolicy("West only", (WEST,), frozenset({group("w")})),
        RowPolicy("East only", (EAST,), frozenset({user("2")})),
    ),
    columns={"region": "STRING"},
)
BEFORE = Estate(
    {one.id: one for one in (ROOT, ANN, BOB, CAT, ADMIN)},
    {"s": SALES, "w": WESTERNERS},
    {"orders": ORDERS},
)


def orders(**more: object) -> Estate:
    return replace(BEFORE, holdings={"orders": replace(ORDERS, **more)})  # type: ignore[arg-type]


def groups(*changed: Group) -> Estate:
    return replace(BEFORE, groups={**BEFORE.groups, **{one.id: one for one in changed}})


def only(found: Delta) -> AccessChange:
    (change,) = found.changes
    return change


def test_nothing_changes_where_nothing_is_changed() -> None:
    assert delta(BEFORE, BEFORE, "0") == Delta((), by_role=1)


def test_a_joiner_gains_through_the_groups_that_their_group_is_in() -> None:
    found = delta(BEFORE, groups(replace(WESTERNERS, users=frozenset({"1", "3"}))))

    change = only(found)
    assert (change.person, change.kind, change.widens) == (CAT, ChangeKind.GAIN, True)
    assert [str(way) for way in change.via] == [
        "share CAN_VIEW of group Sales in group West",
        "group West in policy West only",
    ]
    assert (found.gaining, found.losing, found.changing_rows) == ({"3"}, frozenset(), frozenset())


def test_a_mover_between_policies_sees_other_rows_and_keeps_the_level() -> None:
    east = replace(ORDERS.policies[1], members=frozenset({user("2"), group("w")}))
    west = replace(ORDERS.policies[0], members=frozenset())

    change = only(delta(BEFORE, orders(policies=(west, east))))

    assert (change.person, change.kind, change.widens) == (ANN, ChangeKind.ROWS, True)
    assert [str(way) for way in change.via] == ["group West in policy East only"]


def test_a_leaver_loses_what_they_had() -> None:
    people = {**BEFORE.people, "1": replace(ANN, active=False)}

    change = only(delta(BEFORE, replace(BEFORE, people=people)))

    assert (change.kind, change.widens) == (ChangeKind.LOSE, False)
    assert change.before.level is AccessLevel.CAN_VIEW
    assert len(change.via) == 2


def test_somebody_whose_policy_says_the_same_in_other_words_is_not_listed() -> None:
    words = RowFilter("region", "EQUALS", ("West", "west", "West"), negated=False)
    same_rows = RowFilter("region", "BETWEEN", ("West", "West"))
    changed = replace(ORDERS.policies[0], filters=(same_rows,))

    assert delta(BEFORE, orders(policies=(changed, ORDERS.policies[1]))).changes == ()
    wider = replace(ORDERS.policies[0], filters=(words,))
    assert only(delta(BEFORE, orders(policies=(wider, ORDERS.policies[1])))).widens


def test_a_new_owner_rises_and_the_old_one_falls() -> None:
    found = delta(BEFORE, orders(owner=user("1")))

    by_name = {one.person.email: one for one in found.changes}
    assert by_name["ann@acme.test"].kind is ChangeKind.LEVEL
    assert by_name["root@acme.test"].kind is ChangeKind.LOSE
    assert (found.gaining, found.losing) == ({"1"}, {"0"})


def test_who_runs_this_and_who_manages_everything_is_not_listed() -> None:
    found = delta(BEFORE, orders(owner=user("1")), "0")

    assert {one.person.email for one in found.changes} == {"ann@acme.test"}
    assert found.by_role == 1


def test_switching_row_policies_off_shows_everybody_everything() -> None:
    found = delta(BEFORE, orders(pdp=False))

    assert [one.person.email for one in found.changes] == ["ann@acme.test", "bob@acme.test"]
    assert all(one.widens for one in found.changes)
    assert found.changing_rows == {"1", "2"}


def test_a_dataset_that_goes_is_lost_and_one_that_comes_is_gained() -> None:
    empty = replace(BEFORE, holdings={})

    assert {one.kind for one in delta(BEFORE, empty, "0").changes} == {ChangeKind.LOSE}
    assert {one.kind for one in delta(empty, BEFORE, "0").changes} == {ChangeKind.GAIN}


def _agree(seed: int) -> None:
    dice = Random(seed)
    before, after = an_estate(dice, COLUMNS), an_estate(dice, COLUMNS)
    found = {one.person.id: one for one in delta(before, after).changes}
    for id_ in before.people:
        was, is_ = (
            brute.access_on(one.people[id_], one.groups, one.holdings["d"], SMALL)
            for one in (before, after)
        )
        always = all(one.people[id_].manages and one.people[id_].active for one in (before, after))
        assert not (always and id_ in found)
        if was != is_:
            assert id_ in found, f"seed {seed}: person {id_} is left out"
        if is_ - was:
            assert found[id_].widens, f"seed {seed}: person {id_} sees more"


def test_nobody_whose_access_changes_is_left_out() -> None:
    for seed in range(1_000):
        _agree(seed)


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
def test_nobody_whose_access_changes_is_left_out_at_length(part: int) -> None:
    for seed in range(10_000 * part, 10_000 * (part + 1)):
        _agree(seed)
