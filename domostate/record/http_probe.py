"""What a server's locks are worth: everything here stands on the server refusing."""

from collections.abc import Sequence
from uuid import uuid4

from domostate.record.http_documents import HttpDocuments
from domostate.record.http_locks import HttpLocks, lock_info

__all__ = ["flaws"]


def flaws(documents: HttpDocuments, locks: HttpLocks) -> Sequence[str]:
    """What the server lets happen although a lock stands against it, none for a good one.

    Tried on a document of its own, which is gone afterwards.
    """
    name = f"probe-{uuid4().hex}"
    ours, other, third = (lock_info(f"write-{uuid4().hex}", name, "init") for _ in range(3))
    found = []
    if not locks.lock(name, ours):
        found.append("it refuses to lock what nobody has locked")
    if locks.lock(name, other):
        found.append("it locks for two at once")
    if documents.write_under(name, str(other["ID"])):
        found.append("it takes a write under a lock that it has not given")
    locks.unlock(name, other)
    if locks.lock(name, third):
        found.append("it takes a lock away for whoever asks, by any id")
    if not documents.write_under(name, str(ours["ID"])):
        found.append("it does not keep a write under a lock that it has given")
    for lock in (third, ours):
        locks.unlock(name, lock)
    if documents.write_under(name, str(ours["ID"])):
        found.append("it takes a write under a lock that was given back")
    documents.erase(name)
    return found
