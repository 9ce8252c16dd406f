"""The local backend for the suite: a folder on this disk."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from domostate.record.local import LocalBackend


@dataclass(frozen=True)
class LocalFactory:
    """Connections to one folder."""

    folder: Path

    def __call__(self, environment: str, budget: timedelta | None = None) -> LocalBackend:
        return LocalBackend(self.folder, environment)


@contextmanager
def serving() -> Iterator[LocalFactory]:
    """A folder of its own, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="domostate-state-") as folder:
        yield LocalFactory(Path(folder) / "state")
