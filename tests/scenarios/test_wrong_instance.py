"""Token, state, plan and environment swapped in every way: 9 where the token is foreign to the
instance, 3 everywhere else, and not one write (guarantee G3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from tests.scenarios.acme import ESTATE, MANIFEST
from tests.scenarios.lab import Lab, Project, serving

NAMES = ("dev", "prod")
CONFIG = """\
project: acme
manifests: datasets
environments:
  dev:
    url: "{dev}"
    vars: {{suffix: " (lab)"}}
    credentials: {{developer_token: env:FOR_DEV}}
  prod:
    url: "{prod}"
    vars: {{suffix: " (lab)"}}
    credentials: {{developer_token: env:FOR_PROD}}
"""


@dataclass(frozen=True)
class Two:
    """Two instances, each with a token that the other does not know, both applied, and a plan
    saved for each."""

    project: Project
    labs: dict[str, Lab]
    states: dict[str, bytes]

    def tokens(self, swapped: bool) -> Project:
        """The project with each environment's own token, or with the other's."""
        mine = {"FOR_DEV": "t-dev", "FOR_PROD": "t-prod"}
        if swapped:
            mine = {"FOR_DEV": "t-prod", "FOR_PROD": "t-dev"}
        return self.project.with_env(**mine)

    def put_states(self, swapped: bool) -> None:
        """Each environment's own state in its place, or the other's."""
        for name, other in zip(NAMES, reversed(NAMES), strict=True):
            content = self.states[other if swapped else name]
            self.project.state_file(name).write_bytes(content)

    def writes(self) -> list[object]:
        return [one for lab in self.labs.values() for one in lab.writes()]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    root: Path = tmp_path_factory.mktemp("two")
    with serving() as dev, serving() as prod:
        labs = {"dev": dev, "prod": prod}
        project = Project(root, {"FOR_DEV": "t-dev", "FOR_PROD": "t-prod"})
        project.write("domostate.yml", CONFIG.format(dev=dev.url, prod=prod.url))
        project.write("datasets/acme.yml", MANIFEST)
        for name, lab in labs.items():
            token = {"token": f"t-{name}", "user": "root@acme.test"}
            lab.reset({**ESTATE, "tokens": [token], "clients": []})
            assert project.call("apply", "-e", name, "--auto-approve").code == 0
        project.replace("datasets/acme.yml", "One row per order.", "Rows.")
        for name in NAMES:
            assert project.call("plan", "-e", name, "--out", f"{name}.json").code == 0
        states = {name: project.state_file(name).read_bytes() for name in NAMES}
        yield Two(project, labs, states)


SWAPS = [one for one in product((False, True), repeat=3) if any(one)]


@pytest.mark.parametrize("environment", NAMES)
@pytest.mark.parametrize(
    ("token", "state", "plan"),
    SWAPS,
    ids=[
        "+".join(word for word, on in zip(("token", "state", "plan"), one, strict=True) if on)
        for one in SWAPS
    ],
)
def test_a_saved_plan_among_things_of_another_instance_is_refused(
    two: Two, environment: str, token: bool, state: bool, plan: bool
) -> None:
    two.put_states(state)
    before = two.writes()
    other = NAMES[1 - NAMES.index(environment)]
    named = f"{other if plan else environment}.json"

    done = two.tokens(token).call("apply", named, "-e", environment, "--auto-approve")

    assert done.code == (9 if token else 3), done.said
    assert two.writes() == before


@pytest.mark.parametrize("command", [("plan",), ("apply", "--auto-approve")])
@pytest.mark.parametrize("environment", NAMES)
@pytest.mark.parametrize(("token", "state"), [(True, False), (False, True), (True, True)])
def test_manifests_among_things_of_another_instance_are_refused(
    two: Two, command: tuple[str, ...], environment: str, token: bool, state: bool
) -> None:
    two.put_states(state)
    before = two.writes()

    done = two.tokens(token).call(*command, "-e", environment)

    assert done.code == (9 if token else 3), done.said
    assert two.writes() == before


def test_a_plan_of_another_instance_sends_the_identity_check_and_nothing_else(two: Two) -> None:
    two.put_states(False)
    lab = two.labs["prod"]
    mark = lab.mark()

    done = two.project.call("apply", "dev.json", "-e", "prod", "--auto-approve")

    asked = [f"{one.method} {one.bare}" for one in lab.requests(since=mark)]
    assert done.code == 3
    assert [one for one in asked if "_emulator" not in one] == ["GET /api/content/v2/users/me"]


def test_with_everything_in_its_place_the_plan_is_carried_out(two: Two) -> None:
    two.put_states(False)

    codes = [two.project.call("apply", f"{name}.json", "--auto-approve").code for name in NAMES]

    assert codes == [0, 0]
