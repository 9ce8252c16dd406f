"""Work that takes long: it is done beside the other requests, between two transactions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from domostate.emulator.call import Reply


@dataclass(frozen=True, slots=True)
class Work:
    """What a route answers with when rows have to be read or written first.

    `run` is called in another thread and must not use the database; what it returns is given to
    `finish`, which is called in a transaction of its own and answers, or has more work. Meanwhile
    anything may happen to the estate, but to rows: routes that write them take turns.
    """

    run: Callable[[], Any]
    finish: Callable[[Any], Reply | Work]
