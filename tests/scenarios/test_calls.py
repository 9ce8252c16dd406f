"""How many calls a plan takes: few beyond what only a read of its own tells (guarantees, G9)."""

import pytest

from tests.benchmarks.plan import TOKEN, beyond, estate, measured, write_project
from tests.scenarios.lab import Lab, Project

DATASETS = 120


@pytest.fixture(scope="module")
def many(serving_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of many ordinary datasets after its first apply."""
    root = tmp_path_factory.mktemp("many")
    serving_lab.reset(estate())
    write_project(root, serving_lab.url, DATASETS)
    project = Project(root, TOKEN)
    project.apply()
    return project


def test_a_plan_takes_few_calls_and_reads_nothing_twice(lab: Lab, many: Project) -> None:
    cost = measured(lab, many.root, "plan without changes", "plan", "--detailed-exitcode")

    asked = [(row.method, row.path) for row in cost.sent if row.method == "GET"]
    assert cost.code == 0, cost.said
    assert cost.writes == 0
    assert len(asked) == len(set(asked))
    assert beyond(cost, DATASETS) <= 0.1, str(cost)
    assert cost.reads["access list"] == DATASETS
    assert cost.reads["pdp switch"] == cost.reads["row policies"] == DATASETS // 3
    assert cost.reads["other"] == 0
