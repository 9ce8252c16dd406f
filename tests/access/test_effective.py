"""Effective access, against a referee that looks at every row."""

from random import Random

import pytest

from domostate.access.compare import contained
from domostate.access.effective import Access, Why, access_of, within
from domostate.access.filters import ALL, NONE, shown
from domostate.access.members import Membership
from domostate.model.holding import Holding, RowFilter, RowPolicy
from domostate.model.people import Group, Person
from domostate.model.principal import AccessLevel, Principal, PrincipalType
from tests.access import brute
from tests.access.cases import TYPES, an_estate, tables

COLUMNS = ("region", "amount")
TABLE = tables(COLUMNS)
SMALL = TABLE[::3]
ANN, BOB = Person("1", "ann@acme.test"), Person("2", "bob@acme.test")
ROOT = Principal(PrincipalType.USER, "0", "root@acme.test")


def agree(seed: int) -> None:
    """Everybody's access of one random estate, before and after a random change."""
    dice = Random(seed)
    estates = [an_estate(dice, COLUMNS) for _ in range(2)]
    met: dict[str, list[tuple[Access, set[tuple[int, str]]]]] = {}
    for estate in estates:
        membership = Membership(estate.groups)
        (holding,) = estate.holdings.values()
        for id_, person in estate.people.items():
            found = access_of(person, membership.principals_of(id_), holding)
            truth = brute.access_on(person, estate.groups, holding, SMALL)
            met.setdefault(id_, []).append((found, truth))
            rows = brute.rows_in(found.rows, SMALL, TYPES)
            assert {row for row, _ in truth} == rows, f"seed {seed}, person {id_}"
            if truth:
                highest = max((level for _, level in truth), key=brute.LADDER.index)
                assert highest == found.level, f"seed {seed}, person {id_}"
    for id_, ((one, is_one), (other, is_other)) in met.items():
        if within(one, other):
            assert is_one <= is_other, f"seed {seed}, person {id_}"


def test_the_model_agrees_with_the_referee() -> None:
    for seed in range(1_000):
        agree(seed)


@pytest.mark.long
@pytest.mark.parametrize("part", range(8))
def test_the_model_agrees_with_the_referee_at_length(part: int) -> None:
    for seed in range(5_000 * part, 5_000 * (part + 1)):
        agree(seed)


def of(type_: PrincipalType, id_: str) -> Principal:
    return Principal(type_, id_)


ONLY_WEST = RowFilter("region", "EQUALS", ("West",))
G1, G2, G3 = (of(PrincipalType.GROUP, f"g{n}") for n in (1, 2, 3))
NESTED = Membership(
    {
        "g1": Group("g1", "West", users=frozenset({"1"})),
        "g2": Group("g2", "Sales", groups=frozenset({"g1"})),
        "g3": Group("g3", "All", groups=frozenset({"g2", "g3"}), users=frozenset({"2"})),
    }
)


def holding(**more: object) -> Holding:
    return Holding(ROOT, columns={"region": "STRING"}, **more)  # type: ignore[arg-type]


def test_who_is_in_a_group_of_a_group_has_what_is_given_to_the_outermost() -> None:
    shared = holding(levels={G3: AccessLevel.CAN_VIEW})

    found = access_of(ANN, NESTED.principals_of("1"), shared)

    assert (found.level, found.rows, found.why) == (AccessLevel.CAN_VIEW, ALL, Why.PDP_OFF)
    assert NESTED.users_in(G3) == {"1", "2"}
    assert NESTED.chain("1", "g3") == ("g1", "g2", "g3")
    assert NESTED.chain("2", "g1") == ()


def test_groups_in_a_circle_are_all_of_each_other() -> None:
    circle = Membership(
        {
            "a": Group("a", "A", groups=frozenset({"b"})),
            "b": Group("b", "B", groups=frozenset({"a"}), users=frozenset({"1"})),
        }
    )

    assert len(circle.principals_of("1")) == 3
    assert circle.users_in(of(PrincipalType.GROUP, "a")) == {"1"}
    assert circle.chain("1", "a") == ("b", "a")


def test_with_row_policies_and_no_policy_nobody_sees_a_row_but_owners() -> None:
    closed = holding(pdp=True, levels={G1: AccessLevel.CAN_EDIT, G3: AccessLevel.CO_OWNER})

    assert access_of(BOB, frozenset({of(PrincipalType.USER, "2"), G1}), closed).rows == NONE
    assert access_of(BOB, NESTED.principals_of("2"), closed).why is Why.OWNS


def test_policies_without_a_grant_show_nothing() -> None:
    west = RowPolicy("West", (ONLY_WEST,), frozenset({G1}))

    found = access_of(ANN, NESTED.principals_of("1"), holding(pdp=True, policies=(west,)))

    assert (found.level, found.rows) == (AccessLevel.NONE, NONE)


@pytest.mark.parametrize(
    ("person", "why"),
    [
        (Person("1", "ann@acme.test", active=False), Why.INACTIVE),
        (Person("1", "ann@acme.test", manages=True), Why.ROLE),
        (Person("1", "ann@acme.test", active=False, manages=True), Why.INACTIVE),
    ],
)
def test_who_has_left_sees_nothing_and_who_manages_everything(person: Person, why: Why) -> None:
    found = access_of(person, NESTED.principals_of("1"), holding(pdp=True))

    assert found.why is why
    assert (found.rows == ALL) is (why is Why.ROLE)


def test_a_policy_without_filters_shows_what_nobody_knows() -> None:
    odd = RowPolicy("Odd", (), frozenset({G1}))
    shared = holding(pdp=True, policies=(odd,), levels={G1: AccessLevel.CAN_VIEW})

    found = access_of(ANN, NESTED.principals_of("1"), shared)

    assert not contained(found.rows, NONE)
    assert not contained(shown(ONLY_WEST), found.rows)


def test_an_attribute_that_is_missing_leaves_its_filter_unknown() -> None:
    key = RowFilter("region", "EQUALS", ("area",))
    own = RowPolicy("Own", (key,), frozenset({G1}), dynamic=frozenset({key}))
    shared = holding(pdp=True, policies=(own,), levels={G1: AccessLevel.CAN_VIEW})
    mine = NESTED.principals_of("1")

    known = access_of(Person("1", "ann@acme.test", attributes={"area": ("West",)}), mine, shared)
    unknown = access_of(ANN, mine, shared)

    assert contained(known.rows, shown(ONLY_WEST))
    assert not contained(unknown.rows, shown(ONLY_WEST))
    ((one,),) = unknown.rows
    assert one.unknown == "the attribute area of ann@acme.test is not known"


def test_a_filter_on_a_column_that_is_gone_is_unknown() -> None:
    gone = RowPolicy("Gone", (RowFilter("area", "EQUALS", ("West",)),), frozenset({G1}))
    shared = holding(pdp=True, policies=(gone,), levels={G1: AccessLevel.CAN_VIEW})

    ((one,),) = access_of(ANN, NESTED.principals_of("1"), shared).rows

    assert one.unknown == "there is no column area"


def test_more_rows_at_a_lower_level_is_neither_more_nor_less() -> None:
    many = Access(AccessLevel.CAN_VIEW, ALL, Why.PDP_OFF)
    few = Access(AccessLevel.CAN_EDIT, shown(ONLY_WEST), Why.POLICIES)

    assert not within(many, few)
    assert not within(few, many)
    assert within(few, few, many)
    assert not within(Access(AccessLevel.CAN_EDIT, ALL, Why.PDP_OFF), few, many)
