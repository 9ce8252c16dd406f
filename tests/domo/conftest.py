"""Fixtures: a loopback server, and connections to it that do not wait long between sendings."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from domostate.domo.auth import DeveloperToken
from domostate.domo.connect import Connection, PlatformAccess, ProductAccess, connect
from domostate.domo.governor import Governor
from domostate.domo.reader import Reader
from domostate.domo.retry import RetryPolicy
from domostate.domo.transport import Transport
from domostate.domo.wire import Wire
from tests.domo.estate import Estate
from tests.domo.loopback import Answer, Loopback

TOKEN = "canary-token-7f3a"
SECRET = "canary-secret-91bc"
HASTY = RetryPolicy(
    patience=timedelta(seconds=5),
    connect_patience=timedelta(milliseconds=300),
    connect_timeout=timedelta(seconds=3),
    read_timeout=timedelta(seconds=5),
    attempts=3,
    first_wait=timedelta(milliseconds=5),
    longest_wait=timedelta(milliseconds=20),
)
PATIENT = replace(
    HASTY, connect_patience=timedelta(seconds=5), connect_timeout=timedelta(seconds=5)
)
SIGNED_IN = Answer({"access_token": "bearer-1", "expires_in": 3599, "userId": 27})


@pytest.fixture
def server() -> Iterator[Loopback]:
    loopback = Loopback()
    yield loopback
    loopback.close()


@pytest.fixture
def transport(server: Loopback) -> Iterator[Transport]:
    """The Product plane of the server."""
    wire = Wire(server.url, governor=Governor(), retry=HASTY, parallelism=8)
    yield Transport(wire, DeveloperToken(TOKEN), "env:DOMO_TEST_TOKEN")
    wire.close()


Connecting = Callable[..., Connection]


@pytest.fixture
def connected(server: Loopback) -> Iterator[Connecting]:
    """Connects to the planes that are named; both unless told."""
    opened: list[Connection] = []
    server.on("POST /oauth/token", SIGNED_IN)

    def open_(*planes: str) -> Connection:
        product = ProductAccess(server.url, TOKEN, "env:DOMO_TEST_TOKEN")
        platform = PlatformAccess(server.url, "client", SECRET, "env:DOMO_TEST_CLIENT")
        connection = connect(
            product if "product" in planes or not planes else None,
            platform if "platform" in planes or not planes else None,
            retry=PATIENT,
        )
        opened.append(connection)
        return connection

    yield open_
    for connection in opened:
        connection.close()


@pytest.fixture
def estate(server: Loopback) -> Estate:
    return Estate(server)


@pytest.fixture
def reader(connected: Connecting) -> Reader:
    """Reads on the Product plane."""
    return connected("product").reader


@pytest.fixture
def platform(connected: Connecting) -> Reader:
    """Reads on the Platform plane."""
    return connected("platform").reader
