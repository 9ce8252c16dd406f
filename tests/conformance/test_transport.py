"""How pydomo signs in, and what it makes of refusals."""

import base64
import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pydomo as domo_sdk
import pytest

from tests.conformance.conftest import PATIENCE_S, Connecting
from tests.conformance.estate import (
    ADA,
    ALL_ROWS,
    ESTATE,
    FEED,
    FINANCE,
    PEOPLE,
    SALES,
    SALES_ROWS,
    SNOWFLAKE,
)
from tests.conformance.hands import rows_of, start_run
from tests.conformance.tap import Exchange, Tap
from tests.emulator.client import Domo, Server

NOWHERE = "00000000-0000-4000-8000-000000000000"


def statuses(exchanges: list[Exchange]) -> list[tuple[str, int]]:
    return [(f"{one.method} {one.target}", one.reply.status) for one in exchanges]


def claims(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return found


def test_a_token_is_asked_for_with_a_form_and_kept(connect: Connecting, tap: Tap) -> None:
    pydomo = connect()
    pydomo.users_get(ADA)
    pydomo.users_get(ADA)

    signing_in, *rest = tap.exchanges()
    request, reply = signing_in.request, signing_in.reply
    assert (signing_in.method, signing_in.target, reply.status) == ("POST", "/oauth/token", 200)
    assert request.headers["authorization"] == f"Basic {base64.b64encode(b'c-ada:secret').decode()}"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["accept"] == "*/*"
    assert request.body == b"grant_type=client_credentials"
    answered = json.loads(reply.body)
    assert answered["access_token"] == pydomo.transport.access_token
    assert claims(answered["access_token"])["exp"] == pydomo.transport.token_expiration
    assert statuses(rest) == [(f"GET /v1/users/{ADA}", 200)] * 2


def test_a_token_may_be_asked_for_with_fewer_scopes(connect: Connecting, tap: Tap) -> None:
    pydomo = connect(scope=["data", "account"])

    (signing_in,) = tap.exchanges()
    form = parse_qs(signing_in.request.body.decode())
    assert form == {"grant_type": ["client_credentials"], "scope": ["data account"]}
    assert signing_in.request.body.endswith(b"&scope=data+account")
    assert json.loads(signing_in.reply.body)["scope"] == "data account"
    assert pydomo.accounts_get(SNOWFLAKE)["id"] == str(SNOWFLAKE)
    with pytest.raises(Exception, match=r'^User Error: \{"status":403,'):
        pydomo.users_list()


def test_a_wrong_secret_is_told(connect: Connecting, tap: Tap) -> None:
    with pytest.raises(Exception, match=r"^Error retrieving a Domo API Access Token: \{.*401"):
        connect(secret="guess")

    assert statuses(tap.exchanges()) == [("POST /oauth/token", 401)]


def test_a_connection_file_may_hold_the_client(tap: Tap, tmp_path: Path) -> None:
    path = tmp_path / "domo.ini"
    lines = ["[client_auth]", "client = c-ada", "secret = secret", f"api_host = {tap.host}"]
    path.write_text("\n".join([*lines, "use_https = false"]))

    pydomo = domo_sdk.Domo(connection_file=path, request_timeout=PATIENCE_S)

    assert pydomo.users_get(ADA)["email"] == "ada@acme.example"


def test_the_host_may_be_followed_by_the_path_of_an_instance(tmp_path: Path) -> None:
    estate = tmp_path / "estate.json"
    estate.write_text(json.dumps(ESTATE))
    folder = str(tmp_path / "data")
    server = Server("--data", folder, "--instance", f"dev={estate}", "--instance", "prod")
    try:
        dev, prod = (
            domo_sdk.Domo(
                "c-ada", "secret", api_host=f"{urlsplit(server.url).netloc}/instances/{name}",
                use_https=False, request_timeout=PATIENCE_S,
            )
            for name in ("dev", "prod")
        )  # fmt: skip
        made = prod.ds_create(pd.DataFrame({"n": [1]}), "Only here")

        assert [one["id"] for one in prod.ds_list(df_output=False)] == [made]
        assert {one["id"] for one in dev.ds_list(df_output=False)} == {SALES, PEOPLE}
    finally:
        server.stop()


def test_a_token_that_is_over_is_renewed_before_the_next_call(
    connect: Connecting, tap: Tap, domo: Domo
) -> None:
    domo.switch(token_life_s=-1)
    pydomo = connect()
    domo.switch(token_life_s=3599)

    assert pydomo.users_get(ADA)["name"] == "Ada"
    pydomo.users_get(ADA)

    token, read = ("POST /oauth/token", 200), (f"GET /v1/users/{ADA}", 200)
    assert statuses(tap.exchanges()) == [token, token, read, read]


def test_a_token_that_stays_over_is_refused_with_a_challenge_and_no_text(
    connect: Connecting, tap: Tap, domo: Domo
) -> None:
    domo.switch(token_life_s=-1)
    pydomo = connect()

    with pytest.raises(Exception, match=r"^Error retrieving User: $"):
        pydomo.users_get(ADA)

    refused = tap.exchanges()[-1].reply
    assert refused.status == 401
    assert "Jwt expired at" in refused.headers["www-authenticate"]


Doing = Callable[[domo_sdk.Domo], object]
SCHEMA = {"columns": [{"type": "LONG", "name": "n"}]}
BY_NO_KEY = {"dataSet": {"name": "x", "schema": SCHEMA}, "updateMethod": "UPSERT"}
BAD_FILTER = {"name": "q", "filters": [{"column": "no", "values": ["1"], "operator": "EQUALS"}]}
REFUSALS: list[tuple[Doing, str, int, str]] = [
    (lambda d: d.users.get(99), "Error retrieving User", 404, "99"),
    (
        lambda d: d.users_add("x", "bob@acme.example", "Admin"),
        "Error creating User", 400, "EMAIL_DUPLICATE",
    ),
    (
        lambda d: d.users_add("x", "x@acme.example", "King"),
        "Error creating User", 400, "No enum constant",
    ),
    (lambda d: d.users.list(-1, 0), "User Error", 400, "limit"),
    (lambda d: d.users.list(5, -1), "User Error", 400, "offset"),
    (lambda d: d.users_delete(ADA), "Error deleting User", 400, "owns"),
    (lambda d: d.groups.get(99), "Error retrieving Group", 404, "99"),
    (lambda d: d.groups.delete(FINANCE), "Error deleting Group", 400, "members"),
    (lambda d: d.groups.add_user(FINANCE, 99), "Error updating a User in a Group", 400, "99"),
    (lambda d: d.accounts.get(99), "Error retrieving Account", 404, "99"),
    (lambda d: d.accounts.create(name="x"), "Error creating Account", 400, "type.id"),
    (
        lambda d: d.accounts.update(SNOWFLAKE, type={"id": "domo-csv"}),
        "Error updating Account", 400, "snowflake",
    ),
    (lambda d: d.ds_meta(NOWHERE), "Error retrieving DataSet", 404, NOWHERE),
    (lambda d: d.datasets.create({"name": "x"}), "Error creating DataSet", 400, "Bad Request"),
    (
        lambda d: d.datasets.data_import(SALES, "West,1,2\n"),
        "Error uploading DataSet", 400,
        "Invalid CSV provided during upload. msg=There are too many columns. "
        "Expected 2. Row 1, column 3.",
    ),
    (lambda d: d.datasets.data_export(NOWHERE, True), "Error downloading data", 404, NOWHERE),
    (
        lambda d: d.ds_query(SALES, {"sql": "SELECT * FROM table"}),
        "Error creating query", 400,
        "Cannot deserialize instance of java.lang.String out of START_OBJECT token",
    ),
    (lambda d: d.ds_query(SALES, "SELECT no FROM table"), "Error creating query", 400, "no"),
    (lambda d: d.ds_query(SALES, "DELETE FROM table"), "Error creating query", 400, "SELECT"),
    (lambda d: d.pdp_delete(SALES, ALL_ROWS), "Error deleting Personalized", 400, "All Rows"),
    (lambda d: d.pdp_create(SALES, BAD_FILTER), "Error creating Personalized", 400, "no"),
    (lambda d: d.datasets.get_pdp(SALES, 99), "Error retrieving Personalized", 404, "99"),
    (lambda d: d.streams.get(99), "Error retrieving Stream", 404, "99"),
    (lambda d: d.streams.create(BY_NO_KEY), "Error creating Stream", 400, "keyColumnNames"),
    (lambda d: d.streams.search("dataSet.id:1"), "Stream Error", 400, "dataSet.id"),
    (lambda d: d.streams.get_execution(FEED, 9), "Error retrieving Stream", 404, "9"),
    (lambda d: d.streams.commit_execution(FEED, 9), "Error updating Execution", 404, "9"),
    (lambda d: d.streams.upload_part(FEED, 9, 1, "x"), "Error uploading Data Part", 404, "9"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "doing", "status", "reason"), REFUSALS)
def test_a_refusal_is_raised_with_the_text_that_came(
    pydomo: domo_sdk.Domo, tap: Tap, asked: Doing, doing: str, status: int, reason: str
) -> None:
    with pytest.raises(Exception, match=f"^{re.escape(doing)}") as caught:
        asked(pydomo)

    refused = tap.exchanges()[-1].reply
    body = json.loads(refused.body)
    assert str(caught.value).endswith(refused.body.decode())
    assert refused.status == body["status"] == status
    assert body.keys() == {"status", "statusReason", "message", "toe"}
    assert reason in body["message"]


def test_who_may_see_nothing_is_refused_as_users_have_seen_it(connect: Connecting) -> None:
    cat = connect("c-cat")

    with pytest.raises(Exception, match=r'"status":400.*Infrastructure problem \(403\): Access is'):
        cat.ds_meta(PEOPLE)
    with pytest.raises(Exception, match=r'"status":400.*Access is denied'):
        cat.datasets.data_import(SALES, "West,1\n")
    with pytest.raises(Exception, match='"status":403'):
        cat.users_add("x", "x@acme.example", "Admin")
    assert [one["id"] for one in cat.ds_list(df_output=False)] == [SALES]


def test_a_stream_of_somebody_else_is_not_found_and_the_update_breaks_off(
    connect: Connecting, tap: Tap
) -> None:
    cat = connect("c-cat")
    tap.forget()
    frame = cat.ds_get(SALES)

    with pytest.raises(IndexError):
        cat.ds_update(SALES, frame)

    assert json.loads(tap.exchanges()[-1].reply.body) == []


def test_who_is_not_signed_in_gets_a_page_in_the_place_of_rows(
    pydomo: domo_sdk.Domo, domo: Domo, tmp_path: Path
) -> None:
    """Domo cannot tell a refusal in CSV, and pydomo files whatever comes."""
    pydomo.transport.access_token = "x.y.z"

    with pydomo.datasets.data_export_to_file(SALES, tmp_path / "x", True) as written:
        text = written.read()

    assert "406" in text
    assert text.lower().startswith(("<!doctype html", "<html"))
    with pytest.raises(Exception, match=r'^Error retrieving DataSet: \{"status":403,"toe":"'):
        pydomo.ds_meta(SALES)


def test_an_export_to_a_file_does_not_look_at_the_status(
    pydomo: domo_sdk.Domo, tap: Tap, tmp_path: Path
) -> None:
    with pydomo.datasets.data_export_to_file(NOWHERE, tmp_path / "x", True) as written:
        text = written.read()

    assert text.encode() == tap.exchanges()[-1].reply.body
    assert json.loads(text)["status"] == 404


def test_a_refusal_of_packed_rows_is_not_told_as_it_came(
    pydomo: domo_sdk.Domo, tap: Tap, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("West,1\n")

    # pydomo reads its own request as UTF-8 before it raises.
    with pytest.raises(UnicodeDecodeError):
        pydomo.streams.upload_gzip_part_from_file(FEED, 9, 1, str(path), False, None)

    assert json.loads(tap.exchanges()[-1].reply.body)["status"] == 404


@pytest.mark.parametrize("name", ["abort_execution", "commit_execution"])
def test_a_run_that_is_over_takes_nothing_more(
    pydomo: domo_sdk.Domo, domo: Domo, name: str
) -> None:
    start_run(domo)
    pydomo.streams.abort_execution(FEED, 1)

    with pytest.raises(Exception, match=r'"status":400.*ABORTED'):
        getattr(pydomo.streams, name)(FEED, 1)
    with pytest.raises(Exception, match=r'"status":400.*ABORTED'):
        pydomo.streams.upload_part(FEED, 1, 1, "West,1\n")
    assert rows_of(domo, SALES) == SALES_ROWS


def test_rows_that_cannot_be_read_are_refused_when_they_are_committed(
    pydomo: domo_sdk.Domo, domo: Domo, tmp_path: Path
) -> None:
    start_run(domo)
    broken = tmp_path / "rows.csv"
    broken.write_bytes(gzip.compress(b"West,1\n")[:-9])

    pydomo.streams.upload_csv_part_from_file(FEED, 1, 1, str(broken), None)
    with pytest.raises(Exception, match=r'^Error updating Execution: \{"status":400'):
        pydomo.streams.commit_execution(FEED, 1)

    assert rows_of(domo, SALES) == SALES_ROWS
    assert pydomo.streams.get_execution(FEED, 1)["currentState"] == "ACTIVE"


def test_pages_smaller_than_pydomo_asks_for_lose_rows_without_an_error(
    pydomo: domo_sdk.Domo, domo: Domo
) -> None:
    domo.switch(page_limit=1)

    assert [one["id"] for one in pydomo.users_list(df_output=False)] == [ADA]
