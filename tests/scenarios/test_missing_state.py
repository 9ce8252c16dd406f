"""No state where the instance says that there was one: a guard, before anything is made twice."""

import re
import shlex

import pytest

from tests.scenarios.lab import Lab, Project

SEARCH = "/api/data/ui/v3/datasources/search"
TWO = """
  other:
    url: {url}
    vars: {{suffix: " (other)"}}
"""


@pytest.fixture
def lost(applied: Project) -> Project:
    """The small project after its state was lost."""
    applied.state_file().unlink()
    return applied


@pytest.mark.parametrize("command", [("plan",), ("apply", "--auto-approve")])
def test_a_state_that_was_lost_is_a_guard(
    lab: Lab, lost: Project, command: tuple[str, ...]
) -> None:
    mark = lab.mark()

    done = lost.call(*command)

    assert done.code == 3
    said = " ".join(done.err.split())
    assert "state missing" in said
    assert "6 datasets bear the tag managed-by:domostate:acme: 'Airports' (" in said
    assert "and 3 more" in said
    assert "  domostate state rebuild --reason WHY\n" in done.err
    assert "--new-state" in said
    assert lab.writes(since=mark) == []
    assert not lost.state_file().exists()


@pytest.mark.parametrize("flags", [(), ("--new-state",)])
def test_a_kept_generation_is_put_back_rather_than_a_state_built_anew(
    lab: Lab, applied: Project, flags: tuple[str, ...]
) -> None:
    applied.replace("datasets/acme.yml", "One row per order.", "Rows.")
    applied.apply()
    applied.state_file().unlink()
    mark = lab.mark()

    done = applied.call("apply", "--auto-approve", *flags)
    pull, push = re.findall(r"^ +domostate (.+)$", done.err, re.MULTILINE)
    applied.write("state.json", applied.call(*shlex.split(pull.partition(" > ")[0])).out)
    pushed = applied.call(*shlex.split(push), "--auto-approve")

    assert done.code == 3
    assert "lab has no state, and had one: its serial 1 is kept" in " ".join(done.err.split())
    assert "state rebuild" not in done.err
    assert lab.writes(since=mark) == []
    assert pushed.code == 0, pushed.said
    assert applied.apply().code == 0


def test_what_is_kept_of_another_instance_does_not_keep_anybody_from_a_new_one(
    lab: Lab, applied: Project
) -> None:
    applied.replace("datasets/acme.yml", "One row per order.", "Rows.")
    applied.apply()
    applied.state_file().unlink()
    applied.replace("domostate.yml", lab.url, lab.url.replace("127.0.0.1", "localhost"))

    assert "state rebuild" in applied.call("plan").err


def test_the_wrong_place_for_the_state_is_a_guard(lab: Lab, applied: Project) -> None:
    applied.replace("domostate.yml", "project: acme", "project: acme\nstate: {path: elsewhere}")

    done = applied.call("plan")

    assert done.code == 3
    assert "correct -e or state.path" in " ".join(done.err.split())


def test_a_second_environment_on_one_instance_is_said_to_be_new_once(
    lab: Lab, applied: Project
) -> None:
    config = (applied.root / "domostate.yml").read_text()
    applied.write("domostate.yml", config + TWO.format(url=lab.url))
    # The adopted one belongs to the first environment.
    applied.replace("datasets/acme.yml", "name: Airports", 'name: "Airports${suffix}"')
    there = ("-e", "other", "--auto-approve")

    refused = applied.call("apply", *there)
    done = applied.call("apply", *there, "--new-state")
    again = applied.call("plan", "-e", "other", "--detailed-exitcode")

    assert refused.code == 3
    assert done.code == 0, done.said
    assert again.code == 0, again.said


def test_a_saved_plan_says_for_itself_that_the_state_is_new(lab: Lab, lost: Project) -> None:
    lost.replace("domostate.yml", '" (lab)"', '" (new)"')
    lost.replace("datasets/acme.yml", "name: Airports", 'name: "Airports${suffix}"')
    lost.call("plan", "--out", "plan.json", "--new-state")

    said_twice = lost.call("apply", "plan.json", "--auto-approve", "--new-state")
    done = lost.call("apply", "plan.json", "--auto-approve")

    assert (said_twice.code, done.code) == (64, 0)


def test_looking_for_markers_takes_one_call_and_only_without_a_state(
    lab: Lab, project: Project
) -> None:
    def searches(*command: str) -> int:
        mark = lab.mark()
        assert project.call(*command).code == 0
        return len([row for row in lab.requests(since=mark) if row.bare == SEARCH])

    first, applying = searches("plan"), searches("apply", "--auto-approve")

    assert (first, applying, searches("plan")) == (1, 1, 0)


@pytest.mark.parametrize("status", [400, 403, 404])
def test_without_a_search_the_datasets_of_the_declared_names_tell(
    lab: Lab, lost: Project, status: int
) -> None:
    lab.fault(method="POST", path=SEARCH, status=status)

    done = lost.call("plan")

    assert done.code == 3
    assert "'Customers (lab)' (" in " ".join(done.err.split())


def test_a_search_that_knows_nothing_yet_is_not_taken_for_the_truth(
    lab: Lab, lost: Project
) -> None:
    body = {"dataSources": [], "_metaData": {"totalCount": 0}}
    lab.fault(method="POST", path=SEARCH, status=200, body=body)

    assert lost.call("plan").code == 3


def test_markers_of_other_projects_say_nothing_of_this_ones_state(lab: Lab, lost: Project) -> None:
    lost.replace("domostate.yml", "project: acme", "project: acme-two")

    done = lost.call("plan")

    # What bears the declared names is in the way, and that is all.
    assert done.code == 1
    assert "exists already" in done.err


def test_without_markers_nothing_is_looked_for(lab: Lab, project: Project) -> None:
    project.replace("domostate.yml", "project: acme", "project: acme\nmarker: false")
    mark = lab.mark()

    assert project.call("plan").code == 0
    assert not [row for row in lab.requests(since=mark) if row.bare == SEARCH]
