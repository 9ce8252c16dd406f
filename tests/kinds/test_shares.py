from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domostate.kinds.aspect import Setting, Step
from domostate.kinds.dataset.shares import Grant, Shares, SharesAspect, SharesDeclared
from domostate.model.call import Part, Plane
from domostate.model.change import ChangeClass, Operation
from domostate.model.desired import ListMode
from domostate.model.observed import Live, Presence
from domostate.model.principal import AccessLevel, Principal, PrincipalType
from tests.kinds.entries import EMAILS, GROUPS, ID, SALES, entry, group, names, numbered, user
from tests.kinds.entries import setting as setting_of
from tests.kinds.replies import access, metadata

SHARES = SharesAspect()
VIEW, SHARE, EDIT, CO_OWNER = (
    AccessLevel.CAN_VIEW,
    AccessLevel.CAN_SHARE,
    AccessLevel.CAN_EDIT,
    AccessLevel.CO_OWNER,
)
principals = st.sampled_from([*map(user, EMAILS), *map(group, GROUPS)])
lists = st.dictionaries(principals, st.sampled_from([VIEW, SHARE, EDIT, CO_OWNER]))
Levels = dict[Principal, AccessLevel]


def grants(levels: Levels) -> tuple[Grant, ...]:
    return tuple(sorted(Grant(who, level) for who, level in levels.items()))


def target(mode: ListMode, wanted: Levels, there: Levels, owner: Principal) -> Levels:
    declared = SharesDeclared(mode, grants(wanted))
    after = SHARES.target(
        declared, Shares(grants(there)), None, setting_of(observed={"owner": owner})
    )
    return dict(after.levels)


def operations(before: Levels, after: Levels, setting: Setting | None = None) -> list[Operation]:
    step = Step(SALES, Shares(grants(before)), Shares(grants(after)), setting or setting_of())
    return numbered(SHARES, SHARES.operations(step))


def observed(raw: Any, owner: tuple[str, str] = ("USER", "1")) -> Shares:
    parts = {Part.ACCESS: raw, Part.METADATA: metadata(owner=owner)}
    return SHARES.observe(Live(ID, Presence.PRESENT, parts), Plane.PRODUCT, names(), None)


def _without(levels: Levels, owner: Principal) -> Levels:
    return {who: level for who, level in levels.items() if who != owner}


def _only(levels: Levels, owner: Principal) -> Levels:
    """What a new owner was granted before: it goes with the transfer, and stays in the target."""
    return {who: level for who, level in levels.items() if who == owner}


@given(lists, lists, principals)
def test_exact_is_what_is_declared_without_the_owner(
    wanted: Levels, there: Levels, owner: Principal
) -> None:
    after = target(ListMode.EXACT, wanted, there, owner)

    assert after == {**_without(wanted, owner), **_only(there, owner)}


@given(lists, lists, principals)
def test_at_least_ensures_what_is_declared_and_leaves_the_rest(
    wanted: Levels, there: Levels, owner: Principal
) -> None:
    after = target(ListMode.AT_LEAST, wanted, there, owner)

    assert after == {**_without({**there, **wanted}, owner), **_only(there, owner)}


@given(lists, lists, principals)
def test_at_most_adds_nobody_and_raises_nobody(
    wanted: Levels, there: Levels, owner: Principal
) -> None:
    after = _without(target(ListMode.AT_MOST, wanted, there, owner), owner)

    assert after.keys() == (wanted.keys() & there.keys()) - {owner}
    assert all(level.rank <= there[who].rank for who, level in after.items())
    assert all(level.rank <= wanted[who].rank for who, level in after.items())


def test_at_most_lowers_a_level_that_is_too_high() -> None:
    bob, cat = user("bob"), user("cat")

    after = target(ListMode.AT_MOST, {bob: VIEW, cat: EDIT}, {bob: EDIT, cat: VIEW}, user("ada"))

    assert after == {bob: VIEW, cat: VIEW}


def test_the_owners_own_entry_is_no_grant_and_is_told_by_type_and_id() -> None:
    rows = access(("GROUP", "1", "CAN_EDIT"), ("USER", "2", "CAN_VIEW"))

    assert observed(rows).levels == {group("Admins"): EDIT, user("bob"): VIEW}


def test_an_entry_of_the_owner_at_another_level_is_no_grant_either() -> None:
    rows = access(("GROUP", "2", "CO_OWNER"), owner=("GROUP", "2"))

    assert observed(rows, owner=("GROUP", "2")).levels == {}


@pytest.mark.parametrize("type_", ["CARD", "VIRTUAL_USER", "DATA_APP", "WORKFLOW"])
def test_other_principals_are_counted_and_never_touched(type_: str) -> None:
    there = observed(access((type_, "2", "CAN_VIEW"), ("USER", "3", "FEDERATED")))

    after = SHARES.target(SharesDeclared(ListMode.EXACT, ()), there, None, setting_of())

    assert there == Shares(())
    assert (there.foreign, after.foreign) == (2, 2)
    assert [*SHARES.operations(Step(SALES, there, after, setting_of()))] == []


def test_a_level_of_none_is_no_grant() -> None:
    assert observed(access(("USER", "2", "NONE"))) == Shares(())


def test_who_is_not_in_the_directory_bears_the_name_of_the_list() -> None:
    [grant] = observed(access(("USER", "99", "CAN_VIEW"))).grants

    assert grant.principal.name == "USER 99"


def test_a_higher_level_widens_and_a_lower_one_narrows() -> None:
    before = {user("bob"): VIEW, user("cat"): EDIT, user("wes"): VIEW}
    after = {user("bob"): EDIT, user("cat"): VIEW, group("Finance"): VIEW}

    made = {(op.name, op.access_class) for op in operations(before, after)}

    assert made == {
        ("grant_access", ChangeClass.WIDENING),
        ("grant_access", ChangeClass.NARROWING),
        ("revoke_access", ChangeClass.NARROWING),
    }
    assert len(operations(before, after)) == 4


def transfer(mode: ListMode, to: Principal, *, creating: bool = False) -> Setting:
    return setting_of(
        {"shares": SharesDeclared(mode, ())},
        {"owner": user("ada")},
        wanted={"owner": to},
        creating=creating,
    )


@pytest.mark.parametrize("mode", [ListMode.EXACT, ListMode.AT_MOST])
def test_a_former_owner_loses_what_domo_may_leave_to_them(mode: ListMode) -> None:
    [op] = operations({}, {}, transfer(mode, user("bob")))

    assert (op.name, op.access_class) == ("revoke_access", ChangeClass.OWNERSHIP)
    assert op.before == {
        "principal": {"type": "USER", "id": "1", "name": "ada@acme.test"},
        "access": "OWNER",
    }


def test_who_creates_a_dataset_and_gives_it_away_is_a_former_owner() -> None:
    [op] = operations({}, {}, transfer(ListMode.EXACT, user("bob"), creating=True))

    assert op.before is not None
    assert op.before["principal"]["id"] == "1"


def test_a_former_owner_keeps_what_an_open_list_leaves() -> None:
    assert operations({}, {}, transfer(ListMode.AT_LEAST, user("bob"))) == []


@pytest.mark.parametrize("creating", [False, True])
def test_nobody_is_revoked_where_the_owner_stays_or_is_not_known(creating: bool) -> None:
    unknown = setting_of(
        {"shares": SharesDeclared(ListMode.EXACT, ())},
        {"owner": Principal(PrincipalType.USER, "", "the running identity")},
        wanted={"owner": user("bob")},
        creating=creating,
    )

    assert operations({}, {}, transfer(ListMode.EXACT, user("ada"), creating=creating)) == []
    assert operations({}, {}, unknown) == []


def test_a_former_owner_is_lowered_to_what_is_declared() -> None:
    [op] = operations({}, {user("ada"): VIEW}, transfer(ListMode.EXACT, user("bob")))

    assert (op.name, op.after and op.after["access"]) == ("grant_access", "CAN_VIEW")


def test_the_grant_of_a_new_owner_is_not_taken_away() -> None:
    met = operations({user("bob"): EDIT}, {}, transfer(ListMode.EXACT, user("bob")))

    assert [op.before["principal"]["id"] for op in met if op.before] == ["1"]


def test_a_group_with_the_id_of_the_new_owner_is_somebody_else() -> None:
    met = operations({group("Finance"): VIEW}, {}, transfer(ListMode.AT_LEAST, user("bob")))

    assert [op.name for op in met] == ["revoke_access"]


def test_a_grant_is_sent_with_a_number_and_without_a_mail() -> None:
    [op] = operations({}, {user("bob"): VIEW})

    call = SHARES.call(op, {"id": ID}, Plane.PRODUCT, {})

    assert (call.method, call.path) == ("POST", f"/api/data/v3/datasources/{ID}/share")
    assert call.body == {
        "permissions": [{"type": "USER", "id": 2, "accessLevel": "CAN_VIEW"}],
        "sendEmail": False,
    }


def test_a_user_is_revoked_by_id() -> None:
    [op] = operations({user("wes"): VIEW}, {})

    call = SHARES.call(op, {"id": ID}, Plane.PRODUCT, {})

    path = f"/api/data/v3/datasources/{ID}/permissions/USER/27"
    assert (call.method, call.path, call.body) == ("DELETE", path, None)


def test_a_group_is_revoked_by_the_level_none() -> None:
    [op] = operations({group("West Sales"): VIEW}, {})

    call = SHARES.call(op, {"id": ID}, Plane.PRODUCT, {})

    assert (call.method, call.path) == ("POST", "/api/data/v1/ui/bulk/share")
    assert call.body == {
        "bulkItems": {"ids": [ID], "type": "DATA_SOURCE"},
        "dataSourceShareEntity": {
            "permissions": [{"type": "GROUP", "id": 7, "accessLevel": "NONE"}],
            "sendEmail": False,
        },
    }


def test_a_bulk_answer_of_200_may_be_a_failure() -> None:
    [op] = operations({group("Finance"): VIEW}, {})

    assert "NO_ACCESS" in (SHARES.complaint(op, {"failed": {ID: "NO_ACCESS"}}) or "")
    assert SHARES.complaint(op, {"successful": [ID], "failed": {}}) is None
    assert SHARES.complaint(op, None) is None


def test_what_at_least_leaves_is_said() -> None:
    there = Shares(grants({user("bob"): VIEW, group("Finance"): EDIT}))
    declared = SharesDeclared(ListMode.AT_LEAST, grants({user("bob"): VIEW}))

    said = [*SHARES.remarks(declared, there, there, setting_of())]

    assert said == ["shares (at_least) leaves: group Finance"]


def test_a_share_for_the_owner_says_nothing_and_is_said_to() -> None:
    declared = SharesDeclared(ListMode.EXACT, grants({user("ada"): VIEW}))

    said = [
        *SHARES.remarks(
            declared, Shares(()), Shares(()), setting_of(observed={"owner": user("ada")})
        )
    ]

    assert said == ["the share for user ada@acme.test says nothing more than the ownership does"]


def test_unknown_names_are_findings_at_their_place() -> None:
    resolver = names()
    bad = entry(
        shares=[
            {"user": "bbo@acme.test", "access": "CAN_VIEW"},
            {"group": "Finance", "access": "CAN_VIEW"},
        ]
    )

    declared = SHARES.declared(bad, resolver)

    assert declared is not None
    assert declared.grants == grants({group("Finance"): VIEW})
    [finding] = resolver.findings
    assert finding.source_line == "shares.0.user"
    assert finding.hint == "did you mean 'bob@acme.test'?"


def test_a_transfer_and_its_target_agree_about_the_new_owners_grant() -> None:
    way, there = transfer(ListMode.EXACT, user("bob")), Shares(grants({user("bob"): EDIT}))

    after = SHARES.target(SharesDeclared(ListMode.EXACT, ()), there, None, way)
    met = operations(dict(there.levels), dict(after.levels), way)

    assert after == there
    assert [op.before["principal"]["id"] for op in met if op.before] == ["1"]


def test_a_principal_that_is_named_in_two_ways_is_given_a_share_once() -> None:
    resolver = names()
    twice = entry(
        shares=[
            {"user": "bob@acme.test", "access": "CAN_VIEW"},
            {"user": {"id": 2}, "access": "CAN_EDIT"},
        ]
    )

    SHARES.declared(twice, resolver)

    [finding] = resolver.findings
    assert "user bob@acme.test is given a share twice" in finding.message
    assert finding.source_line == "shares.1"


def test_grants_are_counted_for_the_budget() -> None:
    declared = SharesDeclared(ListMode.EXACT, grants({user("bob"): VIEW, user("cat"): EDIT}))

    assert SHARES.grants_in(SHARES.dump_declared(declared)) == 2
