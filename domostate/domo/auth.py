"""Credentials of both planes: a developer token, and OAuth client credentials."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import requests

from domostate.domo.answers import Asked, decode
from domostate.domo.wire import Tally, Wire
from domostate.errors import Forbidden, Rejected, Unauthorized, UsageError
from domostate.model.call import Call, Plane

__all__ = ["Auth", "ClientCredentials", "DeveloperToken"]

_SIGN_IN: Final = Call("POST", "/oauth/token", Plane.PLATFORM)
_LONGEST_SKEW: Final = 60.0


class Auth(Protocol):
    """What makes a request acceptable to Domo."""

    def headers(self) -> Mapping[str, str]:
        """The headers that carry the credential; may sign in first."""
        ...

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Whether there is now another credential than the one that was refused."""
        ...

    def secrets(self) -> tuple[str, ...]:
        """What must not be shown, whoever says it."""
        ...


class DeveloperToken:
    """A Product API access token: acts as the user who made it (product §1.1)."""

    def __init__(self, token: str, credential: str = "") -> None:
        self._token = _fit_for_header(token, credential or "the developer token")

    def headers(self) -> Mapping[str, str]:
        """See `Auth`."""
        return {"X-DOMO-Developer-Token": self._token}

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Never: there is only this token."""
        return False

    def secrets(self) -> tuple[str, ...]:
        """See `Auth`."""
        return (self._token,)


@dataclass(frozen=True, slots=True)
class _Pass:
    token: str
    user_id: str
    role: str
    renew_at: float


class ClientCredentials:
    """OAuth client credentials of the Platform API: a token for about an hour (platform §2).

    A form body with `grant_type`, the client as HTTP Basic; no scope, which means all scopes
    that the client has. Signs in when first needed, before the token expires, and again when it
    is refused all the same; however many threads notice, once.
    """

    def __init__(
        self,
        wire: Wire,
        client_id: str,
        client_secret: str,
        credential: str = "",
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wire = wire
        self._client_id = client_id
        self._client_secret = client_secret
        self._credential = credential
        self._clock = clock
        self._lock = threading.Lock()
        self._pass: _Pass | None = None
        self._sent = Tally()

    def user(self) -> str:
        """The id of the user whom the client acts for, empty where Domo does not say."""
        return self._current().user_id

    def role(self) -> str:
        """The name of that user's role, empty where Domo does not say."""
        return self._current().role

    @property
    def sign_ins(self) -> int:
        """How many requests for a token were sent."""
        return self._sent.count

    def headers(self) -> Mapping[str, str]:
        """See `Auth`."""
        return _bearer(self._current())

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Sign in again, unless another thread has done so since `refused` was handed out."""
        with self._lock:
            if self._pass is not None and _bearer(self._pass) == refused:
                self._pass = self._sign_in()
        return True

    def secrets(self) -> tuple[str, ...]:
        """See `Auth`."""
        held = self._pass
        return (self._client_secret, held.token) if held else (self._client_secret,)

    def _current(self) -> _Pass:
        with self._lock:
            if self._pass is None or self._clock() >= self._pass.renew_at:
                self._pass = self._sign_in()
            return self._pass

    def _sign_in(self) -> _Pass:
        request = requests.Request(
            "POST",
            self._wire.base_url + _SIGN_IN.path,
            headers={"Accept": "application/json"},
            data={"grant_type": "client_credentials"},
            # As bytes: requests would take text for Latin-1, and fail on anything else.
            auth=(self._client_id.encode(), self._client_secret.encode()),
        )
        began = self._clock()
        asked = Asked(_SIGN_IN, self._credential, (self._client_secret,))
        answer = self._wire.send(request, _SIGN_IN, self._sent)
        try:
            reply = decode(answer, asked)
        except (Forbidden, Rejected) as error:
            # The status for unknown clients is not documented: any refusal here is one of them.
            raise self._refused(error.message, error.status, error.toe) from error
        return self._pass_from(reply, began)

    def _pass_from(self, reply: Any, began: float) -> _Pass:
        token = reply.get("access_token") if isinstance(reply, dict) else None
        if not isinstance(token, str) or not token:
            raise self._refused("the answer holds no access token", 200, "")
        life = float(reply.get("expires_in") or "inf")
        user, role = reply.get("userId"), reply.get("role")
        return _Pass(
            _fit_for_header(token, "the access token"),
            "" if user is None else str(user),
            role if isinstance(role, str) else "",
            began + life - min(_LONGEST_SKEW, life / 10),
        )

    def _refused(self, message: str, status: int, toe: str) -> Unauthorized:
        who = self._credential or "the client id and secret"
        message = f"{message}; check {who}"
        return Unauthorized(
            message, method=_SIGN_IN.method, path=_SIGN_IN.path, status=status, toe=toe
        )


def _bearer(held: _Pass) -> dict[str, str]:
    return {"Authorization": f"Bearer {held.token}"}


def _fit_for_header(token: str, named: str) -> str:
    """The token, checked here because an error further down would quote it."""
    if not token or not token.isascii() or not token.isprintable() or token != token.strip():
        raise UsageError(f"{named} is empty, or holds characters that no token has")
    return token
