"""Sharing of accounts on the Product plane."""

from typing import Any

import pytest

from tests.emulator.account_estate import (
    ACCOUNTS,
    BUCKET,
    MARTS,
    PROD,
    WITH_ACCOUNTS,
    give,
    shares,
)
from tests.emulator.client import Domo
from tests.emulator.conftest import ADA, BOB, CAT, EVE, FINANCE, WES, WEST

SHARE = "/data/v2/accounts/share"


@pytest.fixture
def domo(running: Domo) -> Domo:
    running.reset(WITH_ACCOUNTS)
    return running


def test_the_access_list_has_the_captured_shape(domo: Domo) -> None:
    give(domo, "CAN_VIEW", account=MARTS)

    found = domo.get(f"{SHARE}/{MARTS}")

    assert list(found) == ["list", "totalUserCount"]
    assert found["totalUserCount"] == 2
    assert sorted(found["list"], key=lambda one: one["id"]) == [
        {"type": "USER", "id": str(BOB), "accessLevel": "OWNER", "name": "Bob"},
        {"type": "USER", "id": str(CAT), "accessLevel": "CAN_VIEW", "name": "Cat"},
    ]


def test_groups_are_counted_where_there_are_any(domo: Domo) -> None:
    found = domo.get(f"{SHARE}/{BUCKET}")

    assert (found["totalUserCount"], found["totalGroupCount"]) == (1, 1)
    assert {one["name"] for one in found["list"]} == {"Bob", "West Sales"}


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"type": "USER", "id": str(CAT), "accessLevel": "CAN_VIEW"}, ("USER", str(CAT))),
        ({"type": "USER", "id": CAT, "accessLevel": "CAN_SHARE"}, ("USER", str(CAT))),
        ({"type": "USER", "id": EVE, "accessLevel": "OWNER"}, ("USER", str(EVE))),
        ({"type": "GROUP", "id": FINANCE, "accessLevel": "CAN_EDIT"}, ("GROUP", str(FINANCE))),
        ({"type": "VIRTUAL_USER", "id": "v", "accessLevel": "CAN_VIEW"}, ("VIRTUAL_USER", "v")),
        ({"type": "USER", "id": CAT, "accessLevel": "CAN_WRITE_ONLY"}, ("USER", str(CAT))),
    ],
)  # fmt: skip
def test_a_share_answers_nothing_and_is_listed(
    domo: Domo, body: dict[str, Any], key: tuple[str, str]
) -> None:
    reply = domo.product("PUT", f"{SHARE}/{PROD}", body)

    assert (reply.status_code, reply.json()) == (200, {})
    assert shares(domo, PROD) == {("USER", str(ADA)): "OWNER", key: body["accessLevel"]}


def test_sharing_again_is_500_unless_the_switch_says_otherwise(domo: Domo) -> None:
    give(domo, "CAN_VIEW")

    reply = domo.product(
        "PUT", f"{SHARE}/{PROD}", {"type": "USER", "id": CAT, "accessLevel": "CAN_VIEW"}
    )

    assert reply.status_code == 500
    assert reply.json()["statusReason"] == "Internal Server Error"
    assert give(domo, "OWNER", ADA) == 500
    assert give(domo, "CAN_EDIT") == 200  # another level is no repeat
    assert shares(domo, PROD)["USER", str(CAT)] == "CAN_EDIT"
    domo.switch(account_share_repeat_is_500=False)
    assert give(domo, "CAN_EDIT") == 200
    assert give(domo, "OWNER", ADA) == 200


def test_none_takes_access_away_as_often_as_one_likes(domo: Domo) -> None:
    give(domo, "CAN_EDIT")

    assert [give(domo, "NONE"), give(domo, "NONE"), give(domo, "NONE", 99)] == [200, 200, 200]
    assert shares(domo, PROD) == {("USER", str(ADA)): "OWNER"}


def test_an_account_is_handed_over_by_another_owner_and_leaving(domo: Domo) -> None:
    assert give(domo, "NONE", BOB, MARTS, "t-bob") == 400  # the last owner
    assert give(domo, "CAN_VIEW", BOB, MARTS, "t-bob") == 400
    assert give(domo, "OWNER", CAT, MARTS, "t-bob") == 200
    assert domo.get(f"{ACCOUNTS}/{MARTS}")["userId"] == BOB

    assert give(domo, "NONE", BOB, MARTS, "t-bob") == 200

    assert shares(domo, MARTS) == {("USER", str(CAT)): "OWNER"}
    assert domo.get(f"{ACCOUNTS}/{MARTS}")["userId"] == CAT
    assert domo.product("GET", f"{ACCOUNTS}/{MARTS}", token="t-bob").status_code == 403


def test_an_owner_may_step_down_where_there_is_another(domo: Domo) -> None:
    give(domo, "OWNER", CAT, MARTS)

    give(domo, "CAN_VIEW", BOB, MARTS)

    assert shares(domo, MARTS) == {("USER", str(CAT)): "OWNER", ("USER", str(BOB)): "CAN_VIEW"}


def test_nobody_gives_changes_or_takes_more_than_they_have(domo: Domo) -> None:
    give(domo, "CAN_SHARE", CAT)
    give(domo, "CAN_EDIT", BOB)

    assert give(domo, "CAN_EDIT", WES, token="t-cat") == 403
    assert give(domo, "NONE", BOB, token="t-cat") == 403
    assert give(domo, "NONE", ADA, token="t-cat") == 403
    assert give(domo, "CAN_SHARE", WES, token="t-cat") == 200
    assert give(domo, "NONE", WES, token="t-cat") == 200
    assert give(domo, "NONE", CAT, token="t-cat") == 200  # leaving
    assert shares(domo, PROD) == {("USER", str(ADA)): "OWNER", ("USER", str(BOB)): "CAN_EDIT"}


def test_a_group_that_owns_may_delete(domo: Domo) -> None:
    body = {"type": "GROUP", "id": WEST, "accessLevel": "OWNER"}
    domo.done("PUT", f"{SHARE}/{PROD}", body)

    assert domo.product("DELETE", f"{ACCOUNTS}/{PROD}", token="t-cat").status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"type": "USER", "id": CAT},
        {"type": "USER", "id": CAT, "accessLevel": "CO_OWNER"},
        {"type": "USER", "id": CAT, "accessLevel": ["CAN_VIEW"]},
        {"type": "CARD", "id": CAT, "accessLevel": "CAN_VIEW"},
        {"type": "USER", "id": 99, "accessLevel": "CAN_VIEW"},
        {"type": "USER", "id": "cat", "accessLevel": "CAN_VIEW"},
        {"type": "USER", "id": None, "accessLevel": "NONE"},
        {"type": "USER", "id": 10**30, "accessLevel": "NONE"},
        {"type": "GROUP", "id": CAT, "accessLevel": "CAN_VIEW"},
        {"type": "VIRTUAL_USER", "id": 1, "accessLevel": "CAN_VIEW"},
        {"id": CAT, "accessLevel": "CAN_VIEW"},
    ],
)
def test_a_share_that_cannot_be_is_400(domo: Domo, body: Any) -> None:
    assert domo.product("PUT", f"{SHARE}/{PROD}", body).status_code == 400
    assert shares(domo, PROD) == {("USER", str(ADA)): "OWNER"}


@pytest.mark.parametrize(
    ("permissions", "level"),
    [(["READ"], "CAN_VIEW"), (["READ", "WRITE"], "CAN_EDIT"), (["OWNER"], "OWNER")],
)
def test_the_older_call_shares_by_permissions(
    domo: Domo, permissions: list[str], level: str
) -> None:
    body = {"type": "USER", "id": CAT, "permissions": permissions}

    reply = domo.product("PUT", f"{ACCOUNTS}/{PROD}/share", body)

    assert (reply.status_code, reply.json()) == (200, {})
    assert shares(domo, PROD)["USER", str(CAT)] == level
    assert domo.product("PUT", f"{ACCOUNTS}/{PROD}/share", body).status_code == 500


@pytest.mark.parametrize(
    "body",
    [
        {"type": "GROUP", "id": FINANCE, "permissions": ["READ"]},
        {"type": "USER", "id": CAT, "permissions": []},
        {"type": "USER", "id": CAT, "permissions": ["READ", "SHARE"]},
        {"type": "USER", "id": CAT, "permissions": [{}]},
        {"type": "USER", "id": CAT, "permissions": "READ"},
        {"type": "USER", "id": 99, "permissions": ["READ"]},
        {"id": CAT, "permissions": ["READ"]},
    ],
)
def test_an_older_share_that_cannot_be_is_400(domo: Domo, body: Any) -> None:
    assert domo.product("PUT", f"{ACCOUNTS}/{PROD}/share", body).status_code == 400
    assert shares(domo, PROD) == {("USER", str(ADA)): "OWNER"}
