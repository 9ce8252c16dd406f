"""Access on the way is never wider than before or after (guarantees, "The order that follows")."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.kinds.aspect import Draft
from domostate.model.change import ChangeClass, Operation
from domostate.planning.order import ordered
from tests.kinds.entries import SALES

ME = "1"
WIDENING, NARROWING = ChangeClass.WIDENING, ChangeClass.NARROWING
DESTRUCTIVE, OWNERSHIP = ChangeClass.DESTRUCTIVE, ChangeClass.OWNERSHIP
Named = tuple[str, Draft]
Row = dict[str, Any]


def who(id_: str, type_: str = "USER") -> Row:
    return {"type": type_, "id": id_, "name": f"{type_} {id_}"}


def grant(id_: str, access: str = "CAN_VIEW", type_: str = "USER") -> Row:
    return {"principal": who(id_, type_), "access": access}


def granted(id_: str, cls: ChangeClass = WIDENING, type_: str = "USER") -> Named:
    before = grant(id_, "CAN_EDIT", type_) if cls is NARROWING else None
    return "shares", Draft("grant_access", before, grant(id_, type_=type_), cls)


def revoked(id_: str, type_: str = "USER") -> Named:
    return "shares", Draft("revoke_access", grant(id_, type_=type_), None, NARROWING)


def policy(name: str, members: str = "", values: str = "West", *, everyone: bool = False) -> Row:
    return {
        "name": name,
        "id": f"id {name}",
        "filters": [{"column": "region", "values": [values]}],
        "users": [who(one) for one in members],
        "groups": [],
        "everyone": everyone,
    }


def made(name: str) -> Named:
    return "pdp", Draft("create_policy", None, policy(name), WIDENING)


def dropped(name: str) -> Named:
    return "pdp", Draft("delete_policy", policy(name), None, NARROWING)


def changed(name: str, before: str, after: str) -> Named:
    cls = WIDENING if set(after) - set(before) else NARROWING
    return "pdp", Draft("update_policy", policy(name, before), policy(name, after), cls)


def all_rows(before: str, after: str, *, exists: bool = True) -> Named:
    cls = WIDENING if set(after) - set(before) else NARROWING
    document = {**policy("All Rows", before), "exists": exists}
    return "pdp", Draft("set_all_rows", document, policy("All Rows", after), cls)


ENABLE: Named = ("pdp", Draft("enable_pdp", {"enabled": False}, {"enabled": True}, NARROWING))
DISABLE: Named = ("pdp", Draft("disable_pdp", {"enabled": True}, {"enabled": False}, WIDENING))
CREATE: Named = ("identity", Draft("create_dataset", None, {"name": "New", "columns": []}))
TAGS: Named = ("tags", Draft("set_tags", {"values": []}, {"values": ["pii"]}))
REINDEX: Named = ("schema", Draft("reindex", {"indexed": False}, {"indexed": True}))


def reassigned(before: str, after: str) -> Named:
    return "owner", Draft("reassign_owner", who(before), who(after), OWNERSHIP)


def altered(before: str, after: str) -> Named:
    old, new = ({"columns": [{"name": one} for one in row]} for row in (before, after))
    cls = DESTRUCTIVE if set(before) - set(after) else ChangeClass.SAFE
    return "schema", Draft("alter_schema", old, new, cls)


@st.composite
def shares(draw: st.DrawFn, creating: bool) -> list[Named]:
    ids = draw(st.lists(st.sampled_from("123456"), unique=True, max_size=4))
    kinds: list[Callable[[str], Named]] = [granted, lambda id_: granted(id_, type_="GROUP")]
    if not creating:
        kinds += [revoked, lambda id_: granted(id_, NARROWING)]
    return [draw(st.sampled_from(kinds))(id_) for id_ in ids]


@st.composite
def policies(draw: st.DrawFn, creating: bool) -> list[Named]:
    members = st.lists(st.sampled_from("234"), unique=True, max_size=2).map("".join)
    rows: list[Named] = []
    for name in draw(st.lists(st.sampled_from("ABCD"), unique=True, max_size=4)):
        kind = "made" if creating else draw(st.sampled_from(["made", "changed", "dropped"]))
        if kind == "changed":
            before, after = draw(members), draw(members)
            rows += [changed(name, before, after)] if before != after else []
        else:
            rows.append(made(name) if kind == "made" else dropped(name))
    switch = draw(st.sampled_from([None, ENABLE] if creating else [None, ENABLE, DISABLE]))
    exists = not creating and (switch is not ENABLE or draw(st.booleans()))
    before, after = draw(members) if exists else "", draw(members)
    if before != after and (exists or switch is ENABLE):
        rows.append(all_rows(before, after, exists=exists))
    return [*rows, *([switch] if switch else [])]


@st.composite
def datasets(draw: st.DrawFn) -> list[Named]:
    """What the aspects may plan for one dataset, in registry order."""
    creating = draw(st.booleans())
    rows: list[Named] = [CREATE] if creating else []
    if not creating:
        schemas: Sequence[list[Named]] = (
            [],
            [altered("ab", "abc"), REINDEX],
            [altered("ab", "a"), REINDEX],
            [altered("ab", "ca"), REINDEX],
            [altered("ab", "cab"), altered("cab", "ca"), REINDEX],
        )
        rows += draw(st.sampled_from(schemas))
    if draw(st.booleans()):
        rows.append(reassigned(ME if creating else draw(st.sampled_from("156")), "7"))
    rows += [TAGS] if draw(st.booleans()) else []
    return [*rows, *draw(shares(creating)), *draw(policies(creating))]


def order(drafts: Sequence[Named], me: str = ME) -> tuple[Operation, ...]:
    return ordered(drafts, SALES, 1, me)


def named(operations: Iterable[Operation], *names: str) -> list[Operation]:
    return [op for op in operations if op.name in names]


def needs(operations: Sequence[Operation]) -> Mapping[int, frozenset[int]]:
    """Everything that must have succeeded before an operation, directly or not."""
    behind: dict[int, frozenset[int]] = {}
    for op in operations:
        behind[op.seq] = frozenset(op.depends_on).union(*(behind[n] for n in op.depends_on))
    return behind


def blocked_by(drafts: Sequence[Named], name: str) -> set[str]:
    """The operations that are not tried once one failed."""
    operations = order(drafts)
    [failed] = named(operations, name)
    behind = needs(operations)
    return {op.name for op in operations if failed.seq in behind[op.seq]}


def gives(op: Operation) -> bool:
    return op.access_class is WIDENING


def takes(op: Operation) -> bool:
    before, after = op.before or {}, op.after or {}
    left = [one for one in before.get("users", ()) if one not in after.get("users", ())]
    return op.access_class is NARROWING or (bool(left) and op.after is not None)


LEVEL = ("grant_access", "revoke_access")
ROWS = ("create_policy", "update_policy", "delete_policy", "set_all_rows")
SWITCH = ("enable_pdp", "disable_pdp")


def is_the_owners(op: Operation, operations: Sequence[Operation]) -> bool:
    """Whether a grant is that of the owner who gives the dataset up."""
    owners = [one.before for one in named(operations, "reassign_owner")]
    return (op.before or op.after or {}).get("principal") in owners


def is_given_up(op: Operation, operations: Sequence[Operation]) -> bool:
    """Whether it is the former owner who loses by it, or whoever runs it: they are last."""
    mine = (op.before or op.after or {}).get("principal") == who(ME)
    return (mine and takes(op)) or is_the_owners(op, operations)


@given(datasets(), st.integers(1, 500))
def test_every_draft_becomes_one_numbered_operation(drafts: list[Named], first: int) -> None:
    operations = ordered(drafts, SALES, first, ME)

    assert [op.seq for op in operations] == [*range(first, first + len(drafts))]
    assert sorted((op.name, repr(op.before), repr(op.after)) for op in operations) == sorted(
        (draft.name, repr(draft.before), repr(draft.after)) for _, draft in drafts
    )
    assert ordered(drafts, SALES, first, ME) == operations


@given(datasets(), st.integers(1, 500))
def test_an_operation_waits_for_earlier_ones_only(drafts: list[Named], first: int) -> None:
    operations = ordered(drafts, SALES, first, ME)

    assert all(first <= n < op.seq for op in operations for n in op.depends_on)
    assert all(len(set(op.depends_on)) == len(op.depends_on) for op in operations)


@given(datasets())
def test_every_loss_comes_before_any_gain_in_another_factor(drafts: list[Named]) -> None:
    operations = order(drafts)
    behind = needs(operations)
    levels = [one for one in named(operations, *LEVEL) if not is_given_up(one, operations)]
    rows = named(operations, *ROWS, *SWITCH)

    for losing, gaining in ((levels, rows), (rows, levels)):
        for loss in filter(takes, losing):
            for gain in filter(gives, gaining):
                assert loss.seq in behind[gain.seq]


@given(datasets())
def test_within_the_rows_what_is_added_comes_before_what_is_removed(drafts: list[Named]) -> None:
    operations = order(drafts)
    rows = [one for one in named(operations, *ROWS) if (one.before or {}).get("exists", True)]

    for add in filter(gives, rows):
        for removal in (one for one in rows if not gives(one)):
            assert add.seq < removal.seq
            assert add.seq in removal.depends_on


@given(datasets())
def test_pdp_is_enabled_after_the_policies_of_a_live_dataset(drafts: list[Named]) -> None:
    operations = order(drafts)
    live = not named(operations, "create_dataset")
    rows = [one for one in named(operations, *ROWS) if (one.before or {}).get("exists", True)]

    for enable in named(operations, "enable_pdp") if live else []:
        assert {one.seq for one in rows} <= set(enable.depends_on)


@given(datasets())
def test_pdp_is_enabled_before_the_policies_of_a_new_dataset(drafts: list[Named]) -> None:
    operations = order(drafts)
    behind = needs(operations)
    new = bool(named(operations, "create_dataset"))

    for enable in named(operations, "enable_pdp") if new else []:
        later = [*named(operations, *ROWS), *named(operations, "grant_access")]
        assert all(enable.seq in behind[one.seq] for one in later)


@given(datasets())
def test_pdp_is_disabled_after_all_losses_and_before_pointless_deletions(
    drafts: list[Named],
) -> None:
    operations = order(drafts)
    behind = needs(operations)

    for disable in named(operations, "disable_pdp"):
        for one in named(operations, *LEVEL):
            if takes(one) and not is_given_up(one, operations):
                assert one.seq in behind[disable.seq]
        for one in named(operations, *ROWS):
            assert (disable.seq if not gives(one) else one.seq) in behind[
                one.seq if not gives(one) else disable.seq
            ]


@given(datasets())
def test_all_rows_is_set_after_pdp_is_enabled_where_it_did_not_exist(
    drafts: list[Named],
) -> None:
    operations = order(drafts)

    for op in named(operations, "set_all_rows"):
        if not (op.before or {})["exists"]:
            [enable] = named(operations, "enable_pdp")
            assert enable.seq in op.depends_on


@given(datasets())
def test_who_runs_it_gives_up_the_dataset_last(drafts: list[Named]) -> None:
    operations = order(drafts)

    for op in named(operations, "reassign_owner"):
        if (op.before or {})["id"] == ME:
            after = operations[op.seq :]
            assert all(is_the_owners(one, operations) for one in after)


@given(datasets())
def test_who_runs_it_loses_their_own_rights_last(drafts: list[Named]) -> None:
    operations = order(drafts)

    for op in named(operations, *LEVEL):
        if takes(op) and (op.before or {}).get("principal") == who(ME):
            after = operations[op.seq :]
            assert all(is_given_up(one, operations) for one in after)


@given(datasets())
def test_another_owner_goes_before_what_they_lose(drafts: list[Named]) -> None:
    operations = order(drafts)

    for owner in named(operations, "reassign_owner"):
        for op in named(operations, *LEVEL):
            if is_the_owners(op, operations):
                assert owner.seq in op.depends_on


@given(datasets())
def test_nothing_waits_for_tags_or_an_index(drafts: list[Named]) -> None:
    operations = order(drafts)
    idle = {op.seq for op in named(operations, "set_tags", "reindex")}

    assert all(idle.isdisjoint(op.depends_on) for op in operations)


@given(datasets())
def test_everything_waits_for_the_creation(drafts: list[Named]) -> None:
    operations = order(drafts)

    for create in named(operations, "create_dataset"):
        assert create.seq == 1
        assert all(1 in op.depends_on for op in operations[1:])


@pytest.mark.parametrize("switch", [[], [ENABLE], [DISABLE]], ids=["as it is", "on", "off"])
def test_columns_come_before_the_policies_on_them_and_go_after(switch: list[Named]) -> None:
    two_steps = [altered("ab", "cab"), altered("cab", "ca"), REINDEX]

    operations = order([*two_steps, made("on c"), dropped("on b"), *switch])

    names = [op.name for op in operations]
    behind = needs(operations)
    first, second = named(operations, "alter_schema")
    [create, delete] = named(operations, "create_policy", "delete_policy")
    assert (names[0], names[-1]) == ("alter_schema", "reindex")
    assert first.seq in behind[create.seq]
    assert delete.seq in behind[second.seq]


def test_a_single_drop_waits_for_the_policies_too() -> None:
    operations = order([altered("ab", "a"), REINDEX, dropped("on b")])

    assert [op.name for op in operations] == ["delete_policy", "alter_schema", "reindex"]
    assert operations[1].depends_on == (1,)


def test_a_failed_creation_blocks_everything() -> None:
    drafts = [CREATE, reassigned(ME, "7"), TAGS, granted("2"), made("A"), ENABLE]

    assert blocked_by(drafts, "create_dataset") == {
        "reassign_owner",
        "set_tags",
        "grant_access",
        "create_policy",
        "enable_pdp",
    }


def test_a_failed_switch_blocks_the_grants_and_not_the_tags() -> None:
    drafts = [TAGS, granted("2"), revoked("3"), made("A"), ENABLE]

    assert blocked_by(drafts, "enable_pdp") == {"grant_access"}


def test_failed_tags_block_nothing() -> None:
    drafts = [reassigned("5", "7"), TAGS, granted("2"), revoked("3"), made("A"), ENABLE]

    assert blocked_by(drafts, "set_tags") == set()


def test_a_failed_revocation_blocks_wider_rows_and_not_other_grants() -> None:
    drafts = [TAGS, granted("2"), revoked("3"), made("A"), dropped("B")]

    # The deletion of B waits for A, which replaces it.
    assert blocked_by(drafts, "revoke_access") == {"create_policy", "delete_policy", "grant_access"}
    assert blocked_by([TAGS, granted("2"), revoked("3")], "revoke_access") == set()


def test_a_failed_grant_blocks_nothing() -> None:
    drafts = [TAGS, granted("2"), revoked("3"), made("A"), dropped("B"), ENABLE]

    assert blocked_by(drafts, "grant_access") == set()


def test_a_policy_that_stops_being_for_everyone_takes_something_away() -> None:
    before, after = policy("A", everyone=True), policy("A", "2")
    update: Named = ("pdp", Draft("update_policy", before, after, WIDENING))

    operations = order([granted("3"), update])

    assert [op.name for op in operations] == ["update_policy", "grant_access"]
    assert operations[1].depends_on == (1,)


def test_a_group_with_the_number_of_who_runs_it_is_somebody_else() -> None:
    owner: Named = (
        "owner",
        Draft("reassign_owner", who(ME, "GROUP"), who("7"), OWNERSHIP),
    )

    operations = order([owner, granted("2"), made("A")])

    assert operations[0].name == "reassign_owner"


def test_an_owner_who_is_not_known_is_who_runs_it() -> None:
    operations = order([CREATE, reassigned("", "7"), granted("2")], me="")

    assert [op.name for op in operations] == ["create_dataset", "grant_access", "reassign_owner"]


def test_the_whole_of_a_live_dataset_in_order() -> None:
    drafts = [
        ("identity", Draft("update_dataset", {"name": "Old"}, {"name": "New"})),
        altered("ab", "abc"),
        REINDEX,
        reassigned("5", "7"),
        TAGS,
        granted("2"),
        granted("3", NARROWING),
        revoked("4"),
        made("A"),
        changed("B", "2", "23"),
        changed("C", "23", "2"),
        dropped("D"),
        all_rows("2", ""),
        ENABLE,
        ("connector_stream", Draft("update_stream", {}, {})),
    ]

    assert [op.name for op in order(drafts)] == [
        "update_dataset",
        "alter_schema",
        "reassign_owner",
        "set_tags",
        "grant_access",
        "revoke_access",
        "create_policy",
        "update_policy",
        "update_policy",
        "set_all_rows",
        "delete_policy",
        "enable_pdp",
        "grant_access",
        "update_stream",
        "reindex",
    ]
