"""Who there is."""

from typing import Any

import pytest

from domostate.errors import Broken, ExitCode, Unauthorized
from domostate.model.principal import Principal, PrincipalType
from tests.domo.conftest import Connecting
from tests.domo.loopback import Answer, Loopback, Request

ME = "GET /api/content/v2/users/me"
USERS = "POST /api/identity/v1/users/search"
GROUPS = "GET /api/content/v2/groups/grouplist"
ACCOUNTS = "GET /api/data/v1/accounts"


@pytest.fixture(autouse=True)
def _me(server: Loopback) -> None:
    server.on(ME, Answer({"id": 27, "emailAddress": "ada@acme.test"}))


def user(id_: int, email: str, **attributes: str) -> dict[str, Any]:
    pairs = [{"key": key, "values": [value]} for key, value in attributes.items()]
    pairs.append({"key": "emailAddress", "values": [email]})
    return {"id": str(id_), "attributes": pairs}


def paged(rows: list[dict[str, Any]], cap: int = 2) -> Any:
    def answer(request: Request) -> Answer:
        asked = request.query or request.body
        offset = int(asked["offset"])
        return Answer(rows[offset : offset + cap])

    return answer


def test_the_identity_is_the_tokens_user(connected: Connecting) -> None:
    assert connected("product").reader.check_identity() == Principal(PrincipalType.USER, "27")
    found = connected("product").reader.check_identity()
    assert found is not None
    assert found.name == "ada@acme.test"


def test_on_the_platform_plane_the_token_reply_says_who(
    server: Loopback, connected: Connecting
) -> None:
    assert connected("platform").reader.check_identity() == Principal(PrincipalType.USER, "27")

    server.on("POST /oauth/token", Answer({"access_token": "t"}))
    assert connected("platform").reader.check_identity() is None


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_domo_does_not_take_is_unauthorized(
    server: Loopback, connected: Connecting, status: int
) -> None:
    server.on(ME, Answer({"status": status, "message": "go away", "toe": "A-B"}, status))

    with pytest.raises(Unauthorized, match="go away") as caught:
        connected("product").reader.check_identity()

    assert caught.value.exit_code is ExitCode.UNAUTHORIZED
    assert caught.value.toe == "A-B"


def test_both_planes_are_tried(server: Loopback, connected: Connecting) -> None:
    server.on("POST /oauth/token", Answer({"message": "bad client"}, 401))

    with pytest.raises(Unauthorized, match="bad client"):
        connected().reader.check_identity()


def test_an_identity_without_an_id_is_broken(server: Loopback, connected: Connecting) -> None:
    server.on(ME, Answer({}))

    with pytest.raises(Broken, match="names no user"):
        connected("product").reader.check_identity()


def test_users_are_read_page_by_page_with_text_ids(server: Loopback, connected: Connecting) -> None:
    rows = [user(n, f"u{n}@acme.test") for n in range(5)]

    def search(request: Request) -> Answer:
        offset = request.body["offset"]
        return Answer({"count": 5, "users": rows[offset : offset + 2]})

    server.on(USERS, search)

    found = connected("product").reader.directory(users=True, groups=False, accounts=False)

    assert found.users == {str(n): f"u{n}@acme.test" for n in range(5)}
    assert found.me == Principal(PrincipalType.USER, "27")
    assert (found.groups, found.accounts) == ({}, {})
    sent = [request.body for request in server.requests if request.method == "POST"]
    assert [body["offset"] for body in sent] == [0, 2, 4]
    assert sent[0]["limit"] == 200
    assert sent[0]["includeDeleted"] is False


def test_deactivated_users_are_marked_and_deleted_ones_left_out(
    server: Loopback, connected: Connecting
) -> None:
    rows = [
        user(1, "a@acme.test", isActive="true"),
        user(2, "b@acme.test", isActive="false"),
        {"id": 3, "emailAddress": "c@acme.test", "active": False},
        {"id": 4, "emailAddress": "d@acme.test", "deleted": True},
    ]
    server.on(USERS, Answer({"count": 4, "users": rows}))

    found = connected("product").reader.directory(users=True, groups=False, accounts=False)

    assert found.users == {"1": "a@acme.test", "2": "b@acme.test", "3": "c@acme.test"}
    assert found.inactive == {"2", "3"}


def test_deleted_groups_are_left_out(server: Loopback, connected: Connecting) -> None:
    rows = [
        {"groupId": 1, "name": "Finance"},
        {"groupId": 2, "name": "West_deleted_4405ff58-1957-45f0-82bd-914d989a3ea3"},
        {"groupId": 3, "name": "East", "active": False},
        {"groupId": 4, "name": "not_deleted_yet", "active": True},
    ]
    server.on(GROUPS, paged(rows))

    found = connected("product").reader.directory(users=False, groups=True, accounts=False)

    assert found.groups == {"1": "Finance", "4": "not_deleted_yet"}
    assert server.requests[1].query["sort"] == "name"


def test_accounts_have_a_name_and_a_provider(server: Loopback, connected: Connecting) -> None:
    rows = [
        {"id": 3, "displayName": "Snowflake prod", "dataProviderType": "snowflake"},
        {"id": "4", "name": "Old", "dataProviderId": "csv"},
    ]
    server.on(ACCOUNTS, Answer(rows))

    found = connected("product").reader.directory(users=False, groups=False, accounts=True)

    assert found.accounts == {"3": ("Snowflake prod", "snowflake"), "4": ("Old", "csv")}


def test_the_platform_plane_lists_users_and_groups(server: Loopback, connected: Connecting) -> None:
    users = [{"id": 27, "email": "ada@acme.test"}, {"id": 28, "email": "b@acme.test"}]
    server.on("GET /v1/users", paged(users))
    server.on("GET /v1/groups", paged([{"id": 1, "name": "Finance", "default": False}]))

    found = connected("platform").reader.directory(users=True, groups=True, accounts=True)

    assert found.users == {"27": "ada@acme.test", "28": "b@acme.test"}
    assert found.groups == {"1": "Finance"}
    assert found.accounts == {}
    assert found.me is not None
    assert found.me.name == "ada@acme.test"
    assert server.requests[1].query == {"limit": "500", "offset": "0"}


def test_a_row_without_an_id_is_broken(server: Loopback, connected: Connecting) -> None:
    server.on(GROUPS, Answer([{"name": "Finance"}]))

    with pytest.raises(Broken, match="groupId"):
        connected("product").reader.directory(users=False, groups=True, accounts=False)
