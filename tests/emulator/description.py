"""Reading the emulator's own description."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from domostate.emulator.control.routes import ROUTES as CONTROL
from domostate.emulator.platform import ROUTES as PLATFORM
from domostate.emulator.product import ROUTES as PRODUCT
from domostate.emulator.routing import Route
from tests.emulator.client import Domo

ROUTES = [*PRODUCT, *PLATFORM, *CONTROL]
Operation = Mapping[str, Any]
"""One endpoint as OpenAPI describes it."""


def key(route: Route) -> str:
    return f"{route.method} {route.path}"


def described(domo: Domo) -> dict[str, Any]:
    reply = domo.send("GET", "/_emulator/openapi.json")
    assert reply.headers["content-type"] == "application/json"
    found: dict[str, Any] = reply.json()
    return found


def operations(description: Mapping[str, Any]) -> dict[str, Operation]:
    """The endpoints by method and path."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    }


def first_examples(operation: Operation) -> dict[str, str]:
    """Ids for the path, which belong together."""
    return {
        one["name"]: next(iter(one["examples"].values()))["value"]
        for one in operation["parameters"]
        if one["in"] == "path"
    }


def path_of(route: Route, ids: Mapping[str, str]) -> str:
    """The path with ids in it."""
    path = route.path
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return path


def samples_of(operation: Operation) -> dict[str, list[Any]]:
    """The samples of bodies by content type."""
    content = operation.get("requestBody", {"content": {}})["content"]
    return {
        kind: [example["value"] for example in one["examples"].values()]
        for kind, one in content.items()
    }
