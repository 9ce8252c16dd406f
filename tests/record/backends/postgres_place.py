"""PostgreSQL for the suite: a real server, each environment rows of a database of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self

from domostate.record.patience import Patience
from domostate.record.postgres import PostgresBackend, PostgresSettings
from tests.record.backends.postgres_server import address, server


@dataclass(frozen=True)
class PostgresFactory:
    """Connections to one database of the server at `port`."""

    port: int
    database: str

    def __call__(self, environment: str, budget: timedelta | None = None) -> PostgresBackend:
        patience = Patience() if budget is None else Patience(budget, budget, budget)
        return PostgresBackend(self.settings, environment, patience)

    def through(self, port: int) -> Self:
        return replace(self, port=port)

    def on_wire(self, content: bytes) -> bytes:
        return content

    @property
    def settings(self) -> PostgresSettings:
        return PostgresSettings(address(self.port, self.database), project="acme")


@contextmanager
def serving() -> Iterator[PostgresFactory]:
    """An empty database."""
    running = server()
    yield PostgresFactory(running.port, running.database())
