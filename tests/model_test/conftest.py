"""One emulator process and one project for the session."""

from collections.abc import Iterator

import pytest

from domostate.manifests.project import Project
from tests.emulator.client import Domo, Server
from tests.model_test.world import project_on


@pytest.fixture(scope="session")
def instance() -> Iterator[Domo]:
    running = Server()
    domo = Domo(running.url)
    yield domo
    domo.close()
    running.stop()


@pytest.fixture(scope="session")
def project(instance: Domo, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project_on(instance.url, tmp_path_factory.mktemp("project"))
