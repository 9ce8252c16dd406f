"""The lab of the scenarios serves the command line's tests too."""

from tests.scenarios.conftest import applied, lab, project, serving_lab

__all__ = ["applied", "lab", "project", "serving_lab"]
