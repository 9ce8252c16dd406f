"""Accounts and their types on the Platform plane, and accounts in the estate."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domostate.emulator.errors import EstateInvalid
from domostate.emulator.estate import load_estate
from tests.emulator.account_estate import (
    ACCOUNTS,
    BUCKET,
    MARTS,
    PROD,
    SECRET,
    WITH_ACCOUNTS,
    give,
    shares,
)
from tests.emulator.client import Domo
from tests.emulator.conftest import ADA, CAT

DOCUMENTED = {
    "name": "Leonhard Euler's XYZ Account",
    "type": {
        "id": "xyz",
        "properties": {
            "password": "cyclops",
            "authenticateBy": "PASSWORD",
            "url": "https://mathematicians.xyz.com",
            "username": "leonhard.euler@mathematicians.com",
        },
    },
}
"""The request of the documents for a new account (portal)."""


@pytest.fixture
def domo(running: Domo) -> Domo:
    running.reset(WITH_ACCOUNTS)
    return running


def test_the_documented_account_is_created_and_shows_no_property(domo: Domo) -> None:
    reply = domo.platform("POST", "/accounts", DOCUMENTED)

    assert reply.status_code == 200
    made = reply.json()
    assert made == {
        "id": made["id"],
        "name": DOCUMENTED["name"],
        "valid": True,
        "type": {"id": "xyz", "properties": {}},
    }
    assert made["id"].isdecimal()
    assert domo.v1("GET", f"/accounts/{made['id']}") == made
    assert made in domo.v1("GET", "/accounts?limit=50&offset=0")
    assert domo.get(f"{ACCOUNTS}/{made['id']}")["userId"] == ADA
    assert domo.get(f"/data/v1/providers/xyz/account/{made['id']}") == {
        "password": "********",
        "authenticateBy": "PASSWORD",
        "url": "********",
        "username": "leonhard.euler@mathematicians.com",
    }


def test_an_account_may_be_created_invalid(domo: Domo) -> None:
    body = {"name": "N", "valid": False, "type": {"id": "domo-csv", "properties": {}}}

    made = domo.v1("POST", "/accounts", body)

    assert made["valid"] is False
    assert domo.snapshot()["accounts"][-1]["valid"] is False


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"name": "N"},
        {"name": "N", "type": "domo-csv"},
        {"name": "N", "type": {"properties": {}}},
        {"name": "", "type": {"id": "domo-csv"}},
        {"name": 7, "type": {"id": "domo-csv"}},
        {"name": "N", "type": {"id": "domo-csv", "properties": []}},
        {"name": "N", "type": {"id": "domo-csv", "properties": {"a": {}}}},
        {"name": "N", "valid": "yes", "type": {"id": "domo-csv"}},
    ],
)
def test_an_account_that_cannot_be_is_400(domo: Domo, body: Any) -> None:
    assert domo.platform("POST", "/accounts", body).status_code == 400
    assert len(domo.v1("GET", "/accounts")) == 3


def test_accounts_are_those_that_the_clients_user_may_use(domo: Domo) -> None:
    assert [one["id"] for one in domo.v1("GET", "/accounts", client="c-cat")] == [str(BUCKET)]
    assert domo.platform("GET", f"/accounts/{MARTS}", client="c-cat").status_code == 404
    assert domo.platform("DELETE", f"/accounts/{BUCKET}", client="c-cat").status_code == 403
    assert domo.platform("PATCH", f"/accounts/{BUCKET}", {}, "c-cat").status_code == 403
    assert [one["id"] for one in domo.v1("GET", "/accounts?limit=1&offset=1")] == [str(BUCKET)]
    assert domo.v1("GET", "/accounts?limit=50&offset=3") == []


def test_an_update_is_202_without_a_body_and_keeps_what_it_leaves_out(domo: Domo) -> None:
    body = {"name": "Renamed", "valid": False, "type": {"id": "snowflake", "properties": {}}}

    reply = domo.platform("PATCH", f"/accounts/{PROD}", body)
    domo.platform(
        "PATCH", f"/accounts/{PROD}", {"type": {"id": "snowflake", "properties": {"role": "R"}}}
    )

    assert (reply.status_code, reply.content) == (202, b"")
    found = domo.v1("GET", f"/accounts/{PROD}")
    assert (found["name"], found["valid"]) == ("Renamed", False)
    assert domo.get(f"/data/v1/providers/snowflake/account/{PROD}") == {
        "username": "svc",
        "password": "********",
        "role": "R",
    }


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": None},
        {"valid": 1},
        {"type": {"id": "oracle"}},
        {"type": []},
        {"type": {"properties": {"a": []}}},
    ],
)
def test_an_update_that_cannot_be_is_400(domo: Domo, body: Any) -> None:
    before = domo.snapshot()

    assert domo.platform("PATCH", f"/accounts/{PROD}", body).status_code == 400
    assert domo.snapshot() == before


def test_a_deletion_is_204(domo: Domo) -> None:
    reply = domo.platform("DELETE", f"/accounts/{PROD}")

    assert (reply.status_code, reply.content) == (204, b"")
    assert domo.platform("DELETE", f"/accounts/{PROD}").status_code == 404
    assert domo.platform("GET", f"/accounts/{PROD}").status_code == 404


def test_by_the_switch_updates_and_deletions_answer_as_documented(domo: Domo) -> None:
    domo.switch(account_replies_documented=True)

    updated = domo.platform("PATCH", f"/accounts/{PROD}", {"name": "Renamed"})
    deleted = domo.platform("DELETE", f"/accounts/{PROD}")

    assert (updated.status_code, updated.json()["name"]) == (200, "Renamed")
    assert (deleted.status_code, deleted.content) == (200, b"")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_account_is_shared_with_a_user_by_either_method(domo: Domo, method: str) -> None:
    path, body = f"/accounts/{PROD}/shares", {"user": {"id": CAT}}

    replies = [domo.platform(method, path, body) for _ in range(2)]

    assert [(one.status_code, one.content) for one in replies] == [(200, b""), (200, b"")]
    assert shares(domo, PROD)["USER", str(CAT)] == "CAN_VIEW"
    assert str(PROD) in [one["id"] for one in domo.v1("GET", "/accounts", client="c-cat")]
    assert domo.platform("POST", path, {"user": {"id": 4}}, "c-cat").status_code == 403


def test_sharing_takes_nothing_from_who_has_more(domo: Domo) -> None:
    give(domo, "CAN_EDIT")

    domo.v1("POST", f"/accounts/{PROD}/shares", {"user": {"id": CAT}})
    domo.v1("POST", f"/accounts/{PROD}/shares", {"user": {"id": ADA}})

    assert shares(domo, PROD) == {("USER", str(ADA)): "OWNER", ("USER", str(CAT)): "CAN_EDIT"}


@pytest.mark.parametrize("body", [None, [], {"user": 4}, {"user": {}}, {"user": {"id": 99}}])
def test_a_share_that_cannot_be_is_400(domo: Domo, body: Any) -> None:
    assert domo.platform("POST", f"/accounts/{PROD}/shares", body).status_code == 400


@pytest.mark.parametrize("number", ["x", "99999999999999999999", "1.5"])
def test_a_number_that_is_none_is_400(domo: Domo, number: str) -> None:
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/shares")):
        assert domo.platform(method, f"/accounts/{number}{path}", {}).status_code == 400


@pytest.mark.parametrize("path", ["/accounts", "/accounts/3", "/account-types"])
def test_accounts_need_their_scope(domo: Domo, path: str) -> None:
    assert domo.platform("GET", path, client="c-data").status_code == 403


def test_types_are_listed_by_page_and_read_with_what_they_ask_for(domo: Domo) -> None:
    found = domo.v1("GET", "/account-types")

    assert {"id": "basecamp", "name": "Basecamp"} in found
    assert [one["id"] for one in found] == sorted(one["id"] for one in found)
    assert domo.v1("GET", "/account-types?limit=2&offset=1") == found[1:3]
    one = domo.v1("GET", "/account-types/amazon-s3")
    assert one == {
        "id": "amazon-s3",
        "name": "Amazon S3",
        "_templates": {
            "default": {
                "title": "Create Amazon S3 Account",
                "contentType": "application/json",
                "method": "post",
                "key": "default",
                "properties": [
                    {"name": "accessKey", "prompt": "Access Key", "required": True},
                    {"name": "secretKey", "prompt": "Secret Key", "required": True},
                    {"name": "bucket", "prompt": "Bucket", "required": True},
                    {"name": "region", "prompt": "Region", "required": True},
                ],
            }
        },
    }
    assert domo.v1("GET", "/accounts/account-types/amazon-s3") == one
    assert domo.platform("GET", "/account-types/xyz").status_code == 404


def test_a_type_that_only_an_account_has_is_known_to_who_may_use_the_account(domo: Domo) -> None:
    domo.v1("POST", "/accounts", DOCUMENTED)

    template = domo.v1("GET", "/account-types/xyz")["_templates"]["default"]

    assert [one["name"] for one in template["properties"]] == ["username", "password"]
    assert domo.platform("GET", "/account-types/xyz", client="c-cat").status_code == 404


def test_an_oauth_account_asks_for_nothing(domo: Domo) -> None:
    made = domo.v1("POST", "/accounts", {"name": "Sheets", "type": {"id": "google-spreadsheets"}})

    assert domo.get(f"{ACCOUNTS}/{made['id']}")["credentialsType"] == "oauth"
    found = domo.v1("GET", "/account-types/google-spreadsheets")
    assert found["_templates"]["default"]["properties"] == []


def test_a_snapshot_shows_shares_and_stars_for_secrets(domo: Domo) -> None:
    give(domo, "CAN_EDIT", account=BUCKET)

    prod, bucket, _ = domo.snapshot()["accounts"]

    assert prod["configuration"] == {"username": "svc", "password": "********"}
    assert bucket == {
        "id": BUCKET,
        "name": "Bucket",
        "original_name": "AWS",
        "provider": "amazon-s3",
        "owner": "bob@acme.example",
        "shares": [
            {"type": "USER", "email": "cat@acme.example", "access": "CAN_EDIT"},
            {"type": "GROUP", "name": "West Sales", "access": "CAN_VIEW"},
        ],
    }


principals = st.one_of(
    st.builds(lambda one: ("USER", "email", one), st.sampled_from(["ada@x", "bob@x", "cat@x"])),
    st.just(("GROUP", "name", "West")),
    st.just(("VIRTUAL_USER", "id", "vu:1")),
)
words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=8)
accounts = st.fixed_dictionaries(
    {"name": words, "provider": st.sampled_from(["snowflake", "google-spreadsheets"])},
    optional={
        "original_name": words,
        "owner": st.sampled_from(["ada@x", "bob@x"]),
        "valid": st.booleans(),
        "shares": st.lists(principals, unique=True).map(
            lambda found: [{"type": t, k: v, "access": "CAN_SHARE"} for t, k, v in found]
        ),
        "configuration": st.dictionaries(
            st.sampled_from(["username", "password", "url"]), st.just(SECRET)
        ).map(lambda found: {k: "plain" if k == "username" else v for k, v in found.items()}),
    },
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(accounts=st.lists(accounts, max_size=3))
def test_a_snapshot_with_accounts_loads_again_and_holds_no_secret(
    running: Domo, accounts: list[dict[str, Any]]
) -> None:
    users = [{"email": "ada@x", "role": "Admin"}, {"email": "bob@x"}, {"email": "cat@x"}]
    running.reset({"users": users, "groups": [{"name": "West"}], "accounts": accounts})
    first = running.snapshot()
    running.reset(first)

    assert running.snapshot() == first
    assert SECRET not in str(first)
    shown = [set(one.get("configuration", {})) for one in first["accounts"]]
    assert shown == [set(one.get("configuration", {})) for one in accounts]


def test_a_reset_brings_back_what_the_estate_said(domo: Domo) -> None:
    domo.v1("DELETE", f"/accounts/{PROD}")
    domo.v1("POST", "/accounts", DOCUMENTED)
    give(domo, "OWNER", account=MARTS)

    domo.reset()

    found = domo.snapshot()
    domo.reset(WITH_ACCOUNTS)
    assert found == domo.snapshot()


@pytest.mark.parametrize(
    ("account", "finding"),
    [
        ("shares: [{type: USER, email: b@x, access: CAN_VIEW}]", "shares[0]: unknown user b@x"),
        ("shares: [{type: CARD, id: 1, access: CAN_VIEW}]", "shares[0].type: "),
        ("shares: [{type: USER, email: a@x, access: CO_OWNER}]", "shares[0].access: "),
        ("configuration: {password: [x]}", "configuration.password: "),
        ("former_owner: 1", "former_owner: the user 1 is there"),
        ("owner: a@x, former_owner: 7", "an account has an owner or a former one, not both"),
    ],
)
def test_what_an_account_of_an_estate_may_not_say(
    tmp_path: Path, account: str, finding: str
) -> None:
    path = tmp_path / "estate.yml"
    path.write_text(
        "users: [{id: 1, email: a@x, role: Admin}]\n"
        f"accounts: [{{name: N, provider: snowflake, {account}}}]\n"
    )

    with pytest.raises(EstateInvalid) as caught:
        load_estate(path)

    assert any(finding in one for one in caught.value.findings)
