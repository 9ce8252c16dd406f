"""One instance and one project on it, driven as the command line drives them."""

import json
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from domostate.domo.connect import PlatformAccess, ProductAccess, connect
from domostate.domo.retry import RetryPolicy
from domostate.engine.plan_file import Approved
from domostate.engine.run import Applying, apply_plan, holding, look_anew
from domostate.engine.session import Made, Session
from domostate.errors import ExitCode
from domostate.manifests.project import Project, open_project
from domostate.model.address import Address
from domostate.model.desired import Desired
from domostate.model.event import Event
from domostate.model.plan import Plan
from domostate.model.state import State
from domostate.record.files import DiskFiles, Files
from domostate.record.room import Record
from tests.emulator.client import Domo
from tests.model_test.manifests import (
    ACCOUNTS,
    ALWAYS,
    GROUP_IDS,
    PROVIDER,
    TRANSPORT,
    USER_IDS,
    Spec,
    desired,
)
from tests.record.disks import Died, Dying

THEIRS = {
    "11111111-1111-4111-8111-111111111111": "Payroll",
    "22222222-2222-4222-8222-222222222222": "Orders",
    "33333333-3333-4333-8333-333333333333": "Loaded",
}
"""Datasets that belong to others and are never declared."""
LOOSE = {
    "44444444-4444-4444-8444-444444444444": "Old one",
    "55555555-5555-4555-8555-555555555555": "Old two",
}
"""Datasets that may be taken over."""

POLICY = {
    "name": "West only",
    "users": ["wes@acme.test"],
    "groups": ["West"],
    "virtual_users": ["v-1"],
    "filters": [{"column": "region", "values": ["West"]}],
}
RICH = {
    "description": "Made by hand.",
    "owner": {"type": "USER", "email": "bob@acme.test"},
    "tags": ["theirs", "s_kept"],
    "columns": [*ALWAYS, {"name": "amount", "type": "DECIMAL", "upsert_key": True}],
    "permissions": [
        {"type": "GROUP", "name": "Finance", "access": "CAN_VIEW"},
        {"type": "USER", "email": "cat@acme.test", "access": "CAN_EDIT"},
        {"type": "VIRTUAL_USER", "id": "v-1", "access": "FEDERATED"},
        {"type": "CARD", "id": "77", "access": "CAN_VIEW"},
    ],
    "pdp": {"enabled": True, "enabled_column": True, "policies": [POLICY]},
}
ESTATE: Mapping[str, Any] = {
    "users": [
        {"id": id_, "email": email, "role": "Admin" if id_ == 1 else "Privileged"}
        for email, id_ in USER_IDS.items()
    ],
    "groups": [
        {"id": GROUP_IDS["Finance"], "name": "Finance", "members": ["bob@acme.test"]},
        {"id": GROUP_IDS["West"], "name": "West", "members": ["wes@acme.test"]},
        {"id": GROUP_IDS["East"], "name": "East", "members": [], "groups": ["West"]},
    ],
    "accounts": [
        {"id": n, "name": name, "provider": PROVIDER} for n, name in enumerate(ACCOUNTS, 1)
    ],
    "datasets": [
        *({"id": id_, "name": name, **RICH} for id_, name in list(THEIRS.items())[:2]),
        {
            "id": list(THEIRS)[2],
            "name": "Loaded",
            "stream": {
                "provider": PROVIDER,
                "transport": TRANSPORT,
                "configuration": {"query": "q"},
            },
        },
        *({"id": id_, "name": name, **RICH} for id_, name in LOOSE.items()),
    ],
}
_READING_POSTS = (
    "/api/data/v3/datasources/bulk",
    "/api/data/ui/v3/datasources/search",
    "/api/identity/v1/users/search",
    "/api/content/v2/groups/get",
    "/oauth/token",
)

HASTY = RetryPolicy(
    patience=timedelta(seconds=2),
    connect_patience=timedelta(milliseconds=300),
    read_timeout=timedelta(seconds=10),
    attempts=3,
    first_wait=timedelta(milliseconds=1),
    longest_wait=timedelta(milliseconds=2),
)


def project_on(url: str, folder: Path, *, marker: bool = True) -> Project:
    """A project with one environment, the instance at `url`."""
    config = f"project: acme\nenvironments:\n  sandbox:\n    url: {url}\n"
    config += "" if marker else "marker: false\n"
    (folder / "domostate.yml").write_text(config, encoding="utf-8")
    return open_project(folder)


class HastyDisk(DiskFiles):
    """The real disk without waiting for it: what a dead process wrote is there anyway."""

    def sync(self, descriptor: int) -> None:
        pass

    def sync_folder(self, folder: Path) -> None:
        pass


@dataclass
class Result:
    """How one apply went."""

    plan: Plan | None = None
    code: ExitCode | None = None
    """None where there was nothing to do."""
    events: list[Event] = field(default_factory=list)
    died: bool = False


class World:
    """The emulator, freshly reset, and a project with an empty state."""

    token = "canary-token"

    def __init__(self, domo: Domo, project: Project, folder: Path, **switches: Any) -> None:
        self.domo = domo
        self.folder = folder
        self.files: Files = HastyDisk()
        self.declared: dict[str, Spec] = {}
        self.moved: dict[str, str] = {}
        self.removed: dict[str, bool] = {}
        self.doomed: set[str] = set()
        """The ids that the last apply was to destroy."""
        self._project = project
        self._seq = 0
        domo.reset({**ESTATE, "switches": switches})

    def afresh(self, name: str) -> "World":
        """The same instance, reset, with another empty state."""
        return World(self.domo, self._project, self.folder / name)

    def wanted(self) -> Desired:
        """What the manifests say."""
        return desired(self.declared, self.moved, self.removed)

    def plan(
        self, allow: Mapping[str, int] | None = None, *, take_over: Collection[str] = ()
    ) -> Plan:
        """`domostate plan`."""
        with self._opened(self.files) as session:
            state = session.open_state()
            return self._made(session, state, allow, take_over).plan

    def apply(
        self,
        allow: Mapping[str, int] | None = None,
        *,
        take_over: Collection[str] = (),
        dies_at_event: int | None = None,
        dies_at_write: int | None = None,
        between: Iterable[Callable[[], None]] = (),
        parallelism: int = 2,
    ) -> Result:
        """`domostate apply`, which may die: after an event was shown, or at a write to the disk.

        `take_over` holds local names; `between` holds what others do while somebody looks at the
        plan.
        """
        result = Result()
        files = self.files if dies_at_write is None else Dying(self.files, dies_at_write)

        def show(event: Event) -> None:
            result.events.append(event)
            if dies_at_event is not None and len(result.events) >= dies_at_event:
                raise Died

        try:
            with (
                self._opened(files, parallelism) as session,
                holding(session, timedelta(0), threading.Event()) as applying,
            ):
                made = self._made(session, applying.state, allow, take_over)
                result.plan = made.plan
                self.doomed = self._doomed(applying.state)
                for act in between:
                    act()
                    look_anew(applying, made.plan)
                if made.plan.effective:
                    hasty = _hasty(applying)
                    approved = Approved.now(made.plan)
                    result.code = apply_plan(hasty, approved, made.names, show)
        except Died:
            result.died = True
        return result

    def _made(
        self,
        session: Session,
        state: State,
        allow: Mapping[str, int] | None,
        take_over: Collection[str],
    ) -> Made:
        addresses = [Address("dataset", one) for one in take_over]
        return session.make_plan(self.wanted(), state, allow or {}, take_over=addresses)

    def _doomed(self, state: State) -> set[str]:
        entries = state.entries.items()
        return {entry.id for address, entry in entries if self.removed.get(address.name)}

    def state(self) -> State:
        """What the next command would find recorded."""
        record = Record(self.folder, "sandbox", self.files)
        return record.open(self._project.name, self._project.environment().instance, "fresh")

    def datasets(self) -> dict[str, dict[str, Any]]:
        """The datasets of the instance by id."""
        return {one["id"]: one for one in self.domo.snapshot()["datasets"]}

    def seq(self) -> int:
        """The number of the last request."""
        rows = self.domo.send("GET", f"/_emulator/requests?since={self._seq}").json()
        self._seq = int(rows[-1]["seq"]) if rows else self._seq
        return self._seq

    def writes_since(self, seq: int) -> list[str]:
        """The writes that were asked for after request `seq`."""
        rows = self.domo.send("GET", f"/_emulator/requests?since={seq}").json()
        return writes_among(rows)

    def session(self, parallelism: int = 1) -> AbstractContextManager[Session]:
        """A connection and the record, as a command opens them."""
        return self._opened(self.files, parallelism)

    @contextmanager
    def _opened(self, files: Files, parallelism: int = 2) -> Iterator[Session]:
        url = self.domo.url
        product = ProductAccess(url, self.token, "a test")
        # Signing in costs: the second plane is there only when somebody needs it.
        streams = [spec["stream"] for spec in self.declared.values() if "stream" in spec]
        pushed = any("provider" not in stream for stream in streams)
        platform = PlatformAccess(url, "client", "canary-secret", "a test") if pushed else None
        with connect(product, platform, parallelism=parallelism, retry=HASTY) as connection:
            record = Record(self.folder, "sandbox", files)
            environment = self._project.environment()
            yield Session(self._project, environment, connection, record, parallelism)


def writes_among(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The requests that are not reads."""
    return [
        f"{row['method']} {row['path']}"
        for row in rows
        if row["method"] != "GET" and not row["path"].startswith(_READING_POSTS)
    ]


def same(one: Any, other: Any) -> bool:
    """Whether two snapshots are the same to the byte."""
    return json.dumps(one) == json.dumps(other)


def _hasty(applying: Applying) -> Applying:
    return replace(
        applying, patience=timedelta(milliseconds=150), look_again=timedelta(milliseconds=1)
    )
