"""HTTP for the suite: a server that does as GitLab does, each environment a state of a project."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Self

import requests

from domostate.record.http import HttpBackend, HttpSettings
from domostate.record.patience import Patience
from tests.record.backends.state_server import MAINTAINER, PASSWORD, Rule

ROOT = Path(__file__).parents[3]
GITLAB = "/api/v4/projects/1/terraform/state/acme-{environment}"
PATHS = {
    "gitlab": GITLAB,
    "gitlab-500": GITLAB,
    "plain": "/states/acme",
    "etag": "/states/acme",
}


@dataclass(frozen=True)
class HttpFactory:
    """Connections to the states of the server at `port`."""

    port: int
    kind: str = "gitlab"

    def __call__(self, environment: str, budget: timedelta | None = None) -> HttpBackend:
        patience = Patience() if budget is None else Patience(budget, budget, budget)
        return HttpBackend(self.settings, environment, patience)

    def through(self, port: int) -> Self:
        return replace(self, port=port)

    def on_wire(self, content: bytes) -> bytes:
        return json.dumps(content.decode(), ensure_ascii=False)[1:-1].encode()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> HttpSettings:
        return HttpSettings(self.url + PATHS[self.kind], username=MAINTAINER, password=PASSWORD)

    def faults(self, *rules: Rule) -> None:
        """What goes wrong from now on, in place of what did."""
        rows = [asdict(rule) for rule in rules]
        requests.post(f"{self.url}/_lab/faults", json=rows, timeout=10).raise_for_status()

    def requests(self) -> list[tuple[str, str, int]]:
        """Method, path and status of what was asked since the last look."""
        return [tuple(one) for one in requests.get(f"{self.url}/_lab/requests", timeout=10).json()]


@contextmanager
def serving(*options: str, kind: str = "gitlab") -> Iterator[HttpFactory]:
    """The server without any state, until the block ends."""
    command = [sys.executable, "-m", "tests.record.backends.state_server", "--kind", kind, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline().strip()
            assert ready.startswith("ready at http://127.0.0.1:"), ready
            yield HttpFactory(int(ready.rpartition(":")[2]), kind)
        finally:
            process.kill()
