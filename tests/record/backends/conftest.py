"""Every test of this folder that asks for a `place` runs on each kind of place."""

import importlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from domostate.record.documents import Backend
from tests.record.backends.cutting import Wire, wire_to
from tests.record.backends.places import Factory, Place, Reached

KINDS = sorted(
    path.stem.removesuffix("_place") for path in Path(__file__).parent.glob("*_place.py")
)


@pytest.fixture(scope="session", params=KINDS)
def factory(request: pytest.FixtureRequest) -> Iterator[Factory]:
    """The real thing, once for each kind."""
    module = importlib.import_module(f"tests.record.backends.{request.param}_place")
    with module.serving() as made:
        yield made


@pytest.fixture
def place(factory: Factory) -> Place:
    """An empty place."""
    return Place(factory, f"e{uuid4().hex[:10]}")


@pytest.fixture
def backend(place: Place) -> Iterator[Backend]:
    """A connection to it."""
    with closing(place.connect()) as made:
        yield made


@pytest.fixture
def other(place: Place) -> Iterator[Backend]:
    """A second connection to it."""
    with closing(place.connect()) as made:
        yield made


@pytest.fixture
def wire(place: Place) -> Iterator[Wire]:
    """A wire to the place that can be cut; for what is reached over the network."""
    if not isinstance(place.factory, Reached):
        pytest.skip("there is no wire to a folder")
    with wire_to(place.factory.port) as made:
        yield made
