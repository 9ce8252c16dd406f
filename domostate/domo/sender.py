"""The only way by which anything is written to an instance."""

from collections.abc import Mapping
from typing import Any

from domostate.domo.transport import Transport
from domostate.errors import UsageError
from domostate.model.call import Call, Plane

__all__ = ["Sender"]


class Sender:
    """Sends the writes of an apply; safe between threads."""

    def __init__(self, transports: Mapping[Plane, Transport]) -> None:
        self._transports = transports

    @property
    def planes(self) -> frozenset[Plane]:
        """The planes that there are credentials for."""
        return frozenset(self._transports)

    @property
    def calls(self) -> int:
        """Requests sent, repetitions included; signing in is not counted."""
        return sum(transport.calls for transport in self._transports.values())

    def send(self, call: Call) -> Any:
        """The decoded reply, None where it is empty.

        Raises:
            Unreachable, Broken: the call may have had its effect, also where it was repeated.
            Unauthorized, Forbidden, NotFound, Conflict, RateLimited, Rejected: it had none.
                After a repeated call, though, NotFound and Conflict may be the echo of its own
                first sending, whose answer was lost.
            UsageError: no credentials for the call's plane.
        """
        if call.plane not in self._transports:
            raise UsageError(f"no credentials for the {call.plane} API, which {call.path} needs")
        return self._transports[call.plane].send(call)
