"""Where each endpoint comes from: the page is made from what stands beside the routes."""

from pathlib import Path

import pytest

from domostate.emulator.platform import ROUTES as PLATFORM
from domostate.emulator.product import ROUTES as PRODUCT
from domostate.emulator.routing import Route

PAGE = Path(__file__).parents[2] / "docs" / "endpoints.md"
HEAD = """\
# The endpoints of the emulator

What each endpoint is made after. A number is one of Domo's own pages: 001 "DataSet API:
Quickstart", 002 "Managing DataSets in Domo", 003 "DataSet API" (the Product plane), 004 "Import and
Export Data"; `product §` and `platform §` are sections of our notes on the two APIs, which say for
each fact who saw it; `portal` is a page of Domo's developer portal. The last column says what of an
endpoint no document settles: what only clients or unofficial descriptions show (domolibrary or dl;
OAS; wip-spec, which Domo generated and did not publish), what follows from them, and what is a
guess of ours. Open questions that matter to a client are switches: see
[the emulator](emulator.md#switches).

This page is made from the routes; `pytest --update-golden` writes it anew.
"""


def table(title: str, routes: tuple[Route, ...]) -> str:
    rows = [
        f"| `{one.method}` | `{one.path}` | {one.source} | {one.doubt} |"
        for one in sorted(routes, key=lambda one: (one.path, one.method))
    ]
    head = "| | endpoint | made after | inferred or guessed |\n|---|---|---|---|\n"
    return f"\n## {title}\n\n{head}" + "\n".join(rows) + "\n"


def test_the_page_tells_of_every_endpoint(request: pytest.FixtureRequest) -> None:
    page = HEAD + table("Product plane", PRODUCT) + table("Platform plane", PLATFORM)

    if request.config.getoption("--update-golden"):
        PAGE.write_text(page, encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == page


@pytest.mark.parametrize("route", [*PRODUCT, *PLATFORM], ids=lambda one: f"{one.method} {one.path}")
def test_every_endpoint_names_its_source(route: Route) -> None:
    assert route.source
