"""Prepare: what `init` finds where the state of an environment is kept."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from domostate.engine.backends import open_backend
from domostate.manifests.project import Environment, Project
from domostate.manifests.state import LocalState
from domostate.model.state import State
from domostate.record.probe import probe
from domostate.record.room import Record

__all__ = ["Prepared", "prepare"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A place that keeps what a backend promises, and the state as it stands there.

    `holder` has the lock, for people; empty where it is free.
    """

    place: str
    state: State
    holder: str


def prepare(project: Project, environment: Environment) -> Prepared:
    """Opens the backend of an environment, probes it, and reads the state.

    Raises:
        UsageError: a secret or a package is missing.
        NoAccess, StateError: the place cannot be reached, or breaks a promise.
        WrongInstance: the state there belongs to another instance.
    """
    with closing(open_backend(project, environment)) as backend:
        found = probe(backend)
        record = Record(project.record_folder, environment.name, backend=backend)
        state = record.open(project.name, environment.instance, uuid4().hex)
        place = backend.place("state")
        if isinstance(project.config.state, LocalState):
            place = project.shown(Path(place))
        holder = "" if found.lock_holder is None else str(found.lock_holder)
        return Prepared(place, state, holder)
