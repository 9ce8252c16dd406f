"""Addresses of documents on a server that knows states by name.

The state has the address that people write down. Every other document has a name made from the
state's, `acme-prod--journal_5f1e_000001` from `acme-prod`, and is to the server one more state.
"""

import re
from typing import Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from domostate.errors import StateError
from domostate.record.http_wire import HttpSettings, where

__all__ = ["STATE", "Addresses"]

STATE: Final = "state"
"""The document whose address is the one that was written down."""

_GITLAB: Final = re.compile(r"/api/v4/projects/[^/]+/terraform/state/[^/]+/?")

_PLACEHOLDER: Final = "{environment}"


class Addresses:
    """Where each document is read, written, locked and unlocked."""

    def __init__(self, settings: HttpSettings, environment: str) -> None:
        named = settings.address.rstrip("/")
        gitlab = _GITLAB.fullmatch(urlsplit(named).path) is not None
        lock = settings.lock_address or (f"{named}/lock" if gitlab else named)
        unlock = settings.unlock_address or lock
        self.lock_method: Final = settings.lock_method or ("POST" if gitlab else "LOCK")
        self.unlock_method: Final = settings.unlock_method or ("DELETE" if gitlab else "UNLOCK")
        self._environment = environment
        self._state = self._of_environment(named, "address")
        self._name = _last(self._state)
        self._lock = self._of_environment(lock, "lock_address")
        self._unlock = self._of_environment(unlock, "unlock_address")
        if _PLACEHOLDER not in settings.address:
            # One address for several environments: each has a state of its own.
            added = f"{self._name}-{quote(environment, safe='')}"
            self._lock = _renamed(self._lock, self._name, added, "lock_address")
            self._unlock = _renamed(self._unlock, self._name, added, "unlock_address")
            self._state = _renamed(self._state, self._name, added, "address")
            self._name = added

    @property
    def name(self) -> str:
        """What the server calls the state."""
        return unquote(self._name)

    def document(self, name: str) -> str:
        """Where a document is read and written."""
        return _renamed(self._state, self._name, self._name_of(name), "address")

    def lock(self, name: str) -> str:
        """Where it is locked."""
        return _renamed(self._lock, self._name, self._name_of(name), "lock_address")

    def unlock(self, name: str) -> str:
        """Where it is unlocked."""
        return _renamed(self._unlock, self._name, self._name_of(name), "unlock_address")

    def _name_of(self, name: str) -> str:
        if name == STATE:
            return self._name
        # `_` is in no document's name, and a server's path may have no slash within a name.
        return f"{self._name}--{name.replace('/', '_')}"

    def _of_environment(self, address: str, setting: str) -> str:
        address = address.replace(_PLACEHOLDER, quote(self._environment, safe=""))
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or not _last(address):
            raise StateError(
                f"state.{setting}: {where(address)} is not the address of a state",
                hint="Write https://HOST/PATH/NAME.",
            )
        if parts.username is not None:
            raise StateError(
                f"state.{setting}: credentials do not belong into the address",
                hint="Name them in state.username and state.password.",
            )
        return address


def _last(address: str) -> str:
    return urlsplit(address).path.rstrip("/").rpartition("/")[2]


def _renamed(address: str, name: str, new: str, setting: str) -> str:
    """The address with another name in the place of the state's."""
    if name == new:
        return address
    parts = urlsplit(address)
    segments = parts.path.split("/")
    if name not in segments:
        raise StateError(
            f"state.{setting}: {where(address)} does not hold the state's name, {unquote(name)}",
            hint="The documents beside the state have locks of their own, whose addresses are "
            "made by\nputting their names in the place of the state's.",
        )
    at = len(segments) - 1 - segments[::-1].index(name)
    segments[at] = new
    return urlunsplit(parts._replace(path="/".join(segments)))
