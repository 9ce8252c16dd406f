"""Calls over real sockets: what is sent, sent again, and what answers mean."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from domostate import __version__
from domostate.domo.auth import DeveloperToken
from domostate.domo.governor import Governor
from domostate.domo.transport import Transport
from domostate.domo.wire import Wire
from domostate.errors import (
    Broken,
    Conflict,
    DomoError,
    Forbidden,
    NotFound,
    RateLimited,
    Rejected,
    Unauthorized,
    Unreachable,
    UsageError,
)
from domostate.model.call import Call, Plane
from tests.domo.conftest import HASTY, TOKEN
from tests.domo.loopback import DROP, Answer, Loopback

GET = Call("GET", "/api/x", Plane.PRODUCT)
POST = Call("POST", "/api/x", Plane.PRODUCT, {"a": 1})
CREATE = replace(POST, repeatable=False)
OK = Answer({"ok": True})
CUT_SHORT = Answer('{"a": 1', headers={"Content-Length": "500"})


def test_a_call_carries_the_token_and_who_we_are(server: Loopback, transport: Transport) -> None:
    server.on("POST /api/x", OK)

    reply = transport.send(replace(POST, query=(("part", "core,pdp"), ("q", "a b&c"))))

    (request,) = server.requests
    assert reply == {"ok": True}
    assert request.headers["X-DOMO-Developer-Token"] == TOKEN
    assert request.headers["User-Agent"] == f"domostate/{__version__}"
    assert request.headers["Accept"] == "application/json"
    assert request.query == {"part": "core,pdp", "q": "a b&c"}
    assert request.body == {"a": 1}


@pytest.mark.parametrize("body", [[], {}, ["a"], "text"])
def test_bodies_that_are_empty_are_sent_all_the_same(
    server: Loopback, transport: Transport, body: object
) -> None:
    server.on("POST /api/x", OK)

    transport.send(replace(POST, body=body))

    assert server.requests[0].body == body


@pytest.mark.parametrize("answer", [Answer(status=204), Answer(status=200), Answer("null")])
def test_an_empty_answer_is_none(server: Loopback, transport: Transport, answer: Answer) -> None:
    server.on("POST /api/x", answer)

    assert transport.send(POST) is None


@pytest.mark.parametrize("call", [GET, POST])
@pytest.mark.parametrize(
    "trouble", [DROP, Answer("x", 503, "text/plain"), Answer({}, 500), CUT_SHORT]
)
def test_a_repeatable_call_is_sent_again_after_trouble(
    server: Loopback, transport: Transport, call: Call, trouble: Answer
) -> None:
    server.on(f"{call.method} /api/x", trouble, trouble, OK)

    assert transport.send(call) == {"ok": True}
    assert transport.calls == len(server.requests) == 3


@pytest.mark.parametrize(
    ("trouble", "raised"),
    [
        (DROP, Unreachable),
        (Answer({"message": "boom"}, 500), Broken),
        (Answer("x", 503, "text/plain"), Broken),
        (CUT_SHORT, Unreachable),
    ],
)
def test_an_unrepeatable_call_is_sent_once_when_it_may_have_had_its_effect(
    server: Loopback, transport: Transport, trouble: Answer, raised: type[DomoError]
) -> None:
    server.on("POST /api/x", trouble, OK)

    with pytest.raises(raised):
        transport.send(CREATE)
    assert len(server.requests) == 1


def test_an_unrepeatable_call_is_sent_again_after_429(
    server: Loopback, transport: Transport
) -> None:
    server.on("POST /api/x", Answer({}, 429), Answer({}, 429, headers={"Retry-After": "soon"}), OK)

    assert transport.send(CREATE) == {"ok": True}


def test_retry_after_is_honoured(server: Loopback, transport: Transport) -> None:
    server.on("GET /api/x", Answer({}, 429, headers={"Retry-After": "1"}), OK)

    began = time.monotonic()
    transport.send(GET)

    assert time.monotonic() - began >= 1


def test_a_429_makes_other_threads_wait_too(server: Loopback, transport: Transport) -> None:
    server.on("GET /api/x", Answer({}, 429, headers={"Retry-After": "1"}), OK)
    server.on("GET /api/y", OK)

    first = threading.Thread(target=transport.send, args=(GET,))
    first.start()
    while not server.requests:
        time.sleep(0.005)
    time.sleep(0.05)
    began = time.monotonic()
    transport.send(replace(GET, path="/api/y"))
    first.join()

    assert time.monotonic() - began > 0.8


def test_a_pause_beyond_the_patience_is_an_error_at_once_for_everybody(
    server: Loopback, transport: Transport
) -> None:
    server.on("GET /api/x", Answer({"message": "slow down"}, 429, headers={"Retry-After": "60"}))

    with pytest.raises(RateLimited, match="slow down"):
        transport.send(GET)
    with pytest.raises(RateLimited, match="not sent"):
        transport.send(CREATE)
    assert len(server.requests) == 1


@pytest.mark.parametrize("call", [GET, CREATE])
def test_a_refused_connection_is_given_up_soon(call: Call) -> None:
    loopback = Loopback()
    url = loopback.url
    loopback.close()
    wire = Wire(url, governor=Governor(), retry=HASTY, parallelism=1)
    transport = Transport(wire, DeveloperToken(TOKEN))

    began = time.monotonic()
    with pytest.raises(Unreachable, match="Connection refused") as caught:
        transport.send(call)

    assert time.monotonic() - began < 2
    assert transport.calls > 1
    assert caught.value.status == 0


@pytest.fixture
def impatient(server: Loopback) -> Iterator[Transport]:
    """Waits 0.2 s for an answer, and 0.5 s for all of them."""
    policy = replace(
        HASTY, patience=timedelta(seconds=0.5), read_timeout=timedelta(seconds=0.2), attempts=99
    )
    wire = Wire(server.url, governor=Governor(), retry=policy, parallelism=1)
    yield Transport(wire, DeveloperToken(TOKEN))
    wire.close()


def test_a_repeatable_call_without_an_answer_is_sent_again(
    server: Loopback, impatient: Transport
) -> None:
    server.on("POST /api/x", Answer(delay_s=0.3), OK)

    assert impatient.send(POST) == {"ok": True}


def test_an_unrepeatable_call_without_an_answer_is_not(
    server: Loopback, impatient: Transport
) -> None:
    server.on("POST /api/x", Answer(delay_s=0.3), OK)

    with pytest.raises(Unreachable, match=r"no answer from 127\.0\.0\.1"):
        impatient.send(CREATE)
    assert len(server.requests) == 1


def test_patience_bounds_a_server_that_never_answers(
    server: Loopback, impatient: Transport
) -> None:
    server.on("GET /api/x", Answer(delay_s=1))

    began = time.monotonic()
    with pytest.raises(Unreachable):
        impatient.send(GET)

    assert time.monotonic() - began < 0.95


@pytest.mark.parametrize(
    ("status", "raised"),
    [
        (400, Rejected),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (418, Rejected),
        (501, Broken),
    ],
)
def test_errors_tell_method_path_status_message_and_toe(
    server: Loopback, transport: Transport, status: int, raised: type[DomoError]
) -> None:
    body = {"status": status, "statusReason": "Reason", "message": "not\nso", "toe": "A-B-C"}
    server.on("POST /api/x", Answer(body, status))

    with pytest.raises(raised) as caught:
        transport.send(POST)

    error = caught.value
    assert type(error) is raised
    assert (error.method, error.path, error.status, error.toe) == (
        "POST",
        "/api/x",
        status,
        "A-B-C",
    )
    assert error.message.startswith("not so")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer({"status": 400, "statusReason": "Bad Request"}, 400), "Bad Request"),
        (Answer({"error": "invalid", "error_description": "why"}, 400), "why"),
        (Answer("Invalid \x1b[31mCSV", 400, "text/plain"), "Invalid [31mCSV"),
        (Answer(status=400), "Bad Request"),
        (Answer(["odd"], 400), "Bad Request"),
        (Answer("{broken", 400), "Bad Request"),
        (Answer("x" * 400, 400, "text/plain"), "x" * 299 + "…"),
    ],
)
def test_error_bodies_of_any_form_have_a_message(
    server: Loopback, transport: Transport, answer: Answer, message: str
) -> None:
    server.on("GET /api/x", answer)

    with pytest.raises(Rejected) as caught:
        transport.send(GET)

    assert caught.value.message == message


def test_a_credential_that_is_not_accepted_is_named(server: Loopback, transport: Transport) -> None:
    server.on("GET /api/x", Answer({"message": "no"}, 401))

    with pytest.raises(Unauthorized, match="check env:DOMO_TEST_TOKEN"):
        transport.send(GET)


BLOCKED = "<html><head><title>Domo - Blocked</title></head></html>"


@pytest.mark.parametrize("status", [200, 403, 404])
def test_a_page_is_never_taken_for_an_answer_of_domo(
    server: Loopback, transport: Transport, status: int
) -> None:
    server.on("GET /api/x", Answer(BLOCKED, status, "text/html; charset=utf-8"))

    with pytest.raises(Broken, match=r"titled 'Domo - Blocked'.*allowlist"):
        transport.send(GET)
    assert len(server.requests) == 1


def test_a_page_with_406_is_a_rejection(server: Loopback, transport: Transport) -> None:
    server.on("GET /api/x", Answer("<title>Not Acceptable</title>", 406, "text/html"))

    with pytest.raises(Rejected, match="Not Acceptable"):
        transport.send(GET)


def test_a_redirect_is_not_followed(server: Loopback, transport: Transport) -> None:
    server.on("GET /api/x", Answer(status=303, headers={"Location": "https://evil.test/login"}))

    with pytest.raises(Broken, match=r"sends on to evil\.test"):
        transport.send(GET)


@pytest.mark.parametrize(
    "answer",
    [Answer("fine", type="text/plain"), Answer("{broken"), Answer("<p>", type="text/html")],
)
def test_a_success_that_is_not_json_is_broken(
    server: Loopback, transport: Transport, answer: Answer
) -> None:
    server.on("GET /api/x", answer)

    with pytest.raises(Broken):
        transport.send(GET)


def test_a_wrapped_403_is_forbidden(server: Loopback, transport: Transport) -> None:
    message = "Infrastructure problem (403): Access is denied"
    server.on("GET /api/x", Answer({"status": 400, "message": message, "toe": "T"}, 400))

    with pytest.raises(Forbidden, match="Access is denied") as caught:
        transport.send(GET)
    assert caught.value.status == 400


def test_a_bare_403_is_forbidden_on_one_plane_and_an_unknown_token_on_the_other(
    server: Loopback, transport: Transport
) -> None:
    server.on("GET /api/x", Answer({"status": 403, "toe": "T"}, 403))

    with pytest.raises(Forbidden):
        transport.send(GET)
    with pytest.raises(Unauthorized):
        transport.send(replace(GET, plane=Plane.PLATFORM))


def test_an_answer_that_echoes_the_token_does_not_show_it(
    server: Loopback, transport: Transport
) -> None:
    server.on("GET /api/x", Answer({"message": f"bad {TOKEN}", "toe": TOKEN}, 400))

    with pytest.raises(Rejected) as caught:
        transport.send(GET)

    assert TOKEN not in str(caught.value)
    assert "bad ***" in str(caught.value)


def test_many_threads_share_few_connections(server: Loopback, transport: Transport) -> None:
    server.on("GET /api/x", OK)

    with ThreadPoolExecutor(32) as pool:
        replies = list(pool.map(transport.send, [GET] * 200))

    assert replies == [{"ok": True}] * 200
    assert transport.calls == 200
    assert server.connections <= 8


def test_errors_give_their_connection_back(server: Loopback) -> None:
    server.on("GET /api/x", Answer({}, 404))
    wire = Wire(server.url, governor=Governor(), retry=HASTY, parallelism=1)
    transport = Transport(wire, DeveloperToken(TOKEN))

    for _ in range(3):
        with pytest.raises(NotFound):
            transport.send(GET)

    assert server.connections == 1
    wire.close()


def test_the_proxy_of_the_environment_is_used(
    server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.on("GET http://acme.test/api/x", OK)
    monkeypatch.setenv("http_proxy", server.url)
    wire = Wire("http://acme.test", governor=Governor(), retry=HASTY, parallelism=1)
    monkeypatch.delenv("http_proxy")

    assert Transport(wire, DeveloperToken(TOKEN)).send(GET) == {"ok": True}
    assert server.requests[0].headers["Host"] == "acme.test"
    wire.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_what_is_on_this_machine_is_asked_without_a_proxy(
    host: str, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.on("GET /api/x", OK)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    url = server.url.replace("127.0.0.1", host)
    wire = Wire(url, governor=Governor(), retry=HASTY, parallelism=1)

    assert Transport(wire, DeveloperToken(TOKEN)).send(GET) == {"ok": True}
    wire.close()


@pytest.mark.parametrize("name", ["acme-dev.localhost", "a.b.LOCALHOST"])
def test_a_name_below_localhost_is_this_machine_and_the_request_says_it(
    name: str, server: Loopback
) -> None:
    """RFC 6761; the resolver of this machine may know it or not."""
    server.on("GET /api/x", OK)
    url = server.url.replace("127.0.0.1", name)
    wire = Wire(url, governor=Governor(), retry=HASTY, parallelism=1)

    assert Transport(wire, DeveloperToken(TOKEN)).send(GET) == {"ok": True}
    assert server.requests[0].headers["Host"].lower() == url.lower().removeprefix("http://")
    wire.close()


@pytest.mark.parametrize("url", ["acme.test", "ftp://acme.test", "http://", "http://a b", ""])
def test_an_address_that_cannot_be_called_is_refused_at_once(url: str) -> None:
    with pytest.raises(UsageError, match="https://"):
        Wire(url, governor=Governor(), retry=HASTY, parallelism=1)


def test_a_missing_file_of_authorities_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")

    with pytest.raises(UsageError, match=r"/nowhere/ca\.pem"):
        Wire("https://acme.test", governor=Governor(), retry=HASTY, parallelism=1)


@pytest.mark.parametrize("token", ["", " ", "a\nb", "tökén", "a "])
def test_what_cannot_be_a_token_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(UsageError) as caught:
        DeveloperToken(token, "env:TOKEN")

    assert str(caught.value).startswith("env:TOKEN is empty, or holds")
