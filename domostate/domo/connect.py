"""From addresses and credentials to a reader, and to a sender for those who mean to write."""

from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Final

from domostate.domo.auth import Auth, ClientCredentials, DeveloperToken
from domostate.domo.governor import Governor
from domostate.domo.identity import Identity
from domostate.domo.reader import Reader
from domostate.domo.reading import Reading
from domostate.domo.retry import RetryPolicy
from domostate.domo.sender import Sender
from domostate.domo.transport import Transport
from domostate.domo.wire import Wire
from domostate.errors import UsageError
from domostate.model.call import Plane
from domostate.model.principal import Principal, PrincipalType

__all__ = ["Connection", "PlatformAccess", "ProductAccess", "connect"]

_PARALLELISM: Final = 8


@dataclass(frozen=True, slots=True)
class ProductAccess:
    """`base_url` is the instance's, without `/api`; `label` says where the token comes from."""

    base_url: str
    token: str = field(repr=False)
    label: str = ""


@dataclass(frozen=True, slots=True)
class PlatformAccess:
    """`base_url` is without `/v1`; `label` says where the client's id and secret come from."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    label: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    wire: Wire
    auth: Auth
    label: str

    def transport(self) -> Transport:
        return Transport(self.wire, self.auth, self.label)


class Connection:
    """One instance: its reader, and on request a sender, over the same connections."""

    def __init__(self, lines: dict[Plane, _Line], parallelism: int) -> None:
        self._lines = lines
        platform = lines[Plane.PLATFORM].auth if Plane.PLATFORM in lines else None
        user = partial(_user_of, platform) if isinstance(platform, ClientCredentials) else None
        self.reader = Reader(Reading(self._transports(), parallelism), user)

    @property
    def planes(self) -> frozenset[Plane]:
        """The planes that there are credentials for."""
        return frozenset(self._lines)

    def open_sender(self) -> Sender:
        """A sender with the same credentials. Commands that only read never call this (G6)."""
        return Sender(self._transports())

    def close(self) -> None:
        """Close the idle connections."""
        for line in self._lines.values():
            line.wire.close()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _transports(self) -> dict[Plane, Transport]:
        # Each user has its own, so that reads and writes are counted apart.
        return {plane: line.transport() for plane, line in self._lines.items()}


def _user_of(client: ClientCredentials) -> Identity:
    return Identity(Principal(PrincipalType.USER, client.user()), client.role())


def connect(
    product: ProductAccess | None,
    platform: PlatformAccess | None,
    *,
    parallelism: int = _PARALLELISM,
    retry: RetryPolicy | None = None,
    calls_per_second: float | None = None,
) -> Connection:
    """A connection to one instance by one plane or both. Nothing is sent yet.

    `parallelism` bounds both the reads at a time and the connections of each plane.

    Raises:
        UsageError: no credentials at all, or an address or a token that cannot be one.
    """
    if product is None and platform is None:
        raise UsageError("no credentials: neither a developer token nor a client id and secret")
    governor = Governor(calls_per_second)
    policy = retry or RetryPolicy()
    lines: dict[Plane, _Line] = {}
    if product is not None:
        wire = Wire(product.base_url, governor=governor, retry=policy, parallelism=parallelism)
        auth = DeveloperToken(product.token, product.label)
        lines[Plane.PRODUCT] = _Line(wire, auth, product.label)
    if platform is not None:
        wire = Wire(platform.base_url, governor=governor, retry=policy, parallelism=parallelism)
        client = ClientCredentials(wire, platform.client_id, platform.client_secret, platform.label)
        lines[Plane.PLATFORM] = _Line(wire, client, platform.label)
    return Connection(lines, parallelism)
