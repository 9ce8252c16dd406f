"""Every project in the repository does what it is there to show."""

import shutil
from pathlib import Path

import pytest

from tests.scenarios.lab import Project

REPOSITORY = Path(__file__).parent.parent
EXAMPLES = sorted((REPOSITORY / "examples").iterdir())
PLANNED_AND_APPLIED = ["$", "Plan:", "$", "Plan:", "Apply"]
PROJECTS = [*EXAMPLES, REPOSITORY / "manifests"]


@pytest.fixture
def example(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    """A copy of a project without what commands have left in it."""
    source: Path = request.param
    left = shutil.ignore_patterns(".domostate")
    shutil.copytree(source, tmp_path, dirs_exist_ok=True, ignore=left)
    return Project(tmp_path)


def of(*projects: Path) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("example", projects, indirect=True, ids=lambda one: one.name)


@of(*PROJECTS)
def test_a_project_converges_in_one_apply(example: Project) -> None:
    codes = [
        example.run(*command.split()).code
        for command in (
            "plan --detailed-exitcode",
            "apply --auto-approve",
            "plan --detailed-exitcode",
        )
    ]

    assert example.call("validate").code == 0
    assert codes == [2, 0, 0]


@of(*PROJECTS)
def test_a_project_has_a_readme_that_says_how_to_run_it(example: Project) -> None:
    text = (example.root / "README.md").read_text(encoding="utf-8")

    assert "    domostate -C " in text


@of(REPOSITORY / "examples" / "connector-stream")
def test_a_schedule_is_changed_and_no_stream_is_run(example: Project) -> None:
    example.run("apply", "--auto-approve")
    example.replace("datasets.yml", "08:01 PM", "06:30 AM")

    planned = example.run("plan", "--detailed-exitcode")

    assert planned.code == 2
    assert '"08:01 PM" -> "06:30 AM"' in planned.out
    assert "1 writes planned" in planned.out


@of(REPOSITORY / "examples" / "keep-what-others-add")
def test_a_dataset_is_adopted_and_what_others_added_stays(example: Project) -> None:
    first = example.run("plan")
    example.run("apply", "--auto-approve")
    example.replace("datasets.yml", "mode: at_least ", "mode: exact ")
    exact = example.run("plan")

    assert "<= adopt dataset.airports" in first.out
    assert "+ add tag reference" in first.out
    assert "+ add share group Product: CAN_VIEW" in first.out
    assert "leaves: summer-campaign" in first.out
    assert "leaves: group Support" in first.out
    assert "tag summer-campaign" in exact.out
    assert "- revoke share group Support" in exact.out


@of(REPOSITORY / "examples" / "rename-and-remove")
def test_addresses_leave_and_one_dataset_goes(example: Project) -> None:
    example.run("apply", "--auto-approve")
    shutil.copy(example.root / "next" / "datasets.yml", example.root)
    moves = "moved: [{from: dataset.complaints, to: dataset.consumer_complaints}]\n"

    planned = example.run("plan", "--detailed-exitcode")
    example.replace("datasets.yml", moves, "")
    unsaid = example.run("apply", "--auto-approve")
    example.write("datasets.yml", (example.root / "next" / "datasets.yml").read_text())
    codes = [example.run(*one.split()).code for one in ("apply --auto-approve", "plan")]

    assert planned.code == 2
    assert "address: dataset.complaints -> dataset.consumer_complaints" in planned.out
    assert "1 to change, 1 to forget, 1 to destroy" in planned.out
    assert unsaid.code == 4
    assert moves.strip() in unsaid.err
    assert codes == [0, 0]
    assert "No changes." in example.run("plan").out


@of(REPOSITORY / "examples" / "row-policies")
def test_a_territory_moves_from_one_person_to_another(example: Project) -> None:
    example.run("apply", "--auto-approve")
    example.replace("datasets.yml", "users: [giulia.conti@", "users: [omar.haddad@")

    planned = example.run("plan", "--detailed-exitcode")

    assert planned.code == 2
    assert "~ change policy Europe" in planned.out
    assert "- remove user giulia.conti@acme.example" in planned.out
    assert "+ add user omar.haddad@acme.example" in planned.out


def test_the_demo_plays_the_main_job(tmp_path: Path) -> None:
    done = Project(REPOSITORY).run("demo")

    shown = [
        line for line in done.out.splitlines() if line.startswith(("$", "No", "Plan", "Apply"))
    ]
    words = [line.split()[0] for line in shown]
    assert done.code == 0, done.said
    assert words == [*PLANNED_AND_APPLIED, "$", "No"] * 2
