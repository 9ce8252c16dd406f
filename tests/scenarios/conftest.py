"""One emulator process for the session, with a fresh estate for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.acme import acme
from tests.scenarios.lab import Lab, Project, serving


@pytest.fixture(scope="session")
def serving_lab() -> Iterator[Lab]:
    with serving() as lab:
        yield lab


@pytest.fixture
def lab(serving_lab: Lab) -> Lab:
    """The emulator; whoever uses it resets it with an estate."""
    return serving_lab


@pytest.fixture
def project(lab: Lab, tmp_path: Path) -> Project:
    """The small project, and the lab with its estate; nothing is applied yet."""
    return acme(lab, tmp_path)


@pytest.fixture
def applied(project: Project) -> Project:
    """The small project after its first apply."""
    project.apply()
    return project
