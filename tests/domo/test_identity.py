"""What the running identity may do without a grant, and its groups."""

from typing import Any

import pytest

from domostate.model.principal import Directory
from tests.domo.conftest import Connecting
from tests.domo.loopback import Answer, Loopback

ME = "GET /api/content/v2/users/me"
USER = "GET /api/identity/v1/users/27"
AUTHORITIES = "GET /api/authorization/v1/roles/4/authorities"
ON_PLATFORM = "GET /v1/users/27"
TOKEN = "POST /oauth/token"
GROUPS = [{"id": 7, "name": "West"}, {"id": "8"}, {"name": "no id"}, "odd"]


def asked(connected: Connecting, plane: str = "product") -> Directory:
    return connected(plane).reader.directory(
        users=False, groups=False, accounts=False, standing=True
    )


def me(server: Loopback, **more: Any) -> None:
    server.on(ME, Answer({"id": 27, "emailAddress": "ada@acme.test", **more}))


def user(server: Loopback, **more: Any) -> None:
    server.on(USER, Answer({"users": [{"id": "27", **more}]}))


def test_an_admin_manages_everything_and_nothing_else_is_asked(
    server: Loopback, connected: Connecting
) -> None:
    me(server, role="Admin", roleId=1)

    found = asked(connected)

    assert (found.manages, found.my_groups) == (True, frozenset())
    assert server.asked() == [ME]


def test_who_does_not_want_to_know_asks_nothing(server: Loopback, connected: Connecting) -> None:
    me(server)

    found = connected("product").reader.directory(users=False, groups=False, accounts=False)

    assert found.manages is None
    assert server.asked() == [ME]


@pytest.mark.parametrize(
    ("authorities", "manages"), [(["audit", "dataset.manage"], True), (["audit"], False)]
)
def test_the_authorities_of_any_other_role_decide(
    server: Loopback, connected: Connecting, authorities: list[str], manages: bool
) -> None:
    me(server, role="Steward", roleId=4)
    user(server, roleId=4, groups=GROUPS)
    server.on(AUTHORITIES, Answer(authorities))

    found = asked(connected)

    assert (found.manages, found.my_groups) == (manages, frozenset({"7", "8"}))


@pytest.mark.parametrize(
    ("fields", "manages"),
    [
        ({"role": {"roleId": 1, "roleName": "Admin"}}, True),
        ({"role": "Admin"}, True),
        ({"role": {"roleId": 4, "roleName": "Editor"}}, False),
        ({}, None),
    ],
)
def test_where_the_token_check_tells_no_role_the_user_does(
    server: Loopback, connected: Connecting, fields: dict[str, Any], manages: bool | None
) -> None:
    me(server)
    user(server, **fields)

    assert asked(connected).manages is manages


def test_a_role_whose_authorities_nobody_may_see_is_taken_to_manage_nothing(
    server: Loopback, connected: Connecting
) -> None:
    me(server)
    user(server, roleId=4)
    server.on(AUTHORITIES, Answer({"message": "no"}, 403))

    assert asked(connected).manages is False


@pytest.mark.parametrize(
    "answer", [Answer({"message": "no"}, 403), Answer({"message": "no"}, 404), Answer({"x": 1})]
)
def test_who_cannot_be_asked_about_is_not_known(
    server: Loopback, connected: Connecting, answer: Answer
) -> None:
    me(server)
    server.on(USER, answer)

    assert asked(connected).manages is None


def test_on_the_platform_plane_the_token_reply_may_say_it_all(
    server: Loopback, connected: Connecting
) -> None:
    server.on(TOKEN, Answer({"access_token": "t", "userId": 27, "role": "Admin"}))

    assert asked(connected, "platform").manages is True
    assert server.asked() == [TOKEN]


@pytest.mark.parametrize(
    ("role", "manages"), [("Privileged", False), ("Admin", True), (None, None)]
)
def test_on_the_platform_plane_the_user_tells_role_and_groups(
    server: Loopback, connected: Connecting, role: str | None, manages: bool | None
) -> None:
    server.on(TOKEN, Answer({"access_token": "t", "userId": 27}))
    server.on(ON_PLATFORM, Answer({"id": 27, "role": role, "groups": GROUPS}))

    found = asked(connected, "platform")

    assert (found.manages, found.my_groups) == (manages, frozenset({"7", "8"}))
