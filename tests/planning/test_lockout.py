from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from domostate.errors import Refused
from domostate.model.call import Part
from domostate.model.change import Operation
from domostate.model.observed import Live, Observed
from domostate.model.plan import Plan
from domostate.model.principal import Directory
from domostate.planning.guard import guard
from domostate.planning.lockout import holders_wanted
from domostate.planning.scope import Limits
from tests.kinds import replies
from tests.kinds.entries import DIRECTORY, ID, PLATFORM, SALES, entry
from tests.planning.estates import desired, live, observed, plan_for, recorded, state

PLAIN = replace(DIRECTORY, manages=False)
"""Ada without a managing role and without groups."""
IN_FINANCE = replace(PLAIN, my_groups=frozenset({"2"}))
MINE = state({SALES: recorded()})
FINANCE = {"group": "Finance", "access": "CAN_VIEW"}
Row = tuple[str, str, str]


def there(
    *rows: Row, owner: tuple[str, str] = ("USER", "1"), directory: Directory = PLAIN
) -> Observed:
    """The dataset, owned by Ada unless told, with further rows of its access list."""
    parts = {
        "metadata": replies.metadata(owner=owner),
        "access": replies.access(*rows, owner=owner),
    }
    return observed(live(**parts), directory=directory)


def locked(plan: Plan) -> Sequence[str]:
    return [reason for one in plan.budgets if one.name == "lockout" for reason in one.reasons]


def said(plan: Plan) -> str:
    [reason] = locked(plan)
    return reason


def test_who_makes_a_dataset_for_somebody_else_would_not_see_it_again() -> None:
    plan = plan_for(entry(owner="bob@acme.test"), observed(directory=PLAIN))

    [budget] = [one for one in plan.budgets if one.name == "lockout"]
    assert (budget.limit, budget.used, budget.addresses) == (0, 1, ("dataset.sales_orders",))
    assert said(plan).startswith(
        "dataset.sales_orders: the transfer to user bob@acme.test takes the last access of user "
        "ada@acme.test, who runs this and whose role does not manage every dataset"
    )
    assert "Share it with a group that they are in, or run as an Admin" in said(plan)
    with pytest.raises(Refused, match="lockout: 1 against a limit of 0") as refused:
        guard(plan)
    assert refused.value.hint.endswith("--allow lockout=1")


def test_a_stated_count_lifts_it() -> None:
    limits = Limits({}, {"lockout": 1})

    guard(plan_for(entry(owner="bob@acme.test"), observed(directory=PLAIN), limits=limits))


@pytest.mark.parametrize("manages", [True, None], ids=["a managing role", "a role nobody tells"])
def test_who_manages_every_dataset_cannot_lock_themselves_out(manages: bool | None) -> None:
    directory = replace(DIRECTORY, manages=manages)

    for seen in (observed(directory=directory), there(directory=directory)):
        assert not locked(plan_for(entry(owner="bob@acme.test"), seen, MINE if seen.live else None))


def test_a_group_of_theirs_that_is_granted_something_keeps_the_door_open() -> None:
    declared = entry(owner="bob@acme.test", shares=[FINANCE])

    assert not locked(plan_for(declared, observed(directory=IN_FINANCE)))
    assert not locked(plan_for(declared, there(directory=IN_FINANCE), MINE))
    assert locked(plan_for(declared, observed(directory=PLAIN)))


def test_a_group_of_theirs_that_becomes_the_owner_keeps_the_door_open() -> None:
    declared = entry(owner={"group": "Finance"})

    assert not locked(plan_for(declared, observed(directory=IN_FINANCE)))
    assert locked(plan_for(declared, observed(directory=PLAIN)))


def test_what_the_former_owner_is_granted_comes_too_late() -> None:
    grant = {"user": "ada@acme.test", "access": "CAN_EDIT"}

    plan = plan_for(entry(owner="bob@acme.test", shares=[grant]), observed(directory=PLAIN))

    assert "grant access of user ada@acme.test comes after the transfer to user" in said(plan)
    assert "would be down to NONE by then" in said(plan)


def test_a_share_that_nobody_speaks_of_keeps_the_door_open() -> None:
    declared, theirs = entry(owner="bob@acme.test"), ("GROUP", "2", "CAN_VIEW")

    assert not locked(plan_for(declared, there(theirs, directory=IN_FINANCE), MINE))
    assert locked(plan_for(declared, there(theirs, directory=PLAIN), MINE))


def test_who_takes_their_own_last_grant_is_locked_out() -> None:
    seen = there(("USER", "1", "CO_OWNER"), ("USER", "3", "CAN_VIEW"), owner=("USER", "2"))

    plan = plan_for(entry(shares=[FINANCE]), seen, MINE)
    kept = plan_for(entry(shares=[FINANCE]), _in_finance(seen), MINE)

    assert "revoke access of user ada@acme.test takes the last access" in said(plan)
    assert not locked(kept)
    # Whatever else is to be done, it is done before that.
    assert _grantee(kept.changes[0].operations[-1]) == "1"


def test_what_a_group_of_theirs_may_do_must_last_until_the_plan_is_done() -> None:
    rows = (("GROUP", "2", "CAN_EDIT"),)
    narrowing = there(*rows, owner=("USER", "2"), directory=IN_FINANCE)

    plan = plan_for(
        entry(shares=[FINANCE, {"group": "Admins", "access": "CAN_VIEW"}]), narrowing, MINE
    )

    assert "grant access of group Admins comes after grant access of group Finance" in said(plan)
    assert "would be down to CAN_VIEW by then" in said(plan)
    assert not locked(plan_for(entry(shares=[FINANCE]), narrowing, MINE))


def test_who_never_had_access_by_what_is_read_loses_none() -> None:
    seen = there(("GROUP", "7", "CAN_VIEW"), owner=("USER", "2"))

    assert not locked(plan_for(entry(owner="cat@acme.test", shares=[]), seen, MINE))


def test_on_the_platform_plane_what_is_given_away_counts_as_lost() -> None:
    mine, theirs = (
        live(dataset=replies.dataset(replies.open_policy(), owner=owner)) for owner in (1, 3)
    )

    def given(one: Live) -> Plan:
        seen = observed(one, planes=PLATFORM, directory=PLAIN)
        return plan_for(entry(owner="bob@acme.test"), seen, MINE)

    assert locked(given(mine))
    assert not locked(given(theirs))


GONE = replace(DIRECTORY, inactive=frozenset({"2", "3"}), manages=True)
"""Bob and Cat have left."""
BOSS = {"user": "wes@acme.test", "access": "CO_OWNER"}
LEFT = {"user": "cat@acme.test", "access": "CO_OWNER"}


@pytest.mark.parametrize(
    ("shares", "refused"),
    [
        ([], True),
        ([{**BOSS, "access": "CAN_EDIT"}], True),
        ([LEFT], True),
        ([BOSS], False),
        ([{"group": "Admins", "access": "CO_OWNER"}], False),
    ],
    ids=["nobody", "an editor", "another who left", "a co-owner", "a group"],
)
@pytest.mark.parametrize("creating", [True, False])
def test_who_has_left_may_own_what_somebody_active_owns_with_them(
    shares: list[Any], refused: bool, creating: bool
) -> None:
    seen = observed(directory=GONE) if creating else there(directory=GONE)

    plan = plan_for(entry(owner="bob@acme.test", shares=shares), seen, None if creating else MINE)

    assert bool(locked(plan)) is refused
    if refused:
        assert "nobody active would own the dataset: user bob@acme.test is deactivated" in said(
            plan
        )


def test_the_last_active_co_owner_of_who_has_left_stays() -> None:
    rows: Sequence[Row] = [("USER", "27", "CO_OWNER"), ("USER", "3", "CO_OWNER")]
    seen = there(*rows, owner=("USER", "2"), directory=GONE)

    taken = plan_for(entry(shares=[LEFT]), seen, MINE)
    lowered = plan_for(entry(shares=[LEFT, {**BOSS, "access": "CAN_EDIT"}]), seen, MINE)
    kept = plan_for(entry(shares=[BOSS]), seen, MINE)

    assert (bool(locked(taken)), bool(locked(lowered)), bool(locked(kept))) == (True, True, False)


def test_the_last_co_owner_of_somebody_unknown_stays() -> None:
    seen = there(("USER", "27", "CO_OWNER"), owner=("USER", "99"), directory=GONE)

    assert "user Somebody is not known here" in said(plan_for(entry(shares=[]), seen, MINE))


def test_what_nobody_active_owned_before_is_not_the_plans_doing() -> None:
    seen = there(("USER", "27", "CAN_VIEW"), owner=("USER", "2"), directory=GONE)

    assert not locked(plan_for(entry(shares=[]), seen, MINE))


def test_what_is_given_to_somebody_active_is_never_without_an_owner() -> None:
    seen = there(owner=("USER", "2"), directory=GONE)

    assert not locked(plan_for(entry(owner="wes@acme.test", shares=[]), seen, MINE))


def wanted(declared: Any, seen: Observed) -> dict[str, frozenset[Part]]:
    asked = desired(declared)
    return dict(holders_wanted(asked, MINE, {}, seen.live, seen.directory, seen.planes))


def test_an_access_list_is_read_besides_only_for_what_is_given_away() -> None:
    given, kept = entry(owner="bob@acme.test"), entry(owner="ada@acme.test")
    read = {ID: frozenset({Part.ACCESS, Part.METADATA})}

    assert wanted(given, there()) == read
    assert wanted(entry(owner="bob@acme.test"), there(directory=GONE)) == read
    for declared, seen in (
        (kept, there()),
        (entry(), there()),
        (entry(owner="bob@acme.test", shares=[]), there()),
        (entry(owner="bob@acme.test", manage="observe"), there()),
        (given, there(owner=("USER", "3"))),
        (given, there(directory=DIRECTORY)),
        (entry(owner="nobody@acme.test"), there()),
    ):
        assert wanted(declared, seen) == {}


def test_what_a_plane_cannot_read_is_not_wanted() -> None:
    mine = live(dataset=replies.dataset(replies.open_policy(), owner=1))
    seen = observed(mine, planes=PLATFORM, directory=PLAIN)

    assert wanted(entry(owner="bob@acme.test"), seen) == {}


def _in_finance(seen: Observed) -> Observed:
    return replace(seen, directory=IN_FINANCE)


def _grantee(op: Operation) -> str:
    return str((op.before or op.after or {})["principal"]["id"])
