"""From addresses and credentials to a reader and a sender."""

import logging

import pytest

from domostate.domo.connect import PlatformAccess, ProductAccess, connect
from domostate.errors import NotFound, Unreachable, UsageError
from domostate.model.call import Call, Plane
from tests.domo.conftest import SECRET, TOKEN, Connecting
from tests.domo.loopback import DROP, Answer, Loopback

PRODUCT = ProductAccess("https://acme.test", TOKEN, "env:T")
PLATFORM = PlatformAccess("https://api.test", "client", SECRET, "env:C")


def test_secrets_do_not_appear_when_access_is_shown() -> None:
    shown = f"{PRODUCT!r} {PLATFORM!r}"

    assert TOKEN not in shown
    assert SECRET not in shown
    assert "https://acme.test" in shown


def test_the_planes_are_those_with_credentials() -> None:
    assert connect(PRODUCT, None).planes == {Plane.PRODUCT}
    assert connect(None, PLATFORM).reader.planes == {Plane.PLATFORM}
    assert connect(PRODUCT, PLATFORM).open_sender().planes == set(Plane)


def test_no_credentials_at_all_are_refused() -> None:
    with pytest.raises(UsageError, match="neither a developer token nor a client"):
        connect(None, None)


def test_connecting_sends_nothing(server: Loopback, connected: Connecting) -> None:
    connected().open_sender()

    assert server.requests == []


def test_a_write_goes_out_on_its_plane_and_brings_its_reply(
    server: Loopback, connected: Connecting
) -> None:
    server.on("PUT /v1/datasets/a", Answer({"id": "a"}))
    server.on("POST /api/data/ui/v3/datasources/a/tags", Answer())
    sender = connected().open_sender()

    replied = sender.send(Call("PUT", "/v1/datasets/a", Plane.PLATFORM, {"name": "n"}))
    silent = sender.send(
        Call("POST", "/api/data/ui/v3/datasources/a/tags", Plane.PRODUCT, ["x", "y"])
    )

    assert (replied, silent) == ({"id": "a"}, None)
    assert [r.body for r in server.requests[1:]] == [{"name": "n"}, ["x", "y"]]


def test_reads_and_writes_are_counted_apart(server: Loopback, connected: Connecting) -> None:
    server.on("DELETE /api/x", Answer())
    server.on("GET /api/x", Answer({}))
    connection = connected("product")
    sender = connection.open_sender()

    sender.send(Call("DELETE", "/api/x", Plane.PRODUCT))
    connection.reader.get(Call("GET", "/api/x", Plane.PRODUCT))
    connection.reader.get(Call("GET", "/api/x", Plane.PRODUCT))

    assert (sender.calls, connection.reader.calls) == (1, 2)


def test_a_write_on_a_plane_without_credentials_is_refused(connected: Connecting) -> None:
    with pytest.raises(UsageError, match="no credentials for the platform API"):
        connected("product").open_sender().send(Call("POST", "/v1/datasets", Plane.PLATFORM, {}))


def test_a_create_whose_answer_is_lost_is_not_repeated(
    server: Loopback, connected: Connecting
) -> None:
    server.on("POST /api/data/v2/datasources", DROP)
    create = Call("POST", "/api/data/v2/datasources", Plane.PRODUCT, {}, repeatable=False)

    with pytest.raises(Unreachable):
        connected("product").open_sender().send(create)
    assert len(server.requests) == 1


def test_reader_and_sender_share_connections(server: Loopback, connected: Connecting) -> None:
    server.on("GET /api/x", Answer({}))
    server.on("PUT /api/x", Answer({}))
    connection = connected("product")

    connection.reader.get(Call("GET", "/api/x", Plane.PRODUCT))
    connection.open_sender().send(Call("PUT", "/api/x", Plane.PRODUCT, {}))

    assert server.connections == 1


def test_no_secret_is_logged(
    server: Loopback, connected: Connecting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.on("GET /api/x", Answer({}, 503), Answer({}))
    reader = connected().reader

    reader.get(Call("GET", "/api/x", Plane.PRODUCT))
    with pytest.raises(NotFound):
        reader.get(Call("GET", "/v1/x", Plane.PLATFORM))

    assert "/oauth/token" in caplog.text
    for secret in (TOKEN, SECRET, "bearer-1"):
        assert secret not in caplog.text
