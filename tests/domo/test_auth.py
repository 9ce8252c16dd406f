"""OAuth client credentials."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from domostate.domo.auth import ClientCredentials
from domostate.domo.governor import Governor
from domostate.domo.transport import Transport
from domostate.domo.wire import Wire
from domostate.errors import Broken, Unauthorized
from domostate.model.call import Call, Plane
from tests.domo.conftest import HASTY, SECRET
from tests.domo.loopback import Answer, Loopback, Request

GET = Call("GET", "/v1/x", Plane.PLATFORM)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def auth(server: Loopback, clock: Clock) -> Iterator[ClientCredentials]:
    wire = Wire(server.url, governor=Governor(), retry=HASTY, parallelism=32)
    yield ClientCredentials(wire, "cliënt", SECRET, "env:DOMO_TEST_CLIENT", clock=clock)
    wire.close()


@pytest.fixture
def platform(server: Loopback, auth: ClientCredentials) -> Iterator[Transport]:
    wire = Wire(server.url, governor=Governor(), retry=HASTY, parallelism=32)
    yield Transport(wire, auth, "env:DOMO_TEST_CLIENT")
    wire.close()


def passes(server: Loopback, expires_in: int = 3599) -> None:
    """A token endpoint that numbers its tokens."""
    given = iter(range(1, 1000))

    def sign_in(_: Request) -> Answer:
        body = {"access_token": f"t{next(given)}", "expires_in": expires_in, "userId": 27}
        return Answer(body)

    server.on("POST /oauth/token", sign_in)


def accepting(server: Loopback, *tokens: str) -> None:
    def check(request: Request) -> Answer:
        ok = request.headers["Authorization"] in {f"Bearer {token}" for token in tokens}
        return Answer({"ok": True}) if ok else Answer(status=401)

    server.on("GET /v1/x", check)


def sign_ins(server: Loopback) -> int:
    return server.asked().count("POST /oauth/token")


def test_signing_in_sends_the_client_as_basic_and_a_form(
    server: Loopback, platform: Transport
) -> None:
    passes(server)
    accepting(server, "t1")

    assert platform.send(GET) == {"ok": True}

    request = server.requests[0]
    sent = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
    assert sent == f"cliënt:{SECRET}"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.text == "grant_type=client_credentials"


def test_the_token_reply_says_who_the_user_is(server: Loopback, auth: ClientCredentials) -> None:
    passes(server)

    assert auth.user() == "27"


def test_signing_in_is_not_counted_as_a_call(server: Loopback, platform: Transport) -> None:
    passes(server)
    accepting(server, "t1")

    platform.send(GET)

    assert platform.calls == 1


def test_a_token_is_renewed_before_it_expires(
    server: Loopback, platform: Transport, clock: Clock
) -> None:
    passes(server)
    accepting(server, "t1", "t2")
    platform.send(GET)

    clock.now = 3530
    platform.send(GET)
    assert sign_ins(server) == 1

    clock.now = 3540
    platform.send(GET)
    assert sign_ins(server) == 2


def test_a_short_life_is_used_for_the_most_part(
    server: Loopback, auth: ClientCredentials, clock: Clock
) -> None:
    passes(server, expires_in=10)
    auth.headers()

    clock.now = 8.9
    assert auth.headers() == {"Authorization": "Bearer t1"}
    clock.now = 9
    assert auth.headers() == {"Authorization": "Bearer t2"}


def test_a_refused_token_is_renewed_once_and_the_call_sent_again(
    server: Loopback, platform: Transport
) -> None:
    passes(server)
    accepting(server, "t2")

    assert platform.send(GET) == {"ok": True}
    assert sign_ins(server) == 2


def test_a_token_that_is_refused_again_is_an_error(server: Loopback, platform: Transport) -> None:
    passes(server)
    accepting(server)

    with pytest.raises(Unauthorized, match="check env:DOMO_TEST_CLIENT"):
        platform.send(GET)
    assert server.asked().count("GET /v1/x") == 2


def test_many_threads_renew_one_token_once(server: Loopback, platform: Transport) -> None:
    passes(server)
    accepting(server, "t2")

    with ThreadPoolExecutor(32) as pool:
        replies = list(pool.map(platform.send, [GET] * 64))

    assert replies == [{"ok": True}] * 64
    assert sign_ins(server) == 2


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_client_is_named_and_its_secret_is_not(
    server: Loopback, platform: Transport, status: int
) -> None:
    body = {"status": status, "message": f"no such client {SECRET}", "toe": "T"}
    server.on("POST /oauth/token", Answer(body, status))

    with pytest.raises(Unauthorized, match="check env:DOMO_TEST_CLIENT") as caught:
        platform.send(GET)

    assert SECRET not in str(caught.value)
    assert (caught.value.path, caught.value.status, caught.value.toe) == (
        "/oauth/token",
        status,
        "T",
    )


def test_a_reply_without_a_token_is_a_refusal(server: Loopback, platform: Transport) -> None:
    server.on("POST /oauth/token", Answer({"status": 200, "message": "no"}))

    with pytest.raises(Unauthorized, match="no access token"):
        platform.send(GET)


def test_trouble_of_the_token_endpoint_is_no_refusal(server: Loopback, platform: Transport) -> None:
    server.on("POST /oauth/token", Answer({"message": "boom"}, 500))

    with pytest.raises(Broken, match="boom"):
        platform.send(GET)
    assert sign_ins(server) == 3


def test_an_unrepeatable_call_is_sent_again_after_401(
    server: Loopback, platform: Transport
) -> None:
    passes(server)
    server.on("POST /v1/datasets", Answer(status=401), Answer({"id": "d"}, 201))

    create = Call("POST", "/v1/datasets", Plane.PLATFORM, {}, repeatable=False)

    assert platform.send(create) == {"id": "d"}
