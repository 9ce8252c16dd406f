"""When the embedded emulator may end: clients hold shared locks on a file."""

import fcntl
import time
from pathlib import Path
from typing import IO

GRACE_S = 10.0
"""How long a fresh server waits for its first client."""


class Leases:
    """Watches one file. A client that dies lets go of its lock like one that ends in order, so no
    crash leaves a server behind.

    Once it has ended, the exclusive lock is kept until the process is gone: a client that comes
    too late waits for its shared lock just that long, then finds no server and starts one.
    """

    def __init__(self, path: Path) -> None:
        path.touch()
        self._file: IO[bytes] = path.open("rb+")
        self._started = time.monotonic()
        self._seen = False

    def ended(self) -> bool:
        """True once nobody holds a lease any more, or nobody came within the grace."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._seen = True
            return False
        if self._seen or time.monotonic() - self._started > GRACE_S:
            return True
        fcntl.flock(self._file, fcntl.LOCK_UN)
        return False
