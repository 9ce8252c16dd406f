"""The only way from the reader to Domo: calls that change nothing."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import Any, Final, TypeVar

from domostate.domo.transport import Transport
from domostate.errors import Broken, UsageError
from domostate.model.call import Call, Plane

__all__ = ["Reading", "Row", "chunks", "get", "rows_in"]

T = TypeVar("T")
Row = dict[str, Any]

_POSTS_THAT_READ: Final = frozenset(
    {
        "/api/data/v3/datasources/bulk",  # metadata by ids (product §8)
        "/api/data/ui/v3/datasources/search",  # product §8
        "/api/content/v2/groups/get",  # groups by ids (product §6)
        "/api/identity/v1/users/search",  # product §6
    }
)


def chunks(rows: Sequence[T], size: int) -> list[Sequence[T]]:
    """The rows in pieces of at most this size, as calls for many take them."""
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def get(plane: Plane, path: str, **query: str | int) -> Call:
    """A read by GET."""
    return Call("GET", path, plane, query=tuple((key, str(v)) for key, v in query.items()))


class Reading:
    """Asks on the planes that there are credentials for, and refuses whatever is not a read.

    That Domo's reads have no effects is what the allow-list says; whether a call is one is not
    left to those who build it (guarantees G6).
    """

    def __init__(self, transports: Mapping[Plane, Transport], parallelism: int) -> None:
        self._transports = transports
        self._parallelism = parallelism
        self.lists_lag = False
        """Set once a list has said that it runs behind."""

    @property
    def planes(self) -> frozenset[Plane]:
        """The planes that there are credentials for."""
        return frozenset(self._transports)

    @property
    def calls(self) -> int:
        """Requests sent so far, repetitions included."""
        return sum(transport.calls for transport in self._transports.values())

    def ask(self, call: Call) -> Any:
        """The decoded reply to one read.

        Raises:
            ValueError: the call is not a read.
        """
        if call.method != "GET" and (call.method, call.path) not in _ALLOWED:
            raise ValueError(f"not a read: {call.method} {call.path}")
        if call.plane not in self._transports:
            raise UsageError(f"no credentials for the {call.plane} API, which {call.path} needs")
        return self._transports[call.plane].send(call)

    def all(self, tasks: Sequence[Callable[[], T]]) -> list[T]:
        """The results of all tasks in their order, run side by side.

        The first error cancels what has not begun and is raised once the rest has ended.
        """
        if len(tasks) <= 1:
            return [task() for task in tasks]
        pool = ThreadPoolExecutor(min(self._parallelism, len(tasks)), "domo-read")
        futures: list[Future[T]] = []
        try:
            futures += (pool.submit(task) for task in tasks)
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            # Also upon Ctrl-C, which arrives in the waiting thread.
            pool.shutdown(wait=True, cancel_futures=True)
        for future in futures:
            if not future.cancelled() and (error := future.exception()) is not None:
                raise error
        return [future.result() for future in futures]


_ALLOWED: Final = frozenset(("POST", path) for path in _POSTS_THAT_READ)


def rows_in(reply: Any, call: Call, *keys: str) -> list[Row]:
    """The rows of a reply: it is a list of them, or holds one under the first key that it has.

    Raises:
        Broken: it is neither. Reading that as "nothing there" could end in a create.
    """
    found = reply
    if isinstance(reply, dict):
        found = next((reply[key] for key in keys if key in reply), None)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Broken("the reply has another shape than known", method=call.method, path=call.path)
    return found
