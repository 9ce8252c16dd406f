"""The lock: one run at a time, and the next one is told who."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from domostate.errors import ExitCode, Locked, StateError
from domostate.record.files import DISK
from domostate.record.lock import Holder, exclusive
from tests.record.samples import NOW

HOLDER = Holder("ada@laptop", 123, "apply", "r1", "2026-11-21T12:00:00+00:00")
OTHER = Holder("bob@ci", 7, "apply", "r2", "2026-11-21T12:00:01+00:00")
AT_ONCE = timedelta(0)

HOLDING = """
import sys, time
from datetime import timedelta
from pathlib import Path
from domostate.record.files import DISK
from domostate.record.lock import Holder, exclusive

with exclusive(DISK, Path(sys.argv[1]), Holder("eve@away", 9, "apply", "r9", "then"), timedelta(0)):
    sys.stdout.write("held\\n")
    sys.stdout.flush()
    time.sleep(60)
"""


def test_a_second_run_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "state" / "dev.lock"

    with (
        exclusive(DISK, path, HOLDER, AT_ONCE),
        pytest.raises(Locked) as caught,
        exclusive(DISK, path, OTHER, AT_ONCE),
    ):
        pass

    assert caught.value.exit_code == ExitCode.LOCKED
    assert caught.value.message == (
        f"{path}: held by ada@laptop (pid 123), apply, run r1, since 2026-11-21T12:00:00+00:00"
    )
    assert "--lock-timeout" in caught.value.hint


@pytest.mark.parametrize("content", [None, b"", b"{}", b'{"who": "ada'])
def test_a_holder_that_has_not_told_yet_is_another_run(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "dev.lock"

    with exclusive(DISK, path, HOLDER, AT_ONCE):
        told = tmp_path / "dev.lock-holder"
        told.unlink()
        if content is not None:
            told.write_bytes(content)
        with (
            pytest.raises(Locked, match="held by another run"),
            exclusive(DISK, path, OTHER, AT_ONCE),
        ):
            pass


def test_the_lock_is_free_again_after_its_run_however_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "dev.lock"
    with pytest.raises(KeyboardInterrupt), exclusive(DISK, path, HOLDER, AT_ONCE):
        raise KeyboardInterrupt

    with exclusive(DISK, path, OTHER, AT_ONCE):
        assert "bob@ci" in (tmp_path / "dev.lock-holder").read_text()

    assert [one.name for one in tmp_path.iterdir()] == ["dev.lock"]


def test_environments_are_locked_one_by_one(tmp_path: Path) -> None:
    with (
        exclusive(DISK, tmp_path / "dev.lock", HOLDER, AT_ONCE),
        exclusive(DISK, tmp_path / "prod.lock", OTHER, AT_ONCE),
    ):
        assert len(list(tmp_path.glob("*-holder"))) == 2


def test_waiting_ends_with_the_timeout(tmp_path: Path) -> None:
    path = tmp_path / "dev.lock"
    begun = time.monotonic()

    with (
        exclusive(DISK, path, HOLDER, AT_ONCE),
        pytest.raises(Locked),
        exclusive(DISK, path, OTHER, timedelta(milliseconds=120)),
    ):
        pass

    assert 0.1 < time.monotonic() - begun < 10


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "dev.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(Locked, match="eve@away"), exclusive(DISK, path, OTHER, AT_ONCE):
            pass
        process.kill()

    with exclusive(DISK, path, OTHER, timedelta(seconds=5)):
        assert "bob@ci" in (tmp_path / "dev.lock-holder").read_text()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")

    with (
        pytest.raises(StateError, match=r"dev\.lock: cannot be locked: "),
        exclusive(DISK, tmp_path / "state" / "dev.lock", HOLDER, AT_ONCE),
    ):
        pass


def test_the_running_process_knows_itself() -> None:
    holder = Holder.this_process("apply", "r1", NOW)

    assert holder.pid == os.getpid()
    assert "@" in holder.who
    assert holder.created == "2026-11-21T12:00:00+00:00"
