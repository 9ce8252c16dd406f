"""The lock: one run at a time, the next one is told who, and nobody waits for the dead."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domostate.errors import ExitCode, Locked, StateError
from domostate.record import lock
from domostate.record.documents import Document
from domostate.record.holder import LEASE, Holder
from domostate.record.local import LocalBackend
from domostate.record.lock import exclusive
from tests.record.samples import NOW

HERE = Holder.this_process("apply", "r1", NOW)
HOLDER = replace(HERE, id="a1", user="ada", pid=123, ci_url="")
OTHER = replace(HERE, id="b2", user="bob", pid=7, run="r2", ci_url="")
ELSEWHERE = replace(OTHER, id="c3", host="ci-runner")
AT_ONCE = timedelta(0)
SOON = timedelta(seconds=5)

HOLDING = """
import sys, time
from datetime import timedelta
from pathlib import Path
from domostate.record.holder import Holder
from domostate.record.local import LocalBackend
from domostate.record.lock import exclusive
from tests.record.samples import NOW

holder = Holder.this_process("apply", "r9", NOW)
with exclusive(LocalBackend(Path(sys.argv[1]), "dev"), holder, timedelta(0)):
    sys.stdout.write("held\\n")
    sys.stdout.flush()
    time.sleep(60)
"""


@pytest.fixture
def backend(tmp_path: Path) -> LocalBackend:
    return LocalBackend(tmp_path / "state", "dev")


def holds(backend: LocalBackend) -> str:
    """Who has the lock, as everybody is told."""
    holder = backend.holder()
    return "" if holder is None else holder.id


def test_a_second_run_is_told_who_holds_the_lock_and_what_to_do(backend: LocalBackend) -> None:
    with (
        exclusive(backend, HOLDER, AT_ONCE),
        pytest.raises(Locked) as caught,
        exclusive(backend, OTHER, AT_ONCE),
    ):
        pass

    assert caught.value.exit_code == ExitCode.LOCKED
    assert caught.value.message == (
        f"{backend.place('lock')}: held by ada@{HERE.host} (pid 123), apply, run r1, since "
        "2026-11-21T12:00:00+00:00"
    )
    assert "--lock-timeout" in caught.value.hint
    assert "lock break --id a1" in caught.value.hint


def test_the_lock_is_free_again_after_its_run_however_it_ended(
    backend: LocalBackend, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt), exclusive(backend, HOLDER, AT_ONCE):
        raise KeyboardInterrupt

    with exclusive(backend, OTHER, AT_ONCE):
        assert holds(backend) == "b2"

    assert holds(backend) == ""
    left = {one.name: one.stat().st_size for one in (tmp_path / "state").iterdir()}
    assert left == {"dev.lock": 0, "dev.guard": 0}


def test_environments_are_locked_one_by_one(tmp_path: Path) -> None:
    dev, prod = (LocalBackend(tmp_path, name) for name in ("dev", "prod"))

    with exclusive(dev, HOLDER, AT_ONCE), exclusive(prod, OTHER, AT_ONCE):
        assert (holds(dev), holds(prod)) == ("a1", "b2")


def test_waiting_ends_with_the_timeout_and_tells_who_is_waited_for(backend: LocalBackend) -> None:
    begun, told = time.monotonic(), list[Holder]()

    with (
        exclusive(backend, HOLDER, AT_ONCE),
        pytest.raises(Locked),
        exclusive(backend, OTHER, timedelta(milliseconds=120), told.append),
    ):
        pass

    assert 0.1 < time.monotonic() - begun < 10
    assert {one.id for one in told} == {"a1"}


def test_who_waits_gets_the_lock_when_it_is_free(
    backend: LocalBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "LOOK", timedelta(milliseconds=10))
    first = exclusive(backend, HOLDER, AT_ONCE)
    first.__enter__()

    with exclusive(backend, OTHER, SOON, lambda _: _end(first)):
        assert holds(backend) == "b2"


def _end(held: object) -> None:
    held.__exit__(None, None, None)  # type: ignore[attr-defined]


def test_a_killed_process_holds_nothing(backend: LocalBackend, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path / "state")], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(Locked, match=f"pid {process.pid}"), exclusive(backend, OTHER, AT_ONCE):
            pass
        process.kill()
        process.wait()

        with exclusive(backend, OTHER, AT_ONCE):
            assert holds(backend) == "b2"


def test_a_process_that_sleeps_keeps_the_lock_until_somebody_breaks_it(
    backend: LocalBackend, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path / "state")], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGSTOP)
        sleeper = backend.holder()
        assert sleeper is not None
        assert backend.dead(sleeper) is False

        assert backend.evict(sleeper)

        with exclusive(backend, OTHER, AT_ONCE):
            assert holds(backend) == "b2"
        process.kill()


def test_of_a_process_whose_file_cannot_be_opened_only_the_lease_tells(
    backend: LocalBackend, tmp_path: Path
) -> None:
    (tmp_path / "state" / f"dev.alive-{OTHER.id}").mkdir(parents=True)

    assert backend.dead(OTHER) is None


def test_what_another_machine_holds_is_free_once_its_lease_has_run_out(
    backend: LocalBackend,
) -> None:
    """A folder that machines share: locks of files may not reach from one to the other."""
    backend.create("lock", ELSEWHERE.renewed(NOW).as_bytes())

    with exclusive(backend, OTHER, AT_ONCE):
        assert holds(backend) == "b2"


def test_what_another_machine_holds_and_renews_is_not_free(backend: LocalBackend) -> None:
    backend.create("lock", replace(ELSEWHERE, expires="2999-01-01T00:00:00+00:00").as_bytes())

    with pytest.raises(Locked, match="bob@ci-runner"), exclusive(backend, OTHER, AT_ONCE):
        pass


def test_a_run_whose_lock_was_broken_finds_out_before_it_sends_anything(
    backend: LocalBackend,
) -> None:
    with exclusive(backend, HOLDER, AT_ONCE) as lease:
        lease.check()
        assert backend.evict(HOLDER)
        with pytest.raises(Locked, match="broken by somebody"):
            lease.check()
        with (
            exclusive(backend, OTHER, AT_ONCE),
            pytest.raises(Locked, match="now held by bob@"),
        ):
            lease.check()

    assert holds(backend) == ""


def test_ending_a_run_does_not_free_the_lock_of_another(backend: LocalBackend) -> None:
    with exclusive(backend, HOLDER, AT_ONCE):
        backend.evict(HOLDER)
        other = exclusive(backend, OTHER, AT_ONCE)
        other.__enter__()

    assert holds(backend) == "b2"
    _end(other)


def test_a_run_tells_that_it_is_still_at_work(
    backend: LocalBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "BEAT", timedelta(milliseconds=5))
    with exclusive(backend, replace(HOLDER, heartbeat="before"), AT_ONCE):
        limit = time.monotonic() + 10
        seen = set[str]()
        while len(seen) < 2 and time.monotonic() < limit:
            present = backend.holder()
            assert present is not None
            seen.add(present.expires)

    assert len(seen) == 2
    assert 3 * timedelta(seconds=15) < LEASE


@pytest.mark.parametrize("content", [b"{}", b'{"who": "ada', b"\xff"])
def test_a_lock_that_nobody_can_read_is_held_until_it_is_broken(
    backend: LocalBackend, content: bytes
) -> None:
    backend.create("lock", content)

    with pytest.raises(Locked, match="unknown") as caught, exclusive(backend, OTHER, AT_ONCE):
        pass

    assert "--id unreadable" in caught.value.hint
    holder = backend.holder()
    assert holder is not None
    assert backend.evict(holder)
    assert holds(backend) == ""


class Unsteady(LocalBackend):
    """A place that takes nothing new and shows nothing."""

    def create(self, name: str, content: bytes) -> Document | None:
        return None

    def read(self, name: str) -> Document | None:
        return None


def test_a_place_where_the_lock_is_and_is_not_there_is_not_asked_for_ever(tmp_path: Path) -> None:
    with (
        pytest.raises(StateError, match="the lock was there and then was not") as caught,
        exclusive(Unsteady(tmp_path / "state", "dev"), HOLDER, AT_ONCE),
    ):
        pass

    assert "domostate init" in caught.value.hint


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")

    with (
        pytest.raises(StateError, match=r"dev\.lock: cannot be locked: "),
        exclusive(LocalBackend(tmp_path / "state", "dev"), HOLDER, AT_ONCE),
    ):
        pass


def test_the_running_process_knows_itself() -> None:
    assert HERE.pid == os.getpid()
    assert "@" in HERE.actor
    assert HERE.created == "2026-11-21T12:00:00+00:00"
    assert Holder.from_bytes(HERE.as_bytes()) == HERE


@pytest.mark.parametrize(
    ("told", "url"),
    [
        (
            {
                "GITHUB_RUN_ID": "7",
                "GITHUB_SERVER_URL": "https://github.com",
                "GITHUB_REPOSITORY": "acme/domo",
            },
            "https://github.com/acme/domo/actions/runs/7",
        ),
        (
            {"CI_JOB_URL": "https://gitlab.example/acme/-/jobs/7"},
            "https://gitlab.example/acme/-/jobs/7",
        ),
        (
            {
                "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI": "https://dev.azure.com/acme/",
                "SYSTEM_TEAMPROJECT": "domo",
                "BUILD_BUILDID": "7",
            },
            "https://dev.azure.com/acme/domo/_build/results?buildId=7",
        ),
        ({}, ""),
    ],
)
def test_a_run_in_ci_names_its_page(
    told: dict[str, str], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_RUN_ID", "CI_JOB_URL", "BUILD_URL", "BUILD_BUILDID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value)

    assert Holder.this_process("apply", "r1", NOW).ci_url == url
