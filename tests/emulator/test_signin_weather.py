"""Expired tokens, and what those are answered who are not let in."""

import pytest
import requests

from tests.emulator.client import Domo
from tests.emulator.conftest import PEOPLE, SALES

EXPORT = f"/v1/datasets/{SALES}/data"


def asked(
    domo: Domo, token: str | None, path: str = "/v1/datasets", accept: str = "*/*"
) -> requests.Response:
    headers = {"Accept": accept}
    if token is not None:
        headers["Authorization"] = f"bearer {token}"
    return domo.send("GET", path, headers=headers)


def test_tokens_that_were_given_expire_and_new_ones_do_not(domo: Domo) -> None:
    old = domo.access_token()
    assert asked(domo, old).status_code == 200

    domo.switch(token_generation=1)

    refused = asked(domo, old)
    assert (refused.status_code, refused.content) == (401, b"")
    challenge = refused.headers["www-authenticate"]
    assert challenge.startswith('Bearer error="invalid_token"')
    assert "Jwt expired at 20" in challenge
    new = domo.access_token()
    assert asked(domo, new).status_code == 200
    domo.switch(token_generation=2)
    assert asked(domo, new).status_code == 401


def test_a_fault_expires_the_tokens_in_the_middle_of_a_run(domo: Domo) -> None:
    domo.faults({"path": "/v1/*", "expire_tokens": True, "skip": 2, "times": 1})
    token = domo.access_token()

    assert [asked(domo, token).status_code for _ in range(5)] == [200, 200, 401, 401, 401]
    new = domo.access_token()
    assert [asked(domo, new).status_code for _ in range(3)] == [200, 200, 200]
    assert domo.send("GET", "/_emulator/switches").json()["token_generation"] == 1


def test_a_session_expires_and_a_developer_token_does_not(domo: Domo) -> None:
    login = {"method": "password", "emailAddress": "ada@acme.example", "password": "any"}
    session = domo.send("POST", "/api/content/v2/authentication", login).json()["sessionToken"]
    headers = {"X-DOMO-Authentication": session}
    assert domo.send("GET", "/api/content/v2/users/me", headers=headers).status_code == 200

    domo.switch(token_generation=1)

    assert domo.send("GET", "/api/content/v2/users/me", headers=headers).status_code == 401
    assert domo.get("/content/v2/users/me")
    renewed = domo.send("POST", "/api/content/v2/authentication", login).json()["sessionToken"]
    headers = {"X-DOMO-Authentication": renewed}
    assert domo.send("GET", "/api/content/v2/users/me", headers=headers).status_code == 200


def test_an_expired_session_is_refused_where_any_token_would_do(domo: Domo) -> None:
    domo.reset({"users": [{"email": "a@x", "role": "Admin"}]})
    login = {"method": "password", "emailAddress": "a@x", "password": "any"}
    session = domo.send("POST", "/api/content/v2/authentication", login).json()["sessionToken"]
    domo.switch(token_generation=1)

    headers = {"X-DOMO-Authentication": session}
    assert domo.send("GET", "/api/content/v2/users/me", headers=headers).status_code == 401
    headers = {"X-DOMO-Authentication": "anything else"}
    assert domo.send("GET", "/api/content/v2/users/me", headers=headers).status_code == 200


@pytest.mark.parametrize("token", [None, "no.such.token"])
def test_who_is_not_signed_in_and_wants_csv_gets_a_page(domo: Domo, token: str | None) -> None:
    reply = asked(domo, token, EXPORT, "text/csv")

    assert (reply.status_code, reply.reason) == (406, "Not Acceptable")
    assert reply.headers["content-type"] == "text/html; charset=UTF-8"
    assert "Full authentication is required" in reply.text
    assert asked(domo, token, EXPORT, "application/json").status_code == 403
    assert asked(domo, token, EXPORT, "text/csv, application/json;q=0.5").status_code == 403
    domo.switch(csv_unauthenticated_is_406=False)
    assert asked(domo, token, EXPORT, "text/csv").json().keys() == {"status", "toe"}


def test_an_expired_token_that_wants_csv_gets_a_page_too(domo: Domo) -> None:
    token = domo.access_token()
    domo.switch(token_generation=1)

    assert asked(domo, token, EXPORT, "text/csv").status_code == 406
    assert asked(domo, token, EXPORT, "application/json").status_code == 401


def test_who_is_signed_in_and_wants_csv_gets_it(domo: Domo) -> None:
    reply = asked(domo, domo.access_token(), EXPORT, "text/csv")

    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/csv")


def test_no_access_is_a_400_around_a_403_or_plain(domo: Domo) -> None:
    around = domo.platform("GET", f"/datasets/{PEOPLE}", client="c-cat")
    domo.switch(no_access_is_403=True)
    plain = domo.platform("GET", f"/datasets/{PEOPLE}", client="c-cat")

    assert around.status_code == 400
    assert around.json()["message"] == "Infrastructure problem (403): Access is denied"
    assert plain.status_code == 403
    assert (plain.json()["statusReason"], plain.json()["message"]) == (
        "Forbidden",
        "Access is denied",
    )


def test_a_missing_scope_is_a_403_or_the_401_of_the_old_gateway(domo: Domo) -> None:
    now = domo.platform("GET", "/users", client="c-data")
    domo.switch(missing_scope_is_401=True)
    then = domo.platform("GET", "/users", client="c-data")

    assert now.status_code == 403
    assert then.status_code == 401
    assert then.json()["message"] == "Full authentication is required to access this resource"
