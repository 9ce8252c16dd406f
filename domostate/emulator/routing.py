"""Which function answers which path: a tree of path segments, literal before parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from domostate.emulator.call import Call, Reply
    from domostate.emulator.work import Work


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path; `{name}` stands for one segment.

    `scope` is the OAuth scope that the Platform plane asks for, empty elsewhere. `source` names
    the page and section that the endpoint comes from (`003; product §2.1`), `doubt` what of it is
    inferred or guessed, empty where all is documented. The body of a `spooled` one lies in a file;
    those that write rows are answered `in_turn`. An `open` one is answered without a sign-in.
    For the description alone: the names that `query` may have, and the `status` of success.
    """

    method: str
    path: str
    answer: Callable[[Call], Reply | Work]
    scope: str = ""
    source: str = ""
    doubt: str = ""
    spooled: bool = False
    in_turn: bool = False
    open: bool = False
    query: tuple[str, ...] = ()
    status: int = 200


PAGED = ("limit", "offset")
"""The query of a list that is read by page."""


@dataclass(slots=True)
class _Node:
    literal: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    methods: dict[str, tuple[Route, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """A route with the values of its parameters."""

    route: Route
    params: dict[str, str]


@dataclass(frozen=True, slots=True)
class NoMatch:
    """No route; `methods` are those that the path would take."""

    methods: tuple[str, ...]


class Router:
    """Finds routes in a time that does not depend on how many there are."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        for route in routes:
            self._add(route)

    def find(self, method: str, raw_path: str) -> Match | NoMatch:
        """The route for a path as sent, still percent-encoded. One trailing slash is tolerated
        everywhere (platform §3: pydomo sends it; product §4.1: domolibrary does)."""
        segments = raw_path.strip("/").split("/")
        if "%" in raw_path:
            segments = [unquote(segment) for segment in segments]
        allowed: list[str] = []
        for node, values in _reach(self._root, segments, 0, ()):
            found = node.methods.get(method)
            if found is not None:
                route, names = found
                return Match(route, dict(zip(names, values, strict=True)))
            allowed += node.methods
        return NoMatch(tuple(sorted(set(allowed))))

    def _add(self, route: Route) -> None:
        node = self._root
        names: list[str] = []
        for segment in route.path.strip("/").split("/"):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literal.setdefault(segment, _Node())
        if route.method in node.methods:
            raise ValueError(f"two routes for {route.method} {route.path}")
        node.methods[route.method] = (route, tuple(names))


def _reach(
    node: _Node, segments: list[str], depth: int, values: tuple[str, ...]
) -> Iterable[tuple[_Node, tuple[str, ...]]]:
    """Every node that the segments lead to, the most literal first."""
    if depth == len(segments):
        yield node, values
        return
    literal = node.literal.get(segments[depth])
    if literal is not None:
        yield from _reach(literal, segments, depth + 1, values)
    if node.parameter is not None:
        yield from _reach(node.parameter, segments, depth + 1, (*values, segments[depth]))
