"""What commands that write share: who approves, and how long a lock is waited for."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import click

from domostate.cli.options import duration, exit_with
from domostate.engine.kept import Kept
from domostate.errors import ExitCode, UsageError
from domostate.model.state import State
from domostate.record.lock import Waiting
from domostate.record.writer import Writer
from domostate.views.change_text import written_lines
from domostate.views.lock_text import LockWait
from domostate.views.terminal import Terminal
from domostate.views.text import Line

__all__ = ["Surgeon", "Wishes", "held", "lock_timeout_option", "needs_somebody", "surgery_options"]

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

lock_timeout_option = click.option(
    "--lock-timeout", default="0s", metavar="TIME", help="Wait for a lock, such as 5m."
)


def surgery_options(command: F) -> F:
    """The options of every command that changes the state by hand; they become `Wishes`."""
    for option in (
        lock_timeout_option,
        click.option("--dry-run", is_flag=True, help="Show what would change; write nothing."),
        click.option("--auto-approve", is_flag=True, help="Do not ask."),
        click.option("--reason", metavar="TEXT", help="Why; the state remembers it."),
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Wishes:
    """How somebody wants a change of the state to be carried out."""

    reason: str
    timeout: timedelta
    auto_approve: bool
    dry_run: bool

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Wishes":
        """The values of `surgery_options`.

        Raises:
            UsageError: they cannot all be had, or nobody is there to approve.
        """
        wishes = cls(
            reason=(options["reason"] or "").strip(),
            timeout=duration(options["lock_timeout"]),
            auto_approve=options["auto_approve"],
            dry_run=options["dry_run"],
        )
        if wishes.dry_run:
            return wishes
        if not wishes.reason:
            raise UsageError(
                "--reason is missing: the state remembers why it was changed",
                hint="Give it in a few words, or look first with --dry-run.",
            )
        if not wishes.auto_approve:
            needs_somebody("at what --dry-run shows")
        return wishes


class Surgeon:
    """Carries out one operation on the state: under the lock, and once somebody has approved."""

    def __init__(
        self, terminal: Terminal, kept: Kept, operation: str, wishes: Wishes, *, talks: bool = True
    ) -> None:
        """`talks`: stdout is for people; else it belongs to a document."""
        self._talks = talks
        self._terminal = terminal
        self._kept = kept
        self._operation = operation
        self._wishes = wishes
        self._approved: bool | None = None

    def carry_out(self, act: Callable[[Writer | None], State | None]) -> None:
        """Shows what became of `act`, which is given no writer for a dry run.

        A change that was declined ends with exit code 1.
        """
        try:
            saved = self._acted(act)
        except KeyboardInterrupt:
            if not self._approved:
                raise
            self._terminal.say(
                "\nStopped. It may have been written all the same; see:\n  domostate state history"
            )
            exit_with(ExitCode.INTERRUPTED)
        else:
            if saved is not None:
                tell = self._terminal.give_lines if self._talks else self._terminal.say_lines
                tell(written_lines(saved, self._kept.shown))
            elif self._approved is False:
                self._terminal.say("Nothing was written.")
                exit_with(ExitCode.ERROR)

    def approves(self, lines: Iterable[Line], *, changes: bool) -> bool:
        """Shows what would change, and asks where nobody has said yes before."""
        self._terminal.give_lines(lines)
        return self.asked(changes=changes)

    def asked(self, *, changes: bool) -> bool:
        """Whether it is to be written, once it was shown; where nothing changes it is not."""
        if not changes:
            return False
        if self._wishes.dry_run:
            self._terminal.say("Nothing was written: this is a dry run.")
            return False
        question = f"\nWrite this to the state of {self._kept.shown}?"
        self._approved = self._wishes.auto_approve or click.confirm(question, err=True)
        return self._approved

    def _acted(self, act: Callable[[Writer | None], State | None]) -> State | None:
        if self._wishes.dry_run:
            return act(None)
        timeout = self._wishes.timeout

        def hold(waiting: Waiting) -> AbstractContextManager[Writer]:
            return self._kept.holding(self._operation, timeout, waiting)

        with held(self._terminal, timeout, hold) as writer:
            return act(writer)


def needs_somebody(look: str = "at the plan") -> None:
    """Returns when somebody is there to approve.

    Raises:
        UsageError: nobody is; `look` says where to look first.
    """
    if not sys.stdin.isatty():
        raise UsageError(
            "nobody is there to approve: stdin is not a terminal",
            hint=f"Look {look} first, then add --auto-approve.",
        )


@contextmanager
def held(
    terminal: Terminal,
    timeout: timedelta,
    hold: Callable[[Waiting], AbstractContextManager[T]],
) -> Iterator[T]:
    """What `hold` takes a lock for; whoever has that lock is shown while it is waited for."""
    with ExitStack() as stack:
        with LockWait(terminal, timeout) as wait:
            found = stack.enter_context(hold(lambda holder: wait.show(str(holder))))
        yield found
