"""However manifests are edited, whatever others do and wherever a run breaks off: one clean apply
makes the instance what is declared, and a second does nothing (guarantees G1, G5)."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from domostate.manifests.project import Project
from tests.emulator.client import Domo
from tests.model_test.machine import Convergence

EVERYTHING = list(HealthCheck)
SHORT = settings(
    max_examples=400,
    stateful_step_count=4,
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=EVERYTHING,
    phases=[Phase.reuse, Phase.generate, Phase.shrink],
)
LONG = settings(SHORT, max_examples=20_000, stateful_step_count=8)


@pytest.fixture
def machine(instance: Domo, project: Project) -> type[Convergence]:
    class Here(Convergence):
        pass

    Here.instance, Here.project = instance, project
    return Here


def test_every_history_ends_in_what_is_declared(machine: type[Convergence]) -> None:
    run_state_machine_as_test(machine, settings=SHORT)


@pytest.mark.long
def test_every_long_history_ends_in_what_is_declared(machine: type[Convergence]) -> None:
    run_state_machine_as_test(machine, settings=LONG)
