"""An instance with the convergence machine's estate, and a project with an empty state on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.client import Domo, Server
from tests.model_test.world import World, project_on


@pytest.fixture(scope="package")
def instance() -> Iterator[Domo]:
    running = Server()
    domo = Domo(running.url)
    yield domo
    domo.close()
    running.stop()


@pytest.fixture
def unmarked(instance: Domo, tmp_path: Path) -> World:
    """The same with a project that marks nothing."""
    return World(instance, project_on(instance.url, tmp_path, marker=False), tmp_path / "state")


@pytest.fixture
def world(instance: Domo, tmp_path: Path) -> World:
    return World(instance, project_on(instance.url, tmp_path), tmp_path / "state")
