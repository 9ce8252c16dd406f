"""Whatever is sent, nothing answers 5xx, cuts the connection, or answers an error that is none."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domostate.emulator.routing import Route
from tests.emulator.asking import Asker, check_clean
from tests.emulator.client import Domo
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
from tests.emulator.hostile import HEADERS, QUERY_TEXTS, SEGMENTS, bodies, settled
from tests.emulator.whole_estate import Ground, fill, signed

WITH_BODY = [one for one in ROUTES if one.method != "GET"]
FEW, MANY = 6, 150
"""Examples for one endpoint."""


@pytest.fixture(scope="module")
def known(running: Domo) -> dict[str, Operation]:
    """The description of the whole estate, by endpoint."""
    fill(running)
    return operations(described(running))


@pytest.fixture(scope="module")
def asker(running: Domo) -> Iterator[Asker]:
    asker = Asker(running.url)
    yield asker
    asker.close()


def ask_with_bodies(
    route: Route, running: Domo, known: dict[str, Operation], asker: Asker, how: settings
) -> None:
    operation = known[key(route)]
    target = path_of(route, first_examples(operation))
    ground = Ground(running, route.path)
    # Who reads no body is sent one all the same.
    samples = samples_of(operation) or {"application/json": [{}]}
    pairs = st.sampled_from(list(samples.items())).flatmap(
        lambda one: st.tuples(st.just(one[0]), bodies(one[1], one[0]))
    )

    @how
    @given(asked=pairs)
    def ask(asked: tuple[str, bytes]) -> None:
        kind, body = asked
        headers = ground.headers() | {"Content-Type": kind}
        answer = asker.ask(route.method, target, headers, body)
        ground.trod(route.method, answer.status)
        check_clean(answer)

    ask()


def ask_oddly(
    route: Route, running: Domo, known: dict[str, Operation], asker: Asker, how: settings
) -> None:
    """Odd paths, queries and headers."""
    operation = known[key(route)]
    ground = Ground(running, route.path)
    right = path_of(route, first_examples(operation)).split("/")
    samples = samples_of(operation) or {"application/json": [None]}
    kind, (sample, *_) = next(iter(samples.items()))
    body = sample if isinstance(sample, str) else json.dumps(sample)
    sent = None if sample is None else body.encode()

    @how
    @given(
        place=st.none() | st.integers(1, len(right)), segment=SEGMENTS, query=QUERY_TEXTS,
        more=HEADERS,
    )  # fmt: skip
    def ask(place: int | None, segment: str, query: str, more: dict[str, str]) -> None:
        path = right if place is None else [*right[:place], segment, *right[place + 1 :]]
        target = "/".join(path) + (f"?{query}" if query else "")
        headers = ground.headers() | {"Content-Type": kind} | more
        answer = asker.ask(route.method, target, headers, sent)
        ground.trod(route.method, answer.status)
        check_clean(answer)

    ask()


@pytest.mark.parametrize("route", WITH_BODY, ids=key)
def test_bodies_that_are_nearly_right(
    route: Route, running: Domo, known: dict[str, Operation], asker: Asker
) -> None:
    ask_with_bodies(route, running, known, asker, settled(FEW))


@pytest.mark.parametrize("route", ROUTES, ids=key)
def test_odd_paths_queries_and_headers(
    route: Route, running: Domo, known: dict[str, Operation], asker: Asker
) -> None:
    ask_oddly(route, running, known, asker, settled(FEW // 2))


@pytest.mark.long
@pytest.mark.parametrize("route", WITH_BODY, ids=key)
def test_many_bodies_that_are_nearly_right(
    route: Route, running: Domo, known: dict[str, Operation], asker: Asker
) -> None:
    ask_with_bodies(route, running, known, asker, settled(MANY, same=False))


@pytest.mark.long
@pytest.mark.parametrize("route", ROUTES, ids=key)
def test_many_odd_paths_queries_and_headers(
    route: Route, running: Domo, known: dict[str, Operation], asker: Asker
) -> None:
    ask_oddly(route, running, known, asker, settled(MANY, same=False))


def test_every_query_in_an_odd_way(
    running: Domo, known: dict[str, Operation], asker: Asker
) -> None:
    fill(running)
    odd = ["", "%00", "%ff", "-1", "9" * 5_000, "1e5", "%D9%A3", "1_0", "x" * 9_000, "'", "null"]
    for route in ROUTES:
        target = path_of(route, first_examples(known[key(route)]))
        headers = signed(running, route.path)
        for name in route.query if route.method == "GET" else ():
            for value in odd:
                check_clean(asker.ask("GET", f"{target}?{name}={value}", headers))
