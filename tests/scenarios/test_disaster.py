"""The backend fails when the state is to be saved: the file that is left, and the command that is
printed, bring it back."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from domostate.errors import StateError
from domostate.model.event import OperationSucceeded, Outcome, RunFinished, evolve
from domostate.model.state import State
from domostate.record.documents import Document
from domostate.record.local import LocalBackend
from domostate.record.room import Record
from tests.engine.surgery import CONFIG, ENTRIES, SALES
from tests.record.samples import NOW
from tests.scenarios.lab import Project


class Elsewhere(LocalBackend):
    """Counts as far away, and takes no state for as long as it is ill."""

    remote = True
    ill = False

    def replace(self, name: str, content: bytes, version: str) -> Document | None:
        if self.ill and name == "state":
            raise StateError("503 from the backend", hint="Wait until it is well again.")
        return super().replace(name, content, version)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    found = Project(tmp_path / "a project")
    found.write("domostate.yml", CONFIG)
    return found


def failed(project: Project) -> tuple[State, str]:
    """A run whose state could not be saved: that state, and what was said to do."""
    folder = project.state_file("dev").parent
    backend = Elsewhere(folder, "dev")
    record = Record(folder, "dev", backend=backend)
    with record.hold("apply", "r0", NOW) as writer:
        state = writer.commit(replace(writer.settle("acme", "acme-dev", "l1"), entries=ENTRIES))
    with record.hold("apply", "r1", NOW) as writer:
        journal = writer.begin(state, "r1", "digest", NOW)
        for event in (
            OperationSucceeded(1, SALES, "create_dataset", {"id": "55"}),
            RunFinished(Outcome.COMPLETE),
        ):
            journal.write(event)
            state = evolve(state, event, "r1")
        backend.ill = True
        with pytest.raises(StateError) as caught:
            writer.commit(state, "complete")
    return state, caught.value.hint


def printed(hint: str) -> list[str]:
    """The command that stands alone on the last line."""
    program, *words = shlex.split(hint.splitlines()[-1])
    assert program == "domostate"
    return words


@pytest.mark.parametrize("machine", ["the same", "another"])
def test_the_printed_command_saves_what_could_not_be_saved(project: Project, machine: str) -> None:
    state, hint = failed(project)
    if machine == "another":
        project.journal_file("dev").unlink()

    done = project.call(*printed(hint), "--auto-approve")

    assert done.code == 0, done.said
    assert "<= record dataset.sales id 55" in done.out
    document = project.state("dev")
    assert document["serial"] == state.serial + 1
    assert set(document["entries"]) == {"dataset.old", "dataset.orders", "dataset.sales"}
    assert document["saved"]["reason"] == "backend failed"
    assert [one["outcome"] for one in document["runs"]] == ["complete"]
    assert not project.journal_file("dev").exists()
    verified = project.call("state", "verify", "--offline")
    assert verified.code == 0, verified.said


def test_the_same_command_a_second_time_finds_nothing_to_do(project: Project) -> None:
    _, hint = failed(project)
    project.call(*printed(hint), "--auto-approve")
    before = project.state_file("dev").read_bytes()

    again = project.call(*printed(hint), "--auto-approve")

    assert again.code == 0, again.said
    assert again.out == "Nothing to change in the state of dev (acme-dev).\n"
    assert project.state_file("dev").read_bytes() == before


def test_once_somebody_has_saved_since_the_file_is_not_taken(project: Project) -> None:
    _, hint = failed(project)
    settled = project.call(
        "state", "mv", "dataset.old", "dataset.new", "--reason", "why not", "--auto-approve"
    )
    before = project.state_file("dev").read_bytes()

    late = project.call(*printed(hint), "--auto-approve")

    assert settled.code == 0, settled.said
    assert late.code == 1
    assert "the file is of serial 2, and the state is at serial 3" in late.err
    assert project.state_file("dev").read_bytes() == before


def test_the_file_says_which_generation_it_goes_on_from(project: Project) -> None:
    _, hint = failed(project)
    path = Path(printed(hint)[2])

    name = path.name
    text = path.read_text()

    assert name == "errored-r1.state.json"
    assert f'"parent":"{project.state("dev")["hash"]}"' in text
    assert path.stat().st_mode & 0o777 == 0o600
