"""Mistakes in files, through the program: place, reason, next step, and nothing is sent."""

import pytest

from tests.manifests.mistakes import Mistake
from tests.manifests.mistakes_beside import MISTAKES
from tests.manifests.projects import CONFIG as EMBEDDED
from tests.manifests.test_mistakes import EIGHT
from tests.scenarios.lab import Lab, Project

CONFIGS = [one for one in MISTAKES if "domostate.yml" in one.files]
MANIFESTS = [one for one in MISTAKES if "domostate.yml" not in one.files]
LAB = """\
project: acme
environments:
  sandbox:
    url: {url}
    vars: {{suffix: " (sandbox)", region: West}}
"""
COMMANDS = pytest.mark.parametrize(
    "command", [["validate"], ["plan"], ["apply", "--auto-approve"]], ids=lambda one: one[0]
)


def _project(lab: Lab, project: Project, mistake: Mistake) -> Project:
    for path in project.root.rglob("*.yml"):
        path.unlink()
    project.write("domostate.yml", LAB.format(url=lab.url))
    for name, text in mistake.files.items():
        path = project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return project


@pytest.mark.parametrize("mistake", MANIFESTS, ids=lambda one: one.name)
def test_a_mistake_in_a_manifest_is_told_and_nothing_is_sent(
    lab: Lab, project: Project, mistake: Mistake
) -> None:
    done = _project(lab, project, mistake).call("plan")

    said = " ".join(done.err.split())
    assert done.code == 1
    assert f"{mistake.where}: " in done.err
    assert " ".join(mistake.says.split()) in said
    assert " ".join(mistake.hint.split()) in said
    assert done.out == ""
    assert lab.requests() == []


@pytest.mark.parametrize("mistake", CONFIGS, ids=lambda one: one.name)
def test_a_mistake_in_the_configuration_is_told_and_nothing_is_sent(
    lab: Lab, project: Project, mistake: Mistake
) -> None:
    done = _project(lab, project, mistake).call("plan")

    said = " ".join(done.err.split())
    assert done.code in (1, 64)
    assert f"{mistake.where}: " in done.err
    assert " ".join(mistake.hint.split()) in said
    assert lab.requests() == []
    assert not (project.root / ".domostate").exists()


def test_there_are_enough_mistakes() -> None:
    assert len(MANIFESTS) >= 20
    assert len(CONFIGS) >= 10


@COMMANDS
def test_eight_mistakes_in_one_file_are_told_at_once(
    lab: Lab, project: Project, command: list[str]
) -> None:
    done = _project(lab, project, Mistake("eight", {"m.yml": EIGHT}, "", "")).call(*command)

    places = [line.split(": ")[0].strip() for line in done.err.splitlines() if "m.yml:" in line]
    lines = [int(one.split(":")[1]) for one in places if one.startswith("m.yml:")]
    assert done.code == 1
    assert lines == [1, 5, 6, 7, 9, 10, 14, 15]
    assert lab.requests() == []


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("owner: ada@acme.test", "owner: adda@acme.test", "10:5", "did you mean 'ada@acme.test'?"),
        ("owner: {group: Finance}", "owner: {group: Finanse}", "51:13", "did you mean 'Finance'?"),
        ("{group: West, access", "{group: Wets, access", "20:12", "did you mean 'West'?"),
        ("users: [wes@acme.test]", "users: [wess@acme.test]", "30:19", "no user is called"),
        ("name: Airports", "name: Scratch\n    adopt: {id: nowhere}", "57:13", "nowhere"),
        ("on_existing: adopt_if_unmanaged", "on_existing: fail", "56:5", "exists already"),
    ],
    ids=["a user", "a group", "a grant", "a member", "an adopted id", "a name that is taken"],
)
def test_a_name_that_domo_does_not_know_is_told_with_its_place(
    lab: Lab, project: Project, old: str, new: str, where: str, words: str
) -> None:
    project.replace("datasets/acme.yml", old, new)

    done = project.call("apply", "--auto-approve")

    assert done.code == 1
    assert f"datasets/acme.yml:{where}: " in done.err
    assert words in done.err
    assert lab.writes() == []


def test_every_name_that_domo_does_not_know_is_told_at_once(lab: Lab, project: Project) -> None:
    project.replace("datasets/acme.yml", "owner: bob@acme.test", "owner: bop@acme.test")
    project.replace("datasets/acme.yml", "owner: {group: Finance}", "owner: {group: Nobody}")
    project.replace("datasets/streams.yml", "account: Shop database", "account: Shop")

    done = project.call("plan")

    assert done.code == 1
    assert "3 problems with lab" in done.err
    for name in ("'bop@acme.test'", "'Nobody'", "'Shop'"):
        assert name in done.err


def test_the_embedded_emulator_is_not_started_for_a_mistake(project: Project) -> None:
    project.write("domostate.yml", EMBEDDED)
    project.write("datasets/wrong.yml", "dataset: {}\n")

    done = project.call("plan")

    assert done.code == 1
    assert not (project.root / ".domostate").exists()
