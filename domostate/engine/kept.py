"""What is kept of an environment: enough for commands that need no connection to Domo."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from domostate.engine.backends import open_backend
from domostate.errors import StateError
from domostate.manifests.project import Environment, Project
from domostate.model.state import State
from domostate.planning.missing import is_blank
from domostate.record.lock import Waiting
from domostate.record.room import Record
from domostate.record.writer import Writer

__all__ = ["Kept", "open_record"]


@dataclass(frozen=True, slots=True)
class Kept:
    """One environment of one project, and its record."""

    project: Project
    environment: Environment
    record: Record

    @property
    def shown(self) -> str:
        """The environment as views name it: `lab (emulator)`."""
        return f"{self.environment.name} ({self.environment.instance})"

    @property
    def document(self) -> dict[str, str]:
        """The environment as every document has it."""
        return {"name": self.environment.name, "instance": self.environment.instance}

    @property
    def identity(self) -> tuple[str, str, str]:
        """Whose state it has to be: project, environment and instance."""
        return self.project.name, self.environment.name, self.environment.instance

    def state(self) -> State:
        """The state as it stands, leftover journal included; writes nothing.

        Raises:
            StateError: there is none, or what is there cannot be used.
        """
        state = self.record.open(self.project.name, self.environment.instance, uuid4().hex)
        if is_blank(state):
            raise self.missing()
        return state

    def settled(self, writer: Writer) -> State:
        """The state once what earlier runs left behind is put in order."""
        return writer.settle(self.project.name, self.environment.instance, uuid4().hex)

    def holding(
        self, operation: str, timeout: timedelta, waiting: Waiting = lambda _: None
    ) -> AbstractContextManager[Writer]:
        """The lock, for one operation on the state.

        Raises:
            Locked: somebody else has it, and `timeout` ran out.
        """
        run, now = uuid4().hex[:12], datetime.now(UTC)
        return self.record.hold(operation, run, now, timeout, waiting)

    def missing(self) -> StateError:
        """What to tell somebody who asks for a state where there is none."""
        return StateError(
            f"{self.record.store.place}: {self.environment.name} has no state yet",
            hint="The first apply makes one:\n  domostate apply\nIf there was one and it is lost, "
            "build it anew from what Domo has:\n  domostate state rebuild --reason WHY",
        )


@contextmanager
def open_record(project: Project, environment: Environment) -> Iterator[Record]:
    """The record of an environment; the backend's connections are given back at the end.

    Raises:
        UsageError: credentials or a package for the backend are missing.
        StateError: the backend cannot be opened.
    """
    with closing(open_backend(project, environment)) as backend:
        yield Record(project.record_folder, environment.name, backend=backend)
