"""What `requests` and `urllib3` raise, in our words: the only place that knows both."""

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from requests import exceptions as theirs
from urllib3 import exceptions as below

from domostate.domo.retry import Reach
from domostate.errors import Broken, DomoError, Unreachable
from domostate.model.call import Call

__all__ = ["MEANING", "Failure", "failure"]


@dataclass(frozen=True, slots=True)
class Failure:
    """A sending that brought no answer that could be read."""

    error: DomoError
    reach: Reach


@dataclass(frozen=True, slots=True)
class _Meaning:
    raised: type[DomoError]
    reach: Reach
    text: str


_NO_CONNECTION = _Meaning(Unreachable, Reach.NOT_SENT, "no connection to {host}")
_BROKEN_OFF = _Meaning(
    Unreachable, Reach.UNKNOWN, "the connection to {host} broke before the answer was complete"
)
_NOT_AN_ADDRESS = _Meaning(
    Unreachable, Reach.HOPELESS, "{host} cannot be called; check the environment's instance or url"
)
_BAD_PROXY = _Meaning(
    Unreachable, Reach.HOPELESS, "the proxy for {host} has no valid address; check HTTPS_PROXY"
)
_BAD_REQUEST = _Meaning(Unreachable, Reach.HOPELESS, "the request could not be put together")
_UNREADABLE = _Meaning(Broken, Reach.UNKNOWN, "the answer of {host} cannot be decoded")

MEANING: Final[Mapping[type[Exception], _Meaning]] = {
    theirs.ConnectTimeout: _Meaning(
        Unreachable, Reach.NOT_SENT, "no connection to {host} within the time allowed"
    ),
    theirs.ReadTimeout: _Meaning(
        Unreachable, Reach.UNKNOWN, "no answer from {host} within the time allowed"
    ),
    theirs.Timeout: _Meaning(
        Unreachable, Reach.UNKNOWN, "no answer from {host} within the time allowed"
    ),
    theirs.ProxyError: _Meaning(
        Unreachable, Reach.NOT_SENT, "no connection to {host} through the proxy"
    ),
    theirs.SSLError: _Meaning(
        Unreachable,
        Reach.HOPELESS,
        "no trusted connection to {host}; a private authority is named by REQUESTS_CA_BUNDLE",
    ),
    theirs.ConnectionError: _BROKEN_OFF,
    theirs.ChunkedEncodingError: _BROKEN_OFF,
    theirs.StreamConsumedError: _BROKEN_OFF,
    theirs.RetryError: _BROKEN_OFF,
    theirs.ContentDecodingError: _UNREADABLE,
    theirs.JSONDecodeError: _UNREADABLE,
    theirs.TooManyRedirects: _Meaning(
        Broken, Reach.HOPELESS, "{host} sends from one address to the next"
    ),
    theirs.HTTPError: _Meaning(Broken, Reach.HOPELESS, "{host} answered with an error"),
    theirs.InvalidProxyURL: _BAD_PROXY,
    theirs.InvalidURL: _NOT_AN_ADDRESS,
    theirs.MissingSchema: _NOT_AN_ADDRESS,
    theirs.InvalidSchema: _NOT_AN_ADDRESS,
    theirs.URLRequired: _NOT_AN_ADDRESS,
    theirs.InvalidHeader: _BAD_REQUEST,
    theirs.InvalidJSONError: _BAD_REQUEST,
    theirs.UnrewindableBodyError: _BAD_REQUEST,
    theirs.RequestException: _BROKEN_OFF,
    below.HTTPError: _BROKEN_OFF,
}
"""By the most specific class: `failure` walks the exception's own order of bases."""


def failure(error: theirs.RequestException | below.HTTPError, call: Call, host: str) -> Failure:
    """What an exception means for the call.

    The exception's own text is not used: it may quote headers and addresses with passwords.
    """
    meaning = next(MEANING[kind] for kind in type(error).__mro__ if kind in MEANING)
    if meaning is _BROKEN_OFF and any(map(_before_sending, _causes(error))):
        meaning = _NO_CONNECTION
    reason = next(filter(None, map(_reason, _causes(error))), "")
    message = meaning.text.format(host=host) + (f": {reason}" if reason else "")
    return Failure(meaning.raised(message, method=call.method, path=call.path), meaning.reach)


def _before_sending(error: BaseException) -> bool:
    return isinstance(error, below.NewConnectionError | below.ConnectTimeoutError)


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return (error.strerror or "") if isinstance(error, OSError) else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and everything behind it, however it was wrapped."""
    ahead: list[object] = [error]
    seen: set[int] = set()
    while ahead:
        one = ahead.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        behind = (one.__context__, one.__cause__, getattr(one, "original_error", None))
        ahead += (*behind, getattr(one, "reason", None), *one.args)
