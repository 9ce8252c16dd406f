"""Somebody changed things in Domo: it is shown as drift, and put right."""

from collections.abc import Callable, Mapping

import pytest

from tests.scenarios.declared import declared, mismatches, unmanaged
from tests.scenarios.lab import Lab, Project
from tests.scenarios.somebody import Somebody

MARKER = "managed-by:domostate:acme"
Act = Callable[[Somebody, Mapping[str, int]], None]

EXACT: dict[str, tuple[str, Act, str]] = {
    "a name": ("orders", lambda one, _: one.renames("Mine", "One row per order."), "name"),
    "a description": ("orders", lambda one, _: one.renames("Orders (lab)", "!"), "description"),
    "an owner": ("orders", lambda one, ids: one.takes_over(ids["eve@acme.test"]), "transfer owner"),
    "a group's dataset": (
        "regions",
        lambda one, ids: one.takes_over(ids["eve@acme.test"]),
        "transfer owner",
    ),
    "a tag less": ("orders", lambda one, _: one.tags("finance"), "tag pii"),
    "a tag more": ("orders", lambda one, _: one.tags("finance", "pii", "mine"), "tag mine"),
    "a tag beyond at_most": ("regions", lambda one, _: one.tags("mine"), "tag mine"),
    "a share more": (
        "orders",
        lambda one, ids: one.shares("USER", ids["eve@acme.test"], "CAN_VIEW"),
        "eve@acme.test",
    ),
    "a share less": ("orders", lambda one, ids: one.revokes("GROUP", ids["West"]), "group West"),
    "a level": (
        "orders",
        lambda one, ids: one.shares("USER", ids["bob@acme.test"], "CO_OWNER"),
        "bob@acme.test",
    ),
    "a share less under at_least": (
        "customers",
        lambda one, ids: one.revokes("GROUP", ids["West"]),
        "group West",
    ),
    "the switch": ("orders", lambda one, _: one.switches_pdp(enabled=False), "PDP"),
    "a policy's members": (
        "orders",
        lambda one, ids: one.changes_policy("East", userIds=[ids["eve@acme.test"]], groupIds=[]),
        "policy East",
    ),
    "the members of All Rows": (
        "orders",
        lambda one, ids: one.changes_policy("All Rows", groupIds=[ids["East"], ids["Finance"]]),
        "All Rows",
    ),
    "a policy's filters": (
        "orders",
        lambda one, _: one.changes_policy(
            "East", parameters=[{**one.policies()["East"]["parameters"][0], "not": True}]
        ),
        "policy East",
    ),
    "a rogue policy": (
        "orders",
        lambda one, ids: one.adds_policy("Mine", "region", "South", ids["eve@acme.test"]),
        "policy Mine",
    ),
    "a policy less": ("orders", lambda one, _: one.drops_policy("East"), "policy East"),
    "a column more": (
        "regions",
        lambda one, _: one.defines_columns(("key", "LONG"), ("mine", "STRING")),
        "column mine",
    ),
    "a column's type": ("regions", lambda one, _: one.defines_columns(("key", "STRING")), "key"),
}


@pytest.mark.parametrize("name", EXACT)
def test_drift_is_shown_as_drift_and_put_right(lab: Lab, applied: Project, name: str) -> None:
    entry, act, word = EXACT[name]
    others = unmanaged(declared(applied.root, "lab"), lab.snapshot())

    act(_somebody(lab, applied, entry), _ids(lab))
    shown = applied.call("plan", "--detailed-exitcode")
    applied.apply()

    assert shown.code == 2
    assert "changed in Domo since the last apply" in shown.out
    assert word in shown.out
    assert "(drift: changed in Domo)" in shown.out
    wanted, after = declared(applied.root, "lab"), lab.snapshot()
    assert mismatches(wanted, after) == []
    assert unmanaged(wanted, after) == others
    assert applied.call("plan", "--detailed-exitcode").code == 0


def test_what_others_add_under_at_least_stays_and_is_no_change(lab: Lab, applied: Project) -> None:
    one, ids = _somebody(lab, applied, "customers"), _ids(lab)
    one.tags("crm", "theirs", MARKER)
    one.shares("USER", ids["eve@acme.test"], "CAN_VIEW")
    one.adds_policy("Theirs", "region", "South", ids["eve@acme.test"])
    before = lab.snapshot()

    shown = applied.call("plan", "--detailed-exitcode")
    applied.apply()

    assert shown.code == 0
    assert "leaves: theirs" in shown.out
    assert "leaves: Theirs" in shown.out
    assert lab.snapshot() == before


def test_what_others_do_to_unmanaged_datasets_is_not_even_noticed(
    lab: Lab, applied: Project
) -> None:
    scratch = next(one for one in lab.snapshot()["datasets"] if one["name"] == "Scratch")
    Somebody(lab, scratch["id"]).tags("more")
    before = lab.snapshot()

    shown = applied.call("plan", "--detailed-exitcode")

    assert shown.code == 0
    assert lab.snapshot() == before


def test_all_sorts_of_drift_at_once_are_put_right_in_one_apply(lab: Lab, applied: Project) -> None:
    ids = _ids(lab)
    for name in ("an owner", "a tag less", "a share more", "the switch", "a rogue policy"):
        entry, act, _ = EXACT[name]
        act(_somebody(lab, applied, entry), ids)

    shown = applied.call("plan", "--detailed-exitcode")
    applied.apply()

    assert shown.code == 2
    assert "changes made in Domo will be undone, marked (drift) above." in shown.out
    assert mismatches(declared(applied.root, "lab"), lab.snapshot()) == []
    assert applied.call("plan", "--detailed-exitcode").code == 0


def _somebody(lab: Lab, project: Project, entry: str) -> Somebody:
    return Somebody(lab, project.state()["entries"][f"dataset.{entry}"]["id"])


def _ids(lab: Lab) -> Mapping[str, int]:
    snapshot = lab.snapshot()
    users = {one["email"]: one["id"] for one in snapshot["users"]}
    return {**users, **{one["name"]: one["id"] for one in snapshot["groups"]}}
