"""What requests raises, in our words."""

import inspect

import pytest
from requests import exceptions as theirs
from urllib3 import exceptions as below
from urllib3.connection import HTTPConnection

from domostate.domo.failures import MEANING, failure
from domostate.domo.retry import Reach
from domostate.errors import DomoError, Unreachable
from domostate.model.call import Call, Plane

RAISED = [
    kind
    for _, kind in inspect.getmembers(theirs, inspect.isclass)
    if issubclass(kind, theirs.RequestException)
]
CALL = Call("GET", "/api/x", Plane.PRODUCT)


def test_every_exception_of_requests_has_a_meaning_of_its_own() -> None:
    assert [kind.__name__ for kind in RAISED if kind not in MEANING] == []


@pytest.mark.parametrize("kind", [*RAISED, below.DecodeError, below.PoolError])
def test_every_exception_becomes_one_of_our_errors(kind: type[Exception]) -> None:
    error = kind.__new__(kind)

    found = failure(error, CALL, "acme.test").error  # type: ignore[arg-type]

    assert isinstance(found, DomoError)
    assert (found.method, found.path, found.status) == ("GET", "/api/x", 0)


def test_a_refused_connection_is_known_to_have_sent_nothing() -> None:
    connection = HTTPConnection("acme.test")
    below_it = below.NewConnectionError(connection, "x")
    below_it.__cause__ = ConnectionRefusedError(111, "Connection refused")

    found = failure(theirs.ConnectionError(below_it), CALL, "acme.test")

    assert found.reach is Reach.NOT_SENT
    assert found.error.message == "no connection to acme.test: Connection refused"


def test_a_connection_that_breaks_off_may_have_carried_the_call() -> None:
    error = theirs.ConnectionError(below.ProtocolError("x", ConnectionResetError(104, "reset")))

    found = failure(error, CALL, "acme.test")

    assert found.reach is Reach.UNKNOWN
    assert isinstance(found.error, Unreachable)


def test_foreign_texts_are_not_quoted() -> None:
    error = theirs.InvalidHeader("bad value 'canary' for X-DOMO-Developer-Token")

    assert "canary" not in str(failure(error, CALL, "acme.test").error)
