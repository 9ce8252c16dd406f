"""Locks on a server of Terraform's state protocol: by address, with an id that only we know.

A lock of one write lasts for that write. A run's lock on the state lasts for the run, and its id
goes with every write of the state.
"""

import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import uuid4

from domostate import __version__
from domostate.errors import Locked
from domostate.record.canonical import as_bytes, from_bytes
from domostate.record.http_address import STATE, Addresses
from domostate.record.http_wire import Answer, NoAnswer, Wire, refusal, where

__all__ = ["HttpLocks", "LockInfo", "lock_info", "with_id"]

LockInfo = Mapping[str, Any]
"""Who has a lock, in Terraform's form; empty where the server does not tell."""

_WRITE: Final = "write-"
"""Begins the id of a lock of one write."""

_POLL_S: Final = (0.01, 0.2)
"""How often a lock of one write is looked at, from and to."""

_HOPELESS: Final = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.NOT_IMPLEMENTED,
)


class HttpLocks:
    """The locks of one environment's documents."""

    def __init__(self, wire: Wire, addresses: Addresses) -> None:
        self._wire = wire
        self._addresses = addresses
        self._run: LockInfo = {}
        self._doubted = False

    @property
    def held(self) -> str:
        """The id under which this run has locked the state, empty when it has not."""
        return str(self._run.get("ID", ""))

    def hold(self, info: LockInfo, breaks: Callable[[str], bool]) -> LockInfo:
        """Lock the state for a run. Who else has locked it, empty once it is ours; a lock whose id
        `breaks` is taken away."""
        until = time.monotonic() + self._wire.patience.budget.total_seconds()
        while (present := self._wait(STATE, info)) is not None:
            if not breaks(str(present.get("ID", ""))) or time.monotonic() > until:
                return present
            self.unlock(STATE, present)
        self._run, self._doubted = info, False
        return {}

    def let_go(self) -> None:
        """Give the run's lock on the state back."""
        info, self._run = self._run, {}
        if info:
            self.unlock(STATE, info)

    def doubt(self) -> None:
        """Look whether the run's lock is still there before relying on it again."""
        self._doubted = True

    def still_held(self) -> bool:
        """Whether the run's lock is on the state, as the server tells where it is in doubt; one
        that was merely taken away is put there again."""
        if self._run and self._doubted:
            if self.lock_once(STATE, self._run) is not None:
                self._run = {}
            self._doubted = False
        return bool(self._run)

    def for_one_write(self, name: str) -> LockInfo:
        """A lock on a document that nobody else has now.

        Raises Locked when somebody keeps theirs for longer than there is patience.
        """
        info = lock_info(f"{_WRITE}{uuid4().hex}", self._addresses.name, "write")
        present = self._wait(name, info)
        if present is None:
            return info
        who = f"{present.get('Who') or 'somebody'} (id {present.get('ID') or 'unknown'})"
        raise Locked(
            f"{where(self._addresses.lock(name))}: locked by {who}",
            hint="Let it finish, then run the same command again.",
        )

    def lock(self, name: str, info: LockInfo) -> bool:
        """Whether an address is now locked by this id."""
        return self._wire.patiently(lambda: self.lock_once(name, info)) is None

    def unlock(self, name: str, info: LockInfo) -> bool:
        """Whether the server has taken away the lock of this id."""
        answer = self._wire.patiently(lambda: self.unlock_once(name, info))
        if answer.status in _HOPELESS:
            raise refusal(answer, "unlocked", where(self._addresses.unlock(name)))
        return answer.good

    def lock_once(self, name: str, info: LockInfo) -> LockInfo | None:
        """Who has the lock, None once it is ours; whether it was before does not matter.

        Raises NoAnswer when another try may tell.
        """
        url = self._addresses.lock(name)
        answer = self._wire.ask(self._addresses.lock_method, url, "locked", as_bytes(dict(info)))
        if answer.good:
            return None
        error = refusal(answer, "locked", where(url))
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            # GitLab's for a state whose removal is under way.
            raise NoAnswer(error, refused=True)
        if not answer.locked:
            raise error
        told = _told(answer)
        return None if told.get("ID") == info["ID"] else told

    def unlock_once(self, name: str, info: LockInfo) -> Answer:
        """What the server says to one request; raises NoAnswer when there is none."""
        # The id is in the body by the protocol. In the address it survives those who drop the
        # body of a DELETE, which GitLab would take for breaking the lock by force.
        url = with_id(self._addresses.unlock(name), str(info["ID"]))
        return self._wire.ask(self._addresses.unlock_method, url, "unlocked", as_bytes(dict(info)))

    def _wait(self, name: str, info: LockInfo) -> LockInfo | None:
        """Lock an address; who has it, where that does not pass by itself.

        A lock of one write that stays is that of a process which was killed or sleeps. It is
        taken away: the server then refuses the write that it was for.
        """
        begun = time.monotonic()
        budget = self._wire.patience.budget.total_seconds()
        first_seen: dict[str, float] = {}
        pause = _POLL_S[0]
        while True:
            present = self._wire.patiently(lambda: self.lock_once(name, info))
            if present is None:
                return None
            theirs, now = str(present.get("ID", "")), time.monotonic()
            if now - begun > budget or (_of_run(info["ID"]) and _of_run(theirs)):
                return present
            if now - first_seen.setdefault(theirs, now) > budget / 2 and not _of_run(theirs):
                self.unlock(name, present)
            time.sleep(random.uniform(pause / 2, pause))
            pause = min(pause * 1.5, _POLL_S[1])


def lock_info(lock_id: str, path: str, operation: str, who: str = "", info: str = "") -> LockInfo:
    """Who locks, in Terraform's form; GitLab demands every field."""
    return {
        "ID": lock_id,
        "Operation": operation,
        "Info": info,
        "Who": who or "domostate",
        "Version": __version__,
        "Created": datetime.now(UTC).isoformat(),
        "Path": path,
    }


def with_id(url: str, lock_id: str) -> str:
    """The address of a request that is made under a lock."""
    if not lock_id:
        return url
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode({"ID": lock_id}))))
    return urlunsplit(parts._replace(query=query))


def _of_run(lock_id: str) -> bool:
    """Or of another tool: it lasts longer than a write."""
    return not lock_id.startswith(_WRITE)


def _told(answer: Answer) -> LockInfo:
    try:
        value = from_bytes(answer.body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
