"""The lock for people, and who waits for it."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domostate.views.lock_text import LockWait, broken_lines, lock_lines
from domostate.views.terminal import WIDTH, Terminal
from domostate.views.text import text_of

Golden = Callable[[str, str], None]

HOLDER: dict[str, Any] = {
    "id": "5f1e0a37c2",
    "user": "ada",
    "host": "runner-7",
    "pid": 4711,
    "operation": "apply",
    "run": "bc6677735b1c",
    "created": "2026-11-21T12:00:00+00:00",
    "heartbeat": "2026-11-21T12:03:00+00:00",
    "expires": "2026-11-21T12:04:00+00:00",
    "version": "0.1.0",
    "ci_url": "https://ci.test/jobs/7",
    "commit": "abc123",
}


def document(**changes: Any) -> dict[str, Any]:
    held = {
        "environment": {"name": "prod", "instance": "acme"},
        "place": ".domostate/state/prod.lock",
        "held": True,
        "holder": HOLDER,
        "alive": True,
        "expired": False,
        "free": False,
    }
    return {**held, **changes}


def test_each_state_of_a_lock_reads_as_what_it_is(golden: Golden) -> None:
    bare = {**HOLDER, "ci_url": "", "commit": "", "expires": ""}
    documents = [
        document(held=False, holder=None, alive=None, free=True),
        document(),
        document(alive=None, expired=True, free=True),
        document(alive=False, free=True, holder=bare),
    ]

    text = "\n".join(text_of(lock_lines(one), WIDTH) for one in documents)

    golden("lock_status.txt", text)


def test_a_broken_lock_says_what_becomes_of_its_holder() -> None:
    gone = text_of(broken_lines("prod (acme)", "ada@runner-7 (pid 4711)", at_work=False), WIDTH)
    works = text_of(broken_lines("prod (acme)", "ada@runner-7 (pid 4711)", at_work=True), WIDTH)

    assert gone == ("prod (acme): the lock is free. It was held by ada@runner-7 (pid 4711).\n")
    assert works.startswith(gone)
    assert "it stops before its next write" in works


class Clock:
    """Goes on by a second each time that it is looked at."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def terminal(*, live: bool = False) -> Terminal:
    return Terminal(io.StringIO(), io.StringIO(), live=live)


def said(on: Terminal) -> str:
    assert isinstance(on.err, io.StringIO)
    assert isinstance(on.out, io.StringIO)
    assert on.out.getvalue() == ""
    return on.err.getvalue()


def test_who_need_not_wait_hears_nothing() -> None:
    on = terminal()

    with LockWait(on, timedelta(minutes=5), Clock()):
        pass

    assert said(on) == ""


def test_a_log_has_one_line_for_each_holder_and_one_at_the_end() -> None:
    on = terminal()

    with LockWait(on, timedelta(minutes=5), Clock()) as wait:
        for holder in ("ada", "ada", "bob", "bob"):
            wait.show(holder)

    assert said(on) == (
        "Waiting for the lock for at most 300 s: held by ada\n"
        "Waiting for the lock: held by bob\n"
        "The lock is free after 1 s.\n"
    )


def test_who_waited_in_vain_is_not_told_that_the_lock_is_free() -> None:
    on = terminal()

    def waits() -> None:
        with LockWait(on, timedelta(0), Clock()) as wait:
            wait.show("ada")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        waits()
    assert "free" not in said(on)


def test_on_a_terminal_a_line_moves_and_is_gone_at_the_end() -> None:
    on = terminal(live=True)

    with LockWait(on, timedelta(minutes=5), Clock()) as wait:
        wait.show("ada")
        wait.show("bob")

    text = said(on)
    assert text.startswith("Waiting for the lock for at most 300 s: held by ada\n")
    assert "0:00:0" in text
    assert "Ctrl-C gives up" in text
    assert "Waiting for the lock: held by bob" in text
    assert text.endswith("The lock is free after 1 s.\n")


def test_nobody_can_hide_in_a_name() -> None:
    on = terminal()

    with LockWait(on, timedelta(0), Clock()) as wait:
        wait.show("ada\x1b[2J\u202e")
    text = text_of(lock_lines(document(holder={**HOLDER, "user": "ada\x1b[2J"})), WIDTH)

    assert "\x1b" not in said(on) + text
    assert "\\x1b[2J" in said(on)
