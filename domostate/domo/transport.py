"""One plane of one instance: calls go in, decoded replies come out."""

from collections.abc import Mapping
from typing import Any, Final

import requests

from domostate import __version__
from domostate.domo.answers import Asked, decode
from domostate.domo.auth import Auth
from domostate.domo.wire import Tally, Wire
from domostate.model.call import Call

__all__ = ["Transport"]

_HEADERS: Final = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": f"domostate/{__version__}",
}


class Transport:
    """Sends calls of one plane with one credential, from any number of threads.

    `credential` says where the credential comes from, for people whom Domo turns away.
    """

    def __init__(self, wire: Wire, auth: Auth, credential: str = "") -> None:
        self._wire = wire
        self._auth = auth
        self._credential = credential
        self._sent = Tally()

    @property
    def calls(self) -> int:
        """Requests sent, repetitions included; signing in is not counted."""
        return self._sent.count

    def send(self, call: Call) -> Any:
        """The decoded reply, None where it is empty.

        A call that is not `repeatable` is sent again only where nothing can have happened: no
        connection was made, 429, or 401 with a credential that could be renewed.

        Raises:
            DomoError: Domo did not do it. After `Unreachable` and `Broken` it may have.
        """
        credential = self._auth.headers()
        answer = self._wire.send(self._request(call, credential), call, self._sent)
        if answer.status_code == 401 and self._auth.renew(credential):
            request = self._request(call, self._auth.headers())
            answer = self._wire.send(request, call, self._sent)
        return decode(answer, Asked(call, self._credential, self._auth.secrets()))

    def _request(self, call: Call, credential: Mapping[str, str]) -> requests.Request:
        return requests.Request(
            call.method,
            self._wire.base_url + call.path,
            headers={**_HEADERS, **credential},
            params=call.query,
            json=call.body,
        )
