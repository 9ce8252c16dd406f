"""The last lines of an apply: the frozen line when all is done, else what is and what is not."""

from collections.abc import Iterator
from typing import Final

from domostate.model.change import Action, Change
from domostate.model.event import OperationFailed, Outcome
from domostate.model.plan import changed_by
from domostate.views.fields import STYLES
from domostate.views.tally import Tally
from domostate.views.text import Line, name, plain

__all__ = ["result_lines"]

_DONE: Final = {
    Action.ADOPT: "<= adopted",
    Action.CREATE: "+ added",
    Action.UPDATE: "~ changed",
    Action.FORGET: ". forgotten",
    Action.DELETE: "- destroyed",
}
_MOST: Final = 50
"""Lines of one list: a failure early in a large plan skips thousands."""


def result_lines(counts: Tally) -> list[Line]:
    """What a run came to."""
    return [_complete(counts)] if counts.outcome is Outcome.COMPLETE else list(_partial(counts))


def _complete(counts: Tally) -> Line:
    return Line(
        f"Resources: {counts.adopted} adopted, {counts.added} added, "
        f"{counts.changed} changed, {counts.forgotten} forgotten, {counts.destroyed} destroyed; "
        f"{counts.revoked} access revoked. Verified {counts.verified} of {counts.to_verify}.",
        "Apply complete!",
        "bold green",
        frozen=True,
    )


def _partial(counts: Tally) -> Iterator[Line]:
    ended = "interrupted" if counts.outcome is Outcome.INTERRUPTED else "incomplete"
    untried = counts.total - counts.succeeded - len(counts.failed)
    yield Line()
    yield Line(
        f"{counts.succeeded} of {counts.total} operations done, {len(counts.failed)} failed, "
        f"{untried} not tried.",
        f"Apply {ended}.",
        "bold red",
    )
    yield from _section("Failed:", _failed(counts))
    yield from _section("Not as planned when read back:", _unverified(counts))
    yield from _section("Not tried:", _skipped(counts))
    yield from _section("Done:", _done(counts))
    yield Line()
    yield Line("State and journal are consistent. To go on from here:")
    yield Line("domostate apply --resume", indent=4)


def _section(title: str, lines: Iterator[Line]) -> Iterator[Line]:
    shown = list(lines)
    if not shown:
        return
    yield Line()
    yield Line(title)
    yield from shown[:_MOST]
    if len(shown) > _MOST:
        yield Line(f"and {len(shown) - _MOST} more lines", indent=4)


def _failed(counts: Tally) -> Iterator[Line]:
    for event in counts.failed:
        yield Line(_operation(event, counts), indent=4)
        for row in event.error.split("\n"):
            yield Line(plain(row), indent=8)
        if event.unknown:
            doubt = "It may have happened all the same: the next run looks before it tries again."
            yield Line(doubt, indent=8)


def _operation(event: OperationFailed, counts: Tally) -> str:
    what = plain(counts.what.get(event.seq, ""))
    return f"{plain(event.address)}: {plain(event.name)} {what}".rstrip()


def _unverified(counts: Tally) -> Iterator[Line]:
    for event in counts.unverified:
        yield Line(plain(event.address), indent=4)
        yield from (Line(plain(field), indent=8) for field in event.fields)


def _skipped(counts: Tally) -> Iterator[Line]:
    for event in counts.skipped:
        because = f"({plain(event.because)})"
        yield Line(f"{plain(event.address)}: {plain(event.name)}", indent=4, parts=(because,))


def _done(counts: Tally) -> Iterator[Line]:
    for change in counts.done:
        yield _about(change, "")
    for change, count in counts.begun:
        yield _about(change, f"in part: {count} of {len(change.operations)} operations")


def _about(change: Change, more: str) -> Line:
    replaced = Action.CREATE in change.actions and Action.DELETE in change.actions
    lead = "-/+ replaced" if replaced else _DONE[changed_by(change)]
    style = STYLES[lead.split(" ")[0]]
    return Line(name(change.address), lead, style, indent=4, parts=(more,) if more else ())
