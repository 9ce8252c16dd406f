"""`domostate lock …`, and what somebody sees who waits for a lock."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.scenarios.lab import Lab, Project, Running
from tests.scenarios.recovery import assert_recovers

FIELDS = {
    "id",
    "user",
    "host",
    "pid",
    "operation",
    "run",
    "created",
    "heartbeat",
    "expires",
    "version",
    "ci_url",
    "commit",
}


def status(project: Project) -> dict[str, Any]:
    done = project.call("lock", "status", "--json")
    assert done.code == 0, done.said
    found: dict[str, Any] = json.loads(done.out)
    return found


@contextmanager
def applying(lab: Lab, project: Project, delay_ms: int = 3000) -> Iterator[Running]:
    """An apply whose first create takes its time."""
    lab.fault(method="POST", path="/api/data/v2/datasources", delay_ms=delay_ms, times=1)
    with project.start("apply", "--auto-approve", "--parallelism", "1") as running:
        lab.wait_for_fault(running.process)
        yield running


def test_a_free_lock_is_said_to_be_free(applied: Project) -> None:
    done = applied.call("lock", "status")
    found = status(applied)

    assert done.code == 0
    assert done.out.endswith(": the lock is free.\n")
    assert (found["held"], found["holder"], found["free"]) == (False, None, True)


def test_of_a_lock_that_is_held_everything_is_told(lab: Lab, project: Project) -> None:
    ci = project.with_env(CI_JOB_URL="https://ci.test/jobs/7", CI_COMMIT_SHA="abc123")
    with applying(lab, ci) as running:
        found, done = status(project), project.call("lock", "status")
        pid = running.process.pid
        running.kill()

    holder = found["holder"]
    assert set(holder) == FIELDS
    assert (holder["pid"], holder["operation"]) == (pid, "apply")
    assert (holder["ci_url"], holder["commit"]) == ("https://ci.test/jobs/7", "abc123")
    assert (found["held"], found["alive"], found["expired"], found["free"]) == (
        True,
        True,
        False,
        False,
    )
    assert f"{pid} on {holder['host']}, at work" in done.out
    assert f"domostate lock break --id {holder['id']} --reason WHY" in done.out


def test_the_lock_of_a_killed_process_is_said_to_be_as_good_as_free(
    lab: Lab, project: Project
) -> None:
    with applying(lab, project) as running:
        running.kill()

    found, done = status(project), project.call("lock", "status")

    assert (found["held"], found["alive"], found["free"]) == (True, False, True)
    assert ", gone\n" in done.out
    assert "the next run takes it over" in done.out


def test_exactly_the_lock_that_was_named_is_broken_and_its_holder_stops(
    lab: Lab, project: Project
) -> None:
    at_first = lab.snapshot()
    with applying(lab, project, delay_ms=500) as running:
        running.signal(signal.SIGSTOP)
        id_ = status(project)["holder"]["id"]
        other = project.call("lock", "break", "--id", "another", "--reason", "why not")
        broken = project.call("lock", "break", "--id", id_, "--reason", "it hangs")
        free = status(project)
        running.signal(signal.SIGCONT)
        stopped = running.end()

    history = json.loads(project.call("state", "history", "--json").out)
    assert other.code == 8
    assert f"lock {id_} does" in other.err
    assert broken.code == 0, broken.said
    assert "still at work: it stops before its next write" in broken.err
    assert not free["held"]
    assert stopped.code == 6
    assert "no longer has the lock" in stopped.err
    (told,) = history["broken_locks"]
    assert (told["reason"], told["holder"]["id"]) == ("it hangs", id_)
    assert "why: it hangs" in project.call("state", "history").out
    assert_recovers(lab, project, at_first)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["break", "--id", "x", "--reason", "y"], 1, "there is nothing to break"),
        (["break", "--id", "x", "--reason", " "], 64, "--reason is empty"),
        (["break", "--id", "x"], 64, "Missing option '--reason'"),
        (["break", "--reason", "y"], 64, "Missing option '--id'"),
        (["status", "-e", "prod"], 64, "has no environment 'prod'"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_what_cannot_be_done_is_told(
    applied: Project, arguments: list[str], code: int, words: str
) -> None:
    done = applied.call("lock", *arguments)

    assert done.code == code
    assert words in done.err
    assert "Traceback" not in done.err
    assert applied.call("state", "history").out.count("broken") == 0


def test_who_waits_is_told_once_for_whom_and_when_it_is_over(lab: Lab, project: Project) -> None:
    with applying(lab, project, delay_ms=2500) as first:
        second = project.call("apply", "--auto-approve", "--json", "--lock-timeout", "30s")
        done = first.end()

    lines = second.err.splitlines()
    assert (done.code, second.code) == (0, 0), second.said
    assert f"(pid {first.process.pid}), apply, run " in lines[0]
    assert lines[0].startswith("Waiting for the lock for at most 30 s: held by ")
    assert lines[1].startswith("The lock is free after ")
    assert second.err.count("Waiting for the lock") == 1
    assert second.out == ""


def test_who_waits_in_vain_is_refused_with_nothing_written(lab: Lab, applied: Project) -> None:
    applied.replace("datasets/acme.yml", "One row per order.", "Rows.")
    lab.fault(method="PUT", path="/api/data/v3/datasources/*", delay_ms=6000, times=1)
    why = ("--reason", "why not", "--auto-approve", "--lock-timeout", "1s")
    with applied.start("apply", "--auto-approve") as first:
        lab.wait_for_fault(first.process)
        before = applied.state_file().read_bytes()
        second = applied.call("state", "mv", "dataset.orders", "dataset.sales", *why)
        unchanged = applied.state_file().read_bytes() == before
        first.kill()

    assert second.code == 8
    assert "Waiting for the lock for at most 1 s" in second.err
    assert "lock break --id" in second.err
    assert unchanged
