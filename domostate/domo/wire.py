"""HTTP to one host: pooled connections, retries, the shared pace, no meaning."""

import threading
import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError
from urllib3.exceptions import InvalidHeader as UnreadableHeader
from urllib3.util.retry import Retry

from domostate.domo.failures import Failure, failure
from domostate.domo.governor import Governor
from domostate.domo.retry import Patience, RetryPolicy
from domostate.errors import RateLimited, UsageError
from domostate.loopback import LoopbackAdapter, besides_environment
from domostate.model.call import Call

__all__ = ["Tally", "Wire"]

_RETRY_AFTER: Final = Retry()
"""Reads both forms of the header; the rest of urllib3's retries is not used, see `Patience`."""


class Tally:
    """Counts the requests that were really sent; safe between threads."""

    def __init__(self) -> None:
        self._count = 0
        self._lock = threading.Lock()

    def add(self) -> None:
        """One more."""
        with self._lock:
            self._count += 1

    @property
    def count(self) -> int:
        """How many so far."""
        return self._count


class Wire:
    """Sends prepared requests to one base URL, from any number of threads.

    Requests go straight through `requests`' adapter: a session would look up proxies, cookies
    and `.netrc` for every call, follow redirects with our token, and cost about twice the time.
    Proxies and certificate authorities are looked up once, by requests' own rules.
    """

    def __init__(
        self, base_url: str, *, governor: Governor, retry: RetryPolicy, parallelism: int
    ) -> None:
        self.base_url: Final = base_url.rstrip("/")
        self.host: Final = _host(self.base_url)
        self._governor = governor
        self._retry = retry
        self._adapter = LoopbackAdapter(
            pool_connections=1, pool_maxsize=parallelism, max_retries=0, pool_block=True
        )
        self._proxies, self._verify = _surroundings(self.base_url)

    def send(self, request: requests.Request, call: Call, tally: Tally) -> requests.Response:
        """The last answer to the call's request, whatever its status, with its body read.

        Raises:
            Unreachable: no answer came; Broken: one that cannot be decoded.
            RateLimited: Domo asks for a pause that is longer than the patience left.
        """
        patience = Patience(self._retry, repeatable=call.repeatable)
        try:
            prepared = request.prepare()
        except requests.RequestException as error:
            raise failure(error, call, self.host).error from None
        while True:
            if not self._governor.admit(patience.until):
                raise RateLimited(
                    "not sent: the instance asks for a longer pause than there is patience for",
                    method=call.method,
                    path=call.path,
                    status=429,
                )
            tally.add()
            outcome = self._attempt(prepared, call, patience)
            if isinstance(outcome, Failure):
                wait = patience.after_failure(outcome.reach)
                if wait is None:
                    raise outcome.error
                time.sleep(wait)
            elif not self._again(outcome, patience):
                return outcome

    def close(self) -> None:
        """Close all idle connections."""
        self._adapter.close()

    def _again(self, answer: requests.Response, patience: Patience) -> bool:
        """Wait, or have the governor wait, if the answer calls for another sending."""
        asked = _retry_after(answer)
        wait = patience.after_answer(answer.status_code, asked)
        if answer.status_code == 429:
            # Everybody else pauses even where this call gives up.
            self._governor.pause(wait if wait is not None else asked or 0)
        elif wait is not None:
            time.sleep(wait)
        return wait is not None

    def _attempt(
        self, request: requests.PreparedRequest, call: Call, patience: Patience
    ) -> requests.Response | Failure:
        try:
            response = self._adapter.send(
                request, timeout=patience.timeouts(), verify=self._verify, proxies=self._proxies
            )
            try:
                _ = response.content  # reads the body, which can fail as sending can
            finally:
                response.close()
        except (requests.RequestException, HTTPError) as error:
            return failure(error, call, self.host)
        return response


def _host(base_url: str) -> str:
    """Host and port, for messages; refuses what cannot be called before anything is sent."""
    parts = urlsplit(base_url)
    try:
        if parts.scheme not in {"http", "https"}:
            raise requests.exceptions.MissingSchema
        requests.Request("GET", base_url).prepare()
    except requests.RequestException as error:
        raise UsageError(f"{base_url!r} is not an address that begins with https://") from error
    return parts.netloc.rpartition("@")[2]


def _surroundings(base_url: str) -> tuple[dict[str, str], bool | str]:
    """Proxies and trusted certificate authorities, as the environment has them."""
    with requests.Session() as session:
        besides = besides_environment(base_url)
        found = session.merge_environment_settings(base_url, besides, False, None, None)
    verify = found["verify"] or True
    if isinstance(verify, str) and not Path(verify).exists():
        raise UsageError(f"REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names {verify}, which is not there")
    return dict(found["proxies"]), verify


def _retry_after(answer: requests.Response) -> float | None:
    value = answer.headers.get("Retry-After")
    if value is None:
        return None
    try:
        return _RETRY_AFTER.parse_retry_after(value)
    except UnreadableHeader:
        return None
