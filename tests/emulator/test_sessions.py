"""Signing in with a password, and the OAuth clients that a session can make."""

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.client import Domo, Server
from tests.emulator.conftest import ADA, BOB, ESTATE, EVE, WES

LOGIN = "/api/content/v2/authentication"
WITH_PASSWORD: dict[str, Any] = ESTATE | {
    "users": [
        *(one for one in ESTATE["users"] if one["id"] != BOB),
        {"id": BOB, "email": "bob@acme.example", "name": "Bob", "password": "hunter2"},
    ]
}
CLIENT = {"name": "Automation", "description": "Nightly", "scope": ["data", "user"]}


def login(domo: Domo, email: str, password: str = "anything") -> Any:
    body = {"method": "password", "emailAddress": email, "password": password}
    reply = domo.send("POST", LOGIN, body)
    assert reply.status_code == 200
    return reply.json()


def me(domo: Domo, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return domo.send("GET", "/api/content/v2/users/me", headers=named)


def make_client(domo: Domo, session: str, body: Any = CLIENT, **headers: str) -> Any:
    sent = {
        "X-DOMO-Authentication": session,
        "X-DOMO-CustomerDomain": "acme.domo.test",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    return domo.send("POST", "/clients", body, {name: one for name, one in sent.items() if one})


def grant(domo: Domo, client: str, secret: str) -> Any:
    form = {"grant_type": "client_credentials"}
    return domo.session.post(
        domo.url + "/oauth/token", data=form, auth=(client, secret), timeout=10
    )


def test_a_password_gives_a_session_that_acts_as_its_user(domo: Domo) -> None:
    domo.reset(WITH_PASSWORD)

    found = login(domo, "BOB@acme.example", "hunter2")

    assert found == {
        "userId": BOB,
        "success": True,
        "sessionToken": found["sessionToken"],
        "twoFactorInfo": {"token": None, "key": None, "status": "VALID", "phoneMask": None},
        "userRole": "Privileged",
    }
    assert me(domo, X_DOMO_Authentication=found["sessionToken"]).json()["id"] == BOB
    assert me(domo, X_DOMO_Developer_Token=found["sessionToken"]).status_code == 401
    assert me(domo, X_DOMO_Authentication="made up").status_code == 401


def test_two_sessions_are_two_tokens(domo: Domo) -> None:
    first, second = (login(domo, "bob@acme.example")["sessionToken"] for _ in range(2))

    assert first != second
    assert me(domo, X_DOMO_Authentication=first).json()["id"] == BOB
    assert me(domo, X_DOMO_Authentication=second).json()["id"] == BOB


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("bob@acme.example", "hunter3"),
        ("bob@acme.example", ""),
        ("nobody@acme.example", "hunter2"),
        ("eve@acme.example", "anything"),  # not active
        ("ada@acme.example", ""),
    ],
)
def test_who_is_not_let_in_learns_it_with_200(domo: Domo, email: str, password: str) -> None:
    domo.reset(WITH_PASSWORD)

    assert login(domo, email, password) == {"reason": "INVALID_CREDENTIALS"}


def test_a_user_without_a_password_comes_in_with_any(domo: Domo) -> None:
    domo.reset(WITH_PASSWORD)

    assert login(domo, "ada@acme.example", "one")["userId"] == ADA
    assert login(domo, "ada@acme.example", "another")["userId"] == ADA


def test_an_account_is_locked_after_as_many_wrong_passwords_as_the_switch_says(
    domo: Domo,
) -> None:
    domo.reset(WITH_PASSWORD)
    domo.switch(lock_after=2)

    login(domo, "bob@acme.example", "wrong")
    login(domo, "bob@acme.example", "hunter2")  # counting starts anew
    reasons = [login(domo, "bob@acme.example", "wrong")["reason"] for _ in range(3)]

    assert reasons == ["INVALID_CREDENTIALS", "INVALID_CREDENTIALS", "ACCOUNT_LOCKED"]
    assert login(domo, "bob@acme.example", "hunter2") == {"reason": "ACCOUNT_LOCKED"}
    assert login(domo, "ada@acme.example")["success"] is True


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"method": "exptoken"},
        {"method": "password", "password": "x"},
        {"method": "password", "emailAddress": 5, "password": "x"},
        {"method": "password", "emailAddress": "bob@acme.example"},
        {"method": "password", "emailAddress": "bob@acme.example", "password": 5},
    ],
)
def test_a_malformed_sign_in_is_400(domo: Domo, body: Any) -> None:
    assert domo.send("POST", LOGIN, body).status_code == 400


def test_a_session_ends_with_its_user_and_with_a_reset(domo: Domo) -> None:
    wes = login(domo, "wes@acme.example")["sessionToken"]
    bob = login(domo, "bob@acme.example")["sessionToken"]

    domo.done("DELETE", f"/identity/v1/users/{WES}")
    gone = me(domo, X_DOMO_Authentication=wes).status_code
    domo.reset(ESTATE)

    assert gone == 401
    assert me(domo, X_DOMO_Authentication=bob).status_code == 401


def test_signing_in_needs_no_token_and_anything_else_does(domo: Domo) -> None:
    assert domo.send("GET", LOGIN).status_code == 405
    assert me(domo).status_code == 401


def test_a_session_in_an_estate_without_tokens_acts_as_its_user(domo: Domo) -> None:
    people = [{"email": "a@x", "role": "Admin"}, {"id": 7, "email": "b@x"}]
    domo.reset({"users": people})

    token = login(domo, "b@x")["sessionToken"]

    assert me(domo, X_DOMO_Authentication=token).json()["id"] == 7
    assert me(domo, X_DOMO_Authentication="any").json()["emailAddress"] == "a@x"


def test_a_session_outlives_a_crash(tmp_path: Path) -> None:
    server = Server("--data", str(tmp_path))
    domo = Domo(server.url)
    token = login(domo, "admin@acme.example")["sessionToken"]
    domo.close()
    server.stop(signal.SIGKILL)

    again = Server("--data", str(tmp_path))
    domo = Domo(again.url)
    found = me(domo, X_DOMO_Authentication=token)
    domo.close()
    again.stop()

    assert found.json()["emailAddress"] == "admin@acme.example"


def test_passwords_are_part_of_a_snapshot(domo: Domo) -> None:
    domo.reset(WITH_PASSWORD)
    snapshot = domo.snapshot()

    domo.reset(snapshot)

    assert domo.snapshot() == snapshot
    assert login(domo, "bob@acme.example", "wrong") == {"reason": "INVALID_CREDENTIALS"}
    assert login(domo, "bob@acme.example", "hunter2")["userId"] == BOB


def test_a_client_is_made_in_a_session_and_acts_as_its_user(domo: Domo) -> None:
    session = login(domo, "bob@acme.example")["sessionToken"]

    reply = make_client(domo, session)

    made = reply.json()
    assert reply.status_code == 201
    assert made.keys() == {
        "name", "description", "scope", "user", "role", "client_id", "client_secret",
        "authorized_grant_types",
    }  # fmt: skip
    assert (made["name"], made["scope"], made["user"]) == ("Automation", ["data", "user"], BOB)
    assert made["authorized_grant_types"] == ["client_credentials"]
    token = grant(domo, made["client_id"], made["client_secret"]).json()
    assert (token["userId"], token["scope"]) == (BOB, "data user")
    assert grant(domo, made["client_id"], "secret").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"name": "", "scope": ["data"]},
        {"name": "X"},
        {"name": "X", "scope": []},
        {"name": "X", "scope": ["everything"]},
        {"name": "X", "scope": [5]},
        {"name": "X", "scope": ["data"], "description": 5},
    ],
)
def test_a_client_that_cannot_be_is_400(domo: Domo, body: Any) -> None:
    session = login(domo, "bob@acme.example")["sessionToken"]

    assert make_client(domo, session, body).status_code == 400
    assert len(domo.snapshot()["clients"]) == 3


def test_a_client_needs_a_session_a_domain_a_free_name_and_a_role_that_may(domo: Domo) -> None:
    session = login(domo, "bob@acme.example")["sessionToken"]
    reader = login(domo, "wes@acme.example")["sessionToken"]
    make_client(domo, session)

    assert make_client(domo, session).status_code == 400  # the name is taken
    assert make_client(domo, "made up").status_code == 401
    assert make_client(domo, "").status_code == 401
    assert make_client(domo, session, X_DOMO_CustomerDomain="").status_code == 400
    assert make_client(domo, reader, CLIENT | {"name": "Mine"}).status_code == 403


def test_a_made_client_leaves_an_open_estate_open_also_after_a_snapshot(domo: Domo) -> None:
    people = [{"email": "a@x", "role": "Admin"}, {"id": 7, "email": "b@x"}]
    domo.reset({"users": people})
    made = make_client(domo, login(domo, "b@x")["sessionToken"]).json()
    snapshot = domo.snapshot()
    domo.reset(snapshot)

    mine = grant(domo, made["client_id"], made["client_secret"]).json()
    other = grant(domo, "any", "pair").json()

    assert domo.snapshot() == snapshot
    assert mine["userId"] == 7
    assert other["role"] == "Admin"
    assert grant(domo, made["client_id"], "wrong").status_code == 401


def test_an_inactive_users_developer_token_stays_shut(domo: Domo) -> None:
    assert EVE not in {one["id"] for one in domo.get("/content/v3/users?id=5&active=true")}
    assert me(domo, X_DOMO_Developer_Token="t-eve").status_code == 401
    assert me(domo, X_DOMO_Authentication="t-ada").json()["id"] == ADA
