"""`domostate apply`."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import click

from domostate.cli.asking import held, lock_timeout_option, needs_somebody
from domostate.cli.options import (
    allow_option,
    allowances,
    duration,
    environment_option,
    exit_with,
    new_state_option,
    no_color_option,
    opened,
    parallelism_option,
    take_over_option,
    taken_over,
)
from domostate.cli.stopping import Stop, end_now, silence_stdout
from domostate.engine.plan_file import Approved, read_plan
from domostate.engine.resume import approved_in, nothing_left, unfinished
from domostate.engine.run import (
    Applying,
    apply_plan,
    check_belongs,
    check_instance,
    holding,
    look_anew,
)
from domostate.engine.session import Made, Session
from domostate.errors import DomoError, ExitCode, Unauthorized, UsageError
from domostate.kinds.names import Names
from domostate.model.address import Address
from domostate.model.desired import Desired
from domostate.model.plan import Plan
from domostate.planning.guard import guard
from domostate.planning.rest import beyond, only_beyond
from domostate.record.lock import Waiting
from domostate.views.plan_text import show_plan
from domostate.views.progress import EventView, JsonView, LineView, LiveView
from domostate.views.terminal import Terminal

__all__ = ["apply"]


@click.command()
@click.argument("planfile", required=False, type=click.Path(path_type=Path))
@environment_option
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Events on stdout, one JSON object a line.")
@lock_timeout_option
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with a run that did not finish; asks only for what is new.",
)
@click.option("-q", "--quiet", is_flag=True, help="The plan's summary only.")
@allow_option
@take_over_option
@new_state_option
@parallelism_option
@no_color_option
@click.pass_obj
def apply(
    terminal: Terminal,
    planfile: Path | None,
    environment: str | None,
    auto_approve: bool,
    as_json: bool,
    lock_timeout: str,
    resume: bool,
    quiet: bool,
    allow: tuple[str, ...],
    take_over: tuple[str, ...],
    new_state: bool,
    parallelism: int,
) -> None:
    """Make the instance what the manifests declare.

    With PLANFILE, carry out exactly that plan, or refuse.

    With --resume, settle every unknown outcome of the last run by looking, and do the rest.
    """
    if resume and planfile is not None:
        raise UsageError(
            "--resume goes on with the plan of the last run and takes no PLANFILE",
            hint="Leave one of the two out.",
        )
    saved = read_plan(planfile) if planfile is not None else None
    given = {"--allow": allow, "--take-over": take_over, "--new-state": new_state}
    for flag in [flag for flag, value in given.items() if value and saved is not None]:
        raise UsageError(f"apply PLANFILE takes no {flag}", hint="Give it to plan --out.")
    if not (auto_approve or resume):
        needs_somebody()
    allowed, timeout = allowances(allow), duration(lock_timeout)
    with opened(environment or _of(saved), parallelism, read_only=False) as (session, desired):
        wishes = _Wishes(
            saved=saved,
            allow=allowed,
            take_over=taken_over(take_over, desired),
            new_state=new_state,
            timeout=timeout,
            auto_approve=auto_approve,
            as_json=as_json,
            quiet=quiet,
            resume=resume,
        )
        _apply(terminal, session, desired, wishes)


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What the command line asked for."""

    saved: Approved | None
    allow: dict[str, int]
    take_over: Collection[Address]
    new_state: bool
    timeout: timedelta
    auto_approve: bool
    as_json: bool
    quiet: bool
    resume: bool


def _apply(terminal: Terminal, session: Session, desired: Desired, wishes: _Wishes) -> None:
    stop = Stop()
    try:
        with stop:
            _identify(session, wishes.saved)
            code = _carried_out(terminal, session, desired, wishes, stop)
    except KeyboardInterrupt:
        terminal.say(f"\nStopped. {_HALF_WAY if stop.writing else 'Nothing was written.'}")
        if stop.writing:
            end_now(stop.code)
        code = stop.code
    except BrokenPipeError:
        silence_stdout()
        code = ExitCode.PARTIAL if stop.writing else ExitCode.ERROR
    exit_with(stop.code if code is ExitCode.INTERRUPTED else code)


def _identify(session: Session, saved: Approved | None) -> None:
    """The first request, and the only one where the plan is another instance's."""
    try:
        session.identify()
    except Unauthorized:
        raise
    except DomoError:
        if saved is not None:
            check_instance(session, saved.plan)
        raise
    if saved is not None:
        check_instance(session, saved.plan)


_HALF_WAY = "What was being sent may have happened; the next apply looks, and goes on."


def _carried_out(
    terminal: Terminal, session: Session, desired: Desired, wishes: _Wishes, stop: Stop
) -> ExitCode:
    def hold(waiting: Waiting) -> AbstractContextManager[Applying]:
        return holding(session, wishes.timeout, stop.asked, waiting)

    with held(terminal, wishes.timeout, hold) as applying:
        begun = None
        if wishes.resume:
            run = unfinished(applying.state)
            if run is None:
                terminal.say(f"Nothing to resume: {nothing_left(applying.state)}.")
                return ExitCode.DONE
            begun = approved_in(applying, run)
            terminal.say(f"Resuming run {run.run} by {run.actor}, begun at {run.started}.\n")
        approved, names = _decided(applying, desired, wishes, begun)
        plan = approved.plan
        # With --json, stdout belongs to the events.
        shown = _aside(terminal) if wishes.as_json else terminal
        show_plan(approved.document, shown, quiet=wishes.quiet)
        if plan.manifests_digest != desired.digest:
            terminal.say("\nThe manifests have changed since this plan was made.")
        if not plan.effective:
            return ExitCode.DONE
        guard(plan)
        if not wishes.auto_approve and _asks(terminal, plan, begun):
            if not _approved(session):
                terminal.say("Not applied. Nothing was written.")
                return ExitCode.ERROR
            look_anew(applying, plan)
        with _view(terminal, plan, as_json=wishes.as_json) as view:
            show = stop.watching(view.show)
            return apply_plan(applying, approved, names, show)


def _asks(terminal: Terminal, plan: Plan, begun: Approved | None) -> bool:
    """Whether somebody has to approve; what was approved when the run began needs no second word.

    Raises:
        UsageError: somebody has to, and nobody is there.
    """
    if begun is not None:
        new = beyond(plan, begun.plan)
        if not new:
            return False
        terminal.say("\nNot part of what was approved:")
        for line in new:
            terminal.say(f"  {line}")
    needs_somebody()
    return True


def _decided(
    applying: Applying, desired: Desired, wishes: _Wishes, begun: Approved | None
) -> tuple[Approved, Names]:
    """The plan to carry out: the saved one, or one made now under the lock."""
    session = applying.session
    if wishes.saved is None:
        taken = {Address.parse(one) for one in (begun.plan.take_over if begun else ())}
        made: Made = session.make_plan(
            desired,
            applying.state,
            wishes.allow,
            take_over={*taken, *wishes.take_over},
            new_state=wishes.new_state,
        )
        plan = only_beyond(made.plan, begun.plan) if begun else made.plan
        return Approved.now(plan), made.names
    # Before anything else is sent, and not only before the first write.
    check_belongs(applying, wishes.saved)
    directory = session.connection.reader.directory(users=True, groups=True, accounts=True)
    return wishes.saved, Names(directory)


def _view(terminal: Terminal, plan: Plan, *, as_json: bool) -> EventView:
    if as_json:
        return JsonView(terminal, plan)
    return LiveView(terminal, plan) if terminal.live else LineView(terminal, plan)


def _aside(terminal: Terminal) -> Terminal:
    """The terminal with everything on stderr."""
    return replace(terminal, out=terminal.err, colour_out=terminal.colour_err)


def _of(saved: Approved | None) -> str | None:
    return saved.plan.environment.name if saved is not None else None


def _approved(session: Session) -> bool:
    name = f"{session.environment.name} ({session.instance})"
    return click.confirm(f"\nApply this to {name}?", err=True)
