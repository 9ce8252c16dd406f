"""The emulator's own description: whole, true, and its samples are taken."""

import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import jsonschema
import pytest

from domostate.emulator.control.parameters import QUERIES
from domostate.emulator.control.samples import SAMPLES
from domostate.emulator.routing import Route
from tests.emulator.client import Domo
from tests.emulator.conftest import SALES, WEST_ONLY
from tests.emulator.description import (
    ROUTES,
    Operation,
    described,
    first_examples,
    key,
    operations,
    path_of,
    samples_of,
)
from tests.emulator.whole_estate import CONNECTOR, NOBODY, UNMAPPED, fill, prepare, signed

SILENT = {
    "DELETE /_emulator/faults",
    "DELETE /api/authorization/v1/roles/{id}",
    "DELETE /api/content/v2/groups/{id}",
    "DELETE /api/data/v1/accounts/{id}",
    "DELETE /api/data/v3/datasources/{id}",
    "DELETE /api/data/v3/datasources/{id}/USERS/{principal}",
    "DELETE /api/data/v3/datasources/{id}/permissions/{type}/{principal}",
    "DELETE /api/identity/v1/users/{id}",
    "DELETE /api/query/v1/data-control/{id}/filter-groups/{policy}",
    "DELETE /api/query/v1/datasources/{id}/partition/{partition}",
    "DELETE /api/query/v1/datasources/{id}/tag/{partition}/data",
    "DELETE /api/query/v2/data-control/{id}/column-policy-mapping/{mapping}",
    "DELETE /api/query/v2/data-control/{id}/policy-group/{policy}",
    "DELETE /api/tags/v3/DATA_SOURCE/{id}/system/CERTIFIED/state",
    "DELETE /api/user/v1/properties/meta/keys/{key}",
    "DELETE /v1/accounts/{id}",
    "DELETE /v1/datasets/{id}",
    "DELETE /v1/datasets/{id}/policies/{policy}",
    "DELETE /v1/groups/{id}",
    "DELETE /v1/groups/{id}/users/{user}",
    "DELETE /v1/streams/{id}",
    "DELETE /v1/users/{id}",
    "POST /api/data/v1/streams/{id}/scheduleState/{state}",
    "PUT /api/tags/v3/DATA_SOURCE/{id}/system/CERTIFIED/state/{state}",
    "PUT /v1/groups/{id}/users/{user}",
    "PUT /v1/streams/{id}/executions/abort",
    "PUT /v1/streams/{id}/executions/{run}/abort",
    "PUT /v1/streams/{id}/executions/{run}/commit",
}
"""Writes that read no body."""


@pytest.fixture
def whole(running: Domo) -> Domo:
    fill(running)
    return running


def test_every_endpoint_is_described_once(whole: Domo) -> None:
    found = operations(described(whole))

    assert set(found) == {key(route) for route in ROUTES}
    assert len({one["operationId"] for one in found.values()}) == len(ROUTES)
    assert all(one["summary"] for one in found.values())
    assert all("x-source" in one for one in found.values() if one["tags"] != ["Emulator"])


def test_the_parameters_of_a_path_are_those_in_it(whole: Domo) -> None:
    for name, operation in operations(described(whole)).items():
        parameters = [one["name"] for one in operation["parameters"] if one["in"] == "path"]
        assert parameters == re.findall(r"\{(\w+)\}", name)


def test_each_plane_says_how_to_sign_in(whole: Domo) -> None:
    found = operations(described(whole))

    assert found["GET /api/content/v2/users/me"]["security"] == [{"token": []}, {"session": []}]
    assert found["GET /v1/datasets"]["security"] == [{"bearer": []}]
    assert found["POST /oauth/token"]["security"] == [{"client": []}]
    assert found["POST /clients"]["security"] == [{"session": []}]
    assert found["POST /api/content/v2/authentication"]["security"] == []
    assert found["GET /_emulator/snapshot"]["security"] == []


def test_the_first_examples_belong_together(whole: Domo) -> None:
    found = operations(described(whole))
    policy = found["PUT /api/query/v1/data-control/{id}/filter-groups/{policy}"]
    run = found["GET /api/data/v1/streams/{id}/executions/{run}"]

    assert first_examples(policy) == {"id": SALES, "policy": str(WEST_ONLY)}
    assert first_examples(run) == {"id": str(CONNECTOR), "run": "1"}


def test_an_empty_estate_can_be_described(running: Domo) -> None:
    running.reset({"users": [{"email": "ada@acme.example", "role": "Admin"}]})

    assert set(operations(described(running))) == {key(route) for route in ROUTES}


def test_every_write_that_reads_a_body_has_samples() -> None:
    writes = {key(route) for route in ROUTES if route.method not in ("GET", "HEAD")}

    assert writes | {"GET /v1/accounts/{id}/shares"} == SAMPLES.keys() | SILENT
    assert not SAMPLES.keys() & SILENT


def test_samples_fit_the_shapes_that_are_made_from_them(whole: Domo) -> None:
    for operation in operations(described(whole)).values():
        for content in operation.get("requestBody", {"content": {}})["content"].values():
            for example in content["examples"].values():
                jsonschema.validate(
                    example["value"], content["schema"], jsonschema.Draft202012Validator
                )


@pytest.mark.parametrize("module", sorted({one.answer.__module__ for one in ROUTES}))
def test_what_the_code_reads_of_a_query_is_described(module: str) -> None:
    text = Path(str(import_module(module).__file__)).read_text()
    read = set(
        re.findall(r"""(?:query\.get\(|query\[|call\.flag\(|call\.number\()"(\w+)\"""", text)
    )
    if re.search(r"call\.(page|window)\(", text):
        read |= {"limit", "offset"}
    named = {name for route in ROUTES if route.answer.__module__ == module for name in route.query}

    assert read <= named
    assert named <= QUERIES.keys()


def test_no_name_of_a_query_is_described_for_nothing() -> None:
    assert {name for route in ROUTES for name in route.query} == QUERIES.keys()


NEEDED = {
    "GET /api/content/v2/groups/users": "group",
    "GET /api/data/v1/streams/lookup": "dataSourceId",
    "GET /oauth/token": "grant_type",
    "GET /v1/streams/search": "q",
}
"""What a query must have."""
OTHERS = {
    "DELETE /api/query/v2/data-control/{id}/policy-group/{policy}": {"policy": str(UNMAPPED)},
    "DELETE /v1/groups/{id}": {"id": str(NOBODY)},
    "POST /api/user/v1/properties/meta/keys/{key}": {"key": "fresh"},
}
"""What stands in a path instead of its first example."""
EXPECTED = {
    # Contested, and off.
    "POST /api/data/v3/datasources/bulk/permissions": 405,
    "GET /api/data/v3/datasources/bulk/permissions": 404,
    "POST /api/data/v3/datasources/bulk/directpermissions": 404,
}
"""What is answered instead of the status of success."""


def queries(route: Route, operation: Operation) -> Iterator[dict[str, str]]:
    """Every example of a query's names, by itself but for what is needed."""
    named = {
        one["name"]: [str(example["value"]) for example in one.get("examples", {}).values()]
        for one in operation["parameters"]
        if one["in"] == "query"
    }
    needed = NEEDED.get(key(route), "")
    always = {needed: named[needed][0]} if needed else {}
    yield always
    for name, values in named.items():
        for value in values:
            yield always | {name: value}


@pytest.fixture(scope="module")
def known(running: Domo) -> dict[str, Operation]:
    """The description of the whole estate, which has the same ids whenever it is filled."""
    fill(running)
    return operations(described(running))


def bodies(operation: Operation) -> Iterator[tuple[str, bytes | None]]:
    """Every sample with its content type; nothing where none is read."""
    for kind, samples in samples_of(operation).items():
        for sample in samples:
            text = json.dumps(sample) if kind == "application/json" else sample
            yield kind, text.encode()


@pytest.mark.parametrize("route", ROUTES, ids=key)
def test_the_samples_of_an_endpoint_are_taken(
    route: Route, running: Domo, known: dict[str, Operation]
) -> None:
    prepare(running, route.path)
    # The key of an index request is the time when it was made.
    fresh = "/indexes/{key}" in route.path
    operation = (operations(described(running)) if fresh else known)[key(route)]
    path = path_of(route, first_examples(operation) | OTHERS.get(key(route), {}))
    (declared,) = (int(one) for one in operation["responses"] if one != "default")
    sent = list(bodies(operation)) or [("application/json", None)]
    asked = list(queries(route, operation))
    for number in range(max(len(sent), len(asked))):
        (kind, body), query = sent[min(number, len(sent) - 1)], asked[min(number, len(asked) - 1)]
        headers = signed(running, path) | {"Content-Type": kind}

        reply = running.send(route.method, path, headers=headers, data=body, params=query)

        assert reply.status_code == EXPECTED.get(key(route), declared), reply.text
        if route.method != "GET":
            prepare(running, route.path)
