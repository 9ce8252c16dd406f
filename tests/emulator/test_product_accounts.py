"""Accounts on the Product plane: who sees them, what may be changed, and secrets."""

from typing import Any

import pytest

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
from tests.emulator.conftest import ADA, BOB, CAT, INTERNS, SALES, WES, WEST

STREAMS = "/data/v1/streams"

CAPTURED = {
    "id": 1,
    "userId": 1893952720,
    "name": "DataSet Copy Account",
    "displayName": "copy - north",
    "type": "data",
    "valid": True,
    "dataProviderType": "dataset-copy",
    "credentialsType": "fields",
    "createdAt": 1589100087000,
    "createdBy": 1893952720,
    "modifiedAt": 1698071224000,
    "modifiedBy": 1893952720,
    "configurations": {},
    "accountId": 1,
    "accountTemplateId": None,
    "accountTemplateAuthorizationId": None,
}
"""The keys and types of a captured account (nb)."""


@pytest.fixture
def domo(running: Domo) -> Domo:
    running.reset(WITH_ACCOUNTS)
    return running


def connector(account: Any) -> dict[str, Any]:
    return {
        "transport": {"type": "CONNECTOR", "description": "d", "version": "0"},
        "account": account,
        "dataProvider": {"key": "snowflake"},
        "dataSource": {"name": "Loaded"},
    }


def test_an_account_has_the_captured_keys_in_their_order_and_types(domo: Domo) -> None:
    found = domo.get(f"{ACCOUNTS}/{BUCKET}?unmask=false")

    assert list(found) == list(CAPTURED)
    assert {key: type(one) for key, one in found.items()} == {
        key: type(one) for key, one in CAPTURED.items()
    }
    assert (found["name"], found["displayName"]) == ("AWS", "Bucket")
    assert (found["userId"], found["createdBy"], found["accountId"]) == (BOB, BOB, BUCKET)
    assert found in domo.get(ACCOUNTS)


@pytest.mark.parametrize(
    ("token", "ids"),
    [
        ("t-ada", [PROD, BUCKET, MARTS]),
        ("t-bob", [BUCKET, MARTS]),
        ("t-wes", [BUCKET]),
        ("t-cat", [BUCKET]),  # as one of the Interns, who are a group in West Sales
    ],
)
def test_accounts_are_ones_own_and_the_shared_ones(domo: Domo, token: str, ids: list[int]) -> None:
    assert [one["id"] for one in domo.get(ACCOUNTS, token)] == ids
    for number in (PROD, BUCKET, MARTS):
        reply = domo.product("GET", f"{ACCOUNTS}/{number}", token=token)
        assert reply.status_code == (200 if number in ids else 403)


def test_groups_in_groups_share_only_where_they_nest(domo: Domo) -> None:
    domo.switch(nested_groups=False)

    assert domo.get(ACCOUNTS, "t-cat") == []
    assert [one["id"] for one in domo.get(ACCOUNTS, "t-wes")] == [BUCKET]


def test_accounts_are_paged_where_a_limit_asks_for_it(domo: Domo) -> None:
    assert [one["id"] for one in domo.get(f"{ACCOUNTS}?limit=1&offset=1")] == [BUCKET]
    assert len(domo.get(f"{ACCOUNTS}?limit=-1")) == 3


@pytest.mark.parametrize(
    ("level", "reads", "shares_it", "edits", "deletes"),
    [
        ("NONE", 403, 403, 403, 403),
        ("CAN_VIEW", 200, 403, 403, 403),
        ("CAN_SHARE", 200, 200, 403, 403),
        ("CAN_EDIT", 200, 200, 200, 403),
        ("OWNER", 200, 200, 200, 204),
        ("CAN_WRITE", 403, 403, 403, 403),
        ("FEDERATED", 403, 403, 403, 403),
    ],
)
def test_what_a_level_allows(
    domo: Domo, level: str, reads: int, shares_it: int, edits: int, deletes: int
) -> None:
    give(domo, level)
    one = f"{ACCOUNTS}/{PROD}"

    def status(method: str, path: str, body: Any = None) -> int:
        return domo.product(method, path, body, "t-cat").status_code

    assert status("GET", one) == reads
    assert status("GET", f"/data/v2/accounts/share/{PROD}") == reads
    assert give(domo, "CAN_VIEW", WES, token="t-cat") == shares_it
    assert status("PUT", f"/data/v1/providers/snowflake/account/{PROD}", {"role": "R"}) == edits
    assert status("DELETE", one) == deletes
    assert domo.product("GET", one).status_code == (404 if deletes == 204 else 200)


def test_a_created_account_belongs_to_the_caller(domo: Domo) -> None:
    body = {
        "name": "AWS",
        "displayName": "Landing bucket",
        "dataProviderType": "amazon-s3",
        "configurations": {"accessKey": SECRET, "bucket": "landing", "region": None},
    }

    made = domo.done("POST", ACCOUNTS, body, "t-cat")

    assert (made["userId"], made["createdBy"], made["valid"]) == (CAT, CAT, True)
    assert (made["name"], made["displayName"]) == ("AWS", "Landing bucket")
    assert domo.get(f"{ACCOUNTS}/{made['id']}", "t-cat") == made
    assert domo.get(f"/data/v1/providers/amazon-s3/account/{made['id']}", "t-cat") == {
        "accessKey": "********",
        "bucket": "landing",
    }
    assert domo.product("POST", ACCOUNTS, body, "t-wes").status_code == 403  # a Participant


def test_a_rename_changes_only_the_display_name(domo: Domo) -> None:
    before = domo.get(f"{ACCOUNTS}/{PROD}")

    reply = domo.session.put(
        f"{domo.url}/api{ACCOUNTS}/{PROD}/name", data="Schneeflöckchen".encode(), timeout=10,
        headers={"X-DOMO-Developer-Token": "t-ada", "Content-Type": "text/plain"},
    )  # fmt: skip

    assert reply.status_code == 200
    after = domo.get(f"{ACCOUNTS}/{PROD}")
    assert reply.json() == after
    assert (after["displayName"], after["name"]) == ("Schneeflöckchen", "Snowflake prod")
    assert after["modifiedAt"] >= before["modifiedAt"]
    assert domo.snapshot()["accounts"][0]["original_name"] == "Snowflake prod"


@pytest.mark.parametrize("name", [b"", b" \n", b"\xff\xfe"])
def test_a_name_that_cannot_be_is_400(domo: Domo, name: bytes) -> None:
    headers = {"X-DOMO-Developer-Token": "t-ada"}
    url = f"{domo.url}/api{ACCOUNTS}/{PROD}/name"

    assert domo.session.put(url, data=name, headers=headers, timeout=10).status_code == 400
    assert domo.get(f"{ACCOUNTS}/{PROD}")["displayName"] == "Snowflake prod"


def test_a_configuration_is_replaced_and_its_secrets_are_masked(domo: Domo) -> None:
    path = f"/data/v1/providers/snowflake/account/{PROD}"

    assert domo.get(f"{path}?unmask=false") == {"username": "svc", "password": "********"}
    assert domo.get(f"{path}?unmask=true") == {"username": "svc", "password": "********"}
    changed = domo.done("PUT", path, {"username": "other", "privateKey": SECRET, "port": 443})

    assert (changed["id"], changed["configurations"], changed["modifiedBy"]) == (PROD, {}, ADA)
    assert domo.get(path) == {"username": "other", "privateKey": "********", "port": "443"}
    assert domo.product("GET", f"/data/v1/providers/oracle/account/{PROD}").status_code == 404


def test_no_secret_comes_out_of_any_door(domo: Domo) -> None:
    domo.done("PUT", f"/data/v1/providers/snowflake/account/{PROD}", {"token": SECRET})
    domo.done("POST", STREAMS, connector({"id": PROD}))
    doors = [
        ("GET", "/api/data/v1/accounts"),
        ("GET", f"/api/data/v1/accounts/{PROD}?unmask=true"),
        ("GET", f"/api/data/v1/providers/snowflake/account/{PROD}?unmask=true"),
        ("GET", "/api/data/v1/streams/bulk?fields=all"),
        ("GET", "/_emulator/snapshot"),
        ("GET", "/_emulator/requests"),
        ("GET", "/_emulator/history"),
    ]

    for method, path in doors:
        reply = domo.send(method, path, headers={"X-DOMO-Developer-Token": "t-ada"})
        assert reply.status_code == 200
        assert SECRET not in reply.text


@pytest.mark.parametrize(
    "body", [[SECRET], {"password": [SECRET]}, {"password": {"value": SECRET}}, SECRET]
)
def test_a_configuration_that_cannot_be_is_400_and_not_repeated(domo: Domo, body: Any) -> None:
    path = f"/data/v1/providers/snowflake/account/{PROD}"
    made = {"displayName": "N", "dataProviderType": "snowflake", "configurations": body}

    for reply in (domo.product("PUT", path, body), domo.product("POST", ACCOUNTS, made)):
        assert reply.status_code == 400
        assert SECRET not in reply.text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"displayName": "N"},
        {"displayName": "", "name": "", "dataProviderType": "snowflake"},
        {"displayName": 7, "dataProviderType": "snowflake"},
        {"displayName": "N", "dataProviderType": ""},
        [],
    ],
)
def test_an_account_that_cannot_be_is_400(domo: Domo, body: Any) -> None:
    assert domo.product("POST", ACCOUNTS, body).status_code == 400
    assert len(domo.get(ACCOUNTS)) == 3


def test_deleting_an_account_leaves_its_streams_without_one(domo: Domo) -> None:
    made = domo.done("POST", STREAMS, connector({"id": PROD}))

    reply = domo.product("DELETE", f"{ACCOUNTS}/{PROD}")

    assert (reply.status_code, reply.content) == (204, b"")
    assert domo.product("DELETE", f"{ACCOUNTS}/{PROD}").status_code == 404
    assert domo.get(f"{STREAMS}/{made['id']}")["account"] is None
    found = domo.snapshot()
    domo.reset(found)
    assert domo.snapshot() == found


def test_a_new_account_never_gets_the_number_of_a_deleted_one(domo: Domo) -> None:
    body = {"displayName": "N", "dataProviderType": "snowflake"}
    first = domo.done("POST", ACCOUNTS, body)["id"]
    domo.done("DELETE", f"{ACCOUNTS}/{first}")

    assert domo.done("POST", ACCOUNTS, body)["id"] > first


@pytest.mark.parametrize("number", ["x", "1e3", "99999999999999999999", "-1", "99"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/data/v1/accounts/{}"),
        ("DELETE", "/data/v1/accounts/{}"),
        ("PUT", "/data/v1/accounts/{}/name"),
        ("PUT", "/data/v1/accounts/{}/share"),
        ("GET", "/data/v2/accounts/share/{}"),
        ("PUT", "/data/v2/accounts/share/{}"),
        ("GET", "/data/v1/providers/snowflake/account/{}"),
        ("PUT", "/data/v1/providers/snowflake/account/{}"),
        ("GET", "/data/v2/datasources/account/{}"),
        ("POST", "/data/v2/datasources/account/{}"),
    ],
)
def test_a_number_that_is_no_account_is_refused(
    domo: Domo, method: str, path: str, number: str
) -> None:
    reply = domo.product(method, path.format(number), [])

    assert reply.status_code == (404 if number in ("-1", "99") else 400)


def test_a_stream_takes_only_an_account_that_the_caller_may_use(domo: Domo) -> None:
    refused = domo.product("POST", STREAMS, connector({"id": PROD}), "t-cat")
    missing = domo.product("POST", STREAMS, connector({"id": 99}), "t-cat")
    by_group = domo.product("POST", STREAMS, connector({"id": BUCKET}), "t-cat")
    give(domo, "CAN_VIEW")
    by_share = domo.product("POST", STREAMS, connector({"id": PROD}), "t-cat")

    assert (refused.status_code, missing.status_code) == (400, 400)
    assert refused.json()["message"] == missing.json()["message"].replace("99", str(PROD))
    assert (by_group.status_code, by_share.status_code) == (201, 201)
    assert len(domo.snapshot()["datasets"]) == 4


def test_an_account_that_is_not_shared_is_an_empty_shell_in_a_stream(domo: Domo) -> None:
    made = domo.done("POST", STREAMS, connector({"id": MARTS}), "t-bob")
    body = {"permissions": [{"type": "USER", "id": CAT, "accessLevel": "CAN_EDIT"}]}
    domo.done("POST", f"/data/v3/datasources/{made['dataSource']['id']}/share", body, "t-bob")

    found = domo.get(f"{STREAMS}/{made['id']}", "t-cat")

    shell = dict.fromkeys(CAPTURED) | {"id": MARTS, "accountId": MARTS, "valid": False}
    assert found["account"] == shell
    kept = domo.done("PUT", f"{STREAMS}/{made['id']}", found, "t-cat")
    assert kept["account"] == shell
    assert domo.get(f"{STREAMS}/{made['id']}", "t-bob")["account"]["displayName"] == "Marts"


def test_streams_are_pointed_to_another_account(domo: Domo) -> None:
    ids = [
        domo.done("POST", STREAMS, connector({"id": PROD}))["dataSource"]["id"] for _ in range(2)
    ]

    reply = domo.product("POST", f"/data/v2/datasources/account/{MARTS}", ids)

    assert (reply.status_code, reply.content) == (200, b"")
    found = domo.get(f"/data/v2/datasources/account/{MARTS}")
    assert found == [{"id": one, "name": "Loaded"} for one in sorted(ids)]
    assert domo.get(f"/data/v2/datasources/account/{PROD}") == []
    assert domo.get(f"/data/v2/datasources/account/{MARTS}", "t-bob") == []  # nor the datasets


@pytest.mark.parametrize(
    ("wrong", "status"), [(SALES, 400), ("no-such-id", 404), (7, 400), (None, 400)]
)
def test_pointing_changes_every_stream_or_none(domo: Domo, wrong: Any, status: int) -> None:
    good = domo.done("POST", STREAMS, connector({"id": PROD}))["dataSource"]["id"]

    reply = domo.product("POST", f"/data/v2/datasources/account/{MARTS}", [good, wrong])

    assert reply.status_code == status
    assert domo.get(f"/data/v2/datasources/account/{MARTS}") == []


def test_pointing_takes_the_account_and_the_dataset(domo: Domo) -> None:
    mine = domo.done("POST", STREAMS, connector({"id": BUCKET}), "t-cat")["dataSource"]["id"]
    adas = domo.done("POST", STREAMS, connector({"id": BUCKET}))["dataSource"]["id"]

    def point(account: int, dataset: str) -> int:
        path = f"/data/v2/datasources/account/{account}"
        return domo.product("POST", path, [dataset], "t-cat").status_code

    assert point(PROD, mine) == 403
    assert point(BUCKET, adas) == 403
    assert point(BUCKET, mine) == 200


def test_who_is_gone_takes_no_share_along(domo: Domo) -> None:
    give(domo, "CAN_EDIT")
    domo.done("DELETE", "/content/v2/groups", [WEST])
    domo.v1("DELETE", f"/users/{CAT}")

    assert shares(domo, BUCKET) == {("USER", str(BOB)): "OWNER"}
    assert shares(domo, PROD) == {("USER", str(ADA)): "OWNER"}
    assert INTERNS in [one["id"] for one in domo.snapshot()["groups"]]


def test_a_deleted_owner_stays_named_and_the_snapshot_still_loads(domo: Domo) -> None:
    domo.v1("DELETE", f"/users/{BOB}")

    found = domo.snapshot()

    assert domo.get(f"{ACCOUNTS}/{MARTS}")["userId"] == BOB
    assert found["accounts"][2] == {
        "id": MARTS, "name": "Marts", "provider": "snowflake", "former_owner": BOB,
    }  # fmt: skip
    domo.reset(found)
    assert domo.snapshot() == found
    assert domo.get(f"{ACCOUNTS}/{MARTS}")["userId"] == BOB
    made = domo.v1("POST", "/users", {"name": "New", "email": "n@x", "role": "Editor"})
    assert made["id"] != BOB
