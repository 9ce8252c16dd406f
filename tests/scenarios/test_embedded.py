"""`url: "emulator:"`: commands share one process, which is gone when they are."""

import fcntl
import json
import os
import signal
from pathlib import Path

import pytest

from tests.scenarios.acme import ESTATE, MANIFEST, STREAMS
from tests.scenarios.lab import Project, wait_until

CONFIG = """\
project: acme
manifests: datasets
environments:
  lab:
    url: "emulator:"
    estate: estate.yml
    vars: {suffix: " (lab)"}
"""


@pytest.fixture
def embedded(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.write("domostate.yml", CONFIG)
    # Without tokens and clients any credentials do. JSON is YAML.
    estate = {key: value for key, value in ESTATE.items() if key not in ("tokens", "clients")}
    project.write("estate.yml", json.dumps(estate))
    project.write("datasets/acme.yml", MANIFEST)
    project.write("datasets/streams.yml", STREAMS)
    return project


def test_the_main_job_needs_no_credentials_and_leaves_no_process(embedded: Project) -> None:
    codes = [
        embedded.run("plan", "--detailed-exitcode").code,
        embedded.run("apply", "--auto-approve").code,
        embedded.run("plan", "--detailed-exitcode").code,
    ]

    assert codes == [2, 0, 0]
    wait_until(lambda: not _announcement(embedded).exists(), 5)


def test_a_proxy_of_the_environment_is_not_asked_for_the_embedded_emulator(
    embedded: Project,
) -> None:
    dead = "http://127.0.0.1:9"
    proxied = embedded.with_env(http_proxy=dead, https_proxy=dead, all_proxy=dead, no_proxy="")

    with proxied.start("apply", "--auto-approve") as running:
        running.lines(3)
        shared = proxied.run("emulator", "snapshot", "-e", "lab")
        done = running.end()

    assert (shared.code, done.code) == (0, 0), shared.err + done.err


def test_commands_at_the_same_time_share_one_process(embedded: Project) -> None:
    folder = _announcement(embedded).parent
    folder.mkdir(parents=True)
    pids = set()
    # A lease of our own: the last command may come only after the first has gone.
    with (folder / "leases").open("w") as lease:
        fcntl.flock(lease, fcntl.LOCK_SH)
        running = [embedded.start("plan", "--detailed-exitcode") for _ in range(4)]
        while any(one.process.poll() is None for one in running):
            pids |= {pid} if (pid := _server(embedded)) else set()
        done = [one.end() for one in running]
        for one in running:
            one.__exit__()

    assert [one.code for one in done] == [2, 2, 2, 2], done
    (pid,) = pids
    wait_until(lambda: not _lives(pid), 5)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_ended_leaves_no_process_behind(
    embedded: Project, number: signal.Signals
) -> None:
    with embedded.start("apply", "--auto-approve") as running:
        running.lines(3)
        pid = _server(embedded)
        running.signal(number)
        running.process.wait(10)

    assert pid is not None
    wait_until(lambda: not _lives(pid), 5)
    assert embedded.run("apply", "--auto-approve").code == 0
    assert embedded.run("plan", "--detailed-exitcode").code == 0


@pytest.mark.long
def test_a_server_that_was_killed_is_started_anew_with_what_it_had(embedded: Project) -> None:
    with embedded.start("apply", "--auto-approve") as running:
        running.lines(4)
        pid = _server(embedded)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        failed = running.end()

    assert failed.code == 6, failed.said
    assert "Traceback" not in failed.err
    assert embedded.run("apply", "--auto-approve").code == 0
    assert embedded.run("plan", "--detailed-exitcode").code == 0


def test_a_mistake_in_the_estate_is_told_and_leaves_nothing(embedded: Project) -> None:
    embedded.write("estate.yml", "users: [{email: a@acme.test, rolle: Admin}]\n")

    done = embedded.run("plan")

    assert done.code == 1
    assert "rolle" in done.err
    assert "Traceback" not in done.err


def _announcement(project: Project) -> Path:
    return project.root / ".domostate" / "emulator" / "lab" / "server.json"


def _server(project: Project) -> int | None:
    try:
        return int(json.loads(_announcement(project).read_text())["pid"])
    except (OSError, ValueError):
        return None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process whose parent has gone may be nobody's to reap here.
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
