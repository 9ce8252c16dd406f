"""No public call of pydomo is forgotten, and pydomo is the one that people install."""

import base64
import hashlib
import inspect
from importlib.metadata import distribution

import pydomo as domo_sdk
from pydomo.DomoAPIClient import DomoAPIClient

from tests.conformance.cases import Case
from tests.conformance.test_calls import ROWS

EXCLUDED = {
    "pages": "none of the seeds speaks of pages, so the emulator has none",
    "print_json": "writes to the log, sends nothing",
}
"""Clients and calls that are not tested, and why."""
PAGE_HELPERS = ("page_", "collections_")


def public(client: object) -> set[str]:
    """The public calls of an object, those that it inherits too."""
    found = inspect.getmembers(client, callable)
    return {name for name, _ in found if not name.startswith("_") and name not in EXCLUDED}


def calls_of(pydomo: domo_sdk.Domo) -> set[str]:
    """Every public call of pydomo's clients, and of itself: its helpers."""
    clients = {name: one for name, one in vars(pydomo).items() if isinstance(one, DomoAPIClient)}
    assert EXCLUDED.keys() & clients.keys() == {"pages"}
    found = {one for one in public(pydomo) if not one.startswith(PAGE_HELPERS)}
    for name in clients.keys() - EXCLUDED.keys():
        found |= {f"{name}.{call}" for call in public(clients[name])}
    return found


def test_every_public_call_is_in_the_table_and_nothing_else(pydomo: domo_sdk.Domo) -> None:
    cases = [row if isinstance(row, Case) else row.values[0] for row in ROWS]

    assert {case.call.name for case in cases} == calls_of(pydomo)


def test_the_clients_are_those_that_the_table_was_made_for(pydomo: domo_sdk.Domo) -> None:
    counts = {name: len(public(one)) for name, one in vars(pydomo).items() if name not in EXCLUDED}

    del counts["logger"], counts["transport"]
    assert counts == {
        "datasets": 15, "streams": 15, "users": 6, "groups": 8, "accounts": 5, "utilities": 11,
    }  # fmt: skip
    assert len(calls_of(pydomo)) == 89


def test_pydomo_is_what_the_index_has() -> None:
    installed = distribution("pydomo")
    modules = [one for one in installed.files or () if one.suffix == ".py"]

    assert installed.version == "0.3.0.16"
    assert len(modules) > 20
    for module in modules:
        assert module.hash is not None
        found = hashlib.new(module.hash.mode, module.locate().read_bytes()).digest()
        assert base64.urlsafe_b64encode(found).rstrip(b"=").decode() == module.hash.value, module
