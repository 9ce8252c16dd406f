"""pydomo, unmodified, against an emulator of its own, with a tap on the wire between them."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pydomo as domo_sdk
import pytest

from tests.conformance.estate import ESTATE, SALES, SALES_ROWS
from tests.conformance.hands import send_rows
from tests.conformance.tap import Tap
from tests.emulator.client import Domo, Server

PATIENCE_S = 60
"""pydomo waits without end unless it is told."""


@pytest.fixture(scope="package", autouse=True)
def _plain_network() -> Iterator[None]:
    """requests takes proxies and passwords from the machine: a default entry in a netrc would
    take the place of the bearer token."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.setenv("NETRC", os.devnull)
        yield


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    process = Server()
    yield process
    process.stop()


@pytest.fixture(scope="package")
def running(server: Server) -> Iterator[Domo]:
    domo = Domo(server.url)
    yield domo
    domo.close()


@pytest.fixture(scope="package")
def wire(server: Server) -> Iterator[Tap]:
    tap = Tap(server.url)
    yield tap
    tap.close()


@pytest.fixture
def domo(running: Domo) -> Domo:
    """The emulator with `ESTATE` and `SALES_ROWS`, spoken to without pydomo."""
    running.reset(ESTATE)
    send_rows(running, f"/datasets/{SALES}/data", SALES_ROWS)
    return running


@pytest.fixture
def tap(wire: Tap, domo: Domo) -> Tap:
    """The tap, with nothing noted yet."""
    wire.forget()
    return wire


Connecting = Callable[..., domo_sdk.Domo]


@pytest.fixture
def connect(tap: Tap) -> Connecting:
    """pydomo for a client of the estate, by way of the tap."""

    def connected(client: str = "c-ada", secret: str = "secret", **more: Any) -> domo_sdk.Domo:
        return domo_sdk.Domo(
            client, secret, api_host=tap.host, use_https=False, request_timeout=PATIENCE_S, **more
        )

    return connected


@pytest.fixture
def pydomo(connect: Connecting, tap: Tap) -> domo_sdk.Domo:
    """pydomo for an Admin; what it sent to sign in is forgotten."""
    connected = connect()
    tap.forget()
    return connected


@pytest.fixture
def prints(capsys: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """What pydomo is expected to print, nothing unless the test adds to it: `ds_get` prints what
    goes wrong and goes on."""
    expected: list[str] = []
    yield expected
    assert capsys.readouterr().out == "".join(expected)
