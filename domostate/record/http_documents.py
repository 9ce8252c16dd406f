"""Documents on a server of Terraform's state protocol, with compare-and-swap made of its locks.

Who writes a document locks its address, looks, compares, and writes under the id of the lock: the
server refuses a write whose lock is gone. A server that takes each serial of a document once, as
GitLab does, needs no lock for that; whether it does is found out with the first write.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final
from uuid import uuid4

from domostate.errors import StateError
from domostate.record.documents import Document
from domostate.record.http_address import STATE, Addresses
from domostate.record.http_body import Stored, packed, unpacked
from domostate.record.http_locks import HttpLocks, lock_info, with_id
from domostate.record.http_wire import Answer, NoAnswer, Wire, refusal, where

__all__ = ["HttpDocuments"]

_GONE: Final = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)

_CONFLICT: Final = (
    HTTPStatus.CONFLICT,
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.LOCKED,
)
"""The answers to a write that something stands against: what is there tells what. 422 is GitLab's
for a serial that it has, and for a state whose removal is under way."""


class HttpDocuments:
    """Reads, compares, writes and removes."""

    def __init__(self, wire: Wire, addresses: Addresses, locks: HttpLocks) -> None:
        self._wire = wire
        self._addresses = addresses
        self._locks = locks
        self._serials_guard: bool | None = None

    def place(self, name: str) -> str:
        """The address of a document, for people."""
        return where(self._addresses.document(name))

    def look(self, name: str) -> Stored | None:
        """What is there now."""
        return self._wire.patiently(lambda: self._get(name))

    def swap(
        self, name: str, content: bytes | None, fits: Callable[[Stored | None], bool]
    ) -> Document | None:
        """Write in the place of what `fits`; None when what is there does not.

        A write whose answer was lost is looked for before anything is sent again.
        """
        mark = uuid4().hex
        sent: Stored | None = None
        doubtful = False

        def attempt() -> Document | None:
            nonlocal sent, doubtful
            # Where something stood against a write, it may be a lock that was left behind.
            with self._fence(name, locking=sent is not None) as fence:
                there = self._get(name)
                if sent is not None and _version(there) == sent.document.version:
                    return sent.document
                if not fits(there):
                    if doubtful:
                        raise self._overtaken(name)
                    return None
                body, sent = packed(content, there, self.place(name), mark, plain=name == STATE)
                try:
                    self._post(name, body, there, fence)
                except NoAnswer as none:
                    doubtful = doubtful or not none.refused
                    self._locks.doubt()
                    raise
                if fence and name != STATE:
                    self._learn(name, body, fence)
                return sent.document

        return self._wire.patiently(attempt)

    def erase(self, name: str) -> None:
        """Have the server remove the document, until it is gone."""
        url = self._addresses.document(name)

        def attempt() -> None:
            answer = self._wire.ask("DELETE", url, "removed")
            if not (answer.good or answer.status in _GONE or answer.status in _CONFLICT):
                raise refusal(answer, "removed", where(url))
            # GitLab says yes to the removal of what is locked, and does nothing.
            if self._get(name) is not None:
                raise NoAnswer(refusal(answer, "removed", where(url)))

        self._wire.patiently(attempt)

    def write_under(self, name: str, lock_id: str) -> bool:
        """Whether a write under this id has its effect, whatever the server says of it."""
        body, sent = packed(b"", self.look(name), self.place(name), uuid4().hex, plain=False)
        with suppress(NoAnswer, StateError):
            self._post(name, body, None, lock_id)
        return _version(self.look(name)) == sent.document.version

    def now(self) -> datetime | None:
        """The server's clock, in whole seconds, as the header of an answer tells it."""
        url = self._addresses.document(STATE)
        answer = self._wire.patiently(lambda: self._wire.ask("GET", url, "read"))
        told = answer.headers.get("Date")
        try:
            return None if told is None else parsedate_to_datetime(told).astimezone(UTC)
        except ValueError:
            return None

    def _get(self, name: str) -> Stored | None:
        url = self._addresses.document(name)
        answer = self._wire.ask("GET", url, "read")
        # 422 is GitLab's for a state whose removal is under way.
        if answer.status in _GONE or answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return None
        if not answer.good:
            raise refusal(answer, "read", where(url))
        if not answer.body:
            return None
        etag = answer.headers.get("ETag", "")
        # A weak one is equal to no other.
        return unpacked(answer.body, where(url), "" if etag.startswith("W/") else etag)

    def _post(self, name: str, body: bytes, there: Stored | None, fence: str) -> None:
        """Send a write; raises NoAnswer where a look must tell what became of it."""
        condition: Mapping[str, str] = {}
        if there is None:
            condition = {"If-None-Match": "*"}
        elif there.etag:
            condition = {"If-Match": there.etag}
        answer = self._written(name, body, fence, condition)
        if answer.good:
            return
        error = refusal(answer, "written", self.place(name))
        if answer.status in _CONFLICT:
            raise NoAnswer(error, refused=True)
        if answer.status == HTTPStatus.BAD_REQUEST and not fence and self._serials_guard:
            # There are servers that take no write without a lock's id.
            self._serials_guard = False
            raise NoAnswer(error, refused=True)
        raise error

    def _written(
        self, name: str, body: bytes, fence: str, condition: Mapping[str, str] | None = None
    ) -> Answer:
        url = with_id(self._addresses.document(name), fence)
        return self._wire.ask(self._wire.update_method, url, "written", body, condition)

    def _learn(self, name: str, body: bytes, fence: str) -> None:
        """Find out whether the server takes a serial twice, with what it has just taken."""
        if self._serials_guard is not None:
            return
        with suppress(NoAnswer):
            answer = self._written(name, body, fence)
            if answer.good:
                self._serials_guard = False
            elif answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
                self._serials_guard = True
            elif answer.status in _CONFLICT:
                # Or the lock is gone; then it shows another time.
                ours = self._locks.lock_once(name, lock_info(fence, name, "write")) is None
                self._serials_guard = True if ours else None

    @contextmanager
    def _fence(self, name: str, *, locking: bool) -> Iterator[str]:
        """The id of a lock without which the server takes no write; empty where none is needed,
        unless `locking` asks for one."""
        if name == STATE and self._locks.still_held():
            yield self._locks.held
        elif name != STATE and self._serials_guard and not locking:
            yield ""
        else:
            info = self._locks.for_one_write(name)
            try:
                yield str(info["ID"])
            finally:
                # The write is done. A lock that stays is broken by whoever comes next.
                with suppress(StateError, NoAnswer):
                    self._locks.unlock_once(name, info)

    def _overtaken(self, name: str) -> StateError:
        return StateError(
            f"{self.place(name)}: no answer came to a write, and by now there is the write of "
            "another run, which may have come before or after it",
            hint="Run the same command again: it looks at what is there now.",
        )


def _version(there: Stored | None) -> str | None:
    return None if there is None else there.document.version
