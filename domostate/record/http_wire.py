"""Requests to a server of Terraform's state protocol, and what its answers mean."""

import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import md5
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import requests
from urllib3 import disable_warnings
from urllib3.exceptions import (
    HTTPError,
    InsecureRequestWarning,
    InvalidHeader,
    NewConnectionError,
)
from urllib3.util.retry import Retry

from domostate import __version__
from domostate.errors import NoAccess, StateError
from domostate.loopback import LoopbackAdapter, besides_environment
from domostate.record.patience import Patience

__all__ = ["Answer", "HttpSettings", "NoAnswer", "Wire", "refusal", "where"]

T = TypeVar("T")

_RETRY_AFTER: Final = Retry()
"""Reads both forms of the header; the rest of urllib3's retries is not used."""

_WORDS: Final = 200
"""How much of a server's own words is shown. Arbitrary: a sentence or two."""


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Where the state is, in the words of Terraform's http backend.

    `{environment}` in an address stands for the environment's name; without it the name is
    appended, after a hyphen. Where no lock address is given, it is GitLab's for an address of
    GitLab's, else the address itself with the methods LOCK and UNLOCK. Certificates and the key
    are paths of PEM files.
    """

    address: str
    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    update_method: str = "POST"
    lock_address: str = ""
    lock_method: str = ""
    unlock_address: str = ""
    unlock_method: str = ""
    ca_certificate: str = ""
    client_certificate: str = ""
    client_key: str = ""
    skip_cert_verification: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said; `headers` without regard to case."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def good(self) -> bool:
        """Whether it did what was asked for."""
        return 200 <= self.status < 300

    @property
    def later(self) -> bool:
        """Whether it may do it another time: too much to do, or out of order."""
        if self.status == HTTPStatus.NOT_IMPLEMENTED:
            return False
        return self.status == HTTPStatus.TOO_MANY_REQUESTS or self.status >= 500

    @property
    def locked(self) -> bool:
        """Whether it refuses because of a lock. GitLab says 409, others 423."""
        return self.status in (HTTPStatus.CONFLICT, HTTPStatus.LOCKED)

    @property
    def pause_s(self) -> float:
        """For how long it wants to be left alone."""
        try:
            return _RETRY_AFTER.parse_retry_after(self.headers.get("Retry-After", "0"))
        except InvalidHeader:
            return 0.0


class NoAnswer(Exception):
    """No answer that settles anything came: what is there must tell, or another try.

    `told` is for people, once there is no more patience. `refused` tells that nothing happened;
    otherwise the request may have had its effect.
    """

    def __init__(self, told: StateError, *, refused: bool = False) -> None:
        super().__init__()
        self.told = told
        self.refused = refused


class Wire:
    """Sends single requests to one server, from any number of threads.

    They go straight through `requests`' adapter: a session would follow redirects with our
    credentials, and look into `.netrc`. Proxies and certificate authorities are looked up once,
    by requests' own rules.
    """

    def __init__(self, settings: HttpSettings, patience: Patience) -> None:
        self.patience: Final = patience
        self.update_method: Final = settings.update_method
        self._headers = _headers(settings)
        self._timeouts = (patience.connect.total_seconds(), patience.answer.total_seconds())
        self._adapter = LoopbackAdapter(pool_maxsize=4, max_retries=0)
        self._proxies, self._verify = _surroundings(settings)
        self._certificate = _certificate(settings)

    def send(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """The answer, whatever it is.

        Raises:
            NoAnswer: none came.
            StateError: none will come in this way; nothing was sent.
        """
        about = {**self._headers, **_about(body), **(headers or {})}
        try:
            prepared = requests.Request(method, url, headers=about, data=body or None).prepare()
            response = self._adapter.send(
                prepared,
                timeout=self._timeouts,
                verify=self._verify,
                cert=self._certificate,
                proxies=self._proxies,
            )
            try:
                content = response.content
            finally:
                response.close()
        except (requests.RequestException, HTTPError, OSError) as error:
            raise _failure(error, where(url)) from error
        answer = Answer(response.status_code, content, response.headers)
        if _torn(answer):
            raise NoAnswer(StateError(f"{where(url)}: the answer arrived damaged"))
        return answer

    def ask(
        self,
        method: str,
        url: str,
        doing: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The same, where a server that is busy or out of order has not answered either."""
        answer = self.send(method, url, body, headers)
        if answer.later:
            time.sleep(min(answer.pause_s, self.patience.longest_wait.total_seconds()))
            busy = answer.status == HTTPStatus.TOO_MANY_REQUESTS
            raise NoAnswer(refusal(answer, doing, where(url)), refused=busy)
        return answer

    def patiently(self, attempt: Callable[[], T]) -> T:
        """What `attempt` returns, made again while it raises NoAnswer and there is patience."""
        for _ in self.patience.tries():
            try:
                return attempt()
            except NoAnswer as none:
                error = none
        raise error.told from error

    def close(self) -> None:
        """Close all idle connections."""
        self._adapter.close()


def where(url: str) -> str:
    """An address for people, without what may be secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _headers(settings: HttpSettings) -> Mapping[str, str]:
    known = {
        "Accept": "application/json",
        "User-Agent": f"domostate/{__version__}",
    }
    if settings.username or settings.password:
        pair = f"{settings.username}:{settings.password}".encode()
        known["Authorization"] = f"Basic {b64encode(pair).decode()}"
    elif settings.token:
        # GitLab takes every sort of its access tokens in this way.
        known["Authorization"] = f"Bearer {settings.token}"
    return known


def _about(body: bytes) -> Mapping[str, str]:
    if not body:
        return {}
    return {"Content-Type": "application/json", "Content-MD5": _md5(body)}


def _md5(body: bytes) -> str:
    return b64encode(md5(body, usedforsecurity=False).digest()).decode()


def _torn(answer: Answer) -> bool:
    told = answer.headers.get("Content-MD5")
    return told is not None and bool(answer.body) and told != _md5(answer.body)


def _surroundings(settings: HttpSettings) -> tuple[dict[str, str], bool | str]:
    """Proxies and trusted certificate authorities: the settings', else the environment's."""
    with requests.Session() as session:
        besides = besides_environment(settings.address)
        found = session.merge_environment_settings(settings.address, besides, False, None, None)
    verify: bool | str = settings.ca_certificate or found["verify"] or True
    if settings.skip_cert_verification:
        # Whoever wrote it down need not be told on each request.
        disable_warnings(InsecureRequestWarning)
        verify = False
    return dict(found["proxies"]), verify


def _certificate(settings: HttpSettings) -> str | tuple[str, str] | None:
    if settings.client_certificate and settings.client_key:
        return settings.client_certificate, settings.client_key
    return settings.client_certificate or None


def _failure(error: Exception, place: str) -> NoAnswer | StateError:
    """What `requests` raised, in words that quote no header."""
    reason = next(filter(None, map(_reason, _causes(error))), type(error).__name__)
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in _causes(error)):
        return StateError(
            f"{place}: no trusted connection: {reason}",
            hint="Name the certificate of a private authority in state.ca_certificate, or in "
            "REQUESTS_CA_BUNDLE.",
        )
    if isinstance(error, ValueError):
        # requests' own for an address or a header that cannot be sent.
        return StateError(f"{place}: this address cannot be called: {type(error).__name__}")
    if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
        return StateError(f"{place}: not sent: {error}")
    reached = not any(isinstance(one, NewConnectionError) for one in _causes(error))
    what = "no answer" if reached else "no connection"
    return NoAnswer(
        StateError(
            f"{place}: {what}: {reason}",
            hint="Check the address, the network, and that the server is up. What was to be "
            "written is there wholly or not at all; the same command looks.",
        )
    )


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
        return error.strerror or ""
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and everything behind it, however it was wrapped."""
    ahead: list[Any] = [error]
    seen: set[int] = set()
    while ahead:
        one = ahead.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            ahead += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]


def refusal(answer: Answer, doing: str, place: str) -> StateError:
    """For an answer that no patience makes better."""
    status = f"{place}: not {doing}: the server answers {answer.status}"
    kind, hint = _HINTS.get(answer.status, (StateError, ""))
    if 300 <= answer.status < 400:
        return StateError(
            f"{status}, and sends on to {where(answer.headers.get('Location', ''))}",
            hint="Write that address into state.address, if it is the right one.",
        )
    if answer.status >= 500:
        hint = hint or "Try again later, and look into the server's log."
    said = _said(answer)
    return kind(f"{status}: {said}" if said else status, hint=hint)


def _said(answer: Answer) -> str:
    """The server's own words, where they are for us and not a page for a browser."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if kind not in ("application/json", "text/plain"):
        return ""
    return " ".join(answer.body.decode("utf-8", "replace").split())[:_WORDS]


_METHOD: Final = (
    "The server takes another method here: see state.update_method, state.lock_method and "
    "state.unlock_method.\nGitLab's are POST, POST and DELETE."
)

_HINTS: Final[Mapping[int, tuple[type[StateError], str]]] = {
    401: (
        NoAccess,
        "Check state.username and state.password. GitLab takes a user and an access token with "
        "the scope api,\nor gitlab-ci-token and CI_JOB_TOKEN within a job.",
    ),
    403: (
        NoAccess,
        "These credentials may not do this. On GitLab, reading takes the role Developer and "
        "writing Maintainer.",
    ),
    404: (
        StateError,
        "Check state.address and state.lock_address. GitLab answers so too for a project that the "
        "credentials may not see.",
    ),
    405: (StateError, _METHOD),
    413: (
        StateError,
        "The server has a limit for the size of a state; on GitLab an administrator sets it.",
    ),
    429: (StateError, "Too many requests for this server: try again later."),
    501: (StateError, _METHOD),
}
