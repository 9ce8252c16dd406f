"""An execution of a world's plan, to be pulled event by event."""

import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from domostate.engine.attempt import Attempt
from domostate.engine.execute import Run, execute
from domostate.model.change import Action
from domostate.model.event import Event
from domostate.model.plan import Plan
from tests.model_test.world import World

AT_ONCE = timedelta(milliseconds=1)


@dataclass
class Execution:
    """A plan under way."""

    plan: Plan
    run: Run
    events: Generator[Event]

    def until(self, *kinds: type[Event]) -> Event:
        """Pulls up to and with the first event of these kinds."""
        return next(event for event in self.events if isinstance(event, kinds))


@contextmanager
def executing(
    world: World,
    *,
    parallelism: int = 1,
    patience: timedelta = AT_ONCE,
    attempt_of: type[Attempt] = Attempt,
    allow: Mapping[str, int] | None = None,
) -> Iterator[Execution]:
    """The plan of `world`, begun and not pulled yet; closed at the end."""
    with world.session(parallelism) as session:
        made = session.make_plan(world.wanted(), session.open_state(), allow or {})
        known: dict[str, tuple[str, ...]] = {
            str(change.after["identity"]["name"]): ()
            for change in made.plan.changes
            if Action.CREATE in change.actions
        }
        connection = session.connection
        attempt = attempt_of(connection.reader, connection.open_sender(), known, AT_ONCE)
        run = Run("r1", "digest", attempt, made.names, parallelism, patience)
        execution = Execution(made.plan, run, execute(made.plan.changes, run))
        try:
            yield execution
        finally:
            execution.events.close()


def workers() -> list[str]:
    """The threads of executions that are alive."""
    names = [thread.name for thread in threading.enumerate()]
    return [name for name in names if name.startswith("apply")]
