"""The emulator's own description of its endpoints, for tools that read OpenAPI 3.1.

Made from the routes and the room of samples; ids of the estate as it stands are given as examples,
so that whoever tries the endpoints meets something.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from domostate.emulator.call import JSON_TYPE, Call, Reply, json_reply
from domostate.emulator.control.parameters import parameters
from domostate.emulator.control.samples import SAMPLES, Text
from domostate.emulator.control.samples.filling import Known, filled, known_ids
from domostate.emulator.routing import Route
from domostate.emulator.store.database import Database

_ABOUT = """Both planes of Domo, as its documents say, and what the emulator adds to them.
`x-source` names the page that an endpoint is made after, `x-doubt` what of it no document settles.
Bodies are described by example: every property may be left out, and others may be added."""
_SCHEMES = {
    "token": {"type": "apiKey", "in": "header", "name": "X-DOMO-Developer-Token"},
    "session": {"type": "apiKey", "in": "header", "name": "X-DOMO-Authentication"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "client": {"type": "http", "scheme": "basic"},
}
_ERROR = {
    "type": "object",
    "properties": {
        "status": {"type": "integer"},
        "statusReason": {"type": "string"},
        "message": {"type": "string"},
        "toe": {"type": "string", "description": "Domo's trace id."},
    },
    "required": ["status", "toe"],
}


def describe(db: Database, routes: Iterable[Route]) -> dict[str, Any]:
    """An OpenAPI 3.1 document of the routes."""
    known = known_ids(db)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, known)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Domo, emulated", "version": "1", "description": _ABOUT},
        "paths": paths,
        "components": {"securitySchemes": _SCHEMES, "schemas": {"Error": _ERROR}},
    }


def _operation(route: Route, known: Known) -> dict[str, Any]:
    summary = (route.answer.__doc__ or "").split("\n\n")[0]
    described: dict[str, Any] = {
        "operationId": f"{route.method} {route.path}",
        "summary": " ".join(summary.split()),
        "tags": [_plane(route)],
        "security": _security(route),
        "parameters": parameters(route, known),
        "responses": {
            str(route.status): {"description": "What Domo answers."},
            "default": {
                "description": "A refusal. A few have other bodies, as Domo's have.",
                "content": {JSON_TYPE: {"schema": {"$ref": "#/components/schemas/Error"}}},
            },
        },
    }
    if route.source:
        described["x-source"] = route.source
    if route.doubt:
        described["x-doubt"] = route.doubt
    samples = SAMPLES.get(f"{route.method} {route.path}")
    if samples:
        described["requestBody"] = {"content": _content(samples, known)}
    return described


def _plane(route: Route) -> str:
    if route.path.startswith("/_emulator"):
        return "Emulator"
    return "Product" if route.path.startswith(("/api/", "/data/")) else "Platform"


def _security(route: Route) -> list[dict[str, list[str]]]:
    """How to sign in, one way or the other."""
    if _plane(route) == "Emulator" or route.open:
        return []
    if _plane(route) == "Product":
        return [{"token": []}, {"session": []}]
    way = {"/oauth/token": "client", "/clients": "session"}.get(route.path, "bearer")
    return [{way: []}]


def _content(samples: Iterable[Any], known: Known) -> dict[str, Any]:
    by_type: dict[str, list[Any]] = {}
    for sample in samples:
        if isinstance(sample, Text):
            by_type.setdefault(sample.content_type, []).append(sample.text)
        else:
            by_type.setdefault(JSON_TYPE, []).append(filled(sample, known))
    return {
        content_type: {
            "schema": shape_of(bodies),
            "examples": {str(number): {"value": body} for number, body in enumerate(bodies, 1)},
        }
        for content_type, bodies in by_type.items()
    }


def shape_of(values: Sequence[Any]) -> dict[str, Any]:
    """A JSON Schema that all of the values fit, as wide as one can guess from them."""
    kinds = sorted({_KINDS[type(one)] for one in values})
    if kinds in ([], ["null"]):
        return {}
    shape: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else kinds}
    objects = [one for one in values if isinstance(one, dict)]
    if objects:
        names = dict.fromkeys(chain.from_iterable(objects))
        shape["properties"] = {
            name: shape_of([one[name] for one in objects if name in one]) for name in names
        }
    lists = [one for one in values if isinstance(one, list)]
    if lists:
        shape["items"] = shape_of(list(chain.from_iterable(lists)))
    return shape


_KINDS = {
    dict: "object", list: "array", str: "string", bool: "boolean", int: "integer",
    float: "number", type(None): "null",
}  # fmt: skip


def read_description(call: Call) -> Reply:
    """This description: OpenAPI 3.1, made from the routes, with ids of the estate as examples."""
    # Imported here: the routes are not known yet when those of this page are made.
    from domostate.emulator.control.routes import ROUTES as CONTROL
    from domostate.emulator.platform import ROUTES as PLATFORM
    from domostate.emulator.product import ROUTES as PRODUCT

    described = describe(call.db, [*PRODUCT, *PLATFORM, *CONTROL])
    return json_reply(described | {"servers": [{"url": call.address}]})
