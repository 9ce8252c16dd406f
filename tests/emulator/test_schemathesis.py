"""schemathesis reads the emulator's description, tries every endpoint, and finds no failure."""

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domostate.emulator.routing import Route
from tests.emulator.asking import Answer, check_clean
from tests.emulator.client import Domo
from tests.emulator.description import ROUTES, described, first_examples, key
from tests.emulator.hostile import settled
from tests.emulator.whole_estate import Ground, fill

if TYPE_CHECKING:
    from schemathesis import BaseSchema, Case, Response

FEW, MANY = 4, 200
"""Examples for one endpoint."""


@pytest.fixture(scope="module")
def schema(running: Domo) -> "BaseSchema":
    """The description of the whole estate."""
    import schemathesis  # here, since it takes a second that only these tests need

    fill(running)
    return schemathesis.openapi.from_dict(described(running))


def cases(schema: "BaseSchema", route: Route) -> st.SearchStrategy["Case"]:
    """Right and wrong ones about something that there is, and right ones about anything."""
    from schemathesis import GenerationMode

    operation = schema[route.path][route.method]
    known = {"path_parameters": first_examples(operation.definition.raw)}
    return st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE, **known),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE, **known),
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
    )


def as_answer(reply: "Response") -> Answer:
    headers = {name.lower(): values[0] for name, values in reply.headers.items()}
    return Answer(reply.request.path_url, reply.status_code, headers, reply.content)


def try_out(route: Route, running: Domo, schema: "BaseSchema", how: settings) -> None:
    from schemathesis.checks import not_a_server_error

    ground = Ground(running, route.path)

    @how
    @given(case=cases(schema, route))
    def probe(case: "Case") -> None:
        more: dict[str, Any] = {"headers": ground.headers(), "session": running.session}
        reply = case.call(base_url=running.url, **more)
        ground.trod(route.method, reply.status_code)
        case.validate_response(reply, checks=[not_a_server_error])
        check_clean(as_answer(reply))
        assert reply.status_code >= 300 or reply.status_code == route.status

    probe()


def test_the_description_is_openapi(schema: "BaseSchema") -> None:
    schema.validate()

    assert schema.statistic.operations.total == len(ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=key)
def test_an_endpoint(route: Route, running: Domo, schema: "BaseSchema") -> None:
    try_out(route, running, schema, settled(FEW))


@pytest.mark.long
@pytest.mark.parametrize("route", ROUTES, ids=key)
def test_an_endpoint_at_length(route: Route, running: Domo, schema: "BaseSchema") -> None:
    try_out(route, running, schema, settled(MANY, same=False))
