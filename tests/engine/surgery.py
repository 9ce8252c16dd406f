"""What is kept of an environment, without any Domo: for operations on the state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from domostate.engine.kept import Kept
from domostate.engine.push import Pushed, push, read_file
from domostate.engine.surgery import alter, move, remove
from domostate.manifests.project import open_project
from domostate.model.address import Address
from domostate.model.state import Entry, State, first_state
from domostate.planning.surgery import Altered
from domostate.record.files import DISK, Files
from domostate.record.room import Record

CONFIG = "project: acme\nenvironments:\n  dev:\n    instance: acme-dev\n"
ORDERS, SALES, OLD = (Address("dataset", name) for name in ("orders", "sales", "old"))
ENTRIES = {ORDERS: Entry("9", {"tags": {"values": ["eu"]}}, True, "r0"), OLD: Entry("10", {})}


@dataclass
class Asked:
    """Says yes or no, and remembers what it was shown."""

    answer: bool = True
    shown: list[Altered] = field(default_factory=list)

    def __call__(self, altered: Altered) -> bool:
        self.shown.append(altered)
        return self.answer


@dataclass
class Place:
    """A project in a folder, and operations on its state as the command line does them."""

    root: Path
    files: Files = DISK
    asked: Asked = field(default_factory=Asked)

    @property
    def kept(self) -> Kept:
        self.root.mkdir(exist_ok=True)
        (self.root / "domostate.yml").write_text(CONFIG)
        project = open_project(self.root)
        environment = project.environment()
        folder = project.record_folder
        return Kept(project, environment, Record(folder, environment.name, self.files))

    @property
    def state_file(self) -> Path:
        return self.root / ".domostate" / "state" / "dev.json"

    def with_files(self, files: Files) -> "Place":
        return replace(self, files=files)

    def save(self, entries: Mapping[Address, Entry] = ENTRIES, times: int = 1) -> State:
        """So many more generations, the last with these entries."""
        kept = self.kept
        with kept.holding("apply", timedelta(0)) as writer:
            for _ in range(times):
                state = writer.settle(*self.whose, "l1")
                state = writer.commit(replace(state, entries=dict(entries)))
        return state

    @property
    def whose(self) -> tuple[str, str]:
        return "acme", "acme-dev"

    def state(self) -> State:
        return self.kept.state()

    def move(self, source: str, target: str) -> State | None:
        return self._altered("state mv", move(source, target))

    def remove(self, *addresses: str, protected: tuple[str, ...] = ()) -> State | None:
        return self._altered("state rm", remove(addresses, protected))

    def push(
        self,
        content: bytes,
        *,
        edited: bool = False,
        replaces: int | None = None,
        unprotected: tuple[str, ...] = (),
    ) -> State | None:
        file = read_file(content, "s.json", edited=edited)
        pushed = Pushed("s.json", file, edited, replaces, unprotected)
        kept = self.kept
        with kept.holding("state push", timedelta(0)) as writer:
            return push(kept, writer, pushed, "because", self.asked)

    def _altered(self, operation: str, decide: Callable[[State], State]) -> State | None:
        kept = self.kept
        with kept.holding(operation, timedelta(0)) as writer:
            return alter(kept, writer, "because", decide, self.asked)


def fresh(entries: Mapping[Address, Entry] | None = None) -> State:
    """A first state, with entries."""
    return replace(first_state("acme", "dev", "acme-dev", "l1"), entries=dict(entries or {}))
